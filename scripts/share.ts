import type { Command } from 'commander'
import { examples, globalsOf as globals } from './help.ts'

const NAME = 'feed name'

/** The part of `tickwire adapter` that lets other users read a feed. */
export function addSharing(adapter: Command): void {
  adapter
    .command('share')
    .argument('<name>', NAME)
    .description(
      "let another user's keys read a feed's prices, never its orders; redistribution is restricted by law and contract",
    )
    .requiredOption('--with <user>', 'who may read it')
    .option('--i-am-licensed', 'you have the right to pass these prices on')
    .addHelpText('before', examples('tickwire adapter share SIM-FAST --with asha --i-am-licensed'))
    .action(async (name, options, command) =>
      (await import('./commands/share.ts')).shareFeed(globals(command), name, options),
    )
  adapter
    .command('unshare')
    .argument('<name>', NAME)
    .description('take that away again; what they hold of it ends within a second')
    .requiredOption('--with <user>', 'who may read it no more')
    .addHelpText('before', examples('tickwire adapter unshare SIM-FAST --with asha'))
    .action(async (name, options, command) =>
      (await import('./commands/share.ts')).unshareFeed(globals(command), name, options),
    )
}

import type { Command } from 'commander'
import { examples, globalsOf as globals } from './help.ts'
import { collect } from './value.ts'

/** The part of the command line that is about the bus and who may speak on it. */
export function addBus(program: Command): void {
  const bus = program
    .command('bus')
    .description('run the bus forwarder alone')
    .addHelpText('before', examples('tickwire bus', 'tickwire bus keys'))
    .action(async (_, command) => (await import('./commands/bus.ts')).bus(globals(command)))
  bus
    .command('keys')
    .description('make what feeds, proxy and forwarder prove themselves with, and list the public halves')
    .option('--dir <dir>', 'where the CURVE keys of a TCP bus are made; default: bus.curve.keys_dir')
    .option('--for <name>', 'a CURVE key for a program of your own; repeat it for more', collect, [])
    .option('--rotate <name>', 'a new identity for a feed, or proxy; the old one counts no more')
    .option('--remove <name>', 'take a CURVE key off the list; start the bus again to end a connection that is open')
    .addHelpText(
      'before',
      examples(
        'tickwire bus keys',
        'tickwire bus keys --remove python-box',
        'tickwire bus keys --dir /etc/tickwire/bus --for python-box',
        'tickwire bus keys --rotate ZERODHA',
      ),
    )
    .action(async (options, command) => (await import('./commands/buskeys.ts')).busKeys(globals(command), options))
  bus
    .command('trust')
    .argument('<name>', 'feed name, or proxy')
    .argument('<identity>', 'as tickwire bus keys lists it there')
    .description('know a feed or a proxy that runs from another data folder')
    .addHelpText('before', examples('tickwire bus trust proxy 7Uu0…'))
    // One of 64 identities begins with a hyphen. What is neither is refused as no identity.
    .allowUnknownOption()
    .action(async (name, key, _, command) =>
      (await import('./commands/buskeys.ts')).busTrust(globals(command), name, key),
    )
}

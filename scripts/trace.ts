import { type Command, Option } from 'commander'
import { examples, globalsOf as globals } from './help.ts'
import { parseCount } from './value.ts'

/** The command that follows single ticks. */
export function addTrace(program: Command): void {
  program
    .command('trace')
    .argument('<symbol>', 'EXCHANGE:SYMBOL')
    .description('the ticks of one instrument, and when each was where on its way; exits with 5 when none came')
    .addOption(new Option('--mode <mode>', 'what to subscribe to').choices(['ltp', 'quote', 'depth']).default('quote'))
    .option('--count <n>', 'end after so many ticks', parseCount)
    .option('--json', 'the same as --format json')
    .option('--url <url>', 'address of the proxy; default: the one running here')
    .addHelpText(
      'before',
      examples(
        'tickwire trace NSE:RELIANCE',
        'tickwire trace NSE:RELIANCE --mode ltp --count 20',
        'tickwire trace NSE:RELIANCE --json | jq .ms',
      ),
    )
    .action(async (symbol, options, command) =>
      (await import('./commands/trace.ts')).trace(globals(command), symbol, options),
    )
}

import { Argument, type Command, Option } from 'commander'
import { examples, globalsOf as globals } from './help.ts'
import { parseCount } from './value.ts'

const urlOption = (): Option => new Option('--url <url>', 'address of the proxy; default: the one running here')

/** The part of the command line that looks at how well a running system does, and at what it could carry. */
export function addMeasures(program: Command): void {
  program
    .command('top')
    .description('feeds, clients and rates, again each second, until q or Ctrl-C')
    .option('--count <n>', 'end after so many seconds', parseCount)
    .addOption(urlOption())
    .addHelpText(
      'before',
      examples(
        'tickwire top',
        'tickwire top --count 60 | jq .perSecond.ticks',
        'TICKWIRE_API_KEY=… tickwire top --url wss://prices.example.com/ws',
      ),
    )
    .action(async (options, command) => (await import('./commands/top.ts')).top(globals(command), options))
  program
    .command('rtt')
    .description('the way to the proxy and back: connecting, the key, pings; exits with 5 when some stay unanswered')
    .option('--count <n>', 'so many pings', parseCount, 10)
    .addOption(urlOption())
    .addHelpText(
      'before',
      examples(
        'tickwire rtt',
        'tickwire rtt --count 100',
        'TICKWIRE_API_KEY=… tickwire rtt --url wss://prices.example.com/ws',
      ),
    )
    .action(async (options, command) => (await import('./commands/rtt.ts')).rtt(globals(command), options))
  program
    .command('latency')
    .argument('[symbols...]', 'EXCHANGE:SYMBOL; default: what somebody wants already')
    .description('how old ticks are when they arrive, hop by hop; exits with 5 when none came')
    .option('--seconds <n>', 'listen for so long', parseCount, 10)
    .addOption(urlOption())
    .addHelpText(
      'before',
      examples(
        'tickwire latency',
        'tickwire latency NSE:RELIANCE NFO:NIFTY28NOV26FUT --seconds 30',
        'TICKWIRE_API_KEY=… tickwire latency NSE:SBIN --url wss://prices.example.com/ws | jq .p95Ms',
      ),
    )
    .action(async (symbols, options, command) =>
      (await import('./commands/latency.ts')).latency(globals(command), symbols, options),
    )
  program
    .command('plan')
    .argument('<n>', 'so many instruments more', parseCount)
    .addArgument(new Argument('<mode>', 'what of them').choices(['ltp', 'quote', 'depth']))
    .description('which feeds could carry it, and what stays of their limits; exits with 1 when none can')
    .option('--depth <levels>', 'of the book: 5 unless told', parseCount)
    .option('--exchange <code>', 'all of this exchange: some have deeper books than others')
    .addOption(urlOption())
    .addHelpText(
      'before',
      examples(
        'tickwire plan 1800 quote',
        'tickwire plan 40 depth --depth 20 --exchange NFO',
        'tickwire plan 5000 ltp | jq .can',
      ),
    )
    .action(async (count, mode, options, command) =>
      (await import('./commands/plan.ts')).plan(globals(command), count, mode, options),
    )
  program
    .command('open')
    .description('the page in the browser, signed in; prints its address where there is no screen')
    .option('--print', 'print the address instead: it signs in once, within five minutes')
    .addOption(urlOption())
    .addHelpText(
      'before',
      examples(
        'tickwire open',
        'tickwire open --print',
        'TICKWIRE_API_KEY=… tickwire open --url wss://prices.example.com/ws',
      ),
    )
    .action(async (options, command) => (await import('./commands/open.ts')).openPage(globals(command), options))
}

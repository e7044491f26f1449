import type { Command } from 'commander'
import { examples, globalsOf as globals } from './help.ts'
import { parseCount } from './value.ts'

/** The part of the command line that is about lists of instruments. */
export function addInstruments(program: Command): void {
  const instruments = program
    .command('instruments')
    .description('what the feeds know')
    .addHelpText(
      'before',
      examples(
        'tickwire instruments sync',
        'tickwire instruments search nifty 24800 ce',
        'tickwire instruments explain NSE:RELIANCE',
      ),
    )
  instruments
    .command('sync')
    .argument('[feeds...]', 'names of accounts; default: all that are enabled')
    .description("fetch the brokers' lists of today; a running system takes them at once")
    .option('--force', 'also a list with less than half of what the last one held')
    .addHelpText('before', examples('tickwire instruments sync', 'tickwire instruments sync ZERODHA --force'))
    .action(async (feeds, options, command) =>
      (await import('./commands/sync.ts')).syncLists(globals(command), feeds, options),
    )
  instruments
    .command('search')
    .argument('<words...>', 'in any order: name, expiry month, strike, CE or PE')
    .description('find instruments')
    .option('--feed <name>', 'this feed only')
    .option('--limit <n>', 'at most so many of each feed', parseCount, 20)
    .addHelpText(
      'before',
      examples('tickwire instruments search reliance', 'tickwire instruments search nifty 24800 ce --feed SIMULATOR'),
    )
    .action(async (words, options, command) =>
      (await import('./commands/instruments.ts')).searchInstruments(globals(command), words, options),
    )
  instruments
    .command('explain')
    .argument('<instrument>', 'EXCHANGE:SYMBOL')
    .description('which feeds know it, what it is, and its topics')
    .addHelpText('before', examples('tickwire instruments explain NSE:RELIANCE'))
    .action(async (name, _, command) =>
      (await import('./commands/instruments.ts')).explainInstrument(globals(command), name),
    )
}

/** The part of the command line that is about tapes. */
export function addTapes(program: Command): void {
  const tape = program
    .command('tape')
    .description('recordings of raw frames')
    .addHelpText('before', examples('tickwire tape show morning.tape'))
  tape
    .command('show')
    .argument('<file>', 'a tape')
    .description('what was on the wire: a table of beginnings, whole frames as JSON lines on a pipe')
    .option('--limit <n>', 'at most so many records', parseCount, 100)
    .addHelpText(
      'before',
      examples('tickwire tape show morning.tape', 'tickwire tape show morning.tape --limit 100000 | jq -r .hex'),
    )
    .action(async (path, options, command) =>
      (await import('./commands/tape.ts')).showTape(globals(command), path, options),
    )
}

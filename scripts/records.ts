import { type Command, Option } from 'commander'
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

/** The part of the command line that is about trading hours. */
export function addCalendar(program: Command): void {
  const calendar = program
    .command('calendar')
    .description('when markets trade: hours, holidays, special sessions, with their sources')
    .addHelpText(
      'before',
      examples('tickwire calendar today', 'tickwire calendar next', 'tickwire calendar explain 2026-03-03'),
    )
  const atOption = () =>
    new Option('--at <time>', 'as at that time in the zone of the calendar: YYYY-MM-DD HH:MM').default(undefined, 'now')
  calendar
    .command('today')
    .description('what every market does now, and when it opens next')
    .addOption(atOption())
    .addHelpText('before', examples('tickwire calendar today', "tickwire calendar today --at '2026-08-03 15:17'"))
    .action(async (options, command) =>
      (await import('./commands/calendar.ts')).calendarToday(globals(command), options),
    )
  calendar
    .command('next')
    .description('the next days that are not as their weekday says')
    .option('--count <n>', 'at most so many', parseCount, 10)
    .addOption(atOption())
    .addHelpText('before', examples('tickwire calendar next', 'tickwire calendar next --count 3'))
    .action(async (options, command) =>
      (await import('./commands/calendar.ts')).calendarNext(globals(command), options),
    )
  calendar
    .command('explain')
    .argument('<date>', 'YYYY-MM-DD')
    .description('what is known of a day, by whom, and what the markets hold')
    .addHelpText('before', examples('tickwire calendar explain 2026-03-03', 'tickwire calendar explain 2026-11-08'))
    .action(async (date, _, command) => (await import('./commands/calendar.ts')).explainDay(globals(command), date))
  calendar
    .command('check')
    .argument('[file]', 'a calendar that is to be imported; default: the one that serves')
    .description('everything that is wrong with a calendar; exits with 5 for warnings, with 1 for errors')
    .addOption(atOption())
    .addHelpText('before', examples('tickwire calendar check', 'tickwire calendar check calendar-2027.json'))
    .action(async (file, options, command) =>
      (await import('./commands/calendarfile.ts')).checkCalendarFile(globals(command), file, options),
    )
  calendar
    .command('import')
    .argument('[file]', 'a file, or - for stdin')
    .description('let this calendar serve in place of the one Tickwire comes with; running feeds take it at once')
    .option('--remove', 'go back to the one Tickwire comes with')
    .addHelpText(
      'before',
      examples(
        'tickwire calendar import calendar-2027.json',
        'curl -fsS https://example.com/calendar.json | tickwire calendar import -',
        'tickwire calendar import --remove',
      ),
    )
    .action(async (file, options, command) =>
      (await import('./commands/calendarfile.ts')).importCalendarFile(globals(command), file, options),
    )
}

import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { systemCode, TickwireError } from '../../shared/errors.ts'
import { createCalendar } from '../../shared/market/calendar/calendar.ts'
import type { Finding } from '../../shared/market/calendar/finding.ts'
import { lintCalendar } from '../../shared/market/calendar/lint.ts'
import { shippedData } from '../../shared/market/calendar/shipped.ts'
import { importCalendar, parseCalendar, removeCalendar } from '../../shared/store/calendar.ts'
import { prepareFolder } from '../../shared/store/folder.ts'
import type { Globals } from '../globals.ts'
import { formatCoverage } from '../hours.ts'
import { openInvocation } from '../invocation.ts'
import type { Column } from '../terminal.ts'
import { openCalendar, readMoment } from './calendar.ts'

const WARNED = 5
const FAILED = 1

const COLUMNS: readonly Column<Finding>[] = [
  { head: 'VERDICT', cell: row => row.verdict, paint: row => (row.verdict === 'error' ? 'red' : 'yellow') },
  { head: 'RULE', cell: row => row.rule },
  { head: 'FINDING', cell: row => row.text },
]

/**
 * `tickwire calendar check [FILE]`: exits with 0, with 5 for warnings and with 1 for errors. Throws NOT_FOUND, and
 * CALENDAR_INVALID for a file that is no calendar.
 */
export async function checkCalendarFile(
  globals: Globals,
  file: string | undefined,
  { at }: { readonly at?: string },
): Promise<void> {
  const { invocation, serving } = openCalendar(globals)
  const { terminal, clock } = invocation
  const now = readMoment(serving.calendar, at, clock.now())
  const data = file === undefined ? serving.data : await readWhole(file, content => parseCalendar(content, now).data)
  const findings = [...troubleOf(file === undefined ? serving.trouble : undefined), ...lintCalendar(data, now)]
  if (file === undefined && serving.origin === 'imported' && data.version < shippedData.version)
    findings.push({
      verdict: 'warn',
      rule: 'coverage',
      text: `the imported calendar is of ${data.version}, the one Tickwire comes with of ${shippedData.version}; next: tickwire calendar import --remove`,
    })
  const origin = file === undefined ? serving.origin : 'imported'
  terminal.say(`Calendar ${formatCoverage({ calendar: createCalendar(data), origin })}`)
  terminal.rows(findings, COLUMNS, 'Nothing is wrong with it.')
  const isWrong = findings.some(({ verdict }) => verdict === 'error')
  process.exitCode = isWrong ? FAILED : findings.length > 0 ? WARNED : 0
}

const troubleOf = (trouble: string | undefined): Finding[] =>
  trouble === undefined ? [] : [{ verdict: 'error', rule: 'names', text: trouble }]

/**
 * `tickwire calendar import FILE`. Throws USAGE, NOT_FOUND, FOLDER_UNUSABLE, and CALENDAR_INVALID with a line for each
 * fault: what served before serves on.
 */
export async function importCalendarFile(
  globals: Globals,
  file: string | undefined,
  { remove = false }: { readonly remove?: boolean },
): Promise<void> {
  if (remove === (file !== undefined))
    throw new TickwireError('USAGE', remove ? 'A file and --remove exclude each other' : 'Which calendar?', {
      next: 'tickwire calendar import FILE, or - for stdin, or --remove',
    })
  const { folder, clock, terminal } = openInvocation(globals)
  if (file === undefined) {
    const wasThere = removeCalendar(folder)
    terminal.say(wasThere ? 'The calendar Tickwire comes with serves again.' : 'There was no imported calendar.')
    return
  }
  const { data, findings } = await readWhole(file, content => {
    prepareFolder(folder)
    return importCalendar(folder, content, clock.now())
  })
  for (const { text: finding } of findings) terminal.say(`warning: ${finding}`)
  if (terminal.format === 'json') terminal.print(JSON.stringify({ version: data.version, file: folder.calendarFile }))
  terminal.say(`Imported: calendar ${formatCoverage({ calendar: createCalendar(data), origin: 'imported' })}.`)
}

/** What `take` makes of the content; what is wrong with it is told with the name of the file. */
async function readWhole<T>(file: string, take: (content: string) => T): Promise<T> {
  const content = await readFile(file)
  try {
    return take(content)
  } catch (cause) {
    if (!(cause instanceof TickwireError) || cause.code !== 'CALENDAR_INVALID') throw cause
    const name = file === '-' ? 'what came on stdin' : file
    const faults = cause.message.includes('\n') ? `\n${cause.message}` : ` ${cause.message}`
    throw new TickwireError('CALENDAR_INVALID', `${name} is no calendar that can serve:${faults}`, {
      next: 'correct it, then: tickwire calendar check FILE',
      cause,
    })
  }
}

async function readFile(file: string): Promise<string> {
  if (file === '-') return text(process.stdin)
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(file))
    throw new TickwireError(
      'USAGE',
      'A calendar is imported from a file that somebody has looked at, not from an address',
      {
        next: 'curl -fsSo calendar.json ADDRESS, then: tickwire calendar check calendar.json',
      },
    )
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const why =
      systemCode(cause) === 'ENOENT' ? `There is no file ${file}` : `${file} cannot be read (${systemCode(cause)})`
    throw new TickwireError('NOT_FOUND', why, { next: 'name a calendar: a JSON file, or - for stdin', cause })
  }
}

import { TickwireError } from '../../shared/errors.ts'
import type { Calendar } from '../../shared/market/calendar/calendar.ts'
import type { Explanation } from '../../shared/market/calendar/explanation.ts'
import type { Exception } from '../../shared/market/calendar/schema.ts'
import { readCalendar, type ServingCalendar } from '../../shared/store/calendar.ts'
import type { Globals } from '../globals.ts'
import { formatCoverage, formatDay, formatKind, formatMoment, formatSessions, grouped, subjectsOf } from '../hours.ts'
import { type Invocation, openInvocation } from '../invocation.ts'
import type { Column, Paint } from '../terminal.ts'

/** What the calendar does not say is said so, never left out. */
const UNKNOWN = 'not known'
const EXPLAIN = 'tickwire calendar explain 2026-11-24'

/** The calendar of the data folder; says on the way what is wrong with it. */
export function openCalendar(globals: Globals): { invocation: Invocation; serving: ServingCalendar } {
  const invocation = openInvocation(globals)
  const { folder, clock, terminal, config } = invocation
  const serving = readCalendar(folder, clock.now())
  if (serving.trouble) terminal.say(`warning: ${serving.trouble}`)
  if (config.market === 'always-open') terminal.say('warning: MARKET ALWAYS OPEN: feeds do not ask this calendar')
  return { invocation, serving }
}

/** `2026-08-03 15:17`, or a date alone for its midnight, in the zone of the calendar. Throws USAGE. */
export function readMoment(calendar: Calendar, text: string | undefined, now: number): number {
  if (text === undefined) return now
  const [, date = '', hours = '0', minutes = '0'] = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d):(\d\d))?$/.exec(text) ?? []
  if (!isDate(date) || Number(hours) > 23 || Number(minutes) > 59)
    throw new TickwireError('USAGE', `${JSON.stringify(text)} is no time as YYYY-MM-DD HH:MM`, {
      next: "tickwire calendar today --at '2026-08-03 15:17'",
    })
  return calendar.instant(date, Number(hours) * 60 + Number(minutes))
}

const isDate = (text: string): boolean => new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) ?? false

interface NowRow {
  readonly exchange: string
  readonly profile: string | undefined
  readonly phase: string | undefined
  readonly matching: string | undefined
  readonly ticks: string | undefined
  readonly from: number | undefined
  readonly to: number | undefined
  readonly nextOpen: number | undefined
  readonly nextClose: number | undefined
  readonly isTradingDay: boolean | undefined
}

const TICKS: Readonly<Record<string, Paint>> = { expected: 'green', sparse: 'yellow', none: 'dim' }

/** `tickwire calendar today`: absent in JSON is not known. */
export function calendarToday(globals: Globals, { at }: { readonly at?: string }): void {
  const { invocation, serving } = openCalendar(globals)
  const { terminal, clock } = invocation
  const { calendar } = serving
  const now = readMoment(calendar, at, clock.now())
  const rows = subjectsOf(calendar).map((subject): NowRow => {
    const { name, matching, ticks, from, to } = calendar.phaseAt(subject, now) ?? {}
    const next = { nextOpen: calendar.nextOpen(subject, now), nextClose: calendar.nextClose(subject, now) }
    const isTradingDay = calendar.isTradingDay(subject, calendar.dateOf(now))
    return {
      exchange: subject.exchange,
      profile: subject.profile,
      phase: name,
      matching,
      ticks,
      from,
      to,
      ...next,
      isTradingDay,
    }
  })
  const columns: readonly Column<NowRow>[] = [
    { head: 'EXCHANGE', cell: row => row.exchange },
    { head: 'INSTRUMENTS', cell: row => row.profile },
    { head: 'NOW', cell: row => row.phase ?? UNKNOWN },
    { head: 'TICKS', cell: row => row.ticks ?? UNKNOWN, paint: row => TICKS[row.ticks ?? ''] },
    { head: 'UNTIL', cell: row => formatMoment(calendar, row.to, now) ?? UNKNOWN },
    { head: 'OPENS NEXT', cell: row => formatMoment(calendar, row.nextOpen, now) ?? UNKNOWN },
    { head: 'CLOSES NEXT', cell: row => formatMoment(calendar, row.nextClose, now) ?? UNKNOWN },
  ]
  terminal.say(`${formatMoment(calendar, now, 0)} (${calendar.zone}), calendar ${formatCoverage(serving)}`)
  terminal.rows(rows, columns, 'The calendar has no exchange.')
}

const EXCEPTION_COLUMNS: readonly Column<Exception>[] = [
  { head: 'DATE', cell: row => row.date },
  { head: 'DAY', cell: row => row.weekday },
  { head: 'EXCHANGES', cell: row => row.segments.join(', ') },
  { head: 'WHAT', cell: formatKind },
  { head: 'NAME', cell: row => row.name },
  { head: 'STATUS', cell: row => row.status, paint: row => (row.status === 'confirmed' ? 'green' : 'yellow') },
]

/** `tickwire calendar next`. */
export function calendarNext(globals: Globals, { count, at }: { readonly count: number; readonly at?: string }): void {
  const { invocation, serving } = openCalendar(globals)
  const { terminal, clock } = invocation
  const { calendar } = serving
  const date = calendar.dateOf(readMoment(calendar, at, clock.now()))
  const ends = calendar.coverage().map(({ to }) => to)
  terminal.say(`From ${date} on; holidays are known to ${ends.toSorted()[0] ?? date}, later days are not`)
  terminal.rows(calendar.exceptionsFrom(date).slice(0, count), EXCEPTION_COLUMNS, `Nothing special from ${date} on.`)
}

const EXPLANATION_COLUMNS: readonly Column<Explanation>[] = [
  { head: 'WHAT', cell: ({ exception }) => formatKind(exception) },
  { head: 'EXCHANGES', cell: ({ exception }) => exception.segments.join(', ') },
  { head: 'NAME', cell: ({ exception }) => exception.name },
  { head: 'STATUS', cell: ({ exception }) => exception.status },
  { head: 'EFFECT', cell: row => row.effect, paint: row => (row.effect === 'counts' ? 'green' : 'yellow') },
  { head: 'PUBLISHED', cell: ({ exception }) => exception.published_at },
  {
    head: 'SOURCE',
    cell: ({ source, exception }) => `${source?.text ?? exception.source} (${source?.status ?? 'none'})`,
  },
  { head: 'NOTE', cell: ({ exception }) => exception.note },
]

/** `tickwire calendar explain DATE`. Throws USAGE for what is no date. */
export function explainDay(globals: Globals, date: string): void {
  if (!isDate(date))
    throw new TickwireError('USAGE', `${JSON.stringify(date)} is no date as YYYY-MM-DD`, { next: EXPLAIN })
  const { invocation, serving } = openCalendar(globals)
  const { terminal } = invocation
  const { calendar } = serving
  const rows = calendar.explain(date)
  const subjects = subjectsOf(calendar)
  if (terminal.format === 'json') {
    for (const { exception, effect, source } of rows)
      terminal.print(JSON.stringify({ row: 'rule', ...exception, effect, source: { id: exception.source, ...source } }))
    for (const subject of subjects) {
      const sessions = calendar
        .sessions(subject, date)
        .map(({ from, to, phase }) => ({ from, to, ...(phase ?? { name: UNKNOWN }) }))
      const isTradingDay = calendar.isTradingDay(subject, date)
      terminal.print(JSON.stringify({ row: 'sessions', date, ...subject, isTradingDay, sessions }))
    }
    return
  }
  const sessions = grouped(calendar, subjects, subject => formatSessions(calendar, calendar.sessions(subject, date)))
  const uncovered = calendar
    .coverage()
    .filter(({ from, to }) => date < from || date > to)
    .map(
      ({ market, from, to }) =>
        `${market} is covered from ${from} to ${to}: of other days only what is named above is known`,
    )
  terminal.print(
    [
      `${formatDay(date)} ${date.slice(0, 4)} (${calendar.zone}), calendar ${calendar.version} (${serving.origin})`,
      rows.length > 0 ? terminal.table(rows, EXPLANATION_COLUMNS) : 'No rule of its own: as its weekday says.',
      sessions.map(([names, text]) => `${names}:\n  ${text}`).join('\n'),
      ...(uncovered.length > 0 ? [uncovered.join('\n')] : []),
    ].join('\n\n'),
  )
}

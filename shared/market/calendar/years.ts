import { createCalendar } from './calendar.ts'
import { usClock } from './day.ts'
import type { Finding, Say } from './finding.ts'
import type { CalendarData } from './schema.ts'
import { addDays, weekdayOf } from './zone.ts'

/** So many days before its end a calendar should have got its next year. */
const DAYS_LEFT = 45
/** When the lists of the next year are out: `MM-DD`. */
const LISTS_ARE_OUT = '12-01'

/** Of each year that is covered whole. */
export function checkYears(data: CalendarData, say: Say): void {
  for (const [market, { coverage, closed_weekdays, muhurat }] of Object.entries(data.markets)) {
    if (!coverage.holidays) continue
    const members = Object.entries(data.segments).filter(([, segment]) => segment?.market === market)
    for (let year = Number(coverage.from.slice(0, 4)); `${year}-12-31` <= coverage.to; year++) {
      if (`${year}-01-01` < coverage.from) continue
      for (const [exchange] of members) {
        const rows = data.exceptions.filter(
          row =>
            row.date.startsWith(`${year}-`) && row.segments.some(one => one === exchange) && row.status !== 'withdrawn',
        )
        const closed = new Set(
          rows.filter(({ date, kind }) => kind.endsWith('closed') && weekdayOf(date) < 5).map(({ date }) => date),
        ).size
        const { least = 0, most = closed } = closed_weekdays ?? {}
        if (closed < least || closed > most)
          say(
            'closed-days',
            `${exchange} is closed on ${closed} weekdays of ${year}; a whole list has ${least} to ${most}`,
          )
        const evenings = new Set(rows.filter(({ kind }) => kind === 'muhurat').map(({ date }) => date)).size
        if (muhurat && evenings !== 1)
          say('muhurat', `${exchange} has ${evenings} Muhurat sessions in ${year}, not one`)
      }
    }
  }
}

/** Circulars against the rule, and schedules with hours of their own against both. */
export function checkUsClock(data: CalendarData, say: Say): void {
  const calendar = createCalendar(data)
  for (const [exchange, profiles] of calendar.exchanges) {
    const segment = data.segments[exchange]
    const coverage = segment?.us_clock && data.markets[segment.market]?.coverage
    if (!coverage) continue
    for (const { from, end } of segment.us_clock?.confirmed ?? [])
      if (usClock(segment, from) !== end)
        say('us-clock', `${exchange}: a circular says ${end} from ${from} on, the rule ${usClock(segment, from)}`)
    for (let date = coverage.from; date <= coverage.to; date = addDays(date, 1)) {
      const late = data.schedules
        .filter(row => row.segments.includes(exchange) && row.valid_from <= date && date <= (row.valid_to ?? date))
        .filter(row => row.profiles?.includes(profiles[0] ?? '') ?? true)
        .flatMap(({ phases }) => phases.at(-1) ?? [])
      const wrong = late.find(({ end }) => end !== 'us_clock' && end !== usClock(segment, date))
      if (!wrong) continue
      say(
        'us-clock',
        `${exchange} ends at ${wrong.end} on ${date}, by the clocks of the US at ${usClock(segment, date)}`,
      )
      break
    }
  }
}

/** Whether the next year has to be got. */
export function checkCoverage(data: CalendarData, now: number): Finding[] {
  const today = createCalendar(data).dateOf(now)
  return Object.entries(data.markets).flatMap(
    ([
      market,
      {
        coverage: { to },
      },
    ]): Finding[] => {
      if (to >= addDays(today, DAYS_LEFT)) return []
      const isLate = today > to || (today.slice(5) >= LISTS_ARE_OUT && to < addDays(`${today.slice(0, 4)}-12-31`, 1))
      const text = `${market} is known to ${to}${today > to ? ', which is over' : `, less than ${DAYS_LEFT} days from ${today}`}`
      return [
        { verdict: isLate ? 'error' : 'warn', rule: 'coverage', text: `${text}; next: tickwire calendar import FILE` },
      ]
    },
  )
}

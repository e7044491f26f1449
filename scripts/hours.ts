import type { Calendar, Stretch, Subject } from '../shared/market/calendar/calendar.ts'
import { type Exception, WEEKDAYS } from '../shared/market/calendar/schema.ts'
import { weekdayOf } from '../shared/market/calendar/zone.ts'
import type { ServingCalendar } from '../shared/store/calendar.ts'

/** Trading hours as a person reads them, in the zone of their calendar. */

const format = (zone: string, options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...options })

/** `09:15`. */
const formatClock = ({ zone }: Calendar, at: number): string =>
  format(zone, { hour: '2-digit', minute: '2-digit' }).format(at)

/** `09:15` on the day of `now`, else `Mon 23 Nov 09:15`. */
export function formatMoment(calendar: Calendar, at: number | undefined, now: number): string | undefined {
  if (at === undefined) return undefined
  if (calendar.dateOf(at) === calendar.dateOf(now)) return formatClock(calendar, at)
  return `${formatDay(calendar.dateOf(at))} ${formatClock(calendar, at)}`
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `Mon 23 Nov`, of `YYYY-MM-DD`. */
export function formatDay(date: string): string {
  const [, month, day] = date.split('-').map(Number)
  return `${WEEKDAYS[weekdayOf(date)]} ${day} ${MONTHS[(month ?? 1) - 1]}`
}

/** `closed`, `morning closed`, … */
export const formatKind = ({ kind }: Pick<Exception, 'kind'>): string => kind.replace('_', ' ')

/** Every exchange with every profile that it has. */
export const subjectsOf = ({ exchanges }: Calendar): Subject[] =>
  [...exchanges].flatMap(([exchange, profiles]) => profiles.map(profile => ({ exchange, profile })))

/** `NSE cas, NFO`: an exchange by its name alone where all its instruments are meant. */
function formatSubjects({ exchanges }: Calendar, subjects: readonly Subject[]): string {
  const profiles = new Map<string, string[]>()
  for (const { exchange, profile = '' } of subjects)
    profiles.set(exchange, [...(profiles.get(exchange) ?? []), profile])
  return [...exchanges]
    .flatMap(([exchange, all]) => {
      const those = profiles.get(exchange) ?? []
      return those.length === all.length ? [exchange] : those.map(profile => `${exchange} ${profile}`.trim())
    })
    .join(', ')
}

/** One line for all that say the same: who they are, then what they say. */
export function grouped(
  calendar: Calendar,
  subjects: readonly Subject[],
  say: (subject: Subject) => string,
): [string, string][] {
  const groups = new Map<string, Subject[]>()
  for (const subject of subjects) groups.set(say(subject), [...(groups.get(say(subject)) ?? []), subject])
  return [...groups].map(([text, those]) => [formatSubjects(calendar, those), text])
}

/** `09:15-15:15 continuous, …`; `closed` for a day without sessions. */
export function formatSessions(calendar: Calendar, stretches: readonly Stretch[]): string {
  const end = (at: number) => formatClock(calendar, at).replace('00:00', '24:00')
  const texts = stretches.map(
    ({ from, to, phase }) => `${formatClock(calendar, from)}-${end(to)} ${phase?.name ?? 'not known'}`,
  )
  return texts.length === 0 ? 'closed' : texts.join(', ')
}

/** `2026-11-21 (shipped)`, and how far it reaches. */
export function formatCoverage({ calendar, origin }: Pick<ServingCalendar, 'calendar' | 'origin'>): string {
  const markets = calendar
    .coverage()
    .map(({ market, to, holidays }) => `${market} to ${to}${holidays ? '' : ' (hours, without holidays)'}`)
  return `version ${calendar.version} (${origin}): ${markets.join(', ')}`
}

/** Not a holiday on a day that is closed anyway. */
const isNews = ({ kind, weekday }: Exception): boolean =>
  kind !== 'settlement_only' && !(kind === 'closed' && weekday.startsWith('S'))

/** One line: what the markets do now, and the next day that is not as its weekday says. */
export function formatMarket(calendar: Calendar, now: number): string {
  const usual = [...calendar.exchanges.keys()].map(exchange => ({ exchange }))
  const say = (subject: Subject) => {
    const phase = calendar.phaseAt(subject, now)
    return phase ? `${phase.name} to ${formatMoment(calendar, phase.to, now)}` : 'not known'
  }
  const states = grouped(calendar, usual, say).map(([names, text]) => `${names} ${text}`)
  const [next] = calendar.exceptionsFrom(calendar.dateOf(now)).filter(isNews)
  const coming = next ? `; next: ${formatDay(next.date)} ${next.name}` : ''
  return `${states.join('; ')}${coming}`
}

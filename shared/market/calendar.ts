import type { Exchange } from './exchange.ts'
import { atIndian, indianDate, indianMinutes } from './india.ts'
import { type Market, type Schedule, SESSIONS, type Sessions, type SpecialDay } from './sessions.ts'

/**
 * `expected`: the market as a whole trades continuously, so that silence of all of it is a fault. `quiet`: silence is
 * normal; the market is closed, or in an auction in which few trade. `unknown`: the calendar does not know.
 */
export type Expectation = 'expected' | 'quiet' | 'unknown'

export interface Calendar {
  readonly version: string
  /** Whether ticks are to be expected at `at`, milliseconds since 1970. One thin instrument may be silent all the same. */
  expectTicks(exchange: Exchange, at: number): Expectation
  /**
   * The first instant from `at` on, `at` included, at which ticks are expected; days the calendar does not know are
   * passed over. `undefined` when it knows of none.
   */
  nextExpected(exchange: Exchange, at: number): number | undefined
}

/** Minutes since midnight in India, the end not included. */
interface Span {
  readonly from: number
  readonly to: number
}

interface Day {
  readonly hours: readonly Span[]
  /** Whether the hours surely hold on this day. */
  readonly isSure: boolean
}

const CLOSED: Day = { hours: [], isSure: true }
const NOON = 720

/** The calendar that some data make; pure. */
function createCalendar({ version, markets, coverage, schedules, days }: Sessions): Calendar {
  const marketOf = new Map(
    Object.entries(markets).flatMap(([market, exchanges]) => exchanges.map(one => [one, market as Market] as const)),
  )

  /** `undefined` when nothing is known of the day. */
  const dayOf = (exchange: Exchange, market: Market, date: string): Day | undefined => {
    const regular = parseHours(regularHours(schedules, exchange, date))
    const special = days[market].find(day => day.date === date)
    if (special) return specialDay(special, regular)
    const { from, to, holidays } = coverage[market]
    if (date < from || date > to) return undefined
    return isWeekend(date) ? CLOSED : { hours: regular, isSure: holidays }
  }

  return {
    version,
    expectTicks(exchange, at) {
      const market = marketOf.get(exchange)
      const day = market && dayOf(exchange, market, indianDate(at))
      if (!day) return 'unknown'
      const now = indianMinutes(at)
      if (!day.hours.some(({ from, to }) => from <= now && now < to)) return 'quiet'
      return day.isSure ? 'expected' : 'unknown'
    },
    nextExpected(exchange, at) {
      const market = marketOf.get(exchange)
      if (!market) return undefined
      for (let date = indianDate(at); date <= coverage[market].to; date = nextDate(date)) {
        const day = dayOf(exchange, market, date)
        const span = day?.isSure ? day.hours.find(({ to }) => atIndian(date, to) > at) : undefined
        if (span) return Math.max(at, atIndian(date, span.from))
      }
      return undefined
    },
  }
}

/** The calendar Tickwire comes with. */
export const calendar: Calendar = createCalendar(SESSIONS)

function specialDay({ hours }: SpecialDay, regular: readonly Span[]): Day | undefined {
  switch (hours) {
    case 'unknown':
      return undefined
    case 'closed':
      return CLOSED
    case 'regular':
      return { hours: regular, isSure: true }
    case 'morning':
      return { hours: regular.slice(0, 1), isSure: true }
    case 'evening':
      return { hours: regular.slice(1), isSure: true }
    default:
      return { hours: parseHours(hours), isSure: true }
  }
}

/** Of the latest row that has begun. */
const regularHours = (schedules: readonly Schedule[], exchange: Exchange, date: string): string =>
  schedules
    .filter(({ exchanges, from }) => exchanges.includes(exchange) && from <= date)
    .reduce((latest, row) => (row.from >= latest.from ? row : latest), { from: '', hours: '' }).hours

/** `09:00-17:00 17:00-23:30` as spans. */
function parseHours(text: string): Span[] {
  return [...text.matchAll(/(\d\d):(\d\d)-(\d\d):(\d\d)/g)].map(([, ...parts]) => {
    const [fromHour = 0, from = 0, toHour = 0, to = 0] = parts.map(Number)
    return { from: fromHour * 60 + from, to: toHour * 60 + to }
  })
}

/** Dates are counted in UTC, so that the zone of this machine does not matter. */
const isWeekend = (date: string): boolean => [0, 6].includes(new Date(`${date}T00:00:00Z`).getUTCDay())

const nextDate = (date: string): string => indianDate(atIndian(date, NOON) + 86_400_000)

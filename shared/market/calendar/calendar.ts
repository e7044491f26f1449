import type { Exchange } from '../exchange.ts'
import type { Instrument } from '../instrument.ts'
import { type Explanation, explainDate } from './explanation.ts'
import { profileOf } from './profile.ts'
import type { CalendarData, Exception } from './schema.ts'
import { type SessionPhase, type Stretch, Timeline } from './timeline.ts'
import { addDays, zoneOf } from './zone.ts'

export type { Stretch } from './timeline.ts'

/**
 * `expected`: the market as a whole trades continuously, so that silence of all of it is a fault. `quiet`: silence is
 * normal; the market is closed, or in an auction in which few trade. `unknown`: the calendar does not know.
 */
export type Expectation = 'expected' | 'quiet' | 'unknown'

/** What the calendar can be asked about: an exchange, and a kind of instruments on it (`profileOf`). */
export interface Subject {
  readonly exchange: Exchange
  /** The usual one of the exchange, unless named. */
  readonly profile?: string | undefined
}

/** The days of which one market knows all. */
interface Coverage {
  readonly market: string
  readonly exchanges: readonly Exchange[]
  readonly from: string
  readonly to: string
  /** Otherwise hours are known, and not on which weekdays they hold. */
  readonly holidays: boolean
  readonly source: string
}

/** Whether a derivative of a symbol is listed on an exchange; `undefined` when nobody knows. */
export type IsUnderlying = (exchange: Exchange, symbol: string) => boolean | undefined

/** Instants are milliseconds since 1970, dates `YYYY-MM-DD` in the calendar's zone. Pure: the same data say the same. */
export interface Calendar {
  readonly version: string
  readonly zone: string
  /** The exchanges it speaks of, each with its profiles, the usual one first. */
  readonly exchanges: ReadonlyMap<Exchange, readonly string[]>
  /** `YYYY-MM-DD` of an instant in the calendar's zone. */
  dateOf(at: number): string
  /** The instant at which clocks in the calendar's zone show so many minutes since midnight. */
  instant(date: string, minutes: number): number
  /** Phases follow each other without holes; between sessions it is `closed`. Nothing when the calendar does not know. */
  phaseAt(subject: Subject, at: number): SessionPhase | undefined
  /** One thin instrument may be silent all the same. */
  expectTicks(subject: Subject, at: number): Expectation
  /** Whether orders meet continuously in the main session: not before it, not after it, not in an auction. */
  isOpen(subject: Subject, at: number): boolean | undefined
  /** The first opening after `at`; days the calendar does not know are passed over, here and below. */
  nextOpen(subject: Subject, at: number): number | undefined
  /** The end of the continuous trading that goes on at `at`, else of the next one. */
  nextClose(subject: Subject, at: number): number | undefined
  /** The first instant from `at` on, `at` included, at which ticks are expected, or nobody knows whether there are any. */
  nextPossible(subject: Subject, at: number): number | undefined
  /** What is held on a date, in order; a stretch without a phase is unknown, and a date without stretches closed. */
  sessions(subject: Subject, date: string): readonly Stretch[]
  /** Also `true` of a day whose session is known and whose hours are not. */
  isTradingDay(subject: Subject, date: string): boolean | undefined
  /** The last trading day before a date; nothing when a day in between is unknown. */
  previousTradingDay(subject: Subject, date: string): string | undefined
  coverage(): readonly Coverage[]
  /** Everything the calendar holds of a date, also what later rows made void, in the order of the file. */
  explain(date: string): readonly Explanation[]
  /** Dates from `date` on, `date` included, that are not as their weekday says, in order. */
  exceptionsFrom(date: string): readonly Exception[]
  /** The hours an instrument keeps. */
  profileOf(instrument: Instrument, isUnderlying: IsUnderlying): string | undefined
}

/** How far ahead it looks. */
const MOST_DAYS = 400

const isMain = ({ matching, ticks }: SessionPhase): boolean => matching === 'continuous' && ticks === 'expected'

/** The calendar that some data make. */
export function createCalendar(data: CalendarData): Calendar {
  const zone = zoneOf(data.zone)
  const byDate = new Map<string, Exception[]>()
  for (const row of data.exceptions) byDate.set(row.date, [...(byDate.get(row.date) ?? []), row])
  const rowsOf = (date: string) => byDate.get(date) ?? []
  const timelines = new Map<Exchange, Map<string, Timeline>>()
  const segments = Object.entries(data.segments).flatMap(([code, segment]) =>
    segment ? [[code as Exchange, segment] as const] : [],
  )
  for (const [exchange, { profiles }] of segments)
    timelines.set(
      exchange,
      new Map(profiles.map(({ name }) => [name, new Timeline(data, zone, rowsOf, { exchange, profile: name })])),
    )

  const timelineOf = ({ exchange, profile }: Subject): Timeline | undefined =>
    timelines.get(exchange)?.get(profile ?? data.segments[exchange]?.usual ?? '')

  /** The last day of which anything can be known. */
  const lastDay = (exchange: Exchange): string => {
    const covered = data.markets[data.segments[exchange]?.market ?? '']?.coverage.to ?? ''
    const special = data.exceptions.filter(row => row.segments.includes(exchange)).map(({ date }) => date)
    return [covered, ...special].toSorted().at(-1) ?? covered
  }
  /** Where a look ahead ends. */
  const horizon = (exchange: Exchange, at: number): string => {
    const far = addDays(zone.dateOf(at), MOST_DAYS)
    return [lastDay(exchange), far].toSorted()[0] ?? far
  }

  /** Known phases that end after `at`, in order. */
  function* ahead(subject: Subject, at: number): Generator<SessionPhase> {
    const timeline = timelineOf(subject)
    if (!timeline) return
    const end = horizon(subject.exchange, at)
    for (let date = zone.dateOf(at); date <= end; date = addDays(date, 1))
      for (const { phase } of timeline.stretches(date)) if (phase && phase.to > at) yield phase
  }

  /** Continuous trading that ends after `at`: phases that meet are one. The end of one that has none in sight is absent. */
  function* openings(subject: Subject, at: number): Generator<{ from: number; to: number | undefined }> {
    let current: { from: number; to: number } | undefined
    for (const phase of ahead(subject, at)) {
      if (!isMain(phase)) continue
      const { from, to } = phase
      if (current?.to === from) current = { from: current.from, to }
      else {
        if (current) yield current
        current = { from, to }
      }
    }
    if (!current) return
    const edge = zone.at(addDays(horizon(subject.exchange, at), 1), 0)
    yield { from: current.from, to: current.to < edge ? current.to : undefined }
  }

  const phaseAt = (subject: Subject, at: number) => timelineOf(subject)?.at(at).phase

  return {
    version: data.version,
    zone: data.zone,
    exchanges: new Map(
      segments.map(([exchange, { usual, profiles }]) => [
        exchange,
        [usual, ...profiles.map(({ name }) => name).filter(name => name !== usual)],
      ]),
    ),
    dateOf: at => zone.dateOf(at),
    instant: (date, minutes) => zone.at(date, minutes),
    phaseAt,
    expectTicks(subject, at) {
      const ticks = phaseAt(subject, at)?.ticks
      return ticks === undefined ? 'unknown' : ticks === 'expected' ? 'expected' : 'quiet'
    },
    isOpen(subject, at) {
      const phase = phaseAt(subject, at)
      return phase && isMain(phase)
    },
    nextOpen(subject, at) {
      for (const { from } of openings(subject, at)) if (from > at) return from
      return undefined
    },
    nextClose: (subject, at) => openings(subject, at).next().value?.to,
    nextPossible(subject, at) {
      const timeline = timelineOf(subject)
      if (!timeline) return at
      for (let date = zone.dateOf(at), days = 0; days <= MOST_DAYS; date = addDays(date, 1), days++)
        for (const { from, to, phase } of timeline.stretches(date))
          if (to > at && (phase?.ticks ?? 'expected') === 'expected') return Math.max(at, from)
      return undefined
    },
    sessions: (subject, date) => timelineOf(subject)?.stretches(date) ?? [],
    isTradingDay: (subject, date) => timelineOf(subject)?.isTrading(date),
    previousTradingDay(subject, date) {
      const timeline = timelineOf(subject)
      for (let day = addDays(date, -1); timeline; day = addDays(day, -1)) {
        const isTrading = timeline.isTrading(day)
        if (isTrading !== false) return isTrading && day
      }
      return undefined
    },
    coverage: () =>
      Object.entries(data.markets).map(([market, { coverage }]) => ({
        market,
        exchanges: segments.filter(([, segment]) => segment.market === market).map(([exchange]) => exchange),
        ...coverage,
      })),
    explain: date => explainDate(data, rowsOf(date)),
    exceptionsFrom: date =>
      data.exceptions.filter(row => row.date >= date).toSorted((a, b) => a.date.localeCompare(b.date)),
    profileOf: (instrument, isUnderlying) => profileOf(data.segments[instrument.exchange], instrument, isUnderlying),
  }
}

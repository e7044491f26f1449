import type { Clock } from '../shared/clock.ts'
import {
  type Calendar,
  createCalendar,
  type Expectation,
  type IsUnderlying,
  type Subject,
} from '../shared/market/calendar/calendar.ts'
import type { CalendarData } from '../shared/market/calendar/schema.ts'
import { shippedCalendar } from '../shared/market/calendar/shipped.ts'
import type { Exchange } from '../shared/market/exchange.ts'
import type { Instrument } from '../shared/market/instrument.ts'
import type { Phase, PhaseAt } from '../shared/market/phase.ts'
import type { CalendarFile } from '../shared/store/calendar.ts'

/** Whether the calendar decides when ticks are due, or they are due at all times: for development. */
export type MarketHours = 'calendar' | 'always-open'

interface MarketParts {
  /** Of this data folder; the shipped calendar without one. */
  readonly calendars?: Pick<CalendarFile, 'serving'> | undefined
  /** The adapter's own: it answers for the exchanges it names. */
  readonly own?: CalendarData | undefined
  readonly hours?: MarketHours | undefined
  /** `EXCHANGE:SYMBOL` of everything a listed derivative is of; nothing while there is no list. */
  readonly underlyings?: () => ReadonlySet<string> | undefined
  readonly clock: Clock
}

/** What was worked out for an instrument, and from what. */
interface Known {
  readonly calendar: Calendar
  readonly underlyings: ReadonlySet<string> | undefined
  readonly subject: Subject
}

/** The phase of a market in which silence counts as a fault at any hour. */
export const ALWAYS_OPEN: Phase = { name: 'always open', ticks: 'expected', from: -8.64e15, to: 8.64e15 }
/** How often the list is asked whether it was replaced. */
const LOOK_MS = 1000

/** What one feed's market does: the calendar of the data folder or of the adapter, asked by instrument. */
export class Market {
  readonly #calendars: MarketParts['calendars']
  readonly #own: Calendar | undefined
  readonly #isAlwaysOpen: boolean
  readonly #readUnderlyings: () => ReadonlySet<string> | undefined
  readonly #clock: Clock
  readonly #known = new WeakMap<Instrument, Known>()
  #underlyings: ReadonlySet<string> | undefined
  /** Exchanges of the underlyings. */
  #listed: ReadonlySet<string> = new Set()
  #lookedAt = Number.NEGATIVE_INFINITY

  constructor({ calendars, own, hours = 'calendar', underlyings = () => undefined, clock }: MarketParts) {
    this.#calendars = calendars
    this.#own = own && createCalendar(own)
    this.#isAlwaysOpen = hours === 'always-open'
    this.#readUnderlyings = underlyings
    this.#clock = clock
  }

  /** Allocates nothing for an instrument it was asked about before. */
  readonly phaseAt: PhaseAt = (instrument, at) => {
    if (this.#isAlwaysOpen) return ALWAYS_OPEN
    const calendar = this.#calendarOf(instrument.exchange)
    return calendar.phaseAt(this.#subjectOf(calendar, instrument), at)
  }

  /** Of an exchange as a whole. */
  expectTicks(exchange: Exchange, at: number): Expectation {
    return this.#isAlwaysOpen ? 'expected' : this.#calendarOf(exchange).expectTicks({ exchange }, at)
  }

  /** The first instant from `at` on, `at` included, at which an exchange is expected to tick, or nobody knows whether. */
  nextPossible(exchange: Exchange, at: number): number | undefined {
    return this.#isAlwaysOpen ? at : this.#calendarOf(exchange).nextPossible({ exchange }, at)
  }

  /** What a person should know of where this comes from: one line, or nothing. */
  remark(): string | undefined {
    if (this.#isAlwaysOpen)
      return 'MARKET ALWAYS OPEN: silence counts as a fault also while markets are closed (market = "always-open")'
    return this.#calendars?.serving.trouble
  }

  #calendarOf(exchange: Exchange): Calendar {
    return this.#own?.exchanges.has(exchange) ? this.#own : (this.#calendars?.serving.calendar ?? shippedCalendar)
  }

  #subjectOf(calendar: Calendar, instrument: Instrument): Subject {
    this.#look()
    const known = this.#known.get(instrument)
    if (known?.calendar === calendar && known.underlyings === this.#underlyings) return known.subject
    const profile = calendar.profileOf(instrument, this.#isUnderlying)
    const subject = { exchange: instrument.exchange, profile }
    this.#known.set(instrument, { calendar, underlyings: this.#underlyings, subject })
    return subject
  }

  #look(): void {
    const now = this.#clock.monotonic()
    if (now - this.#lookedAt < LOOK_MS) return
    this.#lookedAt = now
    const underlyings = this.#readUnderlyings()
    if (underlyings === this.#underlyings) return
    this.#underlyings = underlyings
    this.#listed = new Set([...(underlyings ?? [])].map(one => one.slice(0, one.indexOf(':'))))
  }

  /** A list without any future of an exchange says nothing of what has some there. */
  readonly #isUnderlying: IsUnderlying = (exchange, symbol) =>
    this.#listed.has(exchange) ? this.#underlyings?.has(`${exchange}:${symbol}`) : undefined
}

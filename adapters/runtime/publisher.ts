import type { Log } from '../../shared/log.ts'
import type { Instrument } from '../../shared/market/instrument.ts'
import type { Tick } from '../../shared/market/tick.ts'
import type { Update } from '../contract.ts'
import type { Audience } from './audience.ts'
import type { Board, Entry } from './board.ts'
import { MAX_AHEAD_MS, withinBounds } from './bounds.ts'
import type { Delays } from './delays.ts'

/** Counted since the publisher started. */
export interface PublisherCounts {
  /** Updates accepted. */
  readonly ticks: number
  /** Older than the last one of their instrument. */
  readonly late: number
  /** Out of bounds. */
  readonly invalid: number
  /** Of an instrument the adapter did not list. */
  readonly unknown: number
}

interface PublisherParts {
  readonly board: Board
  readonly audience: Audience
  /** How far the clock of this machine was set back since the start, milliseconds: so far ahead the exchange seems to be. */
  readonly behindMs?: () => number
  /** The updates come in the order in which they happened: no wire is between. */
  readonly isOrdered?: boolean | undefined
  readonly delays: Pick<Delays, 'tick'>
  readonly log: Log
}

/**
 * Between a source's updates and the bus: checks each one, keeps it as the last value of its instrument, and gives it to
 * the channel of every wanted topic, which stamps the sequence, encodes once and puts the record into every lane.
 */
export class Publisher {
  readonly #board: Board
  readonly #audience: Audience
  readonly #behindMs: () => number
  readonly #isOrdered: boolean
  readonly #delays: Pick<Delays, 'tick'>
  readonly #log: Log
  readonly #counts = { ticks: 0, late: 0, invalid: 0, unknown: 0 }
  #lastReceivedAt: number | undefined

  constructor({ board, audience, behindMs = () => 0, isOrdered = false, delays, log }: PublisherParts) {
    this.#board = board
    this.#behindMs = behindMs
    this.#isOrdered = isOrdered
    this.#delays = delays
    this.#audience = audience
    this.#log = log
  }

  /**
   * Takes what the source saw. Nothing is encoded unless somebody wants it; what may not be published is counted. False
   * for what cannot be a price of a listed instrument.
   */
  offer(update: Update): boolean {
    const { instrument, tick } = update
    const entry = this.#board.find(instrument)
    if (!entry) return this.#drop('unknown', update)
    if (!withinBounds(update) && !withinBounds(update, MAX_AHEAD_MS + this.#behindMs()))
      return this.#drop('invalid', update)
    if (!this.#isOrdered && isOvertaken(entry, update)) this.#drop('late', update)
    else if (!isLate(entry, tick)) this.#publish(entry, update)
    // Never back in time: what did not change is of the newest time already.
    else if (update.isChange) this.#publish(entry, { ...update, tick: { ...tick, timestamp: entry.newestAt } })
    else this.#drop('late', update)
    return true
  }

  /** Forgets last values, all unless told; sequences go on. */
  forget(instruments?: Iterable<Instrument>): void {
    this.#board.forget(instruments)
  }

  /** What is known of every instrument that ever had a value or was wanted. */
  entries(): Iterable<Readonly<Pick<Entry, 'instrument' | 'last' | 'receivedAt'>>> {
    return this.#board.entries()
  }

  /** When the last value of an instrument was received, microseconds; nothing when it has none. */
  receivedAt(instrument: Instrument): number | undefined {
    const entry = this.#board.find(instrument)
    return entry?.last && entry.receivedAt
  }

  /** Whether the last value of an instrument came by itself: not asked for, as a quote is. */
  hasTicked(instrument: Instrument): boolean {
    const last = this.#board.find(instrument)?.last
    return last !== undefined && last.isPolled !== true
  }

  counts(): PublisherCounts {
    return { ...this.#counts }
  }

  /** When the newest accepted update was received, milliseconds. */
  lastTickAt(): number | undefined {
    return this.#lastReceivedAt === undefined ? undefined : Math.floor(this.#lastReceivedAt / 1000)
  }

  #publish(entry: Entry, { tick, receivedAt }: Update): void {
    const { last } = entry
    const first = last === undefined
    // What the exchange has not stamped anew says when something happened, not how long it took: first values, repeats.
    if (last && tick.timestamp > last.timestamp && !tick.isStampedHere && !tick.isPolled)
      this.#delays.tick(entry.instrument.exchange, tick.timestamp, receivedAt)
    entry.last = tick
    entry.receivedAt = receivedAt
    // A stamp ahead of our clock must not make those of the present late, nor must another source than the stream.
    if (!tick.isStampedHere && !tick.isPolled) entry.newestAt = Math.min(tick.timestamp, Math.floor(receivedAt / 1000))
    this.#counts.ticks++
    this.#lastReceivedAt = receivedAt
    if (first) this.#audience.meet(entry)
    for (const channel of entry.wanted) channel.publish(tick, receivedAt)
    for (const channel of entry.idle) channel.pass(tick)
  }

  /** One log line for the first of a kind: a source that errs does so thousands of times a second. */
  #drop(kind: 'late' | 'invalid' | 'unknown', { instrument, tick, receivedAt }: Update): false {
    if (this.#counts[kind]++ > 0) return false
    const { exchange, symbol } = instrument
    const { ltp, timestamp } = tick
    this.#log.warn({ kind, exchange, symbol, ltp, timestamp, receivedAt }, 'update dropped; further ones are counted')
    return false
  }
}

/** What is older by more was not overtaken on its way: the source's clock was wrong before, or is set back now. */
const OVERTAKEN_MS = 60_000

/** A time of receipt says nothing of the order at the exchange: only times of one clock are compared. */
const isLate = ({ newestAt }: Entry, { isStampedHere, timestamp }: Tick): boolean =>
  !isStampedHere && timestamp < newestAt && newestAt - timestamp <= OVERTAKEN_MS

/** Messages overtake one another by much less; and what is believed late is not seen by anybody until then. */
const DOUBTED_MICROS = 5_000_000

/**
 * Within the second of the exchange's clock, or without one, the day's volume tells the order: it only grows. After a
 * while the lower one is believed: a trade was cancelled, or a new day has begun.
 */
const isOvertaken = ({ last, receivedAt: lastAt, newestAt }: Entry, { tick, receivedAt }: Update): boolean =>
  last?.volume !== undefined &&
  tick.volume !== undefined &&
  tick.volume < last.volume &&
  tick.isPolled === last.isPolled &&
  (tick.isStampedHere === true || (tick.timestamp <= newestAt && newestAt - tick.timestamp <= OVERTAKEN_MS)) &&
  receivedAt - lastAt <= DOUBTED_MICROS

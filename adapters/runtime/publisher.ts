import type { Log } from '../../shared/log.ts'
import type { Instrument } from '../../shared/market/instrument.ts'
import type { Tick } from '../../shared/market/tick.ts'
import type { Update } from '../contract.ts'
import type { Audience } from './audience.ts'
import type { Board, Entry } from './board.ts'
import { withinBounds } from './bounds.ts'

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

/**
 * Between a source's updates and the bus: checks each one, keeps it as the last value of its instrument, and gives it to
 * the channel of every wanted topic, which stamps the sequence, encodes once and puts the record into every lane.
 */
export class Publisher {
  readonly #board: Board
  readonly #audience: Audience
  readonly #log: Log
  readonly #counts = { ticks: 0, late: 0, invalid: 0, unknown: 0 }
  #lastReceivedAt: number | undefined

  constructor({ board, audience, log }: { board: Board; audience: Audience; log: Log }) {
    this.#board = board
    this.#audience = audience
    this.#log = log
  }

  /** Takes what the source saw. Nothing is encoded unless somebody wants it; what may not be published is counted. */
  offer(update: Update): void {
    const { instrument, tick } = update
    const entry = this.#board.find(instrument)
    if (!entry) this.#drop('unknown', update)
    else if (!withinBounds(update)) this.#drop('invalid', update)
    else if (!isLate(entry, tick)) this.#publish(entry, update)
    // Never back in time: what did not change is of the newest time already.
    else if (update.isChange) this.#publish(entry, { ...update, tick: { ...tick, timestamp: entry.newestAt } })
    else this.#drop('late', update)
  }

  /** Forgets last values, all unless told; sequences go on. */
  forget(instruments?: Iterable<Instrument>): void {
    this.#board.forget(instruments)
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
    const first = entry.last === undefined
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
  #drop(kind: 'late' | 'invalid' | 'unknown', { instrument, tick, receivedAt }: Update): void {
    if (this.#counts[kind]++ > 0) return
    const { exchange, symbol } = instrument
    const { ltp, timestamp } = tick
    this.#log.warn({ kind, exchange, symbol, ltp, timestamp, receivedAt }, 'update dropped; further ones are counted')
  }
}

/** What is older by more was not overtaken on its way: the source's clock was wrong before, or is set back now. */
const OVERTAKEN_MS = 60_000

/** A time of receipt says nothing of the order at the exchange: only times of one clock are compared. */
const isLate = ({ newestAt }: Entry, { isStampedHere, timestamp }: Tick): boolean =>
  !isStampedHere && timestamp < newestAt && newestAt - timestamp <= OVERTAKEN_MS

import type { Instrument } from '../../../shared/market/instrument.ts'

/** What a stretch without a tick means while the connection lives. */
export type Silence = 'none' | 'quiet' | 'suspect'

/** Clients are told within 30 s, also by a machine that is busy. */
export const SILENCE_LIMIT_MS = 25_000
const BUCKET_MS = 10_000
const BUCKETS = 12
/** So many ticks in two minutes, and then none for so long, is no whim of the market. */
const BUSY_TICKS = 40
/** Brokers say the value of what is asked for at once, but do not promise it: of few instruments it proves nothing. */
const MANY = 5

/**
 * Watches the ticks of a feed whose broker sends heartbeats: those prove the connection, and nothing of the market. A thin
 * instrument may be silent for minutes, so that silence counts only where many ticks came before of what should still
 * tick, or none at all since something was asked for.
 */
export class SilenceWatch {
  /** Ticks by instrument: what is let go of, or closes, does not make a thin rest suspect. */
  readonly #counts = Array.from({ length: BUCKETS }, () => new Map<Instrument, number>())
  #bucket = 0
  #lastAt: number
  /** When the first thing was asked for that no tick came after. */
  #askedAt: number | undefined
  /** Nothing has come since all that is wanted was of closed markets. */
  #slept = false

  /** `now`: monotonic milliseconds, as everywhere here. */
  constructor(now: number) {
    this.#lastAt = now
    this.#askedAt = now
  }

  /** Everything was asked for anew: what was before says nothing any more. */
  restarted(now: number): void {
    this.#lastAt = now
    this.#askedAt = now
    this.#slept = false
    for (const counts of this.#counts) counts.clear()
  }

  /** Something more was asked for: an answer is due, and the silence of the rest goes on. */
  asked(now: number): void {
    this.#askedAt ??= now
  }

  ticked(instrument: Instrument, now: number): void {
    this.#turn(now)
    const counts = this.#counts[this.#bucket % BUCKETS]
    counts?.set(instrument, (counts.get(instrument) ?? 0) + 1)
    this.#lastAt = now
    this.#askedAt = undefined
    this.#slept = false
  }

  /** `expectations`: what is wanted, of markets that trade now. */
  judge(now: number, expectations: () => ReadonlySet<Instrument>): Silence {
    if (now - this.#lastAt < SILENCE_LIMIT_MS) return 'none'
    const expected = expectations()
    // A market that opens owes an answer: a socket may outlive the night, or its login, and bring nothing any more.
    if (this.#slept && expected.size > 0) this.asked(now)
    this.#slept = expected.size === 0
    const isUnanswered = this.#askedAt !== undefined && now - this.#askedAt >= SILENCE_LIMIT_MS
    const isOdd = isUnanswered && isLively(expected)
    return isOdd || this.#recent(expected) >= BUSY_TICKS ? 'suspect' : 'quiet'
  }

  #recent(expected: ReadonlySet<Instrument>): number {
    let recent = 0
    for (const counts of this.#counts)
      for (const [instrument, count] of counts) if (expected.has(instrument)) recent += count
    return recent
  }

  #turn(now: number): void {
    const bucket = Math.floor(now / BUCKET_MS)
    for (let step = 0; step < Math.min(bucket - this.#bucket, BUCKETS); step++)
      this.#counts[(bucket - step) % BUCKETS]?.clear()
    this.#bucket = bucket
  }
}

/** An index moves every second of the session; of many instruments one does. */
const isLively = (instruments: ReadonlySet<Instrument>): boolean =>
  instruments.size >= MANY || [...instruments].some(({ kind }) => kind === 'INDEX')

/** What a stretch without a tick means while the connection lives. */
export type Silence = 'none' | 'quiet' | 'suspect'

/** Clients are told within 30 s; one look may pass in between. */
export const SILENCE_LIMIT_MS = 28_000
const BUCKET_MS = 10_000
const BUCKETS = 12
/** So many ticks in two minutes, and then none for half a minute, is no whim of the market. */
const BUSY_TICKS = 60

/**
 * Watches the ticks of a feed whose broker sends heartbeats: those prove the connection, and nothing of the market. A thin
 * instrument may be silent for minutes, so that silence counts only where many ticks came before, or none at all since
 * they were asked for.
 */
export class SilenceWatch {
  readonly #counts = Array.from({ length: BUCKETS }, () => 0)
  #bucket = 0
  #lastAt: number
  #sinceAsked = 0

  /** `now`: monotonic milliseconds, as everywhere here. */
  constructor(now: number) {
    this.#lastAt = now
  }

  /** Something new was asked for, or everything again: from now on an answer is due. */
  asked(now: number): void {
    this.#lastAt = now
    this.#sinceAsked = 0
    this.#counts.fill(0)
  }

  ticked(now: number): void {
    this.#turn(now)
    const at = this.#bucket % BUCKETS
    this.#counts[at] = (this.#counts[at] ?? 0) + 1
    this.#lastAt = now
    this.#sinceAsked++
  }

  /** `expected`: whether the market of what is wanted trades now. */
  judge(now: number, expected: boolean): Silence {
    if (now - this.#lastAt < SILENCE_LIMIT_MS) return 'none'
    const recent = this.#counts.reduce((sum, count) => sum + count, 0)
    return expected && (this.#sinceAsked === 0 || recent >= BUSY_TICKS) ? 'suspect' : 'quiet'
  }

  #turn(now: number): void {
    const bucket = Math.floor(now / BUCKET_MS)
    for (let step = 0; step < Math.min(bucket - this.#bucket, BUCKETS); step++)
      this.#counts[(bucket - step) % BUCKETS] = 0
    this.#bucket = bucket
  }
}

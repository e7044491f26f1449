import type { Clock } from '../../shared/clock.ts'

interface Minute {
  readonly since: number
  count: number
}

const MINUTE_MS = 60_000
/** Names of which nothing is left to know are forgotten when there are so many. */
const SWEEP_AT = 1000

/** So many in a minute for each name. */
export class PerMinute {
  readonly #most: number
  readonly #clock: Clock
  readonly #minutes = new Map<string, Minute>()

  constructor(most: number, clock: Clock) {
    this.#most = most
    this.#clock = clock
  }

  /** Counts one more, or says how many milliseconds it has to wait for that. */
  count(name: string): number {
    const now = this.#clock.monotonic()
    const minute = this.#minutes.get(name)
    if (!minute || now - minute.since >= MINUTE_MS) {
      if (this.#minutes.size >= SWEEP_AT) this.#sweep(now)
      this.#minutes.set(name, { since: now, count: 1 })
      return 0
    }
    if (minute.count >= this.#most) return minute.since + MINUTE_MS - now
    minute.count++
    return 0
  }

  #sweep(now: number): void {
    for (const [name, { since }] of this.#minutes) if (now - since >= MINUTE_MS) this.#minutes.delete(name)
  }
}

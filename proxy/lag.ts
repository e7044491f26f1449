import type { Cancel, Clock } from '../shared/clock.ts'
import type { Histogram } from '../shared/histogram.ts'

const BEAT_MS = 250

/** How long the event loop of this process was held up: work that takes it for seconds keeps every client waiting. */
export class Lag {
  readonly #clock: Clock
  readonly #stop: Cancel
  #beatAt: number
  #last = 0

  constructor(clock: Clock, delays?: Pick<Histogram, 'observe'>) {
    this.#clock = clock
    this.#beatAt = clock.monotonic()
    this.#stop = clock.every(BEAT_MS, () => {
      this.#last = this.#overdue()
      delays?.observe(this.#last * 1000)
      this.#beatAt = clock.monotonic()
    })
  }

  /** Milliseconds: as long as it lasts, and until the beat after it. */
  get ms(): number {
    return Math.max(this.#last, this.#overdue())
  }

  close(): void {
    this.#stop()
  }

  #overdue(): number {
    return Math.max(0, this.#clock.monotonic() - this.#beatAt - BEAT_MS)
  }
}

import type { Cancel, Clock } from '../shared/clock.ts'

const BEAT_MS = 250
/** Feeds speak twice a second: after this long without a word the bus stands still, or this process did. */
const SILENCE_MS = 1000
/** By then what had piled up has been read. */
const DRAIN_MS = 250

/**
 * Whether what comes from the bus may have waited there: this process stood still, or the bus did. Needed for messages
 * that do not say themselves when they were sent.
 */
export class Backlog {
  readonly #clock: Clock
  readonly #stop: Cancel
  #beatAt: number
  #heardAt: number
  #until = Number.NEGATIVE_INFINITY

  constructor(clock: Clock) {
    this.#clock = clock
    this.#beatAt = clock.monotonic()
    this.#heardAt = clock.monotonic()
    this.#stop = clock.every(BEAT_MS, () => this.#beat())
  }

  /** A feed has spoken. */
  heard(): void {
    const now = this.#clock.monotonic()
    if (now - this.#heardAt > SILENCE_MS) this.#until = now + DRAIN_MS
    this.#heardAt = now
  }

  /** `expected`: whether some feed ought to have spoken lately. */
  mayBeOld(expected: boolean): boolean {
    this.#beat()
    const now = this.#clock.monotonic()
    return now < this.#until || (expected && now - this.#heardAt > SILENCE_MS)
  }

  close(): void {
    this.#stop()
  }

  #beat(): void {
    const now = this.#clock.monotonic()
    if (now - this.#beatAt > SILENCE_MS) this.#until = now + DRAIN_MS
    this.#beatAt = now
  }
}

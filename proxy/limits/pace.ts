import type { Clock } from '../../shared/clock.ts'
import { Bucket } from './bucket.ts'
import { burstOf } from './told.ts'

export interface PaceLimits {
  readonly messagesPerSecond: number
  readonly messagesBurst: number
  readonly symbolsPerConnection: number
}

/** Who says more than it may for so long is cut off. */
const PATIENCE_MS = 3000
/** Each symbol may be taken hold of and let go by a message of its own, as some clients do. */
const CHANGES_PER_SYMBOL = 2

/**
 * How fast one client may talk. Above its rate its messages wait, and so does what it says meanwhile; it is too much when
 * that goes on. What takes hold of symbols, or lets go of them, is bounded by their number instead.
 */
export class Pace {
  readonly #clock: Clock
  readonly #limits: PaceLimits
  #messages: Bucket
  readonly #changes: Bucket
  #perSecond: number
  /** Monotonic milliseconds: since then it has had to wait each time. */
  #aboveSince: number | undefined
  /** Until then there may be room that only came about while this process was late to look: no sign of a calm client. */
  #lateUntil = Number.NEGATIVE_INFINITY

  constructor(clock: Clock, limits: PaceLimits) {
    const { messagesPerSecond, messagesBurst, symbolsPerConnection } = limits
    const now = clock.monotonic()
    this.#clock = clock
    this.#limits = limits
    this.#perSecond = messagesPerSecond
    this.#messages = new Bucket(messagesPerSecond, messagesBurst, now)
    this.#changes = new Bucket(messagesPerSecond, CHANGES_PER_SYMBOL * symbolsPerConnection, now)
  }

  get perSecond(): number {
    return this.#perSecond
  }

  /** The key that was shown allows so many; never more than everybody may. */
  narrow(perSecond: number | undefined): void {
    const { messagesPerSecond } = this.#limits
    const next = Math.min(perSecond ?? messagesPerSecond, messagesPerSecond)
    if (next === this.#perSecond) return
    this.#perSecond = next
    this.#messages = this.#messages.resized(next, burstOf(this.#limits, next), this.#clock.monotonic())
  }

  /** Waits for the turn of one message, in steps of milliseconds; `false` when this client has to go. */
  *enter(): Generator<number, boolean> {
    let now = this.#clock.monotonic()
    while (!this.#messages.take(now)) {
      this.#aboveSince ??= now
      const left = this.#aboveSince + PATIENCE_MS - now
      if (left <= 0) return false
      const wait = Math.max(1, Math.min(this.#messages.wait(now), left))
      yield wait
      const woken = this.#clock.monotonic()
      this.#lateUntil = woken + (woken - now - wait)
      if (this.#messages.take(woken)) return true
      now = woken
    }
    if (now >= this.#lateUntil) this.#aboveSince = undefined
    return true
  }

  /** The message before changed what is held. */
  excuse(): void {
    if (this.#changes.take(this.#clock.monotonic())) this.#messages.giveBack()
  }
}

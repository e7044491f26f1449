import type { Cancel, Clock } from '../../shared/clock.ts'
import { STATUS_EXPIRY_MS } from '../../shared/control.ts'

const BEAT_MS = 250

/** A stretch of time in which this process saw nothing. */
export interface Gap {
  readonly ms: number
  /** The process stood still, or only the wall clock went on: the machine slept, or its clock was set. */
  readonly clock: 'process' | 'wall'
}

/**
 * Notices that this process stood still: stopped, starved, or its machine asleep. After as long as makes proxies declare
 * the feed down, what it knew before is no longer the present.
 */
export class Pulse {
  readonly #clock: Clock
  readonly #stop: Cancel
  #beat: { readonly monotonic: number; readonly wall: number }
  #onGap: (gap: Gap) => void = () => {}

  constructor(clock: Clock) {
    this.#clock = clock
    this.#beat = this.#now()
    this.#stop = clock.every(BEAT_MS, () => this.look())
  }

  /** One listener. */
  listen(onGap: (gap: Gap) => void): void {
    this.#onGap = onGap
  }

  /** Happens by itself; whoever is about to say what it knows looks first, since no timer may have run yet. */
  look(): void {
    const { monotonic, wall } = this.#beat
    this.#beat = this.#now()
    const still = this.#beat.monotonic - monotonic
    if (still > STATUS_EXPIRY_MS) {
      this.#onGap({ ms: still, clock: 'process' })
      return
    }
    // A clock set forward looks the same as sleep, after which nothing is known: it counts as sleep.
    const slept = this.#beat.wall - wall
    if (slept > STATUS_EXPIRY_MS) this.#onGap({ ms: slept, clock: 'wall' })
  }

  close(): void {
    this.#stop()
  }

  #now() {
    return { monotonic: this.#clock.monotonic(), wall: this.#clock.now() }
  }
}

import type { Cancel, Clock } from '../../shared/clock.ts'
import { STATUS_EXPIRY_MS } from '../../shared/control.ts'

const BEAT_MS = 250

/**
 * Notices that this process stood still: stopped, starved, or its machine asleep. After as long as makes proxies declare
 * the feed down, what it knew before is no longer the present.
 */
export class Pulse {
  readonly #clock: Clock
  readonly #stop: Cancel
  #beat: { readonly monotonic: number; readonly wall: number }
  #onStill: (ms: number) => void = () => {}

  constructor(clock: Clock) {
    this.#clock = clock
    this.#beat = this.#now()
    this.#stop = clock.every(BEAT_MS, () => this.look())
  }

  /** `onStill` hears how long it was, in milliseconds. One listener. */
  listen(onStill: (ms: number) => void): void {
    this.#onStill = onStill
  }

  /** Happens by itself; whoever is about to say what it knows looks first, since no timer may have run yet. */
  look(): void {
    const { monotonic, wall } = this.#beat
    this.#beat = this.#now()
    // Only the wall clock goes on while a machine sleeps.
    const still = Math.max(this.#beat.monotonic - monotonic, this.#beat.wall - wall)
    if (still > STATUS_EXPIRY_MS) this.#onStill(still)
  }

  close(): void {
    this.#stop()
  }

  #now() {
    return { monotonic: this.#clock.monotonic(), wall: this.#clock.now() }
  }
}

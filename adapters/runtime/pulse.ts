import type { Cancel, Clock } from '../../shared/clock.ts'
import { STATUS_EXPIRY_MS } from '../../shared/control.ts'
import type { Log } from '../../shared/log.ts'

const BEAT_MS = 250
/** What the two clocks of a machine may part by between two beats: more is told. */
const STEP_MS = 1000

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
  readonly #log: Log | undefined
  readonly #stop: Cancel
  #beat: { readonly monotonic: number; readonly wall: number }
  /** What the wall clock was set by since the start, ahead or back, milliseconds. */
  #stepped = 0
  #onGap: (gap: Gap) => void = () => {}

  constructor(clock: Clock, log?: Log) {
    this.#clock = clock
    this.#log = log
    this.#beat = this.#now()
    this.#stop = clock.every(BEAT_MS, () => this.look())
  }

  /** One listener. */
  listen(onGap: (gap: Gap) => void): void {
    this.#onGap = onGap
  }

  /** How far the clock was set back since the start, milliseconds. */
  behindMs(): number {
    this.look()
    return Math.max(0, -this.#stepped)
  }

  /** Happens by itself; whoever is about to say what it knows looks first, since no timer may have run yet. */
  look(): void {
    const { monotonic, wall } = this.#beat
    this.#beat = this.#now()
    const still = this.#beat.monotonic - monotonic
    const slept = this.#beat.wall - wall
    this.#tellStep(slept - still)
    if (still > STATUS_EXPIRY_MS) {
      this.#onGap({ ms: still, clock: 'process' })
      return
    }
    // A clock set forward looks the same as sleep, after which nothing is known: no monotonic clock counts sleep on
    // Linux, and the one that does cannot be read here. It counts as sleep, which costs one new connection.
    if (slept > STATUS_EXPIRY_MS) this.#onGap({ ms: slept, clock: 'wall' })
  }

  close(): void {
    this.#stop()
  }

  /** Nothing here counts time by the wall clock, but stamps, the calendar and the end of a login do. */
  #tellStep(ms: number): void {
    if (Math.abs(ms) < STEP_MS) return
    this.#stepped += ms
    const [how, why] = ms > 0 ? ['ahead', ', or its machine slept'] : ['back', '']
    this.#log?.warn(
      { ms: Math.round(ms) },
      `clock step: the clock was set ${how} by ${Math.abs(ms / 1000).toFixed(1)} s${why}`,
    )
  }

  #now() {
    return { monotonic: this.#clock.monotonic(), wall: this.#clock.now() }
  }
}

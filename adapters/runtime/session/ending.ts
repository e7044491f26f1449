import type { Clock } from '../../../shared/clock.ts'
import type { Grant } from './tickets.ts'

/** The broker's clock may be a little behind ours. */
const ENDED_MS = 1000

/** When the login at hand is over: told once, since a socket may outlive its login and bring nothing from then on. */
export class Ending {
  readonly #clock: Clock
  #endsAt: number | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Another login counts now, or none. One that is over by its own word may still be good. */
  take({ expiresAt = 0 }: Partial<Grant> = {}): void {
    this.#endsAt = expiresAt > this.#clock.now() ? expiresAt : undefined
  }

  /** True once, when its time is over. */
  isReached(): boolean {
    if (this.#endsAt === undefined || this.#clock.now() < this.#endsAt + ENDED_MS) return false
    this.#endsAt = undefined
    return true
  }
}

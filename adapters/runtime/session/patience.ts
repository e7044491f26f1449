import type { TickwireError } from '../../../shared/errors.ts'
import type { Pauses } from '../../contract.ts'
import { backoff, rateLimitPause } from './backoff.ts'

/** How a connection ended, or a try of one. Times in milliseconds. */
interface Ending {
  readonly error: TickwireError
  /** Failed since the connection was lost, this one included. */
  readonly tries: number
  readonly outageMs: number
  /** What the broker asked for. */
  readonly retryAfterMs: number | undefined
}

/** Two programs that take the session from each other would go on for ever, and neither would have prices. */
const TAKEN_AGAIN_MS = 60_000

/** How long the broker is left alone after a connection has ended, and what of that holds whatever is wanted meanwhile. */
export class Patience {
  readonly #pauses: Pauses
  readonly #random: () => number
  /** When it was our turn again after another program took the session. */
  #takenBackAt = Number.NEGATIVE_INFINITY
  /** When a connection that was open was cut here. */
  #cutAt = Number.NEGATIVE_INFINITY
  #bound: { readonly error: TickwireError; readonly until: number } | undefined

  constructor(pauses: Pauses = {}, random: () => number) {
    this.#pauses = pauses
    this.#random = random
  }

  /** Milliseconds until the next dial. `now`: monotonic, as below. */
  pause(ending: Ending, now: number): number {
    const { error } = ending
    const { afterEndMs = 0, afterTakenMs = 0 } = this.#pauses
    const leastMs = error.code === 'SESSION_TAKEN' ? Math.max(afterEndMs, afterTakenMs) : afterEndMs
    const ms = Math.max(leastMs, this.#ownPause(ending, now))
    const isBinding = error.code === 'BROKER_RATE_LIMITED' || error.code === 'SESSION_TAKEN'
    this.#bound = isBinding ? { error, until: now + ms } : undefined
    return ms
  }

  /** Why nobody may dial now, and for how many milliseconds yet. */
  bound(now: number): { readonly error: TickwireError; readonly ms: number } | undefined {
    const { error, until = now } = this.#bound ?? {}
    return error && until > now ? { error, ms: until - now } : undefined
  }

  /** We have ended a connection that was open ourselves. */
  cut(now: number): void {
    this.#cutAt = now
  }

  /** Milliseconds that a cut of ours still costs: the broker needs as long to see it as any other end. */
  rest(now: number): number {
    return Math.max(this.#cutAt + (this.#pauses.afterEndMs ?? 0) - now, 0)
  }

  #ownPause({ error, tries, outageMs, retryAfterMs }: Ending, now: number): number {
    const random = this.#random()
    if (error.code === 'BROKER_RATE_LIMITED') return rateLimitPause(retryAfterMs, random, this.#pauses.limitedMs, tries)
    if (error.code !== 'SESSION_TAKEN') return backoff(tries, outageMs, random)
    const isAgain = now - this.#takenBackAt < TAKEN_AGAIN_MS
    const ms = isAgain ? rateLimitPause(undefined, random) : backoff(1, 0, random)
    this.#takenBackAt = now + ms
    return ms
  }
}

import type { Clock } from '../../../shared/clock.ts'
import type { TickwireError } from '../../../shared/errors.ts'
import type { Pauses } from '../../contract.ts'
import type { Breaker } from './breaker.ts'
import { Patience } from './patience.ts'

interface TriesParts {
  readonly pauses: Pauses | undefined
  /** Of the account: hears how its connections fare. */
  readonly breaker: Breaker
  /** In [0, 1). */
  readonly random: () => number
  readonly clock: Clock
}

/** How a connection ended, or a try of one. */
interface End {
  readonly error: TickwireError
  /** What the broker asked for. */
  readonly retryAfterMs: number | undefined
  readonly wasOpen: boolean
  /** Nothing had come on it for too long. */
  readonly wasSilent: boolean
}

/** A connection that ends sooner was no success: the broker takes it and throws it out, over and over. */
const STEADY_MS = 10_000

/** What became of the connections of one place, one after another, and how soon the next may be dialled. */
export class Tries {
  readonly #clock: Clock
  readonly #breaker: Breaker
  readonly #patience: Patience
  #error: TickwireError | undefined
  #failures = 0
  #lostAt = 0
  #openedAt = 0
  #mustProve = false
  #isProven = false

  constructor({ pauses, breaker, random, clock }: TriesParts) {
    this.#clock = clock
    this.#breaker = breaker
    this.#patience = new Patience(pauses, random)
  }

  /** Why there is no connection that can be trusted. */
  get error(): TickwireError | undefined {
    return this.#error
  }

  /** Tries that failed since there was one for good. */
  get failures(): number {
    return this.#failures
  }

  /** The last connection died of silence: the next one is open when it has said something, not before. */
  get mustProve(): boolean {
    return this.#mustProve
  }

  /** Milliseconds until the first dial, because of what was before. */
  begin(): number {
    this.#lostAt = this.#clock.monotonic()
    const bound = this.#patience.bound(this.#lostAt)
    if (!bound) return this.#patience.rest(this.#lostAt)
    this.#error = bound.error
    this.#failures = 1
    return bound.ms
  }

  opened(): void {
    if (!this.#mustProve) this.#error = undefined
    this.#openedAt = this.#clock.monotonic()
    this.#isProven = false
    this.#breaker.opened()
  }

  /** Something came on the connection. */
  heard(): void {
    this.#mustProve = false
    this.#error = undefined
  }

  /** A price came on it. */
  brought(): void {
    if (this.#isProven) return
    this.#isProven = true
    this.#breaker.proved()
  }

  /** Milliseconds until the next dial. */
  ended({ error, retryAfterMs, wasOpen, wasSilent }: End): number {
    if (wasSilent) this.#mustProve = true
    const now = this.#clock.monotonic()
    const openMs = wasOpen ? now - this.#openedAt : undefined
    this.#breaker.ended({ error, openMs, isProven: this.#isProven })
    const isSteady = openMs !== undefined && openMs >= STEADY_MS
    // One that brought prices was no part of the outage before it, however soon it ended.
    if (isSteady || (wasOpen && this.#isProven)) this.#lostAt = now
    if (isSteady) this.#failures = 0
    this.#error = error
    this.#failures++
    return this.#patience.pause({ error, tries: this.#failures, outageMs: now - this.#lostAt, retryAfterMs }, now)
  }

  /** We have let go of it ourselves, or of the wait for it. */
  cut(wasOpen: boolean): void {
    this.#error = undefined
    this.#failures = 0
    if (wasOpen) this.#patience.cut(this.#clock.monotonic())
  }
}

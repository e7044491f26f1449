import type { Clock } from '../../shared/clock.ts'
import type { Identity } from '../access.ts'
import { Bucket } from '../limits/bucket.ts'
import { HttpRefusal, retryAfter } from './refusal.ts'

export interface TurnLimits {
  readonly requestsPerSecond: number
  readonly requestsBurst: number
}

/** Those that are known at once; more only come with more keys. */
const SWEEP_AT = 1000

/** How fast each key may ask over HTTP, in each process of the proxy. */
export class Turns {
  readonly #limits: TurnLimits
  readonly #clock: Clock
  readonly #buckets = new Map<string, Bucket>()

  constructor(limits: TurnLimits, clock: Clock) {
    this.#limits = limits
    this.#clock = clock
  }

  /** Throws what is said to who comes too fast. */
  take({ keyId }: Pick<Identity, 'keyId'>): void {
    const { requestsPerSecond, requestsBurst } = this.#limits
    const now = this.#clock.monotonic()
    if (this.#buckets.size >= SWEEP_AT) this.#sweep(now)
    const bucket = this.#buckets.get(keyId) ?? new Bucket(requestsPerSecond, requestsBurst, now)
    this.#buckets.set(keyId, bucket)
    if (bucket.take(now)) return
    throw new HttpRefusal(
      429,
      `Limit reached: ${requestsPerSecond} requests a second of one key are answered; the setting is proxy.requests_per_second`,
      { headers: retryAfter(bucket.wait(now)) },
    )
  }

  #sweep(now: number): void {
    for (const [keyId, bucket] of this.#buckets) if (bucket.isFull(now)) this.#buckets.delete(keyId)
  }
}

import type { Clock } from '../../../shared/clock.ts'
import type { FeedStatus } from '../../../shared/control.ts'
import type { TickwireError } from '../../../shared/errors.ts'
import type { Log } from '../../../shared/log.ts'
import { indianClock } from '../../../shared/market/india.ts'
import { type Circuit, CLOSED, dialled, failed, flapped, looked, opened, proved, restMs, STEADY_MS } from './circuit.ts'

interface BreakerParts {
  /** One line for a person while the broker is left alone; nothing when it is not. */
  readonly tell: (text: string | undefined) => void
  readonly clock: Clock
  readonly log: Log
}

/** How a connection, or a try of one, ended. */
export interface Loss {
  readonly error: TickwireError
  /** How long it was open; nothing where it never was. */
  readonly openMs: number | undefined
  /** It brought a price. */
  readonly isProven: boolean
}

/** Pauses of their own, or a login, are the answer to these. */
const APART: ReadonlySet<string> = new Set(['BROKER_RATE_LIMITED', 'SESSION_TAKEN'])

/**
 * The circuit breaker of one account, over all its sockets: a broker that takes connections and loses them at once, over
 * and over, is left alone for a minute, then longer, and tried with one dial. What an outage needs is left to the pauses
 * of each connection; here the sockets only take turns.
 */
export class Breaker {
  readonly #parts: BreakerParts
  readonly #waiting: (() => void)[] = []
  #circuit: Circuit = CLOSED
  #rest: FeedStatus['rest']

  constructor(parts: BreakerParts) {
    this.#parts = parts
  }

  /** `onRelief` is called when somebody who waited may dial sooner. */
  listen(onRelief: () => void): void {
    this.#waiting.push(onRelief)
  }

  /** For how many milliseconds nobody may dial; 0: now. */
  restMs(): number {
    const now = this.#now()
    this.#set(looked(this.#circuit, now))
    return restMs(this.#circuit, now)
  }

  dialled(): void {
    this.#set(dialled(this.#circuit, this.#now()))
  }

  opened(): void {
    const wasSpaced = restMs(this.#circuit, this.#now()) > 0
    this.#set(opened(this.#circuit, this.#now()))
    if (wasSpaced) this.#relieve()
  }

  proved(): void {
    if (this.#circuit.state === 'trial') this.#set(proved(this.#circuit))
  }

  ended({ error, openMs, isProven }: Loss): void {
    if (APART.has(error.code) || error.retry === 'after-login') return
    const now = this.#now()
    if (openMs === undefined) this.#set(failed(looked(this.#circuit, now), now))
    else if (!isProven && openMs < STEADY_MS) this.#set(flapped(this.#circuit, now))
  }

  /** A person has done something: what was before says nothing of it. */
  reset(): void {
    this.#set(CLOSED)
  }

  /** Why nobody dials, and until when, milliseconds since 1970; nothing while dials are free, or one is tried. */
  get rest(): FeedStatus['rest'] {
    // Asked twice a second: where nobody dials, a trial that has lasted is noticed here.
    const isResting = this.restMs() > 0
    return isResting && this.#circuit.state === 'open' ? this.#rest : undefined
  }

  #now(): number {
    return this.#parts.clock.monotonic()
  }

  #set(circuit: Circuit): void {
    const before = this.#circuit
    this.#circuit = circuit
    if (circuit.state === before.state) return
    if (circuit.state === 'open') this.#open(circuit)
    else if (circuit.state === 'closed') this.#close()
  }

  #open({ why, until, trips }: Circuit): void {
    const { clock, log, tell } = this.#parts
    const seconds = Math.round((until - this.#now()) / 1000)
    this.#rest = { reason: why, until: clock.now() + seconds * 1000 }
    log.warn({ trips, seconds }, `${why}; the broker is left alone`)
    tell(`the broker is left alone: ${why}; tried again at ${indianClock(this.#rest.until)}`)
  }

  #close(): void {
    const { log, tell } = this.#parts
    log.info('the broker is dialled as usual again')
    tell(undefined)
    this.#relieve()
  }

  #relieve(): void {
    for (const onRelief of this.#waiting) onRelief()
  }
}

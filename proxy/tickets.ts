import type { Audit } from '../shared/audit.ts'
import type { Clock } from '../shared/clock.ts'
import { TickwireError } from '../shared/errors.ts'
import type { Secret } from '../shared/secret.ts'
import type { Access } from './access.ts'
import { actorOf, type Identity } from './identity.ts'
import { PerMinute } from './limits/minute.ts'

/** What is said to who asks for a ticket. */
export type TicketAnswer =
  | { readonly ticket: Secret; readonly expiresIn: number }
  /** 429: it asks too often; 503: nobody can have one just now. */
  | { readonly status: 429 | 503; readonly retryAfter: number; readonly error: string }

/** In how many seconds a ticket is over. */
const LIFE_S = 60
const MOST_UNUSED = 10
/** Of one key, by each process of the proxy. */
const PER_MINUTE = 60

/** Gives tickets to who has a key: with one, a browser opens one connection, and never holds the key. */
export class Tickets {
  readonly #access: Pick<Access, 'mint'>
  readonly #audit: Audit
  /** Of keys that asked lately. */
  readonly #minutes: PerMinute

  constructor(access: Pick<Access, 'mint'>, clock: Clock, audit: Audit) {
    this.#access = access
    this.#audit = audit
    this.#minutes = new PerMinute(PER_MINUTE, clock)
  }

  answer(identity: Identity): TicketAnswer {
    const waitMs = this.#minutes.count(identity.keyId)
    if (waitMs > 0) return later(429, waitMs, `more than ${PER_MINUTE} tickets a minute`)
    try {
      const minted = this.#access.mint(identity, { ttlMs: LIFE_S * 1000, most: MOST_UNUSED })
      if ('waitMs' in minted) return later(429, minted.waitMs, `${MOST_UNUSED} tickets of this key lie unused`)
      const { address = '' } = identity
      this.#audit.record({ action: 'ticket.minted', actor: actorOf(identity), address, result: 'ok' })
      return { ticket: minted.ticket, expiresIn: LIFE_S }
    } catch (error) {
      if (!(error instanceof TickwireError)) throw error
      return later(503, 1000, `the server cannot do this now: ${error.code}`)
    }
  }
}

const later = (status: 429 | 503, waitMs: number, error: string): TicketAnswer => ({
  status,
  retryAfter: Math.ceil(waitMs / 1000),
  error,
})

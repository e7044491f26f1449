import type { Audit } from '../shared/audit.ts'
import type { Clock } from '../shared/clock.ts'
import type { Secret } from '../shared/secret.ts'
import type { Access } from './access.ts'
import { actorOf, type Identity } from './identity.ts'
import { PerMinute } from './limits/minute.ts'

export interface PageSession {
  readonly session: Secret
  /** Seconds. */
  readonly expiresIn: number
  readonly identity: Identity
  readonly isAdmin: boolean
}

/** A day at the screen. */
const LIFE_S = 12 * 3600
/** Of one key: each tab of a page has its own. */
const MOST = 50
/** Of one key, by each process of the proxy. */
export const SESSIONS_PER_MINUTE = 60

/** What a page shows instead of a key: it follows its key in all, and is over by itself. */
export class Sessions {
  readonly #access: Pick<Access, 'startSession' | 'endSession' | 'allows'>
  readonly #audit: Audit
  readonly #minutes: PerMinute

  constructor(access: Pick<Access, 'startSession' | 'endSession' | 'allows'>, clock: Clock, audit: Audit) {
    this.#access = access
    this.#audit = audit
    this.#minutes = new PerMinute(SESSIONS_PER_MINUTE, clock)
  }

  /**
   * By a key, or by a ticket, which is used up. `undefined` when that is not good; `renewal` for a ticket of a session;
   * `waitMs` when there were too many. Throws STORE_BUSY.
   */
  start(text: string, address: string): PageSession | { readonly waitMs: number } | 'renewal' | undefined {
    let waitMs = 0
    const mayStart = (holder: string): boolean => {
      waitMs = this.#minutes.count(holder)
      return waitMs === 0
    }
    const started = this.#access.startSession(text, address, { ttlMs: LIFE_S * 1000, most: MOST, mayStart })
    if (!started) return waitMs > 0 ? { waitMs } : undefined
    if (started === 'renewal') return started
    const { session, identity } = started
    this.#tell('session.created', identity)
    return { session, identity, expiresIn: LIFE_S, isAdmin: this.#access.allows(identity, 'admin') }
  }

  /** False for who came with something else. Throws STORE_BUSY. */
  end(identity: Identity): boolean {
    if (identity.session === undefined) return false
    this.#access.endSession(identity.session)
    this.#tell('session.ended', identity)
    return true
  }

  #tell(action: 'session.created' | 'session.ended', identity: Identity): void {
    const { address = '', session = '' } = identity
    this.#audit.record({ action, actor: actorOf(identity), subject: session, address, result: 'ok' })
  }
}

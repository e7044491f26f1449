import type { Audit, AuditEvent } from '../../shared/audit.ts'
import type { Cancel, Clock } from '../../shared/clock.ts'
import { TickwireError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { Secret } from '../../shared/secret.ts'
import type { Vault } from '../../shared/store/vault.ts'
import type { Http, SessionAdapter } from '../contract.ts'
import { keepTicket, renewLogin } from '../login.ts'
import type { Grant, Tickets } from '../runtime/session/tickets.ts'
import type { VaultTickets } from './tickets.ts'

interface RenewalParts {
  readonly tickets: Pick<VaultTickets, 'current' | 'look' | 'listen' | 'reread'>
  readonly vault: Pick<Vault, 'version' | 'credentials' | 'putTicket'>
  /** Name of the feed. */
  readonly account: string
  readonly adapter: SessionAdapter
  readonly settings: unknown
  readonly http: Http
  /** A connection is open: the ticket is taken after all. */
  readonly isOpen: () => boolean
  /** One line for a person of how it stands; nothing when there is nothing to say. */
  readonly tell: (text: string | undefined) => void
  readonly audit?: Audit | undefined
  readonly clock: Clock
  readonly log: Log
}

const LOOK_MS = 1000
/** Between two tries, whatever they are for: brokers lock accounts that log in too often. */
const PAUSE_MS = 60_000
const MOST_FAILURES = 3
/** A renewed ticket that is refused sooner counts as a failure: the next one would not last either. */
const LASTING_MS = 600_000

/**
 * The tickets of an account whose adapter can renew them: when the broker has refused the one at hand, or there is none, a
 * new one is got without a person and sealed in the vault. Asked once for each refused ticket; again, a minute later, only
 * where the broker gave no answer, or one that time may change. What a person does counts more: his login and his other
 * credentials take the place of whatever is under way, and end every giving up.
 */
export class Renewal implements Tickets {
  readonly #parts: RenewalParts
  readonly #stop: Cancel
  #onChange: () => void = () => {}
  #closed = false
  #running = false
  /** Mark of the ticket that the broker has refused. */
  #refused: string | undefined
  #triedAt = Number.NEGATIVE_INFINITY
  /** What the last try was made with, and the version of the vault it was read from. */
  #triedWith: Secret | undefined
  #version: number | undefined
  /** Tries that gave nothing, or nothing that lasted. */
  #failures = 0
  #givenUp = false
  /** What the giving up was told with. */
  #farewell: string | undefined
  /** Why the vault cannot be looked into, as it was told. */
  #locked: string | undefined
  /** As it was told last. */
  #problem: string | undefined
  /** The last ticket that was got here, until it is judged. */
  #own: { readonly mark: string; readonly at: number } | undefined

  constructor(parts: RenewalParts) {
    this.#parts = parts
    parts.tickets.listen(() => this.#changed())
    this.#stop = parts.clock.every(LOOK_MS, () => this.#step())
    this.#step()
  }

  current(): Grant | undefined {
    return this.#parts.tickets.current()
  }

  /** A new login can be hoped for without a person: the adapter can make one, and has not failed at it for good. */
  get isHopeful(): boolean {
    return this.#parts.adapter.login.renew !== undefined && !this.#givenUp
  }

  /** The runtime asks when the broker has refused what it holds. */
  look(): void {
    const refused = this.current()?.mark
    this.#parts.tickets.look()
    this.#refused = refused
    if (refused !== undefined) this.#judgeOwn(refused)
    this.#step()
  }

  listen(onChange: () => void): void {
    this.#onChange = onChange
  }

  close(): void {
    this.#closed = true
    this.#stop()
  }

  #changed(): void {
    const mark = this.current()?.mark
    if (mark !== this.#own?.mark) this.#beginAnew()
    if (mark !== undefined) this.#parts.tell(undefined)
    this.#onChange()
    this.#step()
  }

  /** A person has done something. */
  #beginAnew(): void {
    this.#failures = 0
    this.#givenUp = false
    this.#farewell = undefined
    this.#locked = undefined
    this.#problem = undefined
    this.#own = undefined
  }

  #judgeOwn(refused: string): void {
    if (this.#own?.mark !== refused) return
    const hasLasted = this.#parts.clock.monotonic() - this.#own.at >= LASTING_MS
    this.#own = undefined
    if (hasLasted) this.#failures = 0
    else this.#failed(new TickwireError('SESSION_EXPIRED', 'the broker refuses the renewed login'), false)
  }

  #step(): void {
    if (this.#closed || this.#running || !this.#parts.adapter.login.renew) return
    const { clock, isOpen } = this.#parts
    const grant = this.current()
    if (grant && grant.mark !== this.#refused) return
    if (grant && isOpen()) {
      this.#refused = undefined
      return
    }
    if (this.#givenUp && !this.#hasOtherCredentials()) return
    if (clock.monotonic() - this.#triedAt >= PAUSE_MS) void this.#renew(grant)
  }

  /** Looks into the vault only after somebody has written it. */
  #hasOtherCredentials(): boolean {
    const { vault, account } = this.#parts
    try {
      const version = vault.version()
      if (version === this.#version) return false
      const isOther = vault.credentials(account)?.reveal() !== this.#triedWith?.reveal()
      this.#version = version
      this.#canLook()
      if (isOther) this.#beginAnew()
      return isOther
    } catch (error) {
      if (!(error instanceof TickwireError)) throw error
      this.#cannotLook(error)
      return false
    }
  }

  /** It is looked again a second later: what is wrong with the vault ends no feed. */
  #cannotLook(error: TickwireError): void {
    const text = failureLine(error)
    if (text === this.#locked) return
    this.#locked = text
    this.#parts.log.warn({ err: error }, 'the vault cannot be read for a new login')
    this.#parts.tell(text)
  }

  #canLook(): void {
    if (this.#locked === undefined) return
    this.#locked = undefined
    this.#parts.tell(this.#farewell)
  }

  async #renew(grant: Grant | undefined): Promise<void> {
    const { clock, tell } = this.#parts
    this.#running = true
    this.#triedAt = clock.monotonic()
    tell('a new login is under way, without a person')
    try {
      await this.#ask(grant)
    } catch (error) {
      if (!(error instanceof TickwireError)) throw error
      if (!this.#closed) this.#failed(error, error.retry !== 'backoff')
    } finally {
      this.#running = false
    }
  }

  async #ask(grant: Grant | undefined): Promise<void> {
    const { tickets, vault, account, adapter, settings, http, tell, clock, log } = this.#parts
    this.#version = vault.version()
    const credentials = vault.credentials(account)
    this.#triedWith = credentials
    if (!credentials) return this.#giveUp(undefined)
    const mine = { name: account, adapter, settings, credentials }
    const granted = await renewLogin(mine, grant?.ticket, { http, now: clock.now() })
    if (this.#closed) return
    if (!granted) return this.#giveUp(undefined)
    tickets.look()
    if (this.current()?.mark !== grant?.mark) return log.info('somebody has logged in meanwhile: that counts')
    if (!keepTicket(vault, mine, granted)) {
      tell(undefined)
      return log.info('the account got other credentials meanwhile: what the old ones gave is thrown away')
    }
    this.#problem = undefined
    log.info({ expiresAt: granted.expiresAt }, 'the login was renewed without a person')
    this.#record({ action: 'account.login', result: 'ok', reason: 'renewed without a person' })
    this.#own = { mark: String(granted.grantedAt), at: clock.monotonic() }
    tickets.reread()
  }

  #failed(error: TickwireError, isFinal: boolean): void {
    const { log, tell } = this.#parts
    // The broker has not counted it either.
    if (error.code !== 'BROKER_UNREACHABLE') this.#failures++
    const text = failureLine(error)
    if (text !== this.#problem) log.warn({ err: error }, 'the login could not be renewed')
    this.#problem = text
    this.#record({ action: 'account.login_failed', result: 'refused', reason: error.code })
    if (isFinal || this.#failures >= MOST_FAILURES) this.#giveUp(text)
    else tell(`${text}; tried again a minute later`)
  }

  #record(event: Pick<AuditEvent, 'action' | 'result' | 'reason'>): void {
    const { audit, account } = this.#parts
    audit?.record({ ...event, actor: `feed:${account}`, subject: account })
  }

  #giveUp(text: string | undefined): void {
    this.#givenUp = true
    this.#farewell = text
    this.#parts.tell(text)
  }
}

const failureLine = ({ code, message }: TickwireError): string =>
  `no new login without a person: ${code}: ${message.replace(/\.$/, '')}`

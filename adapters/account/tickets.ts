import type { Cancel, Clock } from '../../shared/clock.ts'
import { TickwireError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { Secret } from '../../shared/secret.ts'
import type { Vault } from '../../shared/store/vault.ts'
import { Trouble } from '../../shared/trouble.ts'
import type { SessionAdapter } from '../contract.ts'
import type { Grant, Tickets } from '../runtime/session/tickets.ts'

const WATCH_MS = 250

interface VaultTicketsParts {
  readonly vault: Pick<Vault, 'version' | 'ticket' | 'credentials'>
  /** Name of the feed. */
  readonly account: string
  readonly adapter: Pick<SessionAdapter, 'ticket'>
  /** Hears of every ticket before it is used, and of the credentials. */
  readonly onSecret?: ((sealed: Secret) => void) | undefined
  readonly clock: Clock
  readonly log: Log
}

/** The ticket of one account in the vault, followed while other processes write it, and its credentials, to mask them. */
export class VaultTickets implements Tickets {
  readonly #parts: VaultTicketsParts
  readonly #reading: Trouble
  readonly #masking: Trouble
  readonly #stop: Cancel
  #version: number | undefined
  #grant: Grant | undefined
  #onChange: () => void = () => {}

  /** Throws VAULT_LOCKED, CONFIG_INVALID and FOLDER_UNUSABLE for a vault that cannot be opened. */
  constructor(parts: VaultTicketsParts) {
    this.#parts = parts
    this.#reading = new Trouble(parts.log, {
      fails: 'the vault cannot be read; the session goes on with the ticket it has',
      over: 'the vault can be read again',
    })
    this.#masking = new Trouble(parts.log, {
      fails: 'the credentials cannot be read: what the broker may repeat of them is not masked',
      over: 'the credentials can be read again, and are masked',
    })
    this.#version = parts.vault.version()
    this.#grant = this.#readFirst()
    this.#maskCredentials()
    this.#stop = parts.clock.every(WATCH_MS, () => this.look())
  }

  current(): Grant | undefined {
    return this.#grant
  }

  look(): void {
    this.#reading.attempt(() => this.#follow())
  }

  listen(onChange: () => void): void {
    this.#onChange = onChange
  }

  close(): void {
    this.#stop()
  }

  /** A ticket that is damaged is healed by the next login: no reason not to wait for it. */
  #readFirst(): Grant | undefined {
    try {
      return this.#read()
    } catch (error) {
      if (!(error instanceof TickwireError) || error.code !== 'STORE_CORRUPT') throw error
      this.#reading.met(error)
      return undefined
    }
  }

  /** Takes what this very process has written: its own writing does not change the version it sees. */
  reread(): void {
    this.#reading.attempt(() => this.#take(this.#parts.vault.version()))
  }

  #follow(): void {
    const version = this.#parts.vault.version()
    if (version !== this.#version) this.#take(version)
  }

  #take(version: number): void {
    const before = this.#grant?.mark
    this.#grant = this.#read()
    this.#version = version
    this.#maskCredentials()
    if (this.#grant?.mark !== before) this.#onChange()
  }

  /** Opened, they are masked in all that this process says: a broker may repeat what a login of another process told it. */
  #maskCredentials(): void {
    const { vault, account, onSecret } = this.#parts
    this.#masking.attempt(() => {
      const credentials = vault.credentials(account)
      if (credentials) onSecret?.(credentials)
    })
  }

  #read(): Grant | undefined {
    const { vault, account, adapter, onSecret } = this.#parts
    const sealed = vault.ticket(account)
    if (!sealed) return undefined
    const { text, grantedAt, expiresAt } = sealed
    onSecret?.(text)
    const parsed = adapter.ticket.safeParse(parseJson(text))
    if (!parsed.success)
      throw new TickwireError('STORE_CORRUPT', `The ticket of account ${account} is not one of its adapter`, {
        next: `tickwire account login ${account}`,
      })
    return { ticket: parsed.data, mark: String(grantedAt), ...(expiresAt === undefined ? {} : { expiresAt }) }
  }
}

/** What is no JSON is nothing; what it was instead is nobody's business. */
function parseJson(text: Secret): unknown {
  try {
    return JSON.parse(text.reveal())
  } catch {
    return undefined
  }
}

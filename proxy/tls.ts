import { constants, randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import type { Server } from 'node:https'
import type { SecureContextOptions } from 'node:tls'
import type { Audit } from '../shared/audit.ts'
import type { Cancel, Clock } from '../shared/clock.ts'
import { TickwireError } from '../shared/errors.ts'
import type { Log } from '../shared/log.ts'
import { type CertificateFiles, expiryWarning, type Pair, readPair } from './certificate.ts'

interface TlsParts {
  readonly files: CertificateFiles
  readonly clock: Clock
  readonly log: Log
  readonly audit?: Audit
}

/** Whoever connects and says nothing of TLS, or speaks it slowly, holds a socket this long. */
export const HANDSHAKE_LIMIT_MS = 5000
const LOOK_MS = 60_000
const DAY_MS = 86_400_000
const TICKET_KEY_BYTES = 48

/** The certificate of the port, as it is now: read again when told to, and when its files have changed. */
export class Tls {
  readonly #parts: TlsParts
  readonly #stops: readonly Cancel[]
  #pair: Pair
  #server: Server | undefined
  /** Of the files, when they were last read. */
  #state: string

  /** Throws CONFIG_INVALID for a pair that cannot be used. */
  constructor(parts: TlsParts) {
    this.#parts = parts
    this.#state = this.#look()
    this.#pair = readPair(parts.files, parts.clock)
    this.#warn()
    this.#stops = [
      parts.clock.every(LOOK_MS, () => this.#look() !== this.#state && this.reload()),
      parts.clock.every(DAY_MS, () => {
        this.#warn()
        // Who has the key of a ticket can read what was said under it: it does not live as long as the process.
        this.#server?.setTicketKeys(randomBytes(TICKET_KEY_BYTES))
      }),
    ]
  }

  /** Milliseconds since 1970. */
  get expiresAt(): number {
    return this.#pair.expiresAt
  }

  get options(): SecureContextOptions {
    const { cert, key } = this.#pair
    return { cert, key, minVersion: 'TLSv1.2', secureOptions: constants.SSL_OP_NO_RENEGOTIATION }
  }

  /** This server gets what is read later, for the connections that come then. */
  serve(server: Server): void {
    this.#server = server
  }

  /** Reads both files again. A pair that cannot be used is told, and the one before goes on. */
  reload(): void {
    const { files, clock, log, audit } = this.#parts
    this.#state = this.#look()
    const event = { action: 'tls.reloaded', actor: 'operator', subject: files.certFile } as const
    try {
      this.#pair = readPair(files, clock)
    } catch (error) {
      if (!(error instanceof TickwireError)) throw error
      log.error({ err: error }, 'the new certificate is not used, the one before goes on')
      audit?.record({ ...event, result: 'refused', reason: error.message })
      return
    }
    this.#server?.setSecureContext(this.options)
    log.info({ expiresAt: new Date(this.expiresAt).toISOString() }, 'the certificate was read again')
    audit?.record({ ...event, result: 'ok' })
    this.#warn()
  }

  close(): void {
    for (const stop of this.#stops) stop()
  }

  #warn(): void {
    const { files, clock, log } = this.#parts
    const warning = expiryWarning(files, this.expiresAt, clock.now())
    if (warning !== undefined) log.warn(warning)
  }

  /** Changes with either file, also when a link is turned to another one. */
  #look(): string {
    const { certFile, keyFile } = this.#parts.files
    return [certFile, keyFile]
      .map(path => {
        try {
          const { ino, mtimeMs, size } = statSync(path)
          return `${ino} ${mtimeMs} ${size}`
        } catch (error) {
          // Whatever keeps it from being looked at is told when it is read, and is over when this changes.
          return String((error as NodeJS.ErrnoException).code)
        }
      })
      .join()
  }
}

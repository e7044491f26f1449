import { TickwireError } from '../errors.ts'
import { digestKey, newId, newKey, readKey } from '../key.ts'
import type { Secret } from '../secret.ts'
import type { Database } from './database.ts'
import type { UserStore } from './users.ts'

/** Tickets are keys that local commands mint for themselves, for a minute. */
type KeyOrigin = 'created' | 'imported' | 'ticket'

/** What is kept of a key: never the key. Times are milliseconds since 1970. */
export interface KeyRecord {
  readonly id: string
  readonly userId: string
  readonly label: string
  readonly digest: Buffer
  readonly origin: KeyOrigin
  readonly createdAt: number
  readonly expiresAt?: number
  readonly revokedAt?: number
}

interface Row {
  id: string
  userId: string
  label: string
  digest: Buffer
  origin: KeyOrigin
  createdAt: number
  expiresAt: number | null
  revokedAt: number | null
}

const COLUMNS =
  'id, user_id AS userId, label, digest, origin, created_at AS createdAt, expires_at AS expiresAt, revoked_at AS revokedAt'

const fromRow = ({ expiresAt, revokedAt, ...row }: Row): KeyRecord => ({
  ...row,
  ...(expiresAt !== null && { expiresAt }),
  ...(revokedAt !== null && { revokedAt }),
})

export class KeyStore {
  readonly #database: Database
  readonly #users: UserStore
  readonly #pepper: Buffer

  constructor(database: Database, users: UserStore, pepper: Buffer) {
    this.#database = database
    this.#users = users
    this.#pepper = pepper
  }

  /** The only moment the key is known. Throws NOT_FOUND for an unknown user, USAGE for a bad label. */
  create(wish: { userId: string; label: string; expiresAt?: number | undefined; now: number }): {
    record: KeyRecord
    key: Secret
  } {
    const { id, text } = newKey()
    const { userId, label, expiresAt, now } = wish
    return {
      record: this.#insert({ id, userId, label, origin: 'created', createdAt: now, expiresAt }, text),
      key: text,
    }
  }

  /** A short-lived key for a command that can read the data folder. Also forgets those that have expired. */
  mintTicket({ userId, ttlMs, now }: { userId: string; ttlMs: number; now: number }): Secret {
    this.#database.write("DELETE FROM api_keys WHERE origin = 'ticket' AND expires_at <= ?", now)
    const { id, text } = newKey()
    this.#insert({ id, userId, label: 'local ticket', origin: 'ticket', createdAt: now, expiresAt: now + ttlMs }, text)
    return text
  }

  /**
   * Takes an OpenAlgo key (64 hex characters, case counts) so that a client's configuration need not change. Importing
   * it again for the same user changes nothing. Throws KEY_INVALID for another shape or one that was revoked here,
   * KEY_EXISTS when another user has it.
   */
  importForeign({ userId, label, key, now }: { userId: string; label: string; key: Secret; now: number }): KeyRecord {
    if (readKey(key.reveal())?.kind !== 'foreign')
      throw new TickwireError(
        'KEY_INVALID',
        'This is no OpenAlgo key: it has to be exactly 64 hexadecimal characters',
        {
          next: 'copy it again, without quotes and spaces',
        },
      )
    return this.#database.atomically(() => {
      const digest = digestKey(this.#pepper, key.reveal())
      const known = this.#database.row<Row>(`SELECT ${COLUMNS} FROM api_keys WHERE digest = ?`, digest)
      if (!known) return this.#insert({ id: newId(), userId, label, origin: 'imported', createdAt: now }, key)
      if (known.userId !== userId)
        throw new TickwireError('KEY_EXISTS', 'This key is already imported for another user', {
          next: 'tickwire key create LABEL makes a new one',
        })
      if (known.revokedAt !== null)
        throw new TickwireError('KEY_INVALID', `This key was imported before as ${known.id} and then revoked`, {
          next: 'tickwire key create LABEL makes a new one',
        })
      return fromRow(known)
    })
  }

  /** Oldest first, revoked and expired ones too; tickets only when asked for. */
  list({ tickets = false }: { tickets?: boolean } = {}): KeyRecord[] {
    const which = tickets ? '' : "WHERE origin <> 'ticket'"
    return this.#database.rows<Row>(`SELECT ${COLUMNS} FROM api_keys ${which} ORDER BY created_at, id`).map(fromRow)
  }

  /** False when there is no such key. A key revoked before keeps its first time. */
  revoke(id: string, now: number): boolean {
    return this.#database.write('UPDATE api_keys SET revoked_at = coalesce(revoked_at, ?) WHERE id = ?', now, id) > 0
  }

  #insert(
    fields: Omit<KeyRecord, 'digest' | 'expiresAt'> & { expiresAt?: number | undefined },
    key: Secret,
  ): KeyRecord {
    const { id, userId, label, origin, createdAt, expiresAt } = fields
    if (!/^[^\p{C}]{1,64}$/u.test(label))
      throw new TickwireError('USAGE', 'A key label is 1 to 64 printable characters')
    this.#users.require(userId)
    const digest = digestKey(this.#pepper, key.reveal())
    this.#database.write(
      'INSERT INTO api_keys (id, user_id, label, digest, origin, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      id,
      userId,
      label,
      digest,
      origin,
      createdAt,
      expiresAt ?? null,
    )
    return { id, userId, label, digest, origin, createdAt, ...(expiresAt !== undefined && { expiresAt }) }
  }
}

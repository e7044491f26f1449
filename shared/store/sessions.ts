import { digestKey, newTicket } from '../key.ts'
import type { Secret } from '../secret.ts'
import type { Database } from './database.ts'
import type { KeyRecord } from './keyrecord.ts'

interface SessionRow {
  id: string
  userId: string
  keyId: string | null
  digest: Buffer
  createdAt: number
  expiresAt: number
}

interface Start {
  readonly userId: string
  /** Whose authority it has; absent: that of whoever can read the data folder. */
  readonly keyId: string | null | undefined
  /** Used up by it. */
  readonly ticketId: string | undefined
  readonly ttlMs: number
  /** So many of a key there may be: the oldest go. */
  readonly most: number
  readonly now: number
}

export interface Started {
  readonly session: Secret
  readonly record: KeyRecord
  /** Ids of those that went for it. */
  readonly gone: readonly string[]
}

const COLUMNS = 'id, user_id AS userId, key_id AS keyId, digest, created_at AS createdAt, expires_at AS expiresAt'

/** What pages show instead of a key, for hours: kept like keys, and as good as the key behind each. */
export class SessionStore {
  readonly #database: Database
  readonly #pepper: Buffer

  constructor(database: Database, pepper: Buffer) {
    this.#database = database
    this.#pepper = pepper
  }

  /** `undefined` when its ticket was used before. Also forgets all that are over. */
  start({ userId, keyId = null, ticketId, ttlMs, most, now }: Start): Started | undefined {
    return this.#database.atomically(() => {
      const taken = "DELETE FROM api_keys WHERE id = ? AND origin = 'ticket' AND expires_at > ?"
      if (ticketId !== undefined && this.#database.write(taken, ticketId, now) === 0) return undefined
      const gone = this.#database.rows<{ id: string }>(
        `DELETE FROM sessions WHERE expires_at <= ? OR id IN (
           SELECT id FROM sessions WHERE key_id IS ? AND user_id = ?
           ORDER BY created_at DESC, rowid DESC LIMIT -1 OFFSET ?) RETURNING id`,
        now,
        keyId,
        userId,
        most - 1,
      )
      const { id, text: session } = newTicket()
      const digest = digestKey(this.#pepper, session.reveal())
      const row = { id, userId, keyId, digest, createdAt: now, expiresAt: now + ttlMs }
      this.#database.write(
        'INSERT INTO sessions (id, user_id, key_id, digest, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)',
        id,
        userId,
        keyId,
        digest,
        row.createdAt,
        row.expiresAt,
      )
      return { session, record: toRecord(row), gone: gone.map(one => one.id) }
    })
  }

  /** False when there is none. */
  end(id: string): boolean {
    return this.#database.write('DELETE FROM sessions WHERE id = ?', id) > 0
  }

  /** Ends all; gives those that were. */
  endAll(): KeyRecord[] {
    return this.#database.rows<SessionRow>(`DELETE FROM sessions RETURNING ${COLUMNS}`).map(toRecord)
  }

  /** As keys are, for checking them beside those. */
  list(): KeyRecord[] {
    return this.#database.rows<SessionRow>(`SELECT ${COLUMNS} FROM sessions`).map(toRecord)
  }

  /** How many of each key are good at this moment. */
  counts(now: number): ReadonlyMap<string, number> {
    const rows = this.#database.rows<{ keyId: string; count: number }>(
      'SELECT key_id AS keyId, count(*) AS count FROM sessions WHERE key_id IS NOT NULL AND expires_at > ? GROUP BY key_id',
      now,
    )
    return new Map(rows.map(({ keyId, count }) => [keyId, count]))
  }
}

const toRecord = ({ keyId, ...row }: SessionRow): KeyRecord => ({
  ...row,
  label: 'page session',
  origin: 'session',
  scopes: [],
  ...(keyId !== null && { parentId: keyId }),
})

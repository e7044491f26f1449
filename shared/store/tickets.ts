import { digestKey, newTicket } from '../key.ts'
import type { Secret } from '../secret.ts'
import type { Database } from './database.ts'
import { KEY_COLUMNS, type KeyRecord, type KeyRow, toRecord } from './keyrecord.ts'

interface Minting {
  readonly ttlMs: number
  /** So many of a key may lie unused. */
  readonly most: number
  readonly now: number
}

export type Minted = { readonly ticket: Secret; readonly record: KeyRecord } | { readonly waitMs: number }

interface Minter {
  /** A key's. */
  readonly id: string
  readonly userId: string
  /** Of this page; its tickets and what they opened end with it. */
  readonly session?: string | undefined
}

/**
 * Tickets that keys and their pages mint for browsers: each opens one connection, which counts as its key's. Whoever
 * deletes the row has used the ticket, so that of all processes one can.
 */
export class TicketStore {
  readonly #database: Database
  readonly #pepper: Buffer

  constructor(database: Database, pepper: Buffer) {
    this.#database = database
    this.#pepper = pepper
  }

  /** A ticket of a key, or how long it has to wait for one. Also forgets all that are over. */
  mint({ id, userId, session = id }: Minter, { ttlMs, most, now }: Minting): Minted {
    return this.#database.atomically(() => {
      this.#database.write("DELETE FROM api_keys WHERE origin = 'ticket' AND expires_at <= ?", now)
      const unused = this.#database.row<{ count: number; first: number | null }>(
        `SELECT count(*) AS count, min(expires_at) AS first FROM api_keys WHERE origin = 'ticket'
           AND (parent_id = ? OR parent_id IN (SELECT id FROM sessions WHERE key_id = ?))`,
        id,
        id,
      )
      if (unused && unused.count >= most) return { waitMs: Math.max(1, (unused.first ?? now) - now) }
      const { id: own, text: ticket } = newTicket()
      const row = this.#database.row<KeyRow>(
        `INSERT INTO api_keys (id, user_id, label, digest, origin, created_at, expires_at, parent_id)
         VALUES (?, ?, 'browser ticket', ?, 'ticket', ?, ?, ?) RETURNING ${KEY_COLUMNS}`,
        own,
        userId,
        digestKey(this.#pepper, ticket.reveal()),
        now,
        now + ttlMs,
        session,
      )
      if (!row) throw new Error('SQLite gives the row that it inserted')
      return { ticket, record: toRecord(row) }
    })
  }

  /** Uses a ticket up. False for one that was used before, or is over. */
  take(id: string, now: number): boolean {
    const sql = "DELETE FROM api_keys WHERE id = ? AND origin = 'ticket' AND parent_id IS NOT NULL AND expires_at > ?"
    return this.#database.write(sql, id, now) > 0
  }
}

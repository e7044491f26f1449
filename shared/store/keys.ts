import { TickwireError } from '../errors.ts'
import type { Grant } from '../grant.ts'
import { digestKey, KEY_SCOPES, type KeyScope, newId, newKey, readKey } from '../key.ts'
import type { Secret } from '../secret.ts'
import type { Database } from './database.ts'
import { hasEnded, KEY_COLUMNS, type KeyRecord, type KeyRow, toRecord, writeBounds } from './keyrecord.ts'
import type { UserStore } from './users.ts'

export type { KeyRecord } from './keyrecord.ts'

/** All feeds, with a user who may read them: the one who asks, where that is by a share. */
const READABLE = `
  SELECT name, coalesce(shares.user_id, feeds.user_id) AS userId
  FROM feeds LEFT JOIN shares ON shares.feed = name AND shares.user_id = ?
  ORDER BY feeds.user_id <> ?, feeds.created_at, name`

interface KeyWish {
  readonly userId: string
  readonly label: string
  /** Besides prices; without it, none. */
  readonly scopes?: readonly KeyScope[]
  /** Of its user, in the order they are to be used; without it, all. */
  readonly feeds?: readonly string[] | undefined
  /** What else bounds it; without it, nothing. */
  readonly bounds?: Grant | undefined
  readonly now: number
}

/** What of a key is to be otherwise; what is not named stays. */
export interface KeyChange {
  /** Takes what bounds it now. */
  readonly bounds?: (now: Grant) => Grant
  /** `never`: it does not end by itself. */
  readonly expiresAt?: number | 'never' | undefined
  /** All of them, or what becomes of those it has. */
  readonly scopes?: readonly KeyScope[] | ((now: readonly KeyScope[]) => readonly KeyScope[]) | undefined
  readonly feeds?: readonly string[] | 'all' | undefined
}

export class KeyStore {
  readonly #database: Database
  readonly #users: UserStore
  readonly #pepper: Buffer

  constructor(database: Database, users: UserStore, pepper: Buffer) {
    this.#database = database
    this.#users = users
    this.#pepper = pepper
  }

  /** The only moment the key is known. Throws NOT_FOUND for an unknown user, USAGE for a bad label, FEED_UNKNOWN. */
  create(wish: KeyWish & { expiresAt?: number | undefined }): { record: KeyRecord; key: Secret } {
    const { id, text } = newKey()
    const { userId, label, scopes = [], feeds, bounds, expiresAt, now } = wish
    const fields = { id, userId, label, origin: 'created', scopes, feeds, bounds, createdAt: now, expiresAt } as const
    return { record: this.#database.atomically(() => this.#insert(fields, text)), key: text }
  }

  /** A short-lived key, with every scope, for a command that can read the data folder. Also forgets those that have expired. */
  mintTicket({ userId, ttlMs, now }: { userId: string; ttlMs: number; now: number }): Secret {
    this.#database.write("DELETE FROM api_keys WHERE origin = 'ticket' AND expires_at <= ?", now)
    const { id, text } = newKey()
    const times = { createdAt: now, expiresAt: now + ttlMs }
    this.#insert({ id, userId, label: 'local ticket', origin: 'ticket', scopes: KEY_SCOPES, ...times }, text)
    return text
  }

  /**
   * Takes an OpenAlgo key (64 hex characters, case counts) so that a client's configuration need not change. Importing
   * it again for the same user changes nothing, except that it may have more scopes, other feeds and other bounds
   * afterwards. Throws KEY_INVALID for another shape or one that was revoked here, KEY_EXISTS when another user has it,
   * FEED_UNKNOWN.
   */
  importForeign(wish: KeyWish & { key: Secret; expiresAt?: number | undefined }): KeyRecord {
    const { userId, label, scopes = [], feeds, bounds, expiresAt, key, now } = wish
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
      const known = this.#database.row<KeyRow>(`SELECT ${KEY_COLUMNS} FROM api_keys WHERE digest = ?`, digest)
      const fresh = { userId, label, origin: 'imported', scopes, feeds, bounds, createdAt: now, expiresAt } as const
      if (!known) return this.#insert({ id: newId(), ...fresh }, key)
      if (known.userId !== userId)
        throw new TickwireError('KEY_EXISTS', 'This key is already imported for another user', {
          next: 'tickwire key create LABEL makes a new one',
        })
      if (known.revokedAt !== null)
        throw new TickwireError('KEY_INVALID', `This key was imported before as ${known.id} and then revoked`, {
          next: 'tickwire key create LABEL makes a new one',
        })
      const change = { scopes: [...toRecord(known).scopes, ...scopes], feeds, expiresAt }
      return this.#alter(known, { ...change, ...(bounds && { bounds: now => ({ ...now, ...bounds }) }) })
    })
  }

  /** Oldest first, revoked and expired ones too; tickets only when asked for. */
  list({ tickets = false }: { tickets?: boolean } = {}): KeyRecord[] {
    const which = tickets ? '' : "WHERE origin <> 'ticket'"
    return this.#database
      .rows<KeyRow>(`SELECT ${KEY_COLUMNS} FROM api_keys ${which} ORDER BY created_at, id`)
      .map(toRecord)
  }

  /** False when there is no such key. A key revoked before keeps its first time. */
  revoke(id: string, now: number): boolean {
    return this.#database.write('UPDATE api_keys SET revoked_at = coalesce(revoked_at, ?) WHERE id = ?', now, id) > 0
  }

  /** One key, no ticket. */
  get(id: string): KeyRecord | undefined {
    const row = this.#row(id)
    return row && toRecord(row)
  }

  /**
   * Changes several things at once; gives what it is then, `undefined` when there is no such key. Throws KEY_INVALID for
   * one that is revoked, STORE_CORRUPT for damaged bounds, FEED_UNKNOWN.
   */
  alter(id: string, change: KeyChange): KeyRecord | undefined {
    return this.#database.atomically(() => {
      const row = this.#row(id)
      return row && this.#alter(row, change)
    })
  }

  /** Says that a key is used, at most once an hour. False when another process writes just now. */
  saveUse(id: string, now: number): boolean {
    const before = now - USE_MS
    const sql = 'UPDATE api_keys SET last_used_at = ? WHERE id = ? AND coalesce(last_used_at, 0) <= ?'
    return this.#database.writeAtOnce(sql, now, id, before) !== undefined
  }

  /** Gives a key a scope, or takes it away. False when there is no such key; tickets stay as they are. */
  change(id: string, scope: KeyScope, allowed: boolean): boolean {
    return this.#database.atomically(() => {
      const row = this.#row(id)
      if (!row) return false
      const others = toRecord(row).scopes.filter(one => one !== scope)
      this.#setScopes(id, allowed ? [...others, scope] : others)
      return true
    })
  }

  /**
   * Says which feeds of its user a key gets its prices from, in that order; `undefined`: all. False when there is no such
   * key. Throws FEED_UNKNOWN for a feed that is not there or belongs to another user, USAGE for one named twice or none.
   */
  choose(id: string, feeds: readonly string[] | undefined): boolean {
    return this.#database.atomically(() => {
      const row = this.#row(id)
      if (!row) return false
      this.#setFeeds(toRecord(row), feeds)
      return true
    })
  }

  #row(id: string): KeyRow | undefined {
    return this.#database.row<KeyRow>(`SELECT ${KEY_COLUMNS} FROM api_keys WHERE id = ? AND origin <> 'ticket'`, id)
  }

  #alter(row: KeyRow, { bounds, expiresAt, scopes, feeds }: KeyChange): KeyRecord {
    const record = toRecord(row)
    const { id } = record
    if (record.revokedAt !== undefined) throw hasEnded(id, 'revoked')
    if (bounds) {
      if (record.fault) throw record.fault
      this.#database.write('UPDATE api_keys SET bounds = ? WHERE id = ?', writeBounds(bounds(record.bounds ?? {})), id)
    }
    if (expiresAt !== undefined) {
      const at = expiresAt === 'never' ? null : expiresAt
      this.#database.write('UPDATE api_keys SET expires_at = ? WHERE id = ?', at, id)
    }
    if (feeds) this.#setFeeds(record, feeds === 'all' ? undefined : feeds)
    if (scopes) this.#setScopes(id, typeof scopes === 'function' ? scopes(record.scopes) : scopes)
    return this.get(id) ?? record
  }

  #setFeeds({ id, userId }: Pick<KeyRecord, 'id' | 'userId'>, feeds: readonly string[] | undefined): void {
    this.#database.write('UPDATE api_keys SET feeds = ? WHERE id = ?', this.#listOf(userId, feeds), id)
  }

  /** The feeds of a user as they are kept. */
  #listOf(userId: string, feeds: readonly string[] | undefined): string | null {
    if (feeds === undefined) return null
    if (feeds.length === 0 || new Set(feeds).size < feeds.length)
      throw new TickwireError('USAGE', 'A key needs at least one feed, and each one once', {
        next: 'name them in the order they are to be used, such as ONE,TWO; or --all',
      })
    const owners = new Map(
      this.#database
        .rows<{ name: string; userId: string }>(READABLE, userId, userId)
        .map(row => [row.name, row.userId]),
    )
    const own = [...owners.keys()].filter(name => owners.get(name) === userId)
    for (const name of feeds)
      if (owners.get(name) !== userId)
        throw new TickwireError(
          'FEED_UNKNOWN',
          owners.has(name) ? `Feed ${name} belongs to another user, not to ${userId}` : `There is no feed ${name}`,
          { next: own.length > 0 ? `use one of: ${own.join(', ')}` : `tickwire adapter add NAME --user ${userId}` },
        )
    return feeds.join(',')
  }

  #setScopes(id: string, scopes: readonly KeyScope[]): readonly KeyScope[] {
    const sorted = KEY_SCOPES.filter(scope => scopes.includes(scope))
    this.#database.write('UPDATE api_keys SET scopes = ? WHERE id = ?', sorted.join(','), id)
    return sorted
  }

  #insert(
    fields: Pick<KeyRecord, 'id' | 'userId' | 'label' | 'origin' | 'scopes' | 'createdAt'> & {
      feeds?: readonly string[] | undefined
      bounds?: Grant | undefined
      expiresAt?: number | undefined
    },
    key: Secret,
  ): KeyRecord {
    const { id, userId, label, origin, scopes, feeds, bounds, createdAt, expiresAt } = fields
    if (!/^[^\p{C}]{1,64}$/u.test(label))
      throw new TickwireError('USAGE', 'A key label is 1 to 64 printable characters')
    this.#users.require(userId)
    const digest = digestKey(this.#pepper, key.reveal())
    this.#database.write(
      'INSERT INTO api_keys (id, user_id, label, digest, origin, scopes, feeds, bounds, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      id,
      userId,
      label,
      digest,
      origin,
      scopes.join(','),
      this.#listOf(userId, feeds),
      writeBounds(bounds),
      createdAt,
      expiresAt ?? null,
    )
    const record = { id, userId, label, digest, origin, scopes, createdAt }
    return {
      ...record,
      ...(feeds && { feeds }),
      ...(bounds && Object.keys(bounds).length > 0 && { bounds }),
      ...(expiresAt !== undefined && { expiresAt }),
    }
  }
}

const USE_MS = 3_600_000

import { TickwireError } from '../errors.ts'
import { digestKey, KEY_SCOPES, type KeyScope, newId, newKey, readKey } from '../key.ts'
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
  readonly scopes: readonly KeyScope[]
  /** The feeds its prices come from, the first one that is healthy; absent: all of its user, in the order they were registered. */
  readonly feeds?: readonly string[]
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
  scopes: string
  feeds: string | null
  createdAt: number
  expiresAt: number | null
  revokedAt: number | null
}

const COLUMNS =
  'id, user_id AS userId, label, digest, origin, scopes, feeds, created_at AS createdAt, expires_at AS expiresAt, revoked_at AS revokedAt'

/** All feeds, with a user who may read them: the one who asks, where that is by a share. */
const READABLE = `
  SELECT name, coalesce(shares.user_id, feeds.user_id) AS userId
  FROM feeds LEFT JOIN shares ON shares.feed = name AND shares.user_id = ?
  ORDER BY feeds.user_id <> ?, feeds.created_at, name`

const fromRow = ({ scopes, feeds, expiresAt, revokedAt, ...row }: Row): KeyRecord => ({
  ...row,
  scopes: KEY_SCOPES.filter(scope => scopes.split(',').includes(scope)),
  ...(feeds !== null && { feeds: feeds.split(',') }),
  ...(expiresAt !== null && { expiresAt }),
  ...(revokedAt !== null && { revokedAt }),
})

interface KeyWish {
  readonly userId: string
  readonly label: string
  /** Besides prices; without it, none. */
  readonly scopes?: readonly KeyScope[]
  /** Of its user, in the order they are to be used; without it, all. */
  readonly feeds?: readonly string[] | undefined
  readonly now: number
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
    const { userId, label, scopes = [], feeds, expiresAt, now } = wish
    const fields = { id, userId, label, origin: 'created', scopes, feeds, createdAt: now, expiresAt } as const
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
   * it again for the same user changes nothing, except that it may have more scopes and other feeds afterwards. Throws
   * KEY_INVALID for another shape or one that was revoked here, KEY_EXISTS when another user has it, FEED_UNKNOWN.
   */
  importForeign({ userId, label, scopes = [], feeds, key, now }: KeyWish & { key: Secret }): KeyRecord {
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
      const fresh = { userId, label, origin: 'imported', scopes, feeds, createdAt: now } as const
      if (!known) return this.#insert({ id: newId(), ...fresh }, key)
      if (known.userId !== userId)
        throw new TickwireError('KEY_EXISTS', 'This key is already imported for another user', {
          next: 'tickwire key create LABEL makes a new one',
        })
      if (known.revokedAt !== null)
        throw new TickwireError('KEY_INVALID', `This key was imported before as ${known.id} and then revoked`, {
          next: 'tickwire key create LABEL makes a new one',
        })
      const record = fromRow(known)
      if (feeds) this.#setFeeds(record, feeds)
      return { ...record, scopes: this.#setScopes(known.id, [...record.scopes, ...scopes]), ...(feeds && { feeds }) }
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

  /** Gives a key a scope, or takes it away. False when there is no such key; tickets stay as they are. */
  change(id: string, scope: KeyScope, allowed: boolean): boolean {
    return this.#database.atomically(() => {
      const row = this.#database.row<Row>(`SELECT ${COLUMNS} FROM api_keys WHERE id = ? AND origin <> 'ticket'`, id)
      if (!row) return false
      const others = fromRow(row).scopes.filter(one => one !== scope)
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
      const row = this.#database.row<Row>(`SELECT ${COLUMNS} FROM api_keys WHERE id = ? AND origin <> 'ticket'`, id)
      if (!row) return false
      this.#setFeeds(fromRow(row), feeds)
      return true
    })
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
    fields: Omit<KeyRecord, 'digest' | 'expiresAt' | 'feeds'> & {
      feeds?: readonly string[] | undefined
      expiresAt?: number | undefined
    },
    key: Secret,
  ): KeyRecord {
    const { id, userId, label, origin, scopes, feeds, createdAt, expiresAt } = fields
    if (!/^[^\p{C}]{1,64}$/u.test(label))
      throw new TickwireError('USAGE', 'A key label is 1 to 64 printable characters')
    this.#users.require(userId)
    const digest = digestKey(this.#pepper, key.reveal())
    this.#database.write(
      'INSERT INTO api_keys (id, user_id, label, digest, origin, scopes, feeds, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      id,
      userId,
      label,
      digest,
      origin,
      scopes.join(','),
      this.#listOf(userId, feeds),
      createdAt,
      expiresAt ?? null,
    )
    const record = { id, userId, label, digest, origin, scopes, createdAt }
    return { ...record, ...(feeds && { feeds }), ...(expiresAt !== undefined && { expiresAt }) }
  }
}

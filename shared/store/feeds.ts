import { isDeepStrictEqual } from 'node:util'
import { TickwireError } from '../errors.ts'
import type { TopicMode } from '../market/mode.ts'
import { isFeedName } from '../market/topic.ts'
import type { Database } from './database.ts'
import type { UserStore } from './users.ts'

/** One registered account: which adapter runs for whom. Settings hold no secrets. */
export interface FeedRecord {
  /** First segment of its topics: 1 to 32 of A-Z, 0-9 and "-". */
  readonly name: string
  readonly userId: string
  /** The broker name clients see, lower case. */
  readonly adapter: string
  /** External feeds are run by somebody else, in any language. */
  readonly kind: 'builtin' | 'folder' | 'external'
  /** The adapter's folder, for kind `folder`. */
  readonly path?: string
  /** What a feed of kind `external` publishes; the others say it themselves. */
  readonly modes?: readonly TopicMode[]
  /** What its publisher proves itself with on the bus, base64url; nothing until its first start, and never of external ones. */
  readonly publicKey?: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly enabled: boolean
  /** When it was last switched on or off, also to what it was before: after that it starts afresh. */
  readonly switchedAt?: number
  readonly createdAt: number
}

interface Row {
  name: string
  userId: string
  adapter: string
  kind: FeedRecord['kind']
  path: string | null
  modes: string | null
  publicKey: Buffer | null
  settings: string
  enabled: number
  switchedAt: number | null
  createdAt: number
}

const SELECT =
  'SELECT name, user_id AS userId, adapter, kind, path, modes, public_key AS publicKey, settings, enabled, switched_at AS switchedAt, created_at AS createdAt FROM feeds'

/**
 * Whether VALID_BROKERS lets a feed run; without it, every feed may. A foreign publisher is nobody's broker and runs
 * elsewhere.
 */
export const isBrokerValid = (
  { kind, adapter }: Pick<FeedRecord, 'kind' | 'adapter'>,
  validBrokers: readonly string[] | undefined,
): boolean => kind === 'external' || (validBrokers?.includes(adapter) ?? true)

const fromRow = ({ path, modes, publicKey, settings, enabled, switchedAt, ...row }: Row): FeedRecord => ({
  ...row,
  ...(path !== null && { path }),
  ...(modes !== null && { modes: readJson(row.name, modes) as FeedRecord['modes'] & object }),
  ...(publicKey !== null && { publicKey: publicKey.toString('base64url') }),
  settings: readJson(row.name, settings) as FeedRecord['settings'],
  enabled: enabled === 1,
  ...(switchedAt !== null && { switchedAt }),
})

function readJson(feed: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new TickwireError('STORE_CORRUPT', `The row of feed ${feed} in control.db is damaged`, {
      next: `tickwire adapter remove ${feed}, then add it again; or restore control.db from a backup`,
      cause,
    })
  }
}

/** What makes a feed the one it is; switching it off and on does not. */
const identity = ({ userId, adapter, kind, path, modes, settings }: FeedRecord): Record<string, unknown> => ({
  user: userId,
  adapter,
  kind,
  path,
  modes,
  settings: JSON.parse(JSON.stringify(settings)),
})

/** The names of what is not the same in two feeds. */
function differences(one: FeedRecord, other: FeedRecord): string[] {
  const [a, b] = [identity(one), identity(other)]
  return Object.keys(a).filter(field => !isDeepStrictEqual(a[field], b[field]))
}

export class FeedStore {
  readonly #database: Database
  readonly #users: UserStore

  constructor(database: Database, users: UserStore) {
    this.#database = database
    this.#users = users
  }

  /** By name. */
  list(): FeedRecord[] {
    return this.#database.rows<Row>(`${SELECT} ORDER BY name`).map(fromRow)
  }

  /** Also of rows that are damaged. */
  names(): string[] {
    return this.#database.rows<{ name: string }>('SELECT name FROM feeds ORDER BY name').map(row => row.name)
  }

  get(name: string): FeedRecord | undefined {
    const row = this.#database.row<Row>(`${SELECT} WHERE name = ?`, name)
    return row && fromRow(row)
  }

  /**
   * Registers a feed; the same one again changes nothing, only an external one may have other modes. Throws FEED_EXISTS
   * when another one has the name, USAGE for a name that cannot stand in a topic, NOT_FOUND for an unknown user.
   */
  add(record: FeedRecord): void {
    const { name, userId, adapter, kind, path, modes, publicKey, settings, enabled, createdAt } = record
    if (!isFeedName(name))
      throw new TickwireError(
        'USAGE',
        `Feed ${JSON.stringify(name)}: a name is 1 to 32 of A-Z, 0-9 and "-", and no exchange code or reserved word`,
      )
    this.#users.require(userId)
    this.#database.atomically(() => {
      const changed = this.#changes(record)
      if (changed?.length === 0) return
      if (kind === 'external' && changed?.join() === 'modes') {
        this.#database.write('UPDATE feeds SET modes = ? WHERE name = ?', JSON.stringify(modes), name)
        return
      }
      this.requireFree(record)
      this.#database.write(
        'INSERT INTO feeds (name, user_id, adapter, kind, path, modes, public_key, settings, enabled, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
        name,
        userId,
        adapter,
        kind,
        path ?? null,
        modes === undefined ? null : JSON.stringify(modes),
        publicKey === undefined ? null : Buffer.from(publicKey, 'base64url'),
        JSON.stringify(settings),
        enabled ? 1 : 0,
        createdAt,
      )
    })
  }

  /** Throws FEED_EXISTS when another feed has the name. */
  requireFree(record: FeedRecord): void {
    const { name } = record
    const changed = this.#changes(record) ?? []
    if (changed.length === 0) return
    const { kind, adapter, userId } = this.get(name) ?? record
    const is = `${kind} adapter ${adapter}, user ${userId}`
    throw new TickwireError('FEED_EXISTS', `Feed ${name} exists already (${is}) with another ${changed.join(', ')}`, {
      next: `choose another name, or: tickwire adapter remove ${name}`,
    })
  }

  /** Throws FEED_UNKNOWN. */
  remove(name: string): void {
    if (this.#database.write('DELETE FROM feeds WHERE name = ?', name) === 0) throw this.#unknown(name)
  }

  /** Throws FEED_UNKNOWN. */
  setEnabled(name: string, on: boolean, now: number): void {
    const sql = 'UPDATE feeds SET enabled = ?, switched_at = ? WHERE name = ?'
    if (this.#database.write(sql, on ? 1 : 0, now, name) === 0) throw this.#unknown(name)
  }

  /** What its publisher proves itself with from now on. Throws FEED_UNKNOWN. */
  setPublicKey(name: string, publicKey: Buffer): void {
    const changes = this.#database.write('UPDATE feeds SET public_key = ? WHERE name = ?', publicKey, name)
    if (changes === 0) throw this.#unknown(name)
  }

  /** What is not the same in the feed that has this name; `undefined` when none has. */
  #changes(record: FeedRecord): string[] | undefined {
    const known = this.get(record.name)
    return known && differences(known, record)
  }

  #unknown(name: string): TickwireError {
    const known = this.names()
    return new TickwireError('FEED_UNKNOWN', `There is no feed ${JSON.stringify(name)}`, {
      next: known.length > 0 ? `use one of: ${known.join(', ')}` : 'tickwire adapter add NAME',
    })
  }
}

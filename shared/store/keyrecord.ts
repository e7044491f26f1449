import { TickwireError } from '../errors.ts'
import { type Grant, grantSchema } from '../grant.ts'
import { KEY_SCOPES, type KeyScope } from '../key.ts'
import { readJson } from '../words.ts'

/**
 * Tickets live for a minute: those of local commands, which are nobody's, and those a key minted for a browser. A session
 * is what a page shows for hours.
 */
type KeyOrigin = 'created' | 'imported' | 'ticket' | 'session'

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
  /** What else bounds it; absent: nothing. */
  readonly bounds?: Grant
  readonly createdAt: number
  readonly expiresAt?: number
  readonly revokedAt?: number
  /** To the hour. */
  readonly lastUsedAt?: number
  /** The key or the session that a ticket was minted with, a session's key, or the key that it took over from. */
  readonly parentId?: string
  /** What bounds it cannot be read: nobody may use it. */
  readonly fault?: TickwireError
}

export interface KeyRow {
  id: string
  userId: string
  label: string
  digest: Buffer
  origin: KeyOrigin
  scopes: string
  feeds: string | null
  bounds: string
  createdAt: number
  expiresAt: number | null
  revokedAt: number | null
  lastUsedAt: number | null
  parentId: string | null
}

export const KEY_COLUMNS =
  'id, user_id AS userId, label, digest, origin, scopes, feeds, bounds, created_at AS createdAt, expires_at AS expiresAt, revoked_at AS revokedAt, last_used_at AS lastUsedAt, parent_id AS parentId'

export const toRecord = ({
  scopes,
  feeds,
  bounds,
  expiresAt,
  revokedAt,
  lastUsedAt,
  parentId,
  ...row
}: KeyRow): KeyRecord => ({
  ...row,
  scopes: KEY_SCOPES.filter(scope => scopes.split(',').includes(scope)),
  ...(feeds !== null && { feeds: feeds.split(',') }),
  ...readBounds(row.id, bounds),
  ...(expiresAt !== null && { expiresAt }),
  ...(revokedAt !== null && { revokedAt }),
  ...(lastUsedAt !== null && { lastUsedAt }),
  ...(parentId !== null && { parentId }),
})

const UNBOUND = '{}'

export const writeBounds = (bounds: Grant = {}): string => JSON.stringify(grantSchema.parse(bounds))

function readBounds(id: string, text: string): Pick<KeyRecord, 'bounds' | 'fault'> {
  if (text === UNBOUND) return {}
  const read = grantSchema.safeParse(readJson(text))
  if (read.success) return { bounds: read.data }
  const fault = new TickwireError('STORE_CORRUPT', `What bounds key ${id} is damaged, so nobody may use it`, {
    next: `tickwire key revoke ${id}, then tickwire key create LABEL; or restore control.db from a backup`,
  })
  return { fault }
}

export const hasEnded = (id: string, how: 'revoked' | 'expired'): TickwireError =>
  new TickwireError('KEY_INVALID', `Key ${id} is ${how}`, { next: 'tickwire key create LABEL makes a new one' })

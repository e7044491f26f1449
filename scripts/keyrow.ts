import { TickwireError } from '../shared/errors.ts'
import { type KeyScope, readKey } from '../shared/key.ts'
import type { KeyRecord } from '../shared/store/keys.ts'
import { boundWords } from './bounds.ts'
import type { Column } from './terminal.ts'

/** A key as it may be shown. */
export interface KeyRow extends Omit<KeyRecord, 'digest' | 'scopes' | 'fault'> {
  /** All it may read. */
  readonly scopes: readonly ('prices' | KeyScope)[]
  readonly state: 'active' | 'expired' | 'revoked' | 'damaged'
}

export const day = (at: number | undefined) => (at === undefined ? undefined : new Date(at).toISOString().slice(0, 10))

/** To the minute, UTC. */
export const minute = (at: number | undefined) =>
  at === undefined ? undefined : `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`

export const KEY_COLUMNS: readonly Column<KeyRow>[] = [
  { head: 'ID', cell: row => row.id },
  { head: 'LABEL', cell: row => row.label },
  { head: 'USER', cell: row => row.userId },
  { head: 'ORIGIN', cell: row => row.origin },
  { head: 'READS', cell: row => row.scopes.join(', ') },
  { head: 'CREATED', cell: row => day(row.createdAt) },
  { head: 'EXPIRES', cell: row => day(row.expiresAt) },
  { head: 'BOUND', cell: row => (row.bounds ? 'yes' : undefined) },
  { head: 'FEEDS', cell: row => row.feeds?.join(', ') ?? 'all' },
  { head: 'STATE', cell: row => row.state, paint: row => (row.state === 'active' ? 'green' : 'dim') },
]

export const allScopes = ({ scopes }: Pick<KeyRecord, 'scopes'>): KeyRow['scopes'] => ['prices', ...scopes]

export function showable(key: KeyRecord, now: number): KeyRow {
  const { digest: _digest, fault: _fault, ...rest } = key
  return { ...rest, scopes: allScopes(key), state: stateOf(key, now) }
}

function stateOf({ fault, revokedAt, expiresAt }: KeyRecord, now: number): KeyRow['state'] {
  if (revokedAt !== undefined) return 'revoked'
  if (fault) return 'damaged'
  return expiresAt !== undefined && expiresAt <= now ? 'expired' : 'active'
}

export const inOrder = (feeds: readonly string[]): string => feeds.join(', then ')

/** What a key reads, in a sentence or two. */
export function readsOf({ scopes, feeds, bounds }: Pick<KeyRecord, 'scopes' | 'feeds' | 'bounds'>): string {
  const what = scopes.includes('orders') ? 'prices and order updates, and cannot' : 'prices and cannot'
  const words = boundWords(bounds)
  const only = words.length > 0 ? ` Bounds: ${words.join('; ')}.` : ''
  const admin = scopes.includes('admin') ? ' It may see and tend the whole proxy.' : ''
  return `It reads ${what} trade.${admin}${only}${feeds ? ` Its feeds: ${inOrder(feeds)}.` : ''}`
}

/** Whoever pastes the whole key means its id; the secret part goes no further. */
export function idOf(given: string): string {
  const shape = readKey(given)
  if (shape?.kind === 'foreign') throw noSuchKey('given')
  return shape?.id ?? given
}

export const noSuchKey = (id: string): TickwireError =>
  new TickwireError('NOT_FOUND', `No key has the id ${id}`, { next: 'tickwire key list' })

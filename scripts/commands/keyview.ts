import { TickwireError } from '../../shared/errors.ts'
import type { KeyRecord } from '../../shared/store/keys.ts'
import { boundWords } from '../bounds.ts'
import type { Globals } from '../globals.ts'
import { type Invocation, openInvocation, withExistingStore } from '../invocation.ts'
import { idOf, inOrder, KEY_COLUMNS, minute, noSuchKey, showable } from '../keyrow.ts'
import { fetchStatus, type ReportedKey } from '../running.ts'
import type { Column } from '../terminal.ts'

/** `tickwire key list`: everything but the secrets. */
export async function listKeys(globals: Globals): Promise<void> {
  const invocation = openInvocation(globals)
  const now = invocation.clock.now()
  const records = await withExistingStore(invocation, store => store.keys.list())
  if (!records) return
  const rows = records.map(record => showable(record, now))
  invocation.terminal.rows(rows, KEY_COLUMNS, 'No keys yet. next: tickwire key create LABEL')
}

interface Fact {
  readonly name: string
  readonly value: string | undefined
}

const FACTS: readonly Column<Fact>[] = [
  { head: 'KEY', cell: ({ name }) => name },
  { head: '', cell: ({ value }) => value },
]

/** `tickwire key show ID`: all that is known of it but its secret. Throws NOT_FOUND. */
export async function showKey(globals: Globals, given: string): Promise<void> {
  const id = idOf(given)
  const invocation = openInvocation(globals)
  const { terminal, clock } = invocation
  const now = clock.now()
  const found = await withExistingStore(invocation, store => {
    const record = store.keys.get(id)
    return record && { record, sessions: store.sessions.counts(now).get(id) ?? 0 }
  })
  if (!found) throw noSuchKey(id)
  const { record, sessions } = found
  const row = showable(record, now)
  const { label, userId, origin, state, scopes, feeds, bounds, createdAt, expiresAt, revokedAt, lastUsedAt } = row
  const { fault } = record
  if (terminal.format === 'json') {
    terminal.print(JSON.stringify({ ...row, sessions, ...(fault && { fault: fault.message, next: fault.next }) }))
    return
  }
  const facts: readonly Fact[] = [
    { name: 'id', value: id },
    { name: 'label', value: label },
    { name: 'user', value: userId },
    { name: 'state', value: fault ? `${state}: ${fault.message}. next: ${fault.next}` : state },
    { name: 'origin', value: row.parentId === undefined ? origin : `${origin}, took over from ${row.parentId}` },
    { name: 'reads', value: scopes.join(', ') },
    { name: 'feeds', value: feeds ? inOrder(feeds) : 'all of its user' },
    { name: 'bounds', value: boundWords(bounds).join('; ') || 'none' },
    { name: 'created', value: minute(createdAt) },
    { name: 'expires', value: minute(expiresAt) },
    { name: 'revoked', value: minute(revokedAt) },
    { name: 'last used', value: minute(lastUsedAt) },
    { name: 'page sessions', value: String(sessions) },
  ]
  terminal.print(terminal.table(facts, FACTS))
}

type Usage = Pick<KeyRecord, 'id' | 'label' | 'lastUsedAt'> & Partial<Omit<ReportedKey, 'id'>>

const USAGE: readonly Column<Usage>[] = [
  { head: 'ID', cell: row => row.id },
  { head: 'LABEL', cell: row => row.label },
  { head: 'LAST USED', cell: row => minute(row.lastUsedAt) },
  { head: 'CONNECTIONS', cell: row => row.connections, right: true },
  { head: 'SUBSCRIPTIONS', cell: row => row.subscriptions, right: true },
  { head: 'MESSAGES', cell: row => row.messages, right: true },
]

/** `tickwire key usage [ID]`: when it was last used, and what its clients have now. Throws NOT_FOUND. */
export async function keyUsage(globals: Globals, given: string | undefined): Promise<void> {
  const id = given === undefined ? undefined : idOf(given)
  const invocation = openInvocation(globals)
  const records = await withExistingStore(invocation, store => store.keys.list())
  if (!records) return
  const those = records.filter(record => id === undefined || record.id === id)
  if (id !== undefined && those.length === 0) throw noSuchKey(id)
  const now = await usedNow(invocation)
  const rows = those.map(({ id, label, lastUsedAt }): Usage => {
    const used = now && (now.get(id) ?? { connections: 0, subscriptions: 0, messages: 0 })
    return { id, label, ...(lastUsedAt !== undefined && { lastUsedAt }), ...used }
  })
  invocation.terminal.rows(rows, USAGE, 'No keys yet. next: tickwire key create LABEL')
  if (!now) invocation.terminal.say('The proxy does not run: what its clients have is not known.')
}

/** By key; `undefined` when no proxy answers. */
async function usedNow(invocation: Invocation): Promise<ReadonlyMap<string, ReportedKey> | undefined> {
  // A key of the environment is told of itself only.
  const config = { ...invocation.config, apiKey: undefined }
  try {
    const { keys } = await fetchStatus({ ...invocation, config })
    return new Map(keys.map(key => [key.id, key]))
  } catch (error) {
    if (error instanceof TickwireError && error.code === 'PROXY_UNREACHABLE') return undefined
    throw error
  }
}

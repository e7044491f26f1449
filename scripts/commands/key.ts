import { createReadStream } from 'node:fs'
import type { AuditAction, AuditEvent } from '../../shared/audit.ts'
import { systemCode, TickwireError } from '../../shared/errors.ts'
import { type KeyScope, readKey } from '../../shared/key.ts'
import type { Secret } from '../../shared/secret.ts'
import type { ControlStore } from '../../shared/store/control.ts'
import type { FeedRecord } from '../../shared/store/feeds.ts'
import type { KeyRecord } from '../../shared/store/keys.ts'
import { changeStore, OPERATOR } from '../audited.ts'
import type { Globals } from '../globals.ts'
import { type Invocation, openInvocation, requireStarted, withExistingStore } from '../invocation.ts'
import { askSecret, readSecret } from '../prompt.ts'
import { firstFeed } from '../setup.ts'
import type { Column } from '../terminal.ts'

interface KeyOptions {
  readonly user: string
  readonly orders?: boolean
  /** In the order they are to be used; without it, all of the user. */
  readonly feeds?: readonly string[]
}

/** A key as it may be shown. */
interface KeyRow extends Omit<KeyRecord, 'digest' | 'scopes'> {
  /** All it may read. */
  readonly scopes: readonly ('prices' | KeyScope)[]
  readonly state: 'active' | 'expired' | 'revoked'
}

const day = (at: number | undefined) => (at === undefined ? undefined : new Date(at).toISOString().slice(0, 10))

const COLUMNS: readonly Column<KeyRow>[] = [
  { head: 'ID', cell: row => row.id },
  { head: 'LABEL', cell: row => row.label },
  { head: 'USER', cell: row => row.userId },
  { head: 'ORIGIN', cell: row => row.origin },
  { head: 'READS', cell: row => row.scopes.join(', ') },
  { head: 'CREATED', cell: row => day(row.createdAt) },
  { head: 'EXPIRES', cell: row => day(row.expiresAt) },
  { head: 'FEEDS', cell: row => row.feeds?.join(', ') ?? 'all' },
  { head: 'STATE', cell: row => row.state, paint: row => (row.state === 'active' ? 'green' : 'dim') },
]

/** `tickwire key create LABEL`: only the key on stdout, so that it can be piped to where it belongs. */
export async function createKey(
  globals: Globals,
  label: string,
  { user, expires, orders, feeds: named }: KeyOptions & { readonly expires?: number },
): Promise<void> {
  refuseSecretLabel(label)
  const invocation = openInvocation(globals)
  const { terminal, clock } = invocation
  const now = clock.now()
  const expiresAt = expires === undefined ? undefined : now + expires
  const { record, key, feeds } = await changeStore(
    invocation,
    store => {
      store.users.ensure(user, now)
      const created = store.keys.create({ userId: user, label, scopes: scopesOf(orders), feeds: named, expiresAt, now })
      return { ...created, feeds: store.feeds.list() }
    },
    created => [eventOf('key.created', created.record.id, `for user ${user}, ${label}`)],
  )
  warnWithoutFeed(invocation, user, feeds)
  if (globals.format === 'json') {
    terminal.print(JSON.stringify({ ...showable(record, now), key: key.reveal() }))
    return
  }
  terminal.print(key.reveal())
  const until = expiresAt === undefined ? 'it does not expire' : `it expires on ${day(expiresAt)}`
  terminal.say(`Key ${record.id} of ${user}: shown this once, ${until}. ${readsOf(record)}${feedsOf(named)}`)
}

/** `tickwire key list`: everything but the secrets. */
export async function listKeys(globals: Globals): Promise<void> {
  const invocation = openInvocation(globals)
  const now = invocation.clock.now()
  const records = await withExistingStore(invocation, store => store.keys.list())
  if (!records) return
  const rows = records.map(record => showable(record, now))
  invocation.terminal.rows(rows, COLUMNS, 'No keys yet. next: tickwire key create LABEL')
}

/** `tickwire key revoke ID`. Throws NOT_FOUND. */
export async function revokeKey(globals: Globals, id: string): Promise<void> {
  const known = idOf(id)
  const invocation = openInvocation(globals)
  const revoked = await changeKeys(
    invocation,
    store => store.keys.revoke(known, invocation.clock.now()),
    eventOf('key.revoked', known),
  )
  if (!revoked) throw noSuchKey(known)
  invocation.terminal.say(`Key ${known} is revoked; its connections close within a second.`)
}

/** `tickwire key allow ID SCOPE` and `tickwire key deny ID SCOPE`. Throws NOT_FOUND. */
export async function changeKey(globals: Globals, id: string, scope: KeyScope, allowed: boolean): Promise<void> {
  const known = idOf(id)
  const invocation = openInvocation(globals)
  const said = `${allowed ? 'may read' : 'may not read'} ${scope}`
  const event = eventOf('key.changed', known, said)
  const changed = await changeKeys(invocation, store => store.keys.change(known, scope, allowed), event)
  if (!changed) throw noSuchKey(known)
  const what = allowed ? `may read ${scope}` : `reads no ${scope} any more`
  invocation.terminal.say(`Key ${known} ${what}; connected clients notice within a second.`)
}

/** `tickwire key feeds ID FEED,FEED`; without feeds, all of its user. Throws NOT_FOUND, FEED_UNKNOWN. */
export async function chooseFeeds(globals: Globals, id: string, feeds: readonly string[] | undefined): Promise<void> {
  const known = idOf(id)
  const invocation = openInvocation(globals)
  const event = eventOf('key.changed', known, `reads feeds ${feeds?.join(', ') ?? 'of its user, all'}`)
  const chosen = await changeKeys(invocation, store => store.keys.choose(known, feeds), event)
  if (!chosen) throw noSuchKey(known)
  const what = feeds ? `takes its prices from ${inOrder(feeds)}` : 'takes its prices from all feeds of its user'
  invocation.terminal.say(`Key ${known} ${what}; connected clients notice within a second.`)
}

/** Of a key that may not be there: `false`, and nothing is recorded. */
const changeKeys = async (
  invocation: Invocation,
  change: (store: ControlStore) => boolean,
  event: AuditEvent,
): Promise<boolean> =>
  requireStarted(invocation) && (await changeStore(invocation, change, changed => (changed ? [event] : [])))

const eventOf = (action: AuditAction, id: string, reason?: string): AuditEvent => ({
  action,
  actor: OPERATOR,
  subject: id,
  result: 'ok',
  ...(reason !== undefined && { reason }),
})

/** Whoever pastes the whole key means its id; the secret part goes no further. */
function idOf(given: string): string {
  const shape = readKey(given)
  if (shape?.kind === 'foreign') throw noSuchKey('given')
  return shape?.id ?? given
}

const noSuchKey = (id: string): TickwireError =>
  new TickwireError('NOT_FOUND', `No key has the id ${id}`, { next: 'tickwire key list' })

/** `tickwire key import LABEL`: the key comes from a file, a pipe or a prompt, never from the command line. */
export async function importKey(
  globals: Globals,
  label: string,
  { user, file, orders, feeds: named }: KeyOptions & { readonly file?: string },
): Promise<void> {
  refuseSecretLabel(label)
  const invocation = openInvocation(globals)
  const { terminal, clock } = invocation
  const key = await obtainKey(file)
  const now = clock.now()
  const { record, feeds } = await changeStore(
    invocation,
    store => {
      store.users.ensure(user, now)
      const record = store.keys.importForeign({ userId: user, label, scopes: scopesOf(orders), feeds: named, key, now })
      return { record, feeds: store.feeds.list() }
    },
    imported => [eventOf('key.imported', imported.record.id, `for user ${user}, ${label}`)],
  )
  const { id } = record
  warnWithoutFeed(invocation, user, feeds)
  if (terminal.format === 'json') terminal.print(JSON.stringify({ id, userId: user, label, scopes: allScopes(record) }))
  terminal.say(
    `The OpenAlgo key is imported as ${id} for ${user}; clients that hold it need no change. ${readsOf(record)}${feedsOf(record.feeds)}`,
  )
}

const scopesOf = (orders: boolean | undefined): readonly KeyScope[] => (orders ? ['orders'] : [])

const allScopes = ({ scopes }: KeyRecord): KeyRow['scopes'] => ['prices', ...scopes]

const inOrder = (feeds: readonly string[]): string => feeds.join(', then ')

const feedsOf = (feeds: readonly string[] | undefined): string => (feeds ? ` Its feeds: ${inOrder(feeds)}.` : '')

const readsOf = ({ scopes }: KeyRecord): string =>
  scopes.includes('orders')
    ? 'It reads prices and order updates, and cannot trade.'
    : 'It reads prices and cannot trade.'

/** The prices of a key are those of its user's feeds. */
function warnWithoutFeed({ terminal }: Invocation, user: string, feeds: readonly FeedRecord[]): void {
  if (feeds.some(feed => feed.userId === user)) return
  const { adapter } = firstFeed(0)
  terminal.say(
    `warning: user ${user} has no feed yet, so this key gets no prices. ` +
      `next: tickwire adapter add NAME --adapter ${adapter} --user ${user}`,
  )
}

async function obtainKey(file: string | undefined): Promise<Secret> {
  if (file === undefined) return process.stdin.isTTY ? askSecret('OpenAlgo key') : readSecret(process.stdin)
  try {
    return await readSecret(createReadStream(file))
  } catch (cause) {
    if (cause instanceof TickwireError) throw cause
    throw new TickwireError('USAGE', `The key file ${file} cannot be read (${systemCode(cause)})`, {
      next: 'give the path of a file that holds the key and nothing else',
      cause,
    })
  }
}

function refuseSecretLabel(label: string): void {
  if (readKey(label) !== undefined)
    throw new TickwireError('USAGE', 'The label is a key. Command lines are seen by others and kept in histories', {
      next: 'revoke that key; then give a label, such as bot-1, and the key when it is asked for',
    })
}

function showable(key: KeyRecord, now: number): KeyRow {
  const { digest: _digest, ...rest } = key
  const record = { ...rest, scopes: allScopes(key) }
  const { revokedAt, expiresAt } = record
  if (revokedAt !== undefined) return { ...record, state: 'revoked' }
  return { ...record, state: expiresAt !== undefined && expiresAt <= now ? 'expired' : 'active' }
}

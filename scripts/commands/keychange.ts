import type { AuditEvent } from '../../shared/audit.ts'
import { TickwireError } from '../../shared/errors.ts'
import { KEY_SCOPES, type KeyScope } from '../../shared/key.ts'
import type { ControlStore } from '../../shared/store/control.ts'
import type { KeyChange } from '../../shared/store/keys.ts'
import { changeStore } from '../audited.ts'
import { type BoundOptions, boundBy, namesBound } from '../bounds.ts'
import type { Globals } from '../globals.ts'
import { type Invocation, openInvocation, requireStarted } from '../invocation.ts'
import { idOf, inOrder, minute, noSuchKey, readsOf, showable } from '../keyrow.ts'
import { keyEvent } from './keyevent.ts'

export interface ChangeOptions extends BoundOptions {
  /** Milliseconds from now. */
  readonly expires?: number | 'never'
  readonly orders?: boolean
  readonly admin?: boolean
  readonly feeds?: readonly string[]
}

/** Does something to a key of this id, and has it recorded. Throws NOT_FOUND when nothing comes of it. */
async function withKey<T>(
  globals: Globals,
  given: string,
  act: (store: ControlStore, id: string, now: number) => T | undefined | false,
  tell: (id: string, result: T) => AuditEvent,
  options: { readonly isUrgent?: boolean } = {},
): Promise<{ invocation: Invocation; id: string; result: T }> {
  const id = idOf(given)
  const invocation = openInvocation(globals)
  if (!requireStarted(invocation)) throw noSuchKey(id)
  const result = await changeStore(
    invocation,
    store => act(store, id, invocation.clock.now()),
    done => (done === undefined || done === false ? [] : [tell(id, done)]),
    options,
  )
  if (result === undefined || result === false) throw noSuchKey(id)
  return { invocation, id, result }
}

/** `tickwire key revoke ID`. Throws NOT_FOUND. */
export async function revokeKey(globals: Globals, given: string): Promise<void> {
  const { invocation, id } = await withKey(
    globals,
    given,
    (store, id, now) => store.keys.revoke(id, now),
    id => keyEvent('key.revoked', id),
    { isUrgent: true },
  )
  invocation.terminal.say(`Key ${id} is revoked; its connections close within a second.`)
}

const SCOPE_WORDS: Readonly<Record<KeyScope, { readonly allowed: string; readonly denied: string }>> = {
  orders: { allowed: 'may read orders', denied: 'reads no orders any more' },
  admin: { allowed: 'may tend the whole proxy', denied: 'tends the proxy no more' },
}

/** `tickwire key allow ID SCOPE` and `tickwire key deny ID SCOPE`. Throws NOT_FOUND. */
export async function changeScope(globals: Globals, given: string, scope: KeyScope, allowed: boolean): Promise<void> {
  const what = SCOPE_WORDS[scope][allowed ? 'allowed' : 'denied']
  const { invocation, id } = await withKey(
    globals,
    given,
    (store, id) => store.keys.change(id, scope, allowed),
    id => keyEvent('key.changed', id, what),
  )
  invocation.terminal.say(`Key ${id} ${what}; connected clients notice within a second.`)
}

/** `tickwire key feeds ID FEED,FEED`; without feeds, all of its user. Throws NOT_FOUND, FEED_UNKNOWN. */
export async function chooseFeeds(
  globals: Globals,
  given: string,
  feeds: readonly string[] | undefined,
): Promise<void> {
  const what = feeds ? `takes its prices from ${inOrder(feeds)}` : 'takes its prices from all feeds of its user'
  const { invocation, id } = await withKey(
    globals,
    given,
    (store, id) => store.keys.choose(id, feeds),
    id => keyEvent('key.changed', id, what),
  )
  invocation.terminal.say(`Key ${id} ${what}; connected clients notice within a second.`)
}

/** `tickwire key change ID …`: what is not named stays. Throws NOT_FOUND, USAGE, KEY_INVALID, FEED_UNKNOWN. */
export async function changeKey(globals: Globals, given: string, options: ChangeOptions): Promise<void> {
  const { expires, feeds } = options
  const namesScope = KEY_SCOPES.some(scope => options[scope] !== undefined)
  if (!namesBound(options) && expires === undefined && !namesScope && !feeds)
    throw new TickwireError('USAGE', 'Say what is to change', { next: 'tickwire key change --help' })
  const change = (now: number): KeyChange => ({
    ...(namesBound(options) && { bounds: boundBy(options) }),
    expiresAt: typeof expires === 'number' ? now + expires : expires,
    scopes: now => KEY_SCOPES.filter(scope => options[scope] ?? now.includes(scope)),
    feeds,
  })
  const { invocation, id, result } = await withKey(
    globals,
    given,
    (store, id, now) => store.keys.alter(id, change(now)),
    (id, changed) => keyEvent('key.changed', id, readsOf(changed)),
  )
  const what = readsOf(result)
  const { terminal, clock } = invocation
  if (terminal.format === 'json') terminal.print(JSON.stringify(showable(result, clock.now())))
  terminal.say(`Key ${id} is changed; connected clients notice within a second. ${what}${untilOf(result.expiresAt)}`)
}

/** `tickwire key rotate ID`: only the new key on stdout. Throws NOT_FOUND, KEY_INVALID, USAGE. */
export async function rotateKey(globals: Globals, given: string, { overlap }: { overlap: number }): Promise<void> {
  const { invocation, id, result } = await withKey(
    globals,
    given,
    (store, id, now) => store.rotation.rotate(id, { overlapMs: overlap, now }),
    (id, rotated) => keyEvent('key.rotated', id, `${rotated.record.id} takes over`),
  )
  const { old, record, key } = result
  const { terminal, clock } = invocation
  if (globals.format === 'json') {
    terminal.print(JSON.stringify({ ...showable(record, clock.now()), key: key.reveal() }))
    return
  }
  terminal.print(key.reveal())
  const end = overlap === 0 ? 'has ended' : `ends on ${minute(old.expiresAt)}`
  terminal.say(
    `Key ${record.id} takes over from ${id}: shown this once. ${id} ${end}. ${readsOf(record)}${untilOf(record.expiresAt)}`,
  )
}

const untilOf = (expiresAt: number | undefined): string =>
  expiresAt === undefined ? '' : ` It expires on ${minute(expiresAt)}.`

import type { AuditEvent } from '../../shared/audit.ts'
import type { ControlStore } from '../../shared/store/control.ts'
import type { KeyRecord } from '../../shared/store/keys.ts'
import { changeStore, OPERATOR } from '../audited.ts'
import type { Globals } from '../globals.ts'
import { openInvocation, requireStarted, withExistingStore } from '../invocation.ts'
import { minute } from '../keyrow.ts'
import type { Column } from '../terminal.ts'

/** The sessions of one key, or of the operator, who has none. */
interface Signed {
  readonly keyId?: string
  readonly label: string
  readonly userId: string
  readonly sessions: number
  /** When the last of them is over. */
  readonly until: number
}

const COLUMNS: readonly Column<Signed>[] = [
  { head: 'KEY', cell: row => row.keyId },
  { head: 'LABEL', cell: row => row.label },
  { head: 'USER', cell: row => row.userId },
  { head: 'SESSIONS', cell: row => row.sessions, right: true },
  { head: 'UNTIL', cell: row => minute(row.until) },
]

/** `tickwire key sessions [--end]`. */
export async function keySessions(globals: Globals, { end = false }: { readonly end?: boolean }): Promise<void> {
  const invocation = openInvocation(globals)
  const { terminal, clock } = invocation
  const now = clock.now()
  if (!end) {
    const rows = await withExistingStore(invocation, store => signedIn(store, store.sessions.list(), now))
    if (rows) terminal.rows(rows, COLUMNS, 'No page is signed in.')
    return
  }
  if (!requireStarted(invocation)) return
  const ended = await changeStore(
    invocation,
    store => signedIn(store, store.sessions.endAll(), now),
    rows => rows.map(toldOf),
    { isUrgent: true },
  )
  if (terminal.format === 'json') for (const row of ended) terminal.print(JSON.stringify(row))
  const count = ended.reduce((sum, { sessions }) => sum + sessions, 0)
  terminal.say(
    count === 0
      ? 'No page was signed in.'
      : `${count} page ${count === 1 ? 'session has' : 'sessions have'} ended; what they opened closes within a second.`,
  )
}

/** Those that are good at this moment, counted. */
function signedIn(store: ControlStore, sessions: readonly KeyRecord[], now: number): readonly Signed[] {
  const rows = new Map<string, Signed>()
  for (const { parentId: keyId, userId, expiresAt = now } of sessions) {
    const key = keyId === undefined ? undefined : store.keys.get(keyId)
    if (expiresAt <= now || (key && key.revokedAt !== undefined)) continue
    const whose = `${keyId} ${userId}`
    const { sessions = 0, until = 0 } = rows.get(whose) ?? {}
    const label = keyId === undefined ? OPERATOR : (key?.label ?? '')
    const counted = { label, userId, sessions: sessions + 1, until: Math.max(until, expiresAt) }
    rows.set(whose, { ...(keyId !== undefined && { keyId }), ...counted })
  }
  return [...rows.values()]
}

const toldOf = ({ keyId = OPERATOR, sessions }: Signed): AuditEvent => ({
  action: 'session.ended',
  actor: OPERATOR,
  subject: keyId,
  result: 'ok',
  reason: `all of them: ${sessions}`,
})

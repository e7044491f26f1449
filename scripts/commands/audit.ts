import { existsSync } from 'node:fs'
import { pause } from '../../shared/clock.ts'
import { TickwireError } from '../../shared/errors.ts'
import { AuditStore } from '../../shared/store/audit.ts'
import type { AuditRecord } from '../../shared/store/auditchain.ts'
import type { Globals } from '../globals.ts'
import { type Invocation, openInvocation } from '../invocation.ts'
import { type Column, oneLine } from '../terminal.ts'

const SHOWN = 20
const FOLLOW_MS = 250
/** Whoever reads the output may be slow, and the memory is not to hold all of it. */
const PORTION = 500

const time = (at: number): string => new Date(at).toISOString()

const COLUMNS: readonly Column<AuditRecord>[] = [
  { head: 'SEQ', cell: row => row.seq, right: true },
  { head: 'TIME (UTC)', cell: row => time(row.at) },
  { head: 'PROCESS', cell: row => row.process },
  { head: 'ACTION', cell: row => row.action, paint: row => (row.result === 'ok' ? undefined : 'yellow') },
  { head: 'ACTOR', cell: row => row.actor },
  { head: 'SUBJECT', cell: row => row.subject },
  { head: 'ADDRESS', cell: row => row.address },
  { head: 'RESULT', cell: row => row.result, paint: row => (row.result === 'ok' ? 'green' : 'yellow') },
  { head: 'REASON', cell: row => row.reason },
]

/** `tickwire audit tail`: proves nothing, so that it works where `verify` fails. */
export async function tailAudit(
  globals: Globals,
  options: { readonly count?: number; readonly follow?: boolean; readonly action?: string },
): Promise<void> {
  const { count = SHOWN, follow = false, action } = options
  const invocation = openInvocation(globals)
  const { terminal, clock } = invocation
  const isMeant = matcher(action)
  const audit = openAudit(invocation)
  if (!audit) return
  const all = audit.last(action === undefined ? count : Number.MAX_SAFE_INTEGER)
  terminal.rows(all.filter(isMeant).slice(-count), COLUMNS, 'No such records.')
  let seq = all.at(-1)?.seq ?? 0
  if (!follow) {
    audit.close()
    return
  }
  const end = new AbortController()
  process.on('SIGINT', () => end.abort())
  process.on('SIGTERM', () => end.abort())
  while (!end.signal.aborted) {
    const next = audit.after(seq)
    for (const record of next.filter(isMeant))
      terminal.print(terminal.format === 'json' ? JSON.stringify(record) : line(record))
    seq = next.at(-1)?.seq ?? seq
    await pause(clock, FOLLOW_MS, end.signal)
  }
  audit.close()
}

/** Of a table whose columns nobody can know yet. */
const line = (record: AuditRecord): string =>
  COLUMNS.flatMap(({ cell }) => cell(record) ?? [])
    .map(cell => oneLine(String(cell)))
    .join('  ')

/** `tickwire audit verify`. Throws AUDIT_BROKEN, naming the first record that is not as it was written. */
export async function verifyAudit(globals: Globals): Promise<void> {
  const invocation = openInvocation(globals)
  const { terminal } = invocation
  const audit = openAudit(invocation)
  if (!audit) return
  let first: AuditRecord | undefined
  let last: AuditRecord | undefined
  for (const record of audit.walk()) {
    first ??= record
    last = record
  }
  audit.close()
  const proven = { first: first?.seq, last: last?.seq, since: first?.at }
  if (terminal.format === 'json') terminal.print(JSON.stringify(proven))
  const since = first === undefined ? '' : `, since ${time(first.at)}`
  terminal.say(`The audit is whole: records ${first?.seq ?? 0} to ${last?.seq ?? 0}${since}.`)
}

/** `tickwire audit export`. Throws AUDIT_BROKEN behind what was proven up to there. */
export async function exportAudit(
  globals: Globals,
  options: { readonly since?: number; readonly until?: number; readonly as: 'jsonl' | 'csv' },
): Promise<void> {
  const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY, as } = options
  const invocation = openInvocation(globals)
  const { terminal } = invocation
  const audit = openAudit(invocation)
  if (!audit) return
  if (as === 'csv') terminal.print(FIELDS.join(','))
  for (const record of audit.walk()) {
    if (record.at < since || record.at >= until) continue
    const told = { ...record, at: time(record.at) }
    if (record.seq % PORTION === 0) await terminal.drained()
    terminal.print(as === 'csv' ? FIELDS.map(field => quoted(told[field])).join(',') : JSON.stringify(told))
  }
  audit.close()
}

const FIELDS = ['seq', 'at', 'process', 'action', 'actor', 'subject', 'address', 'result', 'reason'] as const

/** A table program would take what begins like a formula for one. */
function quoted(value: string | number | undefined): string {
  const text = String(value ?? '')
  return `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`
}

/** Nothing, and words to the person, where no system was started. */
function openAudit({ folder, clock, terminal }: Invocation): AuditStore | undefined {
  if (existsSync(folder.auditDb)) return AuditStore.open(folder, { now: clock.now() })
  // Somebody took it away.
  if (existsSync(folder.auditHead))
    throw new TickwireError('AUDIT_BROKEN', `${folder.auditDb} is missing, and ${folder.auditHead} knows of it`, {
      next: `restore ${folder.auditDb} from a backup; without ${folder.auditHead} a new chain begins`,
    })
  terminal.say(`There is no audit in ${folder.root} yet. next: tickwire up, or name another folder with --data-dir`)
  return undefined
}

/** `key.*` and the like; `*` stands for any text. */
function matcher(pattern = '*'): (record: AuditRecord) => boolean {
  const parts = pattern.split('*')
  return ({ action }) => {
    const [first = '', ...rest] = parts
    if (rest.length === 0) return action === first
    if (!action.startsWith(first)) return false
    let at = first.length
    for (const [nth, part] of rest.entries()) {
      const found =
        nth === rest.length - 1 ? (action.endsWith(part) ? action.length - part.length : -1) : action.indexOf(part, at)
      if (found < at) return false
      at = found + part.length
    }
    return true
  }
}

import { createHash } from 'node:crypto'
import type { AuditEvent } from '../shared/audit.ts'
import type { Config } from '../shared/config.ts'
import { TickwireError } from '../shared/errors.ts'
import type { Log } from '../shared/log.ts'
import { AuditStore } from '../shared/store/audit.ts'
import { AuditQueue } from '../shared/store/auditqueue.ts'
import type { ControlStore } from '../shared/store/control.ts'
import type { FeedRecord } from '../shared/store/feeds.ts'
import { type Invocation, withStore } from './invocation.ts'

const DAY_MS = 86_400_000
const CLI = 'cli'

/** Who changes something by a command: whoever may write the data folder. */
export const OPERATOR = 'operator'

export const feedAdded = ({ name, userId, kind, adapter }: FeedRecord): AuditEvent => ({
  action: 'feed.added',
  actor: OPERATOR,
  subject: name,
  result: 'ok',
  reason: `${kind} ${adapter}, for user ${userId}`,
})

/**
 * The audit of a long-lived process; its first record says with which settings it runs. `prunes`: it also removes what is
 * too old, which one process does.
 */
export function startAudit(
  { config, folder, clock }: Pick<Invocation, 'config' | 'folder' | 'clock'>,
  process: string,
  log: Log,
  { prunes = false }: { readonly prunes?: boolean } = {},
): AuditQueue {
  const keepMs = prunes ? config.audit.retentionDays * DAY_MS : undefined
  const audit = new AuditQueue({ folder, clock, log, process, keepMs })
  const reason = `settings sha256:${settingsDigest(config)}`
  audit.record({ action: 'config.loaded', actor: OPERATOR, subject: process, result: 'ok', reason })
  return audit
}

/** Says whether two processes run with the same settings, and nothing of what they are. Without secrets: those of feeds may be some, and short. */
export function settingsDigest({
  apiKey: _apiKey,
  brokerCredentials: _credentials,
  warnings: _warnings,
  feeds: _feeds,
  ...settings
}: Config): string {
  return createHash('sha256').update(JSON.stringify(settings)).digest('hex').slice(0, 32)
}

/**
 * A change of the control data by a command, and the record of it: without the record, no change. The record is on the
 * disk before the change is: should the machine die between the two, it tells of a change that did not come about, never
 * the other way round. Throws AUDIT_UNWRITABLE.
 */
export const changeStore = <T>(
  invocation: Invocation,
  change: (store: ControlStore) => T,
  tell: (result: T) => readonly AuditEvent[],
): Promise<T> =>
  withStore(invocation, store => {
    let told: readonly AuditEvent[] = []
    try {
      return store.atomically(() => {
        const result = change(store)
        const events = tell(result)
        told = events
        recordFirst(invocation, events)
        return result
      })
    } catch (error) {
      takeBack(invocation, told, error)
      throw error
    }
  })

/** Writes down what a command is about to do. Throws AUDIT_UNWRITABLE: then it must not. */
export function recordFirst(
  { folder, clock }: Pick<Invocation, 'folder' | 'clock'>,
  events: readonly AuditEvent[],
): void {
  if (events.length === 0) return
  try {
    const audit = AuditStore.open(folder, { now: clock.now(), isDurable: true })
    try {
      audit.append(events.map(event => ({ ...event, process: CLI, at: clock.now() })))
      audit.settle()
    } finally {
      audit.close()
    }
  } catch (cause) {
    if (!(cause instanceof TickwireError)) throw cause
    const message = `Nothing was changed, since the audit cannot be written: ${cause.code}: ${cause.message}`
    throw new TickwireError('AUDIT_UNWRITABLE', message, {
      ...(cause.next !== undefined && { next: cause.next }),
      cause,
    })
  }
}

/** Recorded, as far as one knows, and not done after all. Where that cannot be written either, the error that is shown has to do. */
function takeBack(invocation: Invocation, events: readonly AuditEvent[], why: unknown): void {
  const code = why instanceof TickwireError ? why.code : 'UNEXPECTED'
  const refused = events.map(event => ({ ...event, result: 'refused' as const, reason: `not carried out: ${code}` }))
  for (const event of refused) tellLater(invocation, event)
}

/** Writes down what came of something that was no change; it is over, whether this can be written or not. */
export function tellLater(invocation: Pick<Invocation, 'folder' | 'clock'>, event: AuditEvent): void {
  try {
    recordFirst(invocation, [event])
  } catch (error) {
    if (!(error instanceof TickwireError)) throw error
  }
}

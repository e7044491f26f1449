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
const MIB = 1024 * 1024
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
 * too old or too much, which one process does. `tends`: it moves what was written into place early, so that those who
 * serve prices need not.
 */
export function startAudit(
  { config, folder, clock }: Pick<Invocation, 'config' | 'folder' | 'clock'>,
  process: string,
  log: Log,
  { prunes = false, tends = false }: { readonly prunes?: boolean; readonly tends?: boolean } = {},
): AuditQueue {
  const { retentionDays, maxMb } = config.audit
  const keeps = prunes ? { ms: retentionDays * DAY_MS, bytes: maxMb * MIB } : undefined
  const audit = new AuditQueue({ folder, clock, log, process, keeps, ...(tends && { journalBytes: MIB }) })
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

interface ChangeOptions {
  /** Takes something away from somebody: that must not wait for a full disk, and is done unrecorded rather than not. */
  readonly isUrgent?: boolean
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
  { isUrgent = false }: ChangeOptions = {},
): Promise<T> =>
  withStore(invocation, store => {
    // Opened before: nobody waits for the control data while a large audit, or a busy one, is opened.
    const ledger = new Ledger(invocation)
    let told: readonly AuditEvent[] = []
    try {
      return store.atomically(() => {
        const result = change(store)
        const events = tell(result)
        told = events
        try {
          ledger.record(events)
        } catch (error) {
          if (!isUrgent || !(error instanceof TickwireError)) throw error
          told = []
          invocation.terminal.say(
            `warning: the audit has no record of this, since it cannot be written: ${whyOf(error)}`,
          )
        }
        return result
      })
    } catch (error) {
      takeBack(invocation, told, error)
      throw error
    } finally {
      ledger.close()
    }
  })

/** Writes down what a command is about to do. Throws AUDIT_UNWRITABLE: then it must not. */
export function recordFirst(invocation: Pick<Invocation, 'folder' | 'clock'>, events: readonly AuditEvent[]): void {
  if (events.length === 0) return
  const ledger = new Ledger(invocation)
  try {
    ledger.record(events)
  } finally {
    ledger.close()
  }
}

/** Others write for milliseconds; a command would rather wait than do nothing. */
const PATIENCE_MS = 2000

/** The audit of one command. That it cannot be opened counts once there is something to record. */
class Ledger {
  readonly #clock: Invocation['clock']
  readonly #audit: AuditStore | TickwireError

  constructor({ folder, clock }: Pick<Invocation, 'folder' | 'clock'>) {
    this.#clock = clock
    this.#audit = orError(() =>
      AuditStore.open(folder, { now: clock.now(), isDurable: true, busyTimeoutMs: PATIENCE_MS }),
    )
  }

  /** Throws AUDIT_UNWRITABLE. */
  record(events: readonly AuditEvent[]): void {
    if (events.length === 0) return
    const audit = this.#audit
    if (audit instanceof TickwireError) throw unwritable(audit)
    const at = this.#clock.now()
    const failed = orError(() => {
      audit.append(events.map(event => ({ ...event, process: CLI, at })))
      audit.settle()
    })
    if (failed) throw unwritable(failed)
  }

  close(): void {
    if (this.#audit instanceof AuditStore) this.#audit.close()
  }
}

function orError<T>(act: () => T): T | TickwireError {
  try {
    return act()
  } catch (error) {
    if (error instanceof TickwireError) return error
    throw error
  }
}

const unwritable = (cause: TickwireError) =>
  new TickwireError(
    'AUDIT_UNWRITABLE',
    `Nothing was changed, since the audit cannot be written: ${cause.code}: ${cause.message}`,
    { ...(cause.next !== undefined && { next: cause.next }), cause },
  )

const whyOf = ({ cause, message }: TickwireError): string =>
  cause instanceof TickwireError ? `${cause.code}: ${cause.message}` : message

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

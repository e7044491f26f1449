import { existsSync } from 'node:fs'
import { AuditStore } from '../../shared/store/audit.ts'
import type { Invocation } from '../invocation.ts'
import { type Check, finding, ok, warn } from './check.ts'

const CHECK = 'audit'

/** Whether the audit can be written, and its ends fit; `tickwire audit verify` proves what is between. */
export function checkAudit({ folder, clock }: Pick<Invocation, 'folder' | 'clock'>): Check {
  if (!existsSync(folder.auditDb)) return warn(CHECK, `${folder.auditDb} is not there yet`, 'tickwire up')
  try {
    const audit = AuditStore.open(folder, { now: clock.now() })
    try {
      audit.proveEnds()
      return ok(CHECK, `${audit.last(1)[0]?.seq ?? 0} records; to prove them all: tickwire audit verify`)
    } finally {
      audit.close()
    }
  } catch (error) {
    return finding(CHECK, error)
  }
}

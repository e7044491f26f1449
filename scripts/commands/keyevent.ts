import type { AuditAction, AuditEvent } from '../../shared/audit.ts'
import { OPERATOR } from '../audited.ts'

type KeyAction = Extract<AuditAction, `key.${string}`>

/** What a command did to a key, for the audit. `reason`: in words, without secrets. */
export const keyEvent = (action: KeyAction, id: string, reason?: string): AuditEvent => ({
  action,
  actor: OPERATOR,
  subject: id,
  result: 'ok',
  ...(reason !== undefined && { reason }),
})

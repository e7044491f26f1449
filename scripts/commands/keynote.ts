import type { AuditAction } from '../../shared/audit.ts'
import type { Invocation } from '../invocation.ts'

type KeyAction = Extract<AuditAction, `key.${string}`>

/** Tells the audit what a command did to a key. `reason`: in words, without secrets. */
export const noteKey = ({ audit }: Invocation, action: KeyAction, subject: string, reason?: string): void =>
  audit?.record({ action, actor: 'operator', subject, result: 'ok', ...(reason !== undefined && { reason }) })

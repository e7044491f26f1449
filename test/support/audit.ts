import { onTestFinished } from 'vitest'
import type { AuditEvent } from '../../shared/audit.ts'
import { AuditStore, type Entry } from '../../shared/store/audit.ts'
import type { DataFolder } from '../../shared/store/folder.ts'
import { readPepper } from '../../shared/store/pepper.ts'
import { temporaryFolder } from './datafolder.ts'

/** A data folder with a pepper, as every system has. */
export function auditFolder(): DataFolder {
  const folder = temporaryFolder()
  readPepper(folder)
  return folder
}

/** Closed with the test. */
export function openAudit(folder: DataFolder, now = 1): AuditStore {
  const audit = AuditStore.open(folder, { now })
  onTestFinished(() => audit.close())
  return audit
}

export const event = (nth: number, rest: Partial<AuditEvent> = {}): AuditEvent => ({
  action: 'auth.accepted',
  actor: `key:${nth}`,
  address: '192.0.2.7',
  result: 'ok',
  ...rest,
})

export const entry = (nth: number, rest: Partial<Entry> = {}): Entry => ({
  at: 1000 * nth,
  process: 'proxy',
  ...event(nth),
  ...rest,
})

export const entries = (count: number): Entry[] => Array.from({ length: count }, (_, nth) => entry(nth + 1))

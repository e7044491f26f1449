import type { AuditRecord } from './auditchain.ts'
import type { Migration } from './database.ts'

export const MIGRATIONS: readonly Migration[] = [
  `CREATE TABLE records (
     seq INTEGER PRIMARY KEY,
     at INTEGER NOT NULL,
     process TEXT NOT NULL,
     action TEXT NOT NULL,
     actor TEXT NOT NULL,
     subject TEXT,
     address TEXT,
     result TEXT NOT NULL,
     reason TEXT,
     hash BLOB NOT NULL
   ) STRICT;
   CREATE TABLE anchors (
     name TEXT PRIMARY KEY CHECK (name IN ('start', 'head')),
     seq INTEGER NOT NULL,
     hash BLOB NOT NULL,
     mac BLOB NOT NULL
   ) STRICT;`,
]

/** A record as the database gives it. */
export interface Row extends Omit<AuditRecord, 'subject' | 'address' | 'reason'> {
  subject: string | null
  address: string | null
  reason: string | null
  hash: Buffer
}

export const FIELDS = 'seq, at, process, action, actor, subject, address, result, reason, hash'
export const INSERT = `INSERT INTO records (${FIELDS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

export function recordOf({ hash: _hash, subject, address, reason, ...row }: Row): AuditRecord {
  return {
    ...row,
    ...(subject !== null && { subject }),
    ...(address !== null && { address }),
    ...(reason !== null && { reason }),
  }
}

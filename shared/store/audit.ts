import { existsSync } from 'node:fs'
import type { AuditEvent } from '../audit.ts'
import { TickwireError } from '../errors.ts'
import {
  type Anchor,
  type AuditRecord,
  chainKey,
  cleaned,
  hashRecord,
  isSame,
  ORIGIN,
  sealAnchor,
  valuesOf,
} from './auditchain.ts'
import { HeadFile } from './audithead.ts'
import { FIELDS, INSERT, MIGRATIONS, type Row, recordOf } from './auditrow.ts'
import { Database } from './database.ts'
import type { DataFolder } from './folder.ts'
import { readPepper } from './pepper.ts'

/** An event of a process, at its time. */
export interface Entry extends AuditEvent {
  readonly at: number
  readonly process: string
}

export interface AuditOptions {
  /** Milliseconds since 1970, for a chain that begins now. */
  readonly now: number
  /** How long opening, and each write, may wait for another process, milliseconds. The event loop stands still. */
  readonly openTimeoutMs?: number
  readonly busyTimeoutMs?: number
  /** What is written is on the disk when `append` returns. */
  readonly isDurable?: boolean
  /** `append` never waits for the disk; somebody calls `checkpoint` now and then. */
  readonly isDeferred?: boolean
}

const PAGE = 500
const JOURNAL_BYTES = 64 * 1024

/**
 * Owner of audit.db: records that are only ever added, each with a hash over itself and the one before. Many processes
 * add to one chain. Throws AUDIT_BROKEN where somebody changed what was there: nothing is added to that, so that it
 * stays to be seen.
 */
export class AuditStore {
  readonly #database: Database
  readonly #key: Buffer
  readonly #head: HeadFile
  readonly #folder: DataFolder
  /** Written, and not in the file beside yet. */
  #unsettled: Anchor | undefined

  private constructor(database: Database, key: Buffer, folder: DataFolder) {
    this.#database = database
    this.#key = key
    this.#folder = folder
    this.#head = new HeadFile(folder.auditHead, key)
  }

  /** Throws AUDIT_UNWRITABLE before there is a pepper, AUDIT_BROKEN, STORE_CORRUPT, STORE_NEWER, STORE_BUSY, FOLDER_UNUSABLE. */
  static open(folder: DataFolder, { now, isDeferred = false, ...options }: AuditOptions): AuditStore {
    // The keys own it: one made here would hide that theirs is lost.
    if (!existsSync(folder.pepperFile))
      throw new TickwireError('AUDIT_UNWRITABLE', `${folder.pepperFile} is missing`, { next: 'tickwire init' })
    const key = chainKey(readPepper(folder))
    // The chain is its own proof.
    const database = Database.open(folder.auditDb, { migrations: MIGRATIONS, isUnchecked: true, ...options })
    const store = new AuditStore(database, key, folder)
    try {
      // What was moved into place leaves a journal no longer than this, so that its length says what waits.
      database.pragma(`journal_size_limit = ${JOURNAL_BYTES}`)
      if (isDeferred) database.pragma('wal_autocheckpoint = 0')
      store.#begin(now)
      return store
    } catch (error) {
      database.close()
      throw error
    }
  }

  /** Adds these at the end, all or none. */
  append(entries: readonly Entry[]): void {
    this.#unsettled = this.#database.atomically(() => this.#append(this.#provenHead(), entries))
  }

  /** Says in the file beside how far the records have come. Throws FOLDER_UNUSABLE. */
  settle(): void {
    if (this.#unsettled) this.#head.write(this.#unsettled)
    this.#unsettled = undefined
  }

  /** The same without a wait. Rejects with FOLDER_UNUSABLE. */
  async settleSoon(): Promise<void> {
    const anchor = this.#unsettled
    if (!anchor) return
    await this.#head.writeAfter(`${this.#folder.auditDb}-wal`, anchor)
    if (this.#unsettled === anchor) this.#unsettled = undefined
  }

  /** Proves the ends of the chain, not what is between. */
  proveEnds(): void {
    this.#database.atomically(() => this.#provenHead())
  }

  /**
   * Every record, oldest first, each proven before it is given. Throws AUDIT_BROKEN at the first that is not as it was
   * written; whoever reads to the end knows that nothing is missing there either.
   */
  *walk(): Generator<AuditRecord, void> {
    // Before the records: it may lag behind them, not be ahead.
    const file = this.#head.read()
    this.#database.script('BEGIN')
    try {
      const start = this.#anchor('start')
      let { seq, hash } = start
      for (let page = this.#first(); page.length > 0; page = this.#following(seq)) {
        for (const row of page) {
          if (row.seq !== seq + 1) throw this.#broken(seq + 1, row.seq > seq ? 'is missing' : 'has another before it')
          const record = recordOf(row)
          const proven = hashRecord(this.#key, hash, record)
          if (!isSame(proven, row.hash)) throw this.#broken(row.seq, 'is not as it was written')
          seq = row.seq
          hash = proven
          if (typeof file === 'object' && file.seq === seq && !isSame(file.hash, hash))
            throw this.#broken(seq, `is not the one ${this.#folder.auditHead} knows`)
          yield record
        }
      }
      const head = this.#anchor('head')
      if (head.seq !== seq || !isSame(head.hash, hash))
        throw this.#broken(Math.min(seq, head.seq) + 1, seq < head.seq ? 'is missing' : 'does not belong to the chain')
      this.#compare(file, start, head)
    } finally {
      this.#database.script('COMMIT')
    }
  }

  /** The newest, oldest of them first; unproven. */
  last(count: number): AuditRecord[] {
    const rows = this.#database.rows<Row>(`SELECT ${FIELDS} FROM records ORDER BY seq DESC LIMIT ?`, count)
    return rows.reverse().map(recordOf)
  }

  /** What came after this one, in portions; unproven. */
  after(seq: number): AuditRecord[] {
    return this.#following(seq).map(recordOf)
  }

  /** Removes some of the oldest records from before `time`; how many. Where the chain begins from then on is signed. */
  prune(time: number): number {
    return this.#database.atomically(() => {
      const { seq: head } = this.#provenHead()
      let start = this.#anchor('start')
      let removed = 0
      for (const row of this.#first()) {
        // The newest stays: it is what the next one follows.
        if (row.at >= time || row.seq >= head) break
        const proven = hashRecord(this.#key, start.hash, recordOf(row))
        // What was changed shall not be swept away with the old.
        if (row.seq !== start.seq + 1 || !isSame(proven, row.hash))
          throw this.#broken(row.seq, 'is not as it was written')
        start = { seq: row.seq, hash: proven }
        removed++
      }
      if (removed === 0) return 0
      this.#database.write('DELETE FROM records WHERE seq <= ?', start.seq)
      this.#setAnchor('start', start)
      return removed
    })
  }

  /** What the records take, without what removed ones have left free. */
  get bytes(): number {
    const { pragma } = this.#database
    return (Number(pragma('page_count')) - Number(pragma('freelist_count'))) * Number(pragma('page_size'))
  }

  /** Moves what was written from the journal into place, as far as no reader is in the way. Waits for the disk. */
  checkpoint(): void {
    this.#database.pragma('wal_checkpoint(PASSIVE)')
  }

  close(): void {
    this.#database.close()
  }

  #begin(now: number): void {
    if (this.#hasAnchors()) return
    this.#database.atomically(() => {
      if (this.#hasAnchors()) return
      const file = this.#head.read()
      if (file !== 'missing' && (file === 'damaged' || file.seq > 0))
        throw this.#broken(1, 'is missing, with all others')
      // First: a chain without this file is one that somebody took it from.
      this.#head.write(ORIGIN)
      this.#setAnchor('start', ORIGIN)
      this.#append(ORIGIN, [{ at: now, process: 'audit', action: 'audit.begun', actor: 'operator', result: 'ok' }])
    })
  }

  #hasAnchors(): boolean {
    return this.#database.row('SELECT 1 FROM anchors UNION ALL SELECT 1 FROM records LIMIT 1') !== undefined
  }

  #append(head: Anchor, entries: readonly Entry[]): Anchor {
    let { seq, hash } = head
    for (const { at, ...event } of entries) {
      const record: AuditRecord = { seq: ++seq, at, ...cleaned(event) }
      hash = hashRecord(this.#key, hash, record)
      this.#database.write(INSERT, ...valuesOf(record), hash)
    }
    this.#setAnchor('head', { seq, hash })
    return { seq, hash }
  }

  /** The end of the chain, if nothing was taken from it or put behind it. */
  #provenHead(): Anchor {
    const head = this.#anchor('head')
    const start = this.#anchor('start')
    const [last] = this.#database.rows<Row>(`SELECT ${FIELDS} FROM records ORDER BY seq DESC LIMIT 1`)
    const end = last ?? start
    if (end.seq !== head.seq || !isSame(end.hash, head.hash))
      throw this.#broken(Math.min(end.seq, head.seq) + 1, 'is missing, or does not belong to the chain')
    this.#compare(this.#head.read(), start, head)
    return head
  }

  #compare(file: ReturnType<HeadFile['read']>, start: Anchor, head: Anchor): void {
    const path = this.#folder.auditHead
    if (typeof file === 'string') throw this.#broken(head.seq, `cannot be proven to be the last: ${path} is ${file}`)
    if (file.seq > head.seq) throw this.#broken(head.seq + 1, `is missing: ${path} knows of ${file.seq} records`)
    if (file.seq <= start.seq) return
    const row = this.#database.row<{ hash: Buffer }>('SELECT hash FROM records WHERE seq = ?', file.seq)
    if (!row || !isSame(row.hash, file.hash)) throw this.#broken(file.seq, `is not the one ${path} knows`)
  }

  #anchor(name: 'start' | 'head'): Anchor {
    const row = this.#database.row<Anchor & { mac: Buffer }>('SELECT seq, hash, mac FROM anchors WHERE name = ?', name)
    if (row && isSame(sealAnchor(this.#key, name, row), row.mac)) return { seq: row.seq, hash: row.hash }
    const [end] = this.#database.rows<Row>(`SELECT ${FIELDS} FROM records ORDER BY seq LIMIT 1`)
    throw this.#broken(name === 'start' ? (end?.seq ?? 1) : (row?.seq ?? 1), `cannot be proven to be the ${name}`)
  }

  #setAnchor(name: 'start' | 'head', anchor: Anchor): void {
    const mac = sealAnchor(this.#key, name, anchor)
    const sql = 'INSERT OR REPLACE INTO anchors (name, seq, hash, mac) VALUES (?, ?, ?, ?)'
    this.#database.write(sql, name, anchor.seq, anchor.hash, mac)
  }

  #first(): Row[] {
    return this.#database.rows<Row>(`SELECT ${FIELDS} FROM records ORDER BY seq LIMIT ${PAGE}`)
  }

  #following(seq: number): Row[] {
    return this.#database.rows<Row>(`SELECT ${FIELDS} FROM records WHERE seq > ? ORDER BY seq LIMIT ${PAGE}`, seq)
  }

  #broken(seq: number, why: string): TickwireError {
    const { auditDb, auditHead } = this.#folder
    return new TickwireError('AUDIT_BROKEN', `Record ${seq} of ${auditDb} ${why}`, {
      next: `tickwire audit verify; stop Tickwire and keep ${auditDb}* and ${auditHead} elsewhere, and find out who did it; without them a new chain begins`,
    })
  }
}

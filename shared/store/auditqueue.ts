import { existsSync, statSync } from 'node:fs'
import type { Audit, AuditEvent } from '../audit.ts'
import type { Cancel, Clock } from '../clock.ts'
import { TickwireError } from '../errors.ts'
import type { Log } from '../log.ts'
import { Trouble } from '../trouble.ts'
import { AuditStore, type Entry } from './audit.ts'
import type { DataFolder } from './folder.ts'

export interface AuditQueueParts {
  readonly folder: DataFolder
  readonly clock: Clock
  readonly log: Log
  /** Who writes: `proxy`, `up`, the name of a feed. */
  readonly process: string
  /** Records older than this, and the oldest where all take more, are removed; of several processes, one does it. */
  readonly keeps?: { readonly ms: number; readonly bytes: number } | undefined
  /**
   * Moving the journal into place waits for the disk, and so does everything in this process meanwhile. Who serves
   * prices does it only above the default, where nobody else has.
   */
  readonly journalBytes?: number
}

/** How the audit of one process stands. */
export interface AuditState {
  /** Why nothing is written; absent when all is well. */
  readonly degraded?: string
  /** Events that nobody will ever read. */
  readonly lost: number
}

/** An audit that a process writes from memory, and tells how that goes. */
export interface TellingAudit extends Audit {
  readonly state: AuditState
}

const FLUSH_MS = 250
/** So many at once hold nothing up; the rest follows after a breath. */
const SLICE = 100
const BREATH_MS = 10
const WAITING_MAX = 10_000
/** The event loop stands still while another process writes. */
const BUSY_MS = 20
/** Others write all the time; longer than this it is a fault. */
const PATIENCE_MS = 1000
const PRUNE_MS = 3_600_000
/** How often its size is looked at. */
const SIZE_MS = 10_000
const JOURNAL_BYTES = 16 * 1024 * 1024
/** Between two tries to open it: each costs a connection, and those are never let go. */
const REOPEN_MS = 10_000

/**
 * Takes events at once and writes them a moment later. Whatever the disk does, nothing here waits for it or throws: when
 * it takes nothing, the newest events are kept, and how many were lost is written once it does again.
 */
export class AuditQueue implements TellingAudit {
  readonly #parts: AuditQueueParts
  readonly #trouble: Trouble
  readonly #headTrouble: Trouble
  readonly #stops: readonly Cancel[]
  #waiting: Entry[] = []
  #store: AuditStore | undefined
  #settling: Promise<void> | undefined
  #stopBreath: Cancel = () => {}
  #stopPrune: Cancel = () => {}
  #lost = 0
  /** Of those, not written yet. */
  #untold = 0
  #degraded: string | undefined
  #headDegraded: string | undefined
  #reopenAt = Number.NEGATIVE_INFINITY
  /** Since when writing fails, monotonic milliseconds. */
  #failingSince: number | undefined
  #closed = false

  constructor(parts: AuditQueueParts) {
    this.#parts = parts
    const { clock, log, keeps } = parts
    this.#trouble = new Trouble(log, {
      fails: 'audit_degraded: the audit cannot be written; prices go on, and the newest events are kept in memory',
      over: 'the audit is written again',
    })
    this.#headTrouble = new Trouble(log, {
      fails: 'audit_degraded: how far the audit has come cannot be kept beside it; a tail cut off now would not show',
      over: 'how far the audit has come is kept again',
    })
    this.#stops = [
      clock.every(FLUSH_MS, () => this.flush()),
      clock.every(SIZE_MS, () => this.#lookAtSize()),
      ...(keeps ? [clock.every(PRUNE_MS, () => this.#prune(clock.now() - keeps.ms))] : []),
    ]
  }

  get state(): AuditState {
    const degraded = this.#degraded ?? this.#headDegraded
    return { ...(degraded !== undefined && { degraded }), lost: this.#lost }
  }

  record(event: AuditEvent): void {
    if (this.#closed) return
    const { clock, process } = this.#parts
    this.#waiting.push({ ...event, process, at: clock.now() })
    if (this.#waiting.length <= WAITING_MAX) return
    this.#waiting.shift()
    this.#lost++
    this.#untold++
  }

  /** Happens by itself four times a second. */
  flush(): void {
    this.#stopBreath()
    if (this.#waiting.length > 0) this.#attempt(store => this.#write(store))
    else if (this.#failingSince !== undefined) this.#attempt(store => store.proveEnds())
    if (this.#waiting.length > 0 && this.#failingSince === undefined)
      this.#stopBreath = this.#parts.clock.after(BREATH_MS, () => this.flush())
    else this.#settle()
  }

  /** Writes what waits, if that can be done. */
  async close(): Promise<void> {
    for (const stop of this.#stops) stop()
    while (this.#waiting.length > 0) {
      const before = this.#waiting.length
      this.flush()
      if (this.#waiting.length === before) break
    }
    this.#closed = true
    this.#stopBreath()
    this.#stopPrune()
    await this.#settling
    this.#settle()
    await this.#settling
    this.#store?.close()
    this.#store = undefined
  }

  #write(store: AuditStore): void {
    const slice = this.#waiting.slice(0, SLICE)
    store.append([...this.#losses(), ...slice])
    this.#untold = 0
    this.#waiting = this.#waiting.slice(slice.length)
  }

  #losses(): Entry[] {
    if (this.#untold === 0) return []
    const { process, clock } = this.#parts
    const reason = `${this.#untold} events of ${process} could not be written and are lost: ${this.#degraded ?? 'too many at once'}`
    return [{ at: clock.now(), process, action: 'audit.lost', actor: 'operator', result: 'ok', reason }]
  }

  #lookAtSize(): void {
    const { folder, keeps, journalBytes = JOURNAL_BYTES } = this.#parts
    // What cannot be written need not be moved.
    if (this.#failingSince !== undefined || !this.#store) return
    if (sizeOf(`${folder.auditDb}-wal`) > journalBytes) this.#attempt(store => store.checkpoint())
    if (keeps) this.#prune(Number.NEGATIVE_INFINITY)
  }

  /** What is from before `time`, and what is too much. */
  #prune(time: number): void {
    const { clock, keeps, process } = this.#parts
    let removed = 0
    let isTooMuch = false
    this.#attempt(store => {
      isTooMuch = keeps !== undefined && store.bytes > keeps.bytes
      if (isTooMuch || time > 0) removed = store.prune(isTooMuch ? Number.POSITIVE_INFINITY : time)
    })
    if (removed === 0) return
    const why = isTooMuch
      ? `the oldest, since all took more than audit.max_mb`
      : `from before ${new Date(time).toISOString()}`
    const reason = `${removed} records were removed, ${why}`
    this.record({ action: 'audit.pruned', actor: 'operator', subject: process, result: 'ok', reason })
    this.#stopPrune()
    this.#stopPrune = clock.after(BREATH_MS, () => this.#prune(time))
  }

  #attempt(act: (store: AuditStore) => void): void {
    try {
      const store = this.#open()
      if (!store) return
      act(store)
    } catch (error) {
      this.#met(error)
      return
    }
    this.#failingSince = undefined
    this.#degraded = undefined
    this.#trouble.over()
  }

  /** Nothing while it is too soon to try again. */
  #open(): AuditStore | undefined {
    const { folder, clock } = this.#parts
    if (this.#store || clock.monotonic() < this.#reopenAt) return this.#store
    // Before there is a system in the folder, nothing is opened.
    const isNew = !existsSync(folder.pepperFile)
    if (!isNew) this.#reopenAt = clock.monotonic() + REOPEN_MS
    this.#store = AuditStore.open(folder, {
      now: clock.now(),
      openTimeoutMs: BUSY_MS,
      busyTimeoutMs: BUSY_MS,
      isDeferred: true,
    })
    return this.#store
  }

  #met(error: unknown): void {
    const now = this.#parts.clock.monotonic()
    this.#failingSince ??= now
    const passes = error instanceof TickwireError && (error.code === 'STORE_BUSY' || error.code === 'AUDIT_UNWRITABLE')
    // Several processes that start at once meet when each opens it.
    if (passes) this.#reopenAt = now
    if (passes && now - this.#failingSince < PATIENCE_MS) return
    this.#degraded = messageOf(error)
    this.#trouble.met(error)
  }

  /** One at a time: what was written meanwhile is in the next. */
  #settle(): void {
    if (this.#settling || !this.#store) return
    const done = this.#store.settleSoon().then(
      () => {
        this.#headDegraded = undefined
        this.#headTrouble.over()
      },
      (error: unknown) => {
        this.#headDegraded = messageOf(error)
        this.#headTrouble.met(error)
      },
    )
    this.#settling = done.finally(() => {
      this.#settling = undefined
    })
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Nothing for what cannot be looked at. */
function sizeOf(path: string): number {
  try {
    return statSync(path).size
  } catch {
    return 0
  }
}

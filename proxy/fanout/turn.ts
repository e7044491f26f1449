import type { Cancel, Clock } from '../../shared/clock.ts'
import type { Histogram } from '../../shared/histogram.ts'
import { Batch } from './batch.ts'

/** One client as the turn sees it. */
export interface Writer {
  /** Bytes that wait for it. */
  readonly bytes: number
  /** Hands what waits to the kernel. */
  flush(batch: Batch): void
  /** Whether a write takes too long; `now`: monotonic milliseconds. */
  checkStall(now: number): void
  giveUp(why: string): void
}

export interface TurnLimits {
  /** Longest pause between two rounds of writes. */
  readonly flushMaxMs: number
  /** All that waits behind writes, of all clients together, bytes. */
  readonly queueTotalBytes: number
}

/** So long may writing take before the bus and requests get a turn. */
const SLICE_MS = 5
/** How many clients are written to between two looks at the clock. */
const STRIDE = 32
/** Of the time a round took. */
const REST_PART = 0.25
/** Timers are no finer. */
const SHORTEST_PAUSE_MS = 1
const SWEEP_MS = 250

/**
 * Writes to all clients something waits for, in rounds: everybody once, then a pause that grows with what the round took.
 * So an idle proxy writes at once, and a busy one writes to each client more at a time instead of more often. Owner of what
 * all outboxes together may hold.
 */
export class Turn {
  readonly #clock: Clock
  readonly #limits: TurnLimits
  readonly #waits: Pick<Histogram, 'observe'> | undefined
  readonly #batch = new Batch()
  readonly #blocked = new Set<Writer>()
  readonly #stopSweep: Cancel
  #next: Writer[] = []
  #round: Writer[] = []
  #at = 0
  #spentMs = 0
  /** When something began to wait for the next round, and for this one, monotonic milliseconds. */
  #nextSince = 0
  #roundSince = 0
  #restUntil = Number.NEGATIVE_INFINITY
  #scheduled: Cancel | undefined
  #waiting = 0

  /** `waits`: of each round, how long what waited longest for it has waited when all is written. */
  constructor(clock: Clock, limits: TurnLimits, waits?: Pick<Histogram, 'observe'>) {
    this.#clock = clock
    this.#limits = limits
    this.#waits = waits
    this.#stopSweep = clock.every(SWEEP_MS, () => this.#sweep())
  }

  /** Bytes that wait behind writes, of all clients. */
  get waiting(): number {
    return this.#waiting
  }

  /** Something waits for this client. Called once until it is flushed. */
  mark(writer: Writer): void {
    if (this.#next.push(writer) === 1) this.#nextSince = this.#clock.monotonic()
    if (!this.#scheduled) this.#schedule()
  }

  /** Writes to one client now. */
  flush(writer: Writer): void {
    writer.flush(this.#batch)
  }

  /** The kernel has not taken a write of this client; from now on what waits for it counts. */
  block(writer: Writer): void {
    this.#blocked.add(writer)
    this.add(writer.bytes)
  }

  /** It has, or the client is gone. */
  unblock(writer: Writer): void {
    if (this.#blocked.delete(writer)) this.#waiting -= writer.bytes
  }

  /** More (or less) waits behind a write. The largest goes first when it is too much. */
  add(bytes: number): void {
    this.#waiting += bytes
    while (this.#waiting > this.#limits.queueTotalBytes) {
      let largest: Writer | undefined
      for (const one of this.#blocked) if (!largest || one.bytes > largest.bytes) largest = one
      if (!largest) return
      largest.giveUp('all clients together have too much waiting, and this one most')
      this.unblock(largest)
    }
  }

  close(): void {
    this.#stopSweep()
    this.#scheduled?.()
  }

  #schedule(): void {
    const pause = this.#restUntil - this.#clock.monotonic()
    this.#scheduled = pause < SHORTEST_PAUSE_MS ? this.#clock.soon(this.#run) : this.#clock.after(pause, this.#run)
  }

  readonly #run = (): void => {
    const from = this.#clock.monotonic()
    let now = from
    if (this.#at === this.#round.length) this.#begin()
    while (this.#at < this.#round.length && now - from < SLICE_MS) {
      const end = Math.min(this.#at + STRIDE, this.#round.length)
      while (this.#at < end) this.#round[this.#at++]?.flush(this.#batch)
      now = this.#clock.monotonic()
    }
    this.#spentMs += now - from
    this.#scheduled = undefined
    if (this.#at < this.#round.length) this.#scheduled = this.#clock.soon(this.#run)
    else this.#end(now)
  }

  #begin(): void {
    ;[this.#round, this.#next] = [this.#next, this.#round]
    this.#next.length = 0
    this.#at = 0
    this.#roundSince = this.#nextSince
    this.#spentMs = 0
  }

  #end(now: number): void {
    this.#batch.clear()
    this.#waits?.observe((now - this.#roundSince) * 1000)
    this.#round.length = 0
    this.#at = 0
    this.#restUntil = now + Math.min(this.#spentMs * REST_PART, this.#limits.flushMaxMs)
    if (this.#next.length > 0) this.#schedule()
  }

  #sweep(): void {
    const now = this.#clock.monotonic()
    for (const writer of this.#blocked) writer.checkStall(now)
  }
}

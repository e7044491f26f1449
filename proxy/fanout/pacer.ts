import type { Cancel, Clock } from '../../shared/clock.ts'
import { type Frame, isFoldable } from './frame.ts'
import type { Outbox } from './outbox.ts'

/** A pause after something was sent. */
interface Rest {
  readonly paced: Paced
  /** Its end, monotonic milliseconds. */
  readonly until: number
}

/** Pauses of the same length end in the order in which they began. */
interface Row {
  readonly rests: Rest[]
  cancel: Cancel | undefined
}

/** Owner of the timers of all subscriptions with an `interval_ms`: one for each interval in use. */
export class Pacer {
  readonly clock: Clock
  readonly #rows = new Map<number, Row>()

  constructor(clock: Clock) {
    this.clock = clock
  }

  open(outbox: Outbox, intervalMs: number): Paced {
    return new Paced(this, outbox, intervalMs)
  }

  /** Something was sent just now: it will be called when its pause is over. */
  rest(paced: Paced): void {
    const { intervalMs, dueAt } = paced
    let row = this.#rows.get(intervalMs)
    if (!row) {
      row = { rests: [], cancel: undefined }
      this.#rows.set(intervalMs, row)
    }
    row.rests.push({ paced, until: dueAt })
    this.#schedule(intervalMs, row)
  }

  close(): void {
    for (const row of this.#rows.values()) row.cancel?.()
    this.#rows.clear()
  }

  #schedule(intervalMs: number, row: Row): void {
    const [first] = row.rests
    if (!first) this.#rows.delete(intervalMs)
    else
      row.cancel ??= this.clock.after(Math.max(first.until - this.clock.monotonic(), 1), () =>
        this.#run(intervalMs, row),
      )
  }

  #run(intervalMs: number, row: Row): void {
    row.cancel = undefined
    const now = this.clock.monotonic()
    // A timer may fire a little early.
    const end = row.rests.findIndex(({ until }) => until > now + 1)
    for (const { paced, until } of row.rests.splice(0, end < 0 ? row.rests.length : end)) paced.fall(until, now)
    this.#schedule(intervalMs, row)
  }
}

/** The newest frame of one topic, at most one in an interval; the last one always goes out. */
export class Paced {
  readonly intervalMs: number
  /** Monotonic milliseconds: nothing goes out before. */
  dueAt = Number.NEGATIVE_INFINITY
  readonly #pacer: Pacer
  readonly #outbox: Outbox
  #waiting: Frame | undefined
  #folded = 0

  constructor(pacer: Pacer, outbox: Outbox, intervalMs: number) {
    this.#pacer = pacer
    this.#outbox = outbox
    this.intervalMs = intervalMs
  }

  take(frame: Frame): void {
    if (this.#waiting && !isFoldable(this.#waiting, frame)) this.release()
    if (this.#waiting) {
      this.#outbox.fold(this.#waiting.stands)
      this.#folded += this.#waiting.stands
    }
    this.#waiting = frame
    const now = this.#pacer.clock.monotonic()
    if (now >= this.dueAt) this.#send(now)
  }

  /** The pause up to `until` is over; it counts no more if something was sent meanwhile. */
  fall(until: number, now: number): void {
    if (until !== this.dueAt) return
    if (this.#waiting) this.#send(now)
    else this.dueAt = now
  }

  /** What waits goes out now. */
  release(): void {
    if (this.#waiting) this.#send(this.#pacer.clock.monotonic())
  }

  #send(now: number): void {
    const [frame, folded] = [this.#waiting, this.#folded]
    this.#waiting = undefined
    this.#folded = 0
    this.dueAt = now + this.intervalMs
    this.#pacer.rest(this)
    if (frame) this.#outbox.renew(frame, folded)
  }
}

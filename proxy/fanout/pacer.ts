import type { Cancel, Clock } from '../../shared/clock.ts'
import { type Frame, isFoldable } from './frame.ts'
import type { Outbox } from './outbox.ts'

/** All that rest for the same number of milliseconds, in the order in which they began: so they fall due. */
interface Row {
  readonly resting: Paced[]
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

  /** One frame has gone out: from now on it rests. It will be called when its interval is over. */
  enter(paced: Paced): void {
    const { intervalMs } = paced
    let row = this.#rows.get(intervalMs)
    if (!row) {
      row = { resting: [], cancel: undefined }
      this.#rows.set(intervalMs, row)
    }
    row.resting.push(paced)
    this.#schedule(intervalMs, row)
  }

  close(): void {
    for (const row of this.#rows.values()) row.cancel?.()
    this.#rows.clear()
  }

  #schedule(intervalMs: number, row: Row): void {
    const [first] = row.resting
    if (!first) this.#rows.delete(intervalMs)
    else
      row.cancel ??= this.clock.after(Math.max(first.dueAt - this.clock.monotonic(), 1), () =>
        this.#run(intervalMs, row),
      )
  }

  #run(intervalMs: number, row: Row): void {
    row.cancel = undefined
    const now = this.clock.monotonic()
    // A timer may fire a little early.
    const end = row.resting.findIndex(({ dueAt }) => dueAt > now + 1)
    for (const paced of row.resting.splice(0, end < 0 ? row.resting.length : end)) paced.fall(now)
    this.#schedule(intervalMs, row)
  }
}

/** The newest frame of one topic, at most one in an interval; the last one always goes out. */
export class Paced {
  readonly intervalMs: number
  /** The end of its rest, monotonic milliseconds. */
  dueAt = 0
  readonly #pacer: Pacer
  readonly #outbox: Outbox
  #waiting: Frame | undefined
  #folded = 0
  #isResting = false

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
    if (!this.#isResting) this.#send(this.#pacer.clock.monotonic())
  }

  /** Its interval is over. */
  fall(now: number): void {
    this.#isResting = false
    if (this.#waiting) this.#send(now)
  }

  /** What waits goes out now; the rest goes on. */
  release(): void {
    const [frame, folded] = [this.#waiting, this.#folded]
    this.#waiting = undefined
    this.#folded = 0
    if (frame) this.#outbox.renew(frame, folded)
  }

  #send(now: number): void {
    this.#isResting = true
    this.dueAt = now + this.intervalMs
    this.#pacer.enter(this)
    this.release()
  }
}

import type { Cancel, Clock } from '../shared/clock.ts'

/** Work that pauses wherever others may come in between. */
export type Job = Generator<undefined, void, undefined>

/** What one client may take of a turn of the event loop: ticks of all others wait meanwhile. */
const SLICE_MS = 3

/** The jobs of one client: each to its end before the next, a few milliseconds in a turn. */
export class Worklist {
  readonly #clock: Clock
  readonly #onBusy: (busy: boolean) => void
  readonly #jobs: Job[] = []
  #working = false
  #postponed: Cancel | undefined

  /** `onBusy` hears when work is put off to a later turn, and when nothing is left of it. */
  constructor(clock: Clock, onBusy: (busy: boolean) => void) {
    this.#clock = clock
    this.#onBusy = onBusy
  }

  /** Begins at once unless an earlier job is unfinished. */
  add(job: Job): void {
    this.#jobs.push(job)
    if (!this.#working && !this.#postponed) this.#work()
  }

  /** Drops what is left. */
  close(): void {
    this.#jobs.length = 0
    this.#rest()
  }

  #work(): void {
    const endAt = this.#clock.monotonic() + SLICE_MS
    this.#working = true
    try {
      for (let job = this.#jobs[0]; job; job = this.#jobs[0]) {
        if (job.next().done) this.#jobs.shift()
        if (this.#jobs.length > 0 && this.#clock.monotonic() >= endAt) {
          this.#postpone()
          return
        }
      }
      this.#rest()
    } finally {
      this.#working = false
    }
  }

  #postpone(): void {
    const begins = this.#postponed === undefined
    this.#postponed = this.#clock.soon(() => this.#work())
    if (begins) this.#onBusy(true)
  }

  #rest(): void {
    if (!this.#postponed) return
    this.#postponed()
    this.#postponed = undefined
    this.#onBusy(false)
  }
}

import type { Cancel, Clock } from '../shared/clock.ts'

/** What a job waits for: so many milliseconds, or until somebody calls what it hands out. */
export type Rest = number | ((wake: () => void) => void)

/** Work that pauses wherever others may come in between; with a rest it has nothing to do until that is over. */
export type Job = Generator<Rest | undefined, void, undefined>

interface Shares {
  /** What requests of all clients together may take of one turn of the event loop: ticks wait meanwhile. */
  readonly turnMs: number
  /** Then it is the next client's turn. */
  readonly sliceMs: number
}

const SHARES: Shares = { turnMs: 1, sliceMs: 0.5 }

/**
 * Shares the time there is for requests out among the clients that have some, one slice after the other. A request that
 * comes while the turn has time left is worked at at once.
 */
export class Workshop {
  readonly #clock: Clock
  readonly #shares: Shares
  readonly #waiting: Worklist[] = []
  #spent = 0
  #working = false
  #scheduled = false

  constructor(clock: Clock, shares: Shares = SHARES) {
    this.#clock = clock
    this.#shares = shares
  }

  enter(list: Worklist): void {
    this.#waiting.push(list)
    if (!this.#working) this.#work()
  }

  leave(list: Worklist): void {
    const place = this.#waiting.indexOf(list)
    if (place >= 0) this.#waiting.splice(place, 1)
  }

  #work(): void {
    this.#working = true
    try {
      while (this.#spent < this.#shares.turnMs) {
        const list = this.#waiting.shift()
        if (!list) return
        const from = this.#clock.monotonic()
        try {
          if (list.work(from + this.#shares.sliceMs)) this.#waiting.push(list)
        } finally {
          this.#spent += this.#clock.monotonic() - from
        }
      }
    } finally {
      this.#working = false
      this.#schedule()
    }
  }

  /** The next turn begins with all its time. */
  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#clock.soon(() => {
      this.#scheduled = false
      this.#spent = 0
      if (this.#waiting.length > 0) this.#work()
    })
  }
}

/** The jobs of one client, each to its end before the next. */
export class Worklist {
  readonly #clock: Clock
  readonly #workshop: Workshop
  readonly #onBusy: (busy: boolean) => void
  readonly #onFailed: (error: unknown) => void
  readonly #jobs: Job[] = []
  #busy = false
  #wake: Cancel = () => {}

  /**
   * `onBusy` hears when a job has to wait for a later moment, and when nothing is left; `onFailed` of what a job threw,
   * with which this list is over, and no other.
   */
  constructor(clock: Clock, workshop: Workshop, onBusy: (busy: boolean) => void, onFailed: (error: unknown) => void) {
    this.#clock = clock
    this.#workshop = workshop
    this.#onBusy = onBusy
    this.#onFailed = onFailed
  }

  /** Whether something is left to do. */
  get isBusy(): boolean {
    return this.#jobs.length > 0
  }

  add(job: Job): void {
    this.#jobs.push(job)
    if (this.#jobs.length > 1) return
    this.#workshop.enter(this)
    this.#tell()
  }

  /** Works until `endAt` (monotonic milliseconds); whether something is left. */
  work(endAt: number): boolean {
    for (let job = this.#jobs[0]; job; job = this.#jobs[0]) {
      let rest: Rest | undefined
      try {
        const { done, value } = job.next()
        rest = value ?? undefined
        if (done && this.#jobs[0] === job) this.#jobs.shift()
      } catch (error) {
        this.close()
        this.#onFailed(error)
        return false
      }
      if (rest !== undefined) {
        this.#wake = this.#sleep(rest)
        return false
      }
      if (this.#clock.monotonic() >= endAt) break
    }
    if (this.#jobs.length === 0) this.#tell()
    return this.#jobs.length > 0
  }

  /** Drops what is left. */
  close(): void {
    this.#jobs.length = 0
    this.#wake()
    this.#workshop.leave(this)
    this.#tell()
  }

  #sleep(rest: Rest): Cancel {
    if (typeof rest === 'number') return this.#clock.after(rest, () => this.#workshop.enter(this))
    let isAwaited = true
    rest(() => {
      if (isAwaited) this.#workshop.enter(this)
      isAwaited = false
    })
    return () => {
      isAwaited = false
    }
  }

  #tell(): void {
    const busy = this.#jobs.length > 0
    if (busy === this.#busy) return
    this.#busy = busy
    this.#onBusy(busy)
  }
}

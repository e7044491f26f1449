import { performance } from 'node:perf_hooks'

export type Cancel = () => void

/** Time, handed in. Nothing else in the project reads a clock or sets a timer. */
export interface Clock {
  /** Wall clock, integer milliseconds since 1970. For stamps, never for durations. */
  now(): number
  /** Wall clock, microseconds since 1970. */
  micros(): number
  /** Milliseconds that only grow, untouched by clock steps. For durations. */
  monotonic(): number
  after(ms: number, run: () => void): Cancel
  every(ms: number, run: () => void): Cancel
  /** At the end of this turn of the event loop. */
  soon(run: () => void): Cancel
}

// Where this process began is known by the microsecond.
let anchor = performance.timeOrigin * 1000

/**
 * The wall clock has whole milliseconds; the fraction comes from the monotonic one. Never before the wall clock: what one
 * process received is not older than what another one sent. Anchored anew when the two part (clock step, drift).
 */
function wallMicros(): number {
  // Who was interrupted between the two clocks looks at both again: they have not parted.
  return anchoredMicros() ?? anchoredMicros() ?? anchorAnew()
}

function anchoredMicros(): number | undefined {
  const wall = Date.now() * 1000
  const micros = anchor + performance.now() * 1000
  return micros >= wall && micros < wall + 2000 ? Math.round(micros) : undefined
}

function anchorAnew(): number {
  const wall = Date.now() * 1000
  anchor = wall - performance.now() * 1000
  return wall
}

export const systemClock: Clock = {
  now: Date.now,
  micros: wallMicros,
  monotonic: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
  every(ms, run) {
    const timer = setInterval(run, ms)
    return () => clearInterval(timer)
  },
  soon(run) {
    const handle = setImmediate(run)
    return () => clearImmediate(handle)
  },
}

/** Resolves after `ms`, or as soon as `signal` aborts. */
export const pause = (clock: Clock, ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    if (signal?.aborted) return resolve()
    const wake = () => {
      cancel()
      signal?.removeEventListener('abort', wake)
      resolve()
    }
    const cancel = clock.after(ms, wake)
    signal?.addEventListener('abort', wake)
  })

interface Pending {
  at: number
  readonly every: number | undefined
  readonly run: () => void
}

/** A clock that tests move by hand. */
export class ManualClock implements Clock {
  #time: number
  /** How far the wall clock was set. */
  #stepped = 0
  readonly #pending = new Set<Pending>()

  constructor(start = 1_795_220_416_000) {
    this.#time = start
  }

  now = (): number => this.#time + this.#stepped
  micros = (): number => this.now() * 1000
  monotonic = (): number => this.#time

  after(ms: number, run: () => void): Cancel {
    return this.#add(ms, undefined, run)
  }

  every(ms: number, run: () => void): Cancel {
    return this.#add(ms, ms, run)
  }

  soon(run: () => void): Cancel {
    return this.#add(0, undefined, run)
  }

  /** Moves time, running what falls due in its order. */
  advance(ms: number): void {
    const end = this.#time + ms
    for (let next = this.#earliest(end); next; next = this.#earliest(end)) {
      this.#time = Math.max(this.#time, next.at)
      if (next.every === undefined) this.#pending.delete(next)
      else next.at += next.every
      next.run()
    }
    // What ran may have taken time of its own.
    this.#time = Math.max(this.#time, end)
  }

  /** Time passes and nothing runs, as for a process that was stopped. */
  freeze(ms: number): void {
    this.#time += ms
  }

  /** Somebody sets the wall clock, forward or back: durations and timers know nothing of it. */
  step(ms: number): void {
    this.#stepped += ms
  }

  #add(ms: number, every: number | undefined, run: () => void): Cancel {
    const pending: Pending = { at: this.#time + ms, every, run }
    this.#pending.add(pending)
    return () => void this.#pending.delete(pending)
  }

  #earliest(end: number): Pending | undefined {
    let first: Pending | undefined
    for (const one of this.#pending) if (one.at <= end && (!first || one.at < first.at)) first = one
    return first
  }
}

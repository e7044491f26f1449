import type { PageClock } from '../../../proxy/dashboard/clock.ts'

interface Timer {
  at: number
  readonly everyMs: number | undefined
  readonly run: () => void
}

/** Time of a page that stands still until a test moves it. */
export class ManualPageClock implements PageClock {
  #at = 1_795_220_400_000
  readonly #timers = new Set<Timer>()

  now(): number {
    return this.#at
  }

  monotonic(): number {
    return this.#at
  }

  after(ms: number, run: () => void) {
    return this.#plan({ at: this.#at + ms, everyMs: undefined, run })
  }

  every(ms: number, run: () => void) {
    return this.#plan({ at: this.#at + ms, everyMs: ms, run })
  }

  frame(run: () => void) {
    return this.after(16, run)
  }

  /** Runs what is due on the way, in its order. */
  advance(ms: number): void {
    const until = this.#at + ms
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)
      if (!next) break
      this.#at = next.at
      if (next.everyMs === undefined) this.#timers.delete(next)
      else next.at += next.everyMs
      next.run()
    }
    this.#at = until
  }

  #plan(timer: Timer) {
    this.#timers.add(timer)
    return () => {
      this.#timers.delete(timer)
    }
  }
}

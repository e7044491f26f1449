import type { Cancel, Clock } from '../../shared/clock.ts'
import { since } from '../../shared/histogram.ts'
import type { Lengths } from './hops.ts'

export const WINDOW_SECONDS = 60
const STEP_MS = 5000
const STEPS = (WINDOW_SECONDS * 1000) / STEP_MS

/** What of growing counts is of the last minute: they are looked at every few seconds, and nothing else is kept. */
export class Window {
  readonly #read: () => Lengths
  readonly #before: Lengths[]
  readonly #stop: Cancel

  constructor(clock: Clock, read: () => Lengths) {
    this.#read = read
    this.#before = [read()]
    this.#stop = clock.every(STEP_MS, () => {
      this.#before.push(read())
      if (this.#before.length > STEPS) this.#before.shift()
    })
  }

  recent(): Lengths {
    const then = this.#before[0] ?? {}
    return Object.fromEntries(Object.entries(this.#read()).map(([name, now]) => [name, since(now, then[name] ?? [])]))
  }

  close(): void {
    this.#stop()
  }
}

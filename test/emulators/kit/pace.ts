import type { Cancel, Clock } from '../../../shared/clock.ts'

/** Turns a second at a given rate. */
const TURNS = 50
/** How much of a rate is made up for after a time without a core; beyond that nobody could tell what it was asked for. */
const OWED_MS = 2000

/**
 * When the market moves: everything that is wanted at once, every `tickMs` (0: never), or, with a `rate`, so many ticks a
 * second evenly, each in its turn.
 */
export class Pace<Item> {
  readonly #cancel: Cancel
  /** Whose turn it is, among what is wanted. */
  #next = 0
  /** What was due before this instant has had its turn. */
  #doneUntil = Number.NaN

  constructor(options: {
    clock: Clock
    tickMs: number
    rate?: number | undefined
    /** What somebody wants now. */
    wanted: () => readonly Item[]
    turn: (due: readonly Item[]) => void
  }) {
    const { clock, tickMs, rate, wanted, turn } = options
    if (rate !== undefined && rate > 0)
      this.#cancel = clock.every(1000 / TURNS, () => {
        const all = wanted()
        turn(this.#due(all, this.#count(clock, rate, all.length)))
      })
    else if (tickMs > 0) this.#cancel = clock.every(tickMs, () => turn(wanted()))
    else this.#cancel = () => {}
  }

  close(): void {
    this.#cancel()
  }

  /** Timers come late: what is due is counted by the clock, and what is more than a turn may hold is owed to the next. */
  #count(clock: Clock, rate: number, most: number): number {
    const now = clock.monotonic()
    if (Number.isNaN(this.#doneUntil) || most === 0) this.#doneUntil = now - 1000 / TURNS
    this.#doneUntil = Math.max(this.#doneUntil, now - OWED_MS)
    const count = Math.min(Math.floor(((now - this.#doneUntil) * rate) / 1000), most)
    this.#doneUntil += (count * 1000) / rate
    return count
  }

  #due(all: readonly Item[], count: number): readonly Item[] {
    if (count >= all.length) return all
    if (this.#next >= all.length) this.#next = 0
    const due = all.slice(this.#next, this.#next + count)
    const rest = count - due.length
    this.#next = rest > 0 ? rest : this.#next + count
    return rest > 0 ? [...due, ...all.slice(0, rest)] : due
  }
}

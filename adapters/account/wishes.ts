import type { Instrument } from '../../shared/market/instrument.ts'

interface Wish {
  /** Monotonic milliseconds. */
  readonly since: number
  isAnswered: boolean
  /** Requests with it that the broker refused. */
  refusals: number
}

/** The source gets this long to say something by itself. */
const PATIENCE_MS = 2000
/** One instrument that the broker refuses must not keep the others of its request without an answer for ever. */
const MOST_REFUSALS = 3

/** Since when which instrument is wanted, and which of them were asked for because they had not ticked. */
export class Wishes {
  readonly #wishes = new Map<Instrument, Wish>()
  #wanted: ReadonlyMap<Instrument, unknown> | undefined

  /** Replaces what is wanted. The same object says the same. */
  follow(wanted: ReadonlyMap<Instrument, unknown>, now: number): void {
    if (wanted === this.#wanted) return
    this.#wanted = wanted
    for (const instrument of this.#wishes.keys()) if (!wanted.has(instrument)) this.#wishes.delete(instrument)
    for (const instrument of wanted.keys())
      if (!this.#wishes.has(instrument)) this.#wishes.set(instrument, { since: now, isAnswered: false, refusals: 0 })
  }

  /**
   * At most `most` that nothing was heard of for long enough, though ticks could come since `flowingSince`; those first
   * whose requests were refused least.
   */
  due(options: {
    readonly now: number
    readonly flowingSince: number
    readonly most: number
    readonly isKnown: (instrument: Instrument) => boolean
  }): Instrument[] {
    const { now, flowingSince, most, isKnown } = options
    if (now - flowingSince < PATIENCE_MS) return []
    const due: (readonly [Instrument, number])[] = []
    for (const [instrument, { since, isAnswered, refusals }] of this.#wishes)
      if (!isAnswered && refusals < MOST_REFUSALS && now - since >= PATIENCE_MS && !isKnown(instrument))
        due.push([instrument, refusals])
    return due
      .sort(([, one], [, other]) => one - other)
      .slice(0, most)
      .map(([instrument]) => instrument)
  }

  answered(instruments: readonly Instrument[]): void {
    for (const instrument of instruments) {
      const wish = this.#wishes.get(instrument)
      if (wish) wish.isAnswered = true
    }
  }

  refused(instruments: readonly Instrument[]): void {
    for (const instrument of instruments) {
      const wish = this.#wishes.get(instrument)
      if (wish) wish.refusals++
    }
  }

  /** What was known is not known any more: everything may be asked for once more. */
  renew(): void {
    for (const wish of this.#wishes.values()) Object.assign(wish, { isAnswered: false, refusals: 0 })
  }
}

import { type ReadonlySignal, signal } from '@preact/signals'
import type { PageClock } from '../clock.ts'
import type { Column, ColumnId } from './columns.ts'

/** Around a text, and the arrow before a price. Pixels, as the style sheet has them. */
const AROUND_PX = 12
const ARROW_PX = 8
/** Of two texts of one length the one with fewer commas is wider. */
const SLACK_PX = 4

/**
 * How wide columns of numbers have to be: a number is never cut, since what is left of it is another number. They grow
 * with the longest text that they have had to show.
 */
export class Widths {
  readonly #grown = signal<ReadonlyMap<ColumnId, number>>(new Map())
  readonly #longest = new Map<ColumnId, { readonly column: Column; readonly text: string }>()
  readonly #unmeasured = new Set<ColumnId>()
  readonly #clock: Pick<PageClock, 'frame'>
  /** Pixels in the font of the rows. */
  readonly #measure: (text: string) => number

  constructor(clock: Pick<PageClock, 'frame'>, measure: (text: string) => number) {
    this.#clock = clock
    this.#measure = measure
  }

  /** Pixels, of those that need more than their own width. */
  get grown(): ReadonlySignal<ReadonlyMap<ColumnId, number>> {
    return this.#grown
  }

  /** A text that is shown. Longer ones than all before are measured before the next picture. */
  take(column: Column, text: string): void {
    const { id, isText } = column
    if (isText || text.length <= (this.#longest.get(id)?.text.length ?? 0)) return
    this.#longest.set(id, { column, text })
    if (this.#unmeasured.size === 0) this.#clock.frame(() => this.#grow())
    this.#unmeasured.add(id)
  }

  /** The font is another one. */
  begin(): void {
    this.#longest.clear()
    this.#grown.value = new Map()
  }

  #grow(): void {
    const grown = new Map(this.#grown.value)
    let isWider = false
    for (const id of this.#unmeasured) {
      const { column, text } = this.#longest.get(id) ?? {}
      if (!column || text === undefined) continue
      const needed = Math.ceil(this.#measure(text) + AROUND_PX + SLACK_PX + (id === 'ltp' ? ARROW_PX : 0))
      if (needed <= (grown.get(id) ?? column.width)) continue
      grown.set(id, needed)
      isWider = true
    }
    this.#unmeasured.clear()
    if (isWider) this.#grown.value = grown
  }
}

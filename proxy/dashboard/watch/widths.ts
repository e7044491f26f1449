import { type ReadonlySignal, signal } from '@preact/signals'
import type { PageClock } from '../clock.ts'
import type { ColumnId } from './columns.ts'

export type WidthId = ColumnId | 'symbol'

/** What is shown one beneath the other. Pixels. */
export interface Room {
  readonly id: WidthId
  /** What it has at least. */
  readonly width: number
  /** Words that are cut are the same words. */
  readonly isText?: true
}

/** Around a text, as the style sheet has it, and what stands beside it: the arrow before a price, grip and tag of a symbol. */
const AROUND_PX: Partial<Record<WidthId, number>> = { ltp: 20, symbol: 62 }
const PADDING_PX = 12
/** Of two texts of one length the one with fewer commas is wider. */
const SLACK_PX = 4

/**
 * How wide columns have to be: a number is never cut, since what is left of it is another number, and neither is the
 * symbol, which ends in one. They grow with the longest text that they have had to show.
 */
export class Widths {
  readonly #grown = signal<ReadonlyMap<WidthId, number>>(new Map())
  readonly #longest = new Map<WidthId, { readonly room: Room; readonly text: string }>()
  readonly #unmeasured = new Set<WidthId>()
  readonly #clock: Pick<PageClock, 'frame'>
  readonly #measure: (text: string, id: WidthId) => number

  /** `measure`: pixels, in the font of the rows. */
  constructor(clock: Pick<PageClock, 'frame'>, measure: (text: string, id: WidthId) => number) {
    this.#clock = clock
    this.#measure = measure
  }

  /** Pixels, of those that need more than their own width. */
  get grown(): ReadonlySignal<ReadonlyMap<WidthId, number>> {
    return this.#grown
  }

  /** A text that is shown. Longer ones than all before are measured before the next picture. */
  take(room: Room, text: string): void {
    const { id, isText } = room
    if (isText || text.length <= (this.#longest.get(id)?.text.length ?? 0)) return
    this.#longest.set(id, { room, text })
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
      const { room, text } = this.#longest.get(id) ?? {}
      if (!room || text === undefined) continue
      const needed = Math.ceil(this.#measure(text, id) + (AROUND_PX[id] ?? PADDING_PX) + SLACK_PX)
      if (needed <= (grown.get(id) ?? room.width)) continue
      grown.set(id, needed)
      isWider = true
    }
    this.#unmeasured.clear()
    if (isWider) this.#grown.value = grown
  }
}

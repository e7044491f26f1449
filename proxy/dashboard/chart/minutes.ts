import type { Candle } from './candles.ts'
import { dayOf, MINUTE_MS } from './timeframes.ts'

export interface Sighting {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly price: number
  /** Of the day so far. */
  readonly volume?: number | undefined
  /** False: something may have happened since the one before that nobody saw. */
  readonly isContinuous: boolean
}

/** A trading day of the longest session has more; the chart's history is for those. */
const KEPT = 400
/** So many go at once when there is no room, so that not every minute moves all. */
const DROPPED = 40
const FIRST_ROOM = 8
/** Of one candle in the array, in this order. */
const [START, OPEN, HIGH, LOW, CLOSE, VOLUME, FIRST_AT, LAST_AT, IS_PARTIAL, WIDTH] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]

/**
 * Candles of one minute each of one instrument, from its ticks as they come: compact, because the page keeps them of
 * everything it has seen, and without an object for each tick.
 */
export class Minutes {
  /** Grows when a candle before the last one was changed. */
  revision = 0
  #rows = new Float64Array(FIRST_ROOM * WIDTH)
  #count = 0
  /** The day's volume, and when it was that. */
  #volume: number | undefined
  #volumeAt = Number.NEGATIVE_INFINITY

  get size(): number {
    return this.#count
  }

  /** Of the newest trade; nothing came before. */
  get lastAt(): number {
    return this.#count === 0 ? Number.NEGATIVE_INFINITY : this.#cell(this.#count - 1, LAST_AT)
  }

  add({ at, price, volume, isContinuous }: Sighting): void {
    const start = Math.floor(at / MINUTE_MS) * MINUTE_MS
    const traded = volume === undefined ? 0 : this.#traded(at, volume, isContinuous)
    const row = this.#find(start)
    if (row >= 0 && this.#cell(row, START) === start) this.#widen(row, at, price, traded, isContinuous)
    else this.#insert(row + 1, [start, price, price, price, price, traded, at, at, isContinuous && row >= 0 ? 0 : 1])
  }

  candles(): Candle[] {
    return Array.from({ length: this.#count }, (_, row) => ({
      start: this.#cell(row, START),
      open: this.#cell(row, OPEN),
      high: this.#cell(row, HIGH),
      low: this.#cell(row, LOW),
      close: this.#cell(row, CLOSE),
      volume: this.#cell(row, VOLUME),
      firstAt: this.#cell(row, FIRST_AT),
      lastAt: this.#cell(row, LAST_AT),
      isPartial: this.#cell(row, IS_PARTIAL) === 1,
    }))
  }

  /** What was traded since the tick before, as far as it belongs to the minute of this one. */
  #traded(at: number, volume: number, isContinuous: boolean): number {
    const [was, wasAt] = [this.#volume, this.#volumeAt]
    if (at < wasAt) return 0
    this.#volume = volume
    this.#volumeAt = at
    // What was traded before anybody looked belongs to no candle.
    if (was === undefined) return 0
    if (dayOf(at) > dayOf(wasAt)) return isContinuous ? volume : 0
    // Less than before on one day is a correction, or another source's count: counted from there.
    if (volume <= was) return 0
    // Of a hole of minutes nobody knows when it was traded: a candle of all of it would be a lie.
    const isNear = Math.floor(at / MINUTE_MS) - Math.floor(wasAt / MINUTE_MS) <= 1
    return isContinuous || isNear ? volume - was : 0
  }

  /** Ticks may come late and out of order. */
  #widen(row: number, at: number, price: number, traded: number, isContinuous: boolean): void {
    const from = row * WIDTH
    const rows = this.#rows
    rows[from + HIGH] = Math.max(this.#cell(row, HIGH), price)
    rows[from + LOW] = Math.min(this.#cell(row, LOW), price)
    rows[from + VOLUME] = this.#cell(row, VOLUME) + traded
    if (at < this.#cell(row, FIRST_AT)) {
      rows[from + OPEN] = price
      rows[from + FIRST_AT] = at
    }
    if (at >= this.#cell(row, LAST_AT)) {
      rows[from + CLOSE] = price
      rows[from + LAST_AT] = at
    }
    if (!isContinuous) rows[from + IS_PARTIAL] = 1
    if (row < this.#count - 1) this.revision++
  }

  #insert(row: number, cells: readonly number[]): void {
    let at = row
    if (this.#count === KEPT) {
      // Older than all there is room for.
      if (row === 0) return
      this.#rows.copyWithin(0, DROPPED * WIDTH, KEPT * WIDTH)
      this.#count -= DROPPED
      at = Math.max(0, row - DROPPED)
      this.revision++
    }
    if (this.#rows.length === this.#count * WIDTH) {
      const larger = new Float64Array(Math.min(KEPT, this.#count * 2) * WIDTH)
      larger.set(this.#rows)
      this.#rows = larger
    }
    this.#rows.copyWithin((at + 1) * WIDTH, at * WIDTH, this.#count * WIDTH)
    this.#rows.set(cells, at * WIDTH)
    if (at < this.#count) this.revision++
    this.#count++
  }

  /** The last row that begins no later; -1 before the first one. It is nearly always the last one of all. */
  #find(start: number): number {
    let row = this.#count - 1
    while (row >= 0 && this.#cell(row, START) > start) row--
    return row
  }

  #cell(row: number, which: number): number {
    return this.#rows[row * WIDTH + which] as number
  }
}

import type { Candle } from './candles.ts'
import { dayOf, isBeginning, MINUTE_MS } from './timeframes.ts'

export interface Sighting {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly price: number
  /** Of the day so far. */
  readonly volume?: number | undefined
  /** False: something may have happened since the one before that nobody saw. */
  readonly isContinuous: boolean
  /** Whose count the volume is. */
  readonly source?: string | undefined
}

/** The longest day, 08:45 to 23:55 at a commodity exchange, has 910; room for it even after some were dropped. */
const KEPT = 1000
/** A source whose count is older is not waited for. */
const SILENT_MS = MINUTE_MS
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
  readonly #exchange: string
  #rows = new Float64Array(FIRST_ROOM * WIDTH)
  #count = 0
  /** The day's volume, and when it was that. */
  #volume: number | undefined
  #volumeAt = Number.NEGATIVE_INFINITY
  #source: string | undefined
  /** Since the volume was told last; modes without one do not end it. */
  #isHoled = false
  #isCut = false

  constructor(exchange: string) {
    this.#exchange = exchange
  }

  get size(): number {
    return this.#count
  }

  /** Of the newest trade; nothing came before. */
  get lastAt(): number {
    return this.#count === 0 ? Number.NEGATIVE_INFINITY : this.#cell(this.#count - 1, LAST_AT)
  }

  add(sighting: Sighting): void {
    const { at, price, volume } = sighting
    const start = Math.floor(at / MINUTE_MS) * MINUTE_MS
    const isNewDay = at > this.lastAt && dayOf(at) > dayOf(this.lastAt)
    // Of a day that began without this page nobody knows the beginning.
    const isContinuous = sighting.isContinuous && (!isNewDay || isBeginning(at, this.#exchange))
    if (!isContinuous) this.#isHoled = true
    const traded = volume === undefined ? 0 : this.#traded(at, volume, sighting.source)
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
      ...(row === 0 && this.#isCut && { isCut: true as const }),
    }))
  }

  /** What was traded since the tick before, as far as it belongs to the minute of this one. */
  #traded(at: number, volume: number, source: string | undefined): number {
    const [was, wasAt, isHoled] = [this.#volume, this.#volumeAt, this.#isHoled]
    if (at < wasAt) return 0
    const isOther = was !== undefined && source !== this.#source
    // Modes of one instrument may come of several sources at once: one of them counts.
    if (isOther && !isHoled && at - wasAt <= SILENT_MS) return 0
    this.#volume = volume
    this.#volumeAt = at
    this.#source = source
    this.#isHoled = false
    // What was traded before anybody looked belongs to no candle.
    if (was === undefined) return 0
    // The same number on another day is still that of the day before.
    if (dayOf(at) > dayOf(wasAt)) return isHoled || volume === was || !isBeginning(at, this.#exchange) ? 0 : volume
    // Less than before on one day is a correction; another source may count otherwise: counted from there.
    if (volume <= was || isOther) return 0
    // Of a hole of minutes nobody knows when it was traded: a candle of all of it would be a lie.
    const isNear = Math.floor(at / MINUTE_MS) - Math.floor(wasAt / MINUTE_MS) <= 1
    return !isHoled || isNear ? volume - was : 0
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
      this.#isCut = true
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

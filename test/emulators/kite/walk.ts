import type { KiteRow } from './list.ts'
import { divisorOf, type FullFields, type KiteLevel, segmentOf } from './packet.ts'

const DEPTH = 5
/** Prices stay within this share of yesterday's close. */
const BAND = 0.05
/** Indices have no tick size. Rupees. */
const INDEX_STEP = 0.05
const DERIVATIVES: ReadonlySet<number> = new Set([2, 3, 5, 6, 7, 12])

/** The price of one instrument as it wanders: the same seed and the same row give the same steps. */
export class Walk {
  readonly #row: KiteRow
  readonly #random: () => number
  /** All in the wire's units. */
  readonly #step: number
  readonly #close: number
  readonly #open: number
  #last: number
  #high: number
  #low: number
  #volume: number
  #turnover: number
  #lastQuantity = 1
  #interest = 0
  #interestHigh = 0
  #interestLow = 0
  #bids: readonly KiteLevel[] = []
  #asks: readonly KiteLevel[] = []
  #tradedAt: number

  /** `seconds` since 1970: when the last trade was. */
  constructor(row: KiteRow, seed: number, seconds: number) {
    this.#row = row
    this.#random = generator(`${seed}:${row.exchange}:${row.symbol}`)
    const divisor = divisorOf(row.token)
    this.#step = Math.max(1, Math.round((row.tickSize || INDEX_STEP) * divisor))
    const onGrid = (price: number) => Math.max(this.#step * (DEPTH + 1), this.#grid(price * divisor))
    this.#last = onGrid(row.price)
    this.#close = onGrid(row.price * (0.99 + 0.02 * this.#random()))
    this.#open = onGrid(row.price * (0.995 + 0.01 * this.#random()))
    this.#high = Math.max(this.#last, this.#open)
    this.#low = Math.min(this.#last, this.#open)
    this.#volume = this.#pick(1000, 5_000_000)
    this.#turnover = this.#volume * ((this.#high + this.#low) / 2)
    this.#tradedAt = seconds
    if (DERIVATIVES.has(segmentOf(row.token))) this.#hold(this.#pick(1000, 2_000_000))
    this.#quote()
  }

  /** One turn: most turns trade, every turn changes the book. */
  step(seconds: number): void {
    if (this.#random() < 0.75) this.#trade(seconds)
    this.#quote()
  }

  /** What there is to say now; `seconds` is the exchange's time. */
  fields(seconds: number): FullFields {
    const raw = (value: number) => ({ raw: value })
    return {
      // The row's place in the list may change while its price goes on.
      token: this.#row.token,
      lastPrice: raw(this.#last),
      lastQuantity: this.#lastQuantity,
      averagePrice: raw(Math.round(this.#turnover / this.#volume)),
      volume: this.#volume,
      buyQuantity: total(this.#bids) * 17,
      sellQuantity: total(this.#asks) * 19,
      open: raw(this.#open),
      high: raw(this.#high),
      low: raw(this.#low),
      close: raw(this.#close),
      lastTradeTime: this.#tradedAt,
      openInterest: this.#interest,
      openInterestHigh: this.#interestHigh,
      openInterestLow: this.#interestLow,
      exchangeTime: seconds,
      bids: this.#bids,
      asks: this.#asks,
    }
  }

  #trade(seconds: number): void {
    const pull = this.#last > this.#close * (1 + BAND) ? -1 : this.#last < this.#close * (1 - BAND) ? 1 : 0
    const moved = this.#last + (pull || this.#pick(-2, 2)) * this.#step
    this.#last = Math.max(this.#step * (DEPTH + 1), moved)
    this.#high = Math.max(this.#high, this.#last)
    this.#low = Math.min(this.#low, this.#last)
    this.#lastQuantity = this.#pick(1, 200) * Math.max(1, this.#row.lotSize)
    this.#volume += this.#lastQuantity
    this.#turnover += this.#lastQuantity * this.#last
    this.#tradedAt = seconds
    if (this.#interest > 0) this.#hold(Math.max(1, this.#interest + this.#pick(-50, 50)))
  }

  #hold(interest: number): void {
    this.#interestHigh = Math.max(this.#interestHigh, interest)
    this.#interestLow = this.#interestLow === 0 ? interest : Math.min(this.#interestLow, interest)
    this.#interest = interest
  }

  /** Five levels a side, a step apart, never crossed. */
  #quote(): void {
    const level = (price: number): KiteLevel => {
      const orders = this.#pick(1, 40)
      return { price: { raw: price }, quantity: orders * this.#pick(1, 60) * Math.max(1, this.#row.lotSize), orders }
    }
    this.#bids = Array.from({ length: DEPTH }, (_, n) => level(this.#last - (n + 1) * this.#step))
    this.#asks = Array.from({ length: DEPTH }, (_, n) => level(this.#last + (n + 1) * this.#step))
  }

  #grid(units: number): number {
    return Math.round(units / this.#step) * this.#step
  }

  #pick(from: number, to: number): number {
    return from + Math.floor(this.#random() * (to - from + 1))
  }
}

const total = (levels: readonly KiteLevel[]): number => levels.reduce((sum, level) => sum + level.quantity, 0)

/** Numbers in [0, 1), always the same ones for the same words (mulberry32 over an FNV-1a hash). */
export function generator(words: string): () => number {
  let state = 0x811c9dc5
  for (const letter of words) state = Math.imul(state ^ (letter.codePointAt(0) ?? 0), 0x01000193)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

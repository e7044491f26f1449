import { keyOf } from '../../emulators/kit/contract.ts'
import type { Market } from '../../emulators/kit/market.ts'
import type { Level, Quote } from '../../emulators/kit/walk.ts'

/** Levels of a book that every broker shows. */
const LEVELS = 5

/** What is kept of a quote, each in a column of its own. */
const COLUMNS = [
  'ltp',
  'open',
  'high',
  'low',
  'previousClose',
  'volume',
  'lastQuantity',
  'averagePrice',
  'openInterest',
  'totalBuyQuantity',
  'totalSellQuantity',
  'bidPrice',
  'askPrice',
  'bidSize',
  'askSize',
  'book',
  'tradedAt',
  'saidAt',
  /** The same was said again, as after a new subscription. */
  'repeatedAt',
] as const

export type Column = (typeof COLUMNS)[number]

const WIDTH = COLUMNS.length
const AT: Readonly<Record<Column, number>> = Object.fromEntries(COLUMNS.map((name, place) => [name, place])) as never
/** When it was said is no part of what was said. */
const COMPARED = AT.tradedAt

/** Everything an instrument was said to be worth, in its order, numbered from 0; the newest so many are kept. */
export class Page {
  readonly #kept: number
  readonly #numbers: Float64Array
  #next = 0

  constructor(kept: number) {
    this.#kept = kept
    this.#numbers = new Float64Array(kept * WIDTH)
  }

  /** The number of the next entry. */
  get next(): number {
    return this.#next
  }

  /** The number of the oldest that is kept. */
  get oldest(): number {
    return Math.max(0, this.#next - this.#kept)
  }

  get(number: number, column: Column): number {
    return this.#numbers[(number % this.#kept) * WIDTH + AT[column]] as number
  }

  /** The same said again is no new entry. */
  add(quote: Quote): void {
    const at = (this.#next % this.#kept) * WIDTH
    const row = this.#numbers.subarray(at, at + WIDTH)
    row[AT.ltp] = quote.ltp
    row[AT.open] = quote.open
    row[AT.high] = quote.high
    row[AT.low] = quote.low
    row[AT.previousClose] = quote.previousClose
    row[AT.volume] = quote.volume
    row[AT.lastQuantity] = quote.lastQuantity
    row[AT.averagePrice] = quote.averagePrice
    row[AT.openInterest] = quote.openInterest
    row[AT.totalBuyQuantity] = quote.totalBuyQuantity
    row[AT.totalSellQuantity] = quote.totalSellQuantity
    row[AT.bidPrice] = quote.bids[0]?.price ?? 0
    row[AT.askPrice] = quote.asks[0]?.price ?? 0
    row[AT.bidSize] = quote.bids[0]?.quantity ?? 0
    row[AT.askSize] = quote.asks[0]?.quantity ?? 0
    row[AT.book] = digest(quote.bids, quote.asks)
    row[AT.tradedAt] = quote.lastTradeTime
    row[AT.saidAt] = quote.exchangeTime
    row[AT.repeatedAt] = quote.exchangeTime
    const before = ((this.#next - 1) % this.#kept) * WIDTH
    if (this.#next > 0 && this.#isSame(at, before)) this.#numbers[before + AT.repeatedAt] = quote.exchangeTime
    else this.#next++
  }

  #isSame(at: number, before: number): boolean {
    for (let column = 0; column < COMPARED; column++)
      if (this.#numbers[at + column] !== this.#numbers[before + column]) return false
    return true
  }
}

/** What one broker's emulator said of every instrument, by `EXCHANGE:SYMBOL`. */
export class Journal {
  readonly pages = new Map<string, Page>()
  readonly #kept: number
  #said = 0

  /** `kept`: entries of each instrument. */
  constructor(market: Market, kept = 4096) {
    this.#kept = kept
    market.witness = (contract, quote) => {
      const name = keyOf(contract)
      let page = this.pages.get(name)
      if (!page) {
        page = new Page(this.#kept)
        this.pages.set(name, page)
      }
      const before = page.next
      page.add(quote)
      this.#said += page.next - before
    }
  }

  /** Entries of all instruments since the start. */
  get said(): number {
    return this.#said
  }
}

/** A number for the best five levels of both sides: price and quantity of each. */
export function digest(bids: readonly Pick<Level, 'price' | 'quantity'>[], asks: typeof bids): number {
  let state = 0x811c9dc5
  for (const side of [bids, asks]) {
    for (let level = 0; level < Math.min(side.length, LEVELS); level++) {
      const { price, quantity } = side[level] as (typeof bids)[number]
      state = Math.imul(state ^ Math.round(price * 10_000), 0x01000193)
      state = Math.imul(state ^ quantity, 0x85ebca6b)
    }
    state = Math.imul(state ^ 0x5f, 0xc2b2ae35)
  }
  return state >>> 0
}

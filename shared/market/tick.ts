import type { TopicMode } from './mode.ts'

/** One price level of a book. */
export interface Level {
  /** Rupees. */
  readonly price: number
  readonly quantity: number
  /** Number of orders, where the source tells. */
  readonly orders?: number
}

/** Best price first on both sides. */
export interface Book {
  readonly buy: readonly Level[]
  readonly sell: readonly Level[]
}

/**
 * Everything one source said of one instrument at one moment. Absent is `undefined`, never 0.
 * Prices in rupees, quantities in units, times in integer milliseconds since 1970.
 */
export interface Tick {
  /** Last traded price; absent before the first trade, when there is only a book. */
  readonly ltp?: number
  /** Exchange time where the source gives it, else time of receipt. */
  readonly timestamp: number
  /** `timestamp` is the time of receipt: it says nothing of the order at the exchange. */
  readonly isStampedHere?: boolean
  /** Asked for, not sent by itself: true when it was answered, and perhaps no longer since. */
  readonly isPolled?: boolean
  /** Up to which mode the source said what it knows; absent when it said all. */
  readonly mode?: TopicMode
  /** Time of the last trade. */
  readonly lastTradeTime?: number
  readonly open?: number
  readonly high?: number
  readonly low?: number
  /** Close of the previous trading day, which is what brokers call "close". */
  readonly previousClose?: number
  /** Day total. */
  readonly volume?: number
  readonly lastQuantity?: number
  readonly averagePrice?: number
  readonly openInterest?: number
  readonly totalBuyQuantity?: number
  readonly totalSellQuantity?: number
  readonly upperCircuit?: number
  readonly lowerCircuit?: number
  /** Best bid and ask are the first levels of the book; sources without a book leave it out. */
  readonly book?: Book
}

/** Fields of a tick that are one number. */
type TickNumber = Exclude<keyof Tick, 'book' | 'mode' | 'isStampedHere' | 'isPolled'>

/**
 * What one message said of an instrument, by a broker that sends only what has changed. Absent: as before; null: there is
 * none (any more). Without a `timestamp` the time of receipt counts.
 */
export type TickPart = { readonly [Field in TickNumber]?: number | null } & {
  /** Up to which mode the message says what its source knows; absent when it says all. */
  readonly mode?: TopicMode
  /** By place, the best first; `undefined` in a place: as before. */
  readonly buy?: readonly (LevelPart | undefined)[]
  readonly sell?: readonly (LevelPart | undefined)[]
}

/** A level without a price or without a quantity, or with 0 for either, is none. */
export interface LevelPart {
  readonly price?: number
  readonly quantity?: number
  readonly orders?: number
}

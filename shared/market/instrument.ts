import type { Exchange } from './exchange.ts'

export type InstrumentKind = 'EQ' | 'INDEX' | 'FUT' | 'CE' | 'PE'

/** One tradable or quoted thing, as one broker's feed knows it. */
export interface Instrument {
  readonly exchange: Exchange
  /** OpenAlgo common symbol, e.g. `NIFTY28NOV2624800CE`. */
  readonly symbol: string
  /** The broker's own id, unique within the feed: with its segment before it where the broker numbers each for itself. */
  readonly token: string
  /** The broker's own spelling, e.g. `SBIN-EQ`. Clients may subscribe by it. */
  readonly brokerSymbol: string
  readonly name: string
  readonly kind: InstrumentKind
  /** Smallest price step, rupees. Absent, like the lot size, where the source does not tell. */
  readonly tickSize?: number
  readonly lotSize?: number
  /** `YYYY-MM-DD`, derivatives only. */
  readonly expiry?: string
  /** Rupees, options only. */
  readonly strike?: number
  /** Common symbol of the underlying, derivatives only. */
  readonly underlying?: string
}

/** Futures have settled below zero. A price of 0 is how sources say "none". */
export const isPossiblePrice = (kind: InstrumentKind, price: number): boolean =>
  Number.isFinite(price) && (kind === 'FUT' ? price !== 0 : price > 0)

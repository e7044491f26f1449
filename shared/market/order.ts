import type { Exchange } from './exchange.ts'

/** What became of an order, as a broker tells it. Words as OpenAlgo clients know them (client protocol 3.8). */
export interface OrderUpdate {
  readonly orderId: string
  readonly exchange: Exchange
  /** The broker's own spelling or the common one. */
  readonly symbol: string
  readonly action: 'BUY' | 'SELL'
  readonly quantity: number
  /** Rupees, like all prices here; 0 where the order has none. */
  readonly price: number
  readonly triggerPrice: number
  readonly priceType: 'MARKET' | 'LIMIT' | 'SL' | 'SL-M'
  /** `CNC`, `NRML` or `MIS`, or the broker's own word for another kind. */
  readonly product: string
  /** Lower case: `open`, `trigger pending`, `complete`, `rejected`, `cancelled`, or the broker's own word. */
  readonly status: string
  readonly filledQuantity: number
  readonly pendingQuantity: number
  readonly averagePrice: number
  /** Why it was rejected, in the broker's words. */
  readonly rejectionReason: string
}

import type { Level, Quote } from '../kit/walk.ts'
import type { KiteRow } from './list.ts'
import { indianTime } from './session.ts'

const DEPTH = 5
const NO_LEVEL: Level = { price: 0, quantity: 0, orders: 0 }

/**
 * One instrument of `GET /quote`, `/quote/ohlc` or `/quote/ltp` ("Kite Connect 3 documentation, Market quotes and
 * instruments").
 */
export function quoteOf({ token, segment }: KiteRow, quote: Quote, kind: string): object {
  const ltp = { instrument_token: token, last_price: quote.ltp }
  if (kind === 'ltp') return ltp
  const ohlc = { open: quote.open, high: quote.high, low: quote.low, close: quote.previousClose }
  if (kind === 'ohlc') return { ...ltp, ohlc }
  const timestamp = indianTime(quote.exchangeTime)
  if (segment === 'INDICES') return { ...ltp, timestamp, net_change: 0, ohlc }
  return {
    ...ltp,
    timestamp,
    last_trade_time: indianTime(quote.lastTradeTime),
    last_quantity: quote.lastQuantity,
    buy_quantity: quote.totalBuyQuantity,
    sell_quantity: quote.totalSellQuantity,
    volume: quote.volume,
    average_price: quote.averagePrice,
    oi: quote.openInterest,
    oi_day_high: quote.openInterestHigh,
    oi_day_low: quote.openInterestLow,
    net_change: 0,
    lower_circuit_limit: quote.lowerCircuit,
    upper_circuit_limit: quote.upperCircuit,
    ohlc,
    depth: { buy: filled(quote.bids), sell: filled(quote.asks) },
  }
}

/** What is missing of five stands as zeros. */
const filled = (levels: readonly Level[]): Level[] =>
  Array.from({ length: DEPTH }, (_, place) => levels[place] ?? NO_LEVEL)

import type { Quote } from '../kit/walk.ts'
import type { FyersRow } from './list.ts'

const rounded = (value: number): number => Math.round(value * 100) / 100

const secondsOf = (ms: number): number => Math.floor(ms / 1000)

/** What `/data/quotes` says of one instrument, in rupees. */
export function quoteOf(row: FyersRow, quote: Quote): object {
  const [house = '', symbol = ''] = row.ticker.split(':')
  const [bid, ask] = [quote.bids[0]?.price ?? 0, quote.asks[0]?.price ?? 0]
  const change = quote.ltp - quote.previousClose
  return {
    ch: rounded(change),
    chp: rounded((change * 100) / quote.previousClose),
    lp: quote.ltp,
    spread: rounded(ask - bid),
    ask,
    bid,
    open_price: quote.open,
    high_price: quote.high,
    low_price: quote.low,
    prev_close_price: quote.previousClose,
    atp: quote.averagePrice,
    volume: quote.volume,
    short_name: symbol,
    exchange: house,
    description: row.ticker,
    original_name: row.ticker,
    symbol: row.ticker,
    fyToken: row.fyToken,
    tt: String(secondsOf(quote.exchangeTime)),
  }
}

/** What `/data/depth` says: `ask`, and `bids`. */
export function depthOf(row: FyersRow, quote: Quote): object {
  const side = (levels: Quote['bids']) =>
    levels.map(({ price, quantity, orders }) => ({ price, volume: quantity, ord: orders }))
  const change = quote.ltp - quote.previousClose
  return {
    totalbuyqty: quote.totalBuyQuantity,
    totalsellqty: quote.totalSellQuantity,
    ask: side(quote.asks),
    bids: side(quote.bids),
    o: quote.open,
    h: quote.high,
    l: quote.low,
    c: quote.previousClose,
    chp: rounded((change * 100) / quote.previousClose),
    tick_Size: row.contract.tickSize,
    ch: rounded(change),
    ltq: quote.lastQuantity,
    ltt: secondsOf(quote.lastTradeTime),
    ltp: quote.ltp,
    v: quote.volume,
    atp: quote.averagePrice,
    lower_ckt: quote.lowerCircuit,
    upper_ckt: quote.upperCircuit,
    expiry: row.expiry === 0 ? '' : String(row.expiry),
    oi: quote.openInterest,
    oiflag: quote.openInterest > 0,
    pdoi: 0,
    oipercent: 0,
  }
}

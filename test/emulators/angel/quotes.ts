import type { Level, Quote } from '../kit/walk.ts'
import type { AngelRow } from './list.ts'
import type { AngelMarket } from './market.ts'
import { keyText } from './packet.ts'

/** The segment's number on the stream, by its name. */
const SEGMENTS: Readonly<Record<string, number>> = { NSE: 1, NFO: 2, BSE: 3, BFO: 4, MCX: 5, NCDEX: 7, CDS: 13 }

/** What a request for quotes is answered: rupees, unlike the stream. */
export function quotesOf(
  market: AngelMarket,
  mode: 'LTP' | 'OHLC' | 'FULL',
  wanted: readonly { readonly exchange: string; readonly token: string }[],
): { readonly fetched: readonly object[]; readonly unfetched: readonly object[] } {
  const fetched: object[] = []
  const unfetched: object[] = []
  for (const { exchange, token } of wanted) {
    const row = market.row(keyText({ segment: SEGMENTS[exchange] ?? 0, token }))
    if (row) fetched.push(entryOf(row, market.quote(row), mode))
    else unfetched.push({ exchange, symbolToken: token, message: 'Symbol token not found', errorCode: 'AB4018' })
  }
  return { fetched, unfetched }
}

function entryOf({ contract, fields }: AngelRow, quote: Quote, mode: 'LTP' | 'OHLC' | 'FULL'): object {
  const { exch_seg: exchange, symbol: tradingSymbol, token: symbolToken } = fields
  const ltp = { exchange, tradingSymbol, symbolToken, ltp: quote.ltp }
  if (mode === 'LTP') return ltp
  const { open, high, low, previousClose: close } = quote
  if (mode === 'OHLC') return { ...ltp, open, high, low, close }
  const isIndex = contract.kind === 'INDEX'
  return {
    ...ltp,
    open,
    high,
    low,
    close,
    lastTradeQty: quote.lastQuantity,
    exchFeedTime: timeText(quote.exchangeTime),
    exchTradeTime: isIndex ? '01-Jan-1970 05:30:00' : timeText(quote.lastTradeTime),
    netChange: rounded(quote.ltp - close),
    percentChange: rounded(((quote.ltp - close) * 100) / close),
    avgPrice: quote.averagePrice,
    tradeVolume: quote.volume,
    opnInterest: quote.openInterest,
    lowerCircuit: isIndex ? 0 : quote.lowerCircuit,
    upperCircuit: isIndex ? 0 : quote.upperCircuit,
    totBuyQuan: quote.totalBuyQuantity,
    totSellQuan: quote.totalSellQuantity,
    '52WeekLow': low,
    '52WeekHigh': high,
    depth: { buy: five(quote.bids), sell: five(quote.asks) },
  }
}

/** Always five: what is missing stands as zeros. */
const five = (levels: readonly Level[]): readonly Level[] =>
  Array.from({ length: 5 }, (_, place) => levels[place] ?? { price: 0, quantity: 0, orders: 0 })

const rounded = (value: number): number => Math.round(value * 100) / 100

/** `15-Apr-2026 14:23:53`, in India. */
function timeText(at: number): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Asia/Kolkata',
    day: '2-digit',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at)
  const of = (type: string) => parts.find(part => part.type === type)?.value ?? ''
  return `${of('day')}-${of('month').slice(0, 3)}-${of('year')} ${of('hour')}:${of('minute')}:${of('second')}`
}

import { decimalsOf, isDerivative, isIndex } from '../kit/contract.ts'
import type { Level, Quote } from '../kit/walk.ts'
import type { Scrip } from './list.ts'

/** What is said of a scrip: every value a text. */
export type Record = Readonly<{ [code: string]: string }>

export type Kind = 'touchline' | 'depth'

const INDIA_MS = 19_800_000

/** What does not change and is said once. */
export function constants({ contract, tradingSymbol }: Scrip): Record {
  const decimals = decimalsOf(contract)
  return {
    ts: tradingSymbol,
    pp: String(decimals),
    ls: String(contract.lotSize || 1),
    ti: (contract.tickSize || 0.05).toFixed(decimals),
  }
}

/** What may change (PiConnect documentation, WebSocket): prices scaled, `c` of yesterday, `ft` in seconds. */
export function values({ contract }: Scrip, quote: Quote, kind: Kind): Record {
  const price = (value: number): string => value.toFixed(decimalsOf(contract))
  const { ltp, previousClose } = quote
  return {
    lp: price(ltp),
    pc: (previousClose === 0 ? 0 : ((ltp - previousClose) / previousClose) * 100).toFixed(2),
    o: price(quote.open),
    h: price(quote.high),
    l: price(quote.low),
    c: price(previousClose),
    ft: String(Math.floor(quote.exchangeTime / 1000)),
    ...(isIndex(contract) ? {} : { ap: price(quote.averagePrice), v: String(quote.volume) }),
    ...(isDerivative(contract) ? { oi: String(quote.openInterest), toi: String(quote.openInterest * 3) } : {}),
    ...(isIndex(contract) ? {} : levels(quote, kind === 'depth' ? 5 : 1, price, kind)),
    ...(kind === 'depth' && !isIndex(contract) ? depth(quote, price) : {}),
  }
}

function depth(quote: Quote, price: (value: number) => string): Record {
  return {
    ltt: new Date(quote.lastTradeTime + INDIA_MS).toISOString().slice(11, 19),
    ltq: String(quote.lastQuantity),
    tbq: String(quote.totalBuyQuantity),
    tsq: String(quote.totalSellQuantity),
    uc: price(quote.upperCircuit),
    lc: price(quote.lowerCircuit),
    '52h': price(quote.high * 1.4),
    '52l': price(quote.low * 0.6),
  }
}

/** Empty places are said as zeros. */
function levels({ bids, asks }: Quote, count: number, price: (value: number) => string, kind: Kind): Record {
  const said: { [code: string]: string } = {}
  const say = (letter: string, place: number, level: Level | undefined) => {
    said[`${letter}p${place}`] = price(level?.price ?? 0)
    said[`${letter}q${place}`] = String(level?.quantity ?? 0)
    if (kind === 'depth') said[`${letter}o${place}`] = String(level?.orders ?? 0)
  }
  for (let place = 1; place <= count; place++) {
    say('b', place, bids[place - 1])
    say('s', place, asks[place - 1])
  }
  return said
}

/** What is another in `after` than it was in `before`. */
export function difference(before: Record, after: Record): Record {
  const changed: { [code: string]: string } = {}
  for (const code in after) {
    const value = after[code]
    if (value !== undefined && before[code] !== value) changed[code] = value
  }
  return changed
}

import { decimalsOf, isDerivative, isIndex } from '../kit/contract.ts'
import type { Level, Quote } from '../kit/walk.ts'
import type { Scrip } from './list.ts'

/** What is said of a scrip: every value a text. */
export type Record = Readonly<{ [code: string]: string }>

export type Kind = 'touchline' | 'depth'

/** A record being written. */
type Draft = { [code: string]: string }

interface LevelCodes {
  readonly price: string
  readonly quantity: string
  readonly orders: string | undefined
}

const INDIA_MS = 19_800_000
const NO_LEVEL: Level = { price: 0, quantity: 0, orders: 0 }

// Put together once: thousands of records a second hold thirty of them each.
const codes = (letter: string): Readonly<{ [K in Kind]: readonly LevelCodes[] }> => {
  const depth = [1, 2, 3, 4, 5].map(place => ({
    price: `${letter}p${place}`,
    quantity: `${letter}q${place}`,
    orders: `${letter}o${place}`,
  }))
  return { depth, touchline: depth.slice(0, 1).map(one => ({ ...one, orders: undefined })) }
}

const BUY = codes('b')
const SELL = codes('s')

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
  const decimals = decimalsOf(contract)
  const price = (value: number): string => value.toFixed(decimals)
  const { ltp, previousClose } = quote
  const said: Draft = {
    lp: price(ltp),
    pc: (previousClose === 0 ? 0 : ((ltp - previousClose) / previousClose) * 100).toFixed(2),
    o: price(quote.open),
    h: price(quote.high),
    l: price(quote.low),
    c: price(previousClose),
    ft: String(Math.floor(quote.exchangeTime / 1000)),
  }
  if (isDerivative(contract)) {
    said.oi = String(quote.openInterest)
    said.toi = String(quote.openInterest * 3)
  }
  if (isIndex(contract)) return said
  said.ap = price(quote.averagePrice)
  said.v = String(quote.volume)
  sayLevels(said, quote.bids, BUY[kind], price)
  sayLevels(said, quote.asks, SELL[kind], price)
  if (kind === 'depth') sayDepth(said, quote, price)
  return said
}

function sayDepth(said: Draft, quote: Quote, price: (value: number) => string): void {
  said.ltt = new Date(quote.lastTradeTime + INDIA_MS).toISOString().slice(11, 19)
  said.ltq = String(quote.lastQuantity)
  said.tbq = String(quote.totalBuyQuantity)
  said.tsq = String(quote.totalSellQuantity)
  said.uc = price(quote.upperCircuit)
  said.lc = price(quote.lowerCircuit)
  said['52h'] = price(quote.high * 1.4)
  said['52l'] = price(quote.low * 0.6)
}

/** Empty places are said as zeros. */
function sayLevels(
  said: Draft,
  levels: readonly Level[],
  codes: readonly LevelCodes[],
  price: (value: number) => string,
): void {
  for (const [place, codesOf] of codes.entries()) {
    const level = levels[place] ?? NO_LEVEL
    said[codesOf.price] = price(level.price)
    said[codesOf.quantity] = String(level.quantity)
    if (codesOf.orders !== undefined) said[codesOf.orders] = String(level.orders)
  }
}

/** `head`, and what is another in `after` than it was in `before`; nothing when nothing is. */
export function difference(before: Record, after: Record, head: Record): Record | undefined {
  const said: Draft = { ...head }
  let isOther = false
  for (const code in after) {
    const value = after[code]
    if (value === undefined || before[code] === value) continue
    said[code] = value
    isOther = true
  }
  return isOther ? said : undefined
}

import type { Quote } from '../kit/walk.ts'
import type { Scale } from './hsmframe.ts'

/** What a topic is about: a price, an index, a book of five levels. */
export type TopicKind = 'sf' | 'if' | 'dp'

const I32_MOST = 0x7fff_ffff

const secondsOf = (ms: number): number => Math.floor(ms / 1000)

/** What each field is worth, by its id in the stream configuration, as it stands on the wire. */
export function valuesOf(kind: TopicKind, quote: Quote, scale: Scale): Readonly<Record<string, number>> {
  const price = (rupees: number) => Math.round(rupees * 10 ** scale.precision * scale.multiplier)
  const count = (value: number) => Math.min(value, I32_MOST)
  if (kind === 'if')
    return {
      i102: price(quote.ltp),
      i103: price(quote.previousClose),
      i104: secondsOf(quote.exchangeTime),
      i105: price(quote.high),
      i106: price(quote.low),
      i107: price(quote.open),
      i108: price(quote.high * 1.1),
      i109: price(quote.low * 0.8),
    }
  if (kind === 'dp') return depthOf(quote, price, count)
  const [bid] = quote.bids
  const [ask] = quote.asks
  return {
    s105: price(quote.ltp),
    s104: count(quote.volume),
    s103: secondsOf(quote.lastTradeTime),
    s102: secondsOf(quote.exchangeTime),
    s111: count(bid?.quantity ?? 0),
    s112: count(ask?.quantity ?? 0),
    s109: price(bid?.price ?? 0),
    s110: price(ask?.price ?? 0),
    s106: count(quote.lastQuantity),
    s107: count(quote.totalBuyQuantity),
    s108: count(quote.totalSellQuantity),
    s113: price(quote.averagePrice),
    s122: count(quote.openInterest),
    s114: price(quote.low),
    s115: price(quote.high),
    s118: price(quote.high * 1.1),
    s119: price(quote.low * 0.8),
    s116: price(quote.lowerCircuit),
    s117: price(quote.upperCircuit),
    s120: price(quote.open),
    s121: price(quote.previousClose),
  }
}

/** Five bids, five asks; what is missing of them is 0. */
function depthOf({ bids, asks }: Quote, price: (rupees: number) => number, count: (value: number) => number) {
  const values: Record<string, number> = {}
  for (let n = 0; n < 5; n++) {
    const [bid, ask] = [bids[n], asks[n]]
    values[`d${102 + n}`] = price(bid?.price ?? 0)
    values[`d${107 + n}`] = price(ask?.price ?? 0)
    values[`d${112 + n}`] = count(bid?.quantity ?? 0)
    values[`d${117 + n}`] = count(ask?.quantity ?? 0)
    values[`d${122 + n}`] = bid?.orders ?? 0
    values[`d${127 + n}`] = ask?.orders ?? 0
  }
  return values
}

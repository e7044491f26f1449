import { modeNumber, type TopicMode } from './mode.ts'
import type { Level, Tick } from './tick.ts'
import type { TopicParts } from './topic.ts'

/**
 * The `market_data` frame of the client protocol (3.4, 3.5), as far as it is fixed for one topic. The symbol stands
 * twice; where, is told in the message header, so that a proxy can put another spelling in without parsing.
 */
export interface FrameTemplate {
  readonly mode: TopicMode
  readonly head: string
  readonly tail: string
  /** Byte offset of the symbol at top level, and of its repetition inside `data`. */
  readonly symbolAt: number
  readonly dataSymbolAt: number
  readonly symbolLength: number
}

/** The names that may stand in `data` behind symbol, exchange and mode (client protocol 3.5), in the order they are written. */
export const DATA_FIELDS: readonly string[] = [
  'ltp',
  'open',
  'high',
  'low',
  'close',
  'volume',
  'last_trade_quantity',
  'last_quantity',
  'avg_trade_price',
  'average_price',
  'change',
  'change_percent',
  'oi',
  'total_buy_quantity',
  'total_sell_quantity',
  'bid_price',
  'ask_price',
  'bid_size',
  'ask_size',
  'upper_circuit',
  'lower_circuit',
  'ltt',
  'timestamp',
  'depth',
  'depth_level',
]

/** `broker` is the lower-case broker name clients see. */
export function frameTemplate({ exchange, symbol, mode }: TopicParts, broker: string): FrameTemplate {
  const number = modeNumber(mode)
  const start = '{"type":"market_data","symbol":"'
  const middle = `${start}${symbol}","exchange":"${exchange}","mode":${number},"data":{"symbol":"`
  return {
    mode,
    head: `${middle}${symbol}","exchange":"${exchange}","mode":${number},`,
    tail: `},"broker":"${broker}"}`,
    symbolAt: start.length,
    dataSymbolAt: middle.length,
    symbolLength: symbol.length,
  }
}

/**
 * One finished client frame, compact JSON, pure ASCII. Fields the tick lacks are left out. A topic of mode LTP or
 * QUOTE never carries `depth` (a known client takes any frame with depth for a depth frame).
 */
export const formatFrame = (template: FrameTemplate, tick: Tick): string =>
  template.head + formatPayload(tick, template.mode) + template.tail

function formatPayload(tick: Tick, mode: TopicMode): string {
  let text = tick.ltp === undefined ? `"timestamp":${tick.timestamp}` : `"ltp":${tick.ltp}`
  if (mode !== 'LTP') text += formatQuote(tick)
  if (tick.lastTradeTime !== undefined) text += `,"ltt":${tick.lastTradeTime}`
  if (tick.ltp !== undefined) text += `,"timestamp":${tick.timestamp}`
  if (mode !== 'LTP' && mode !== 'QUOTE' && tick.book) {
    const { buy, sell } = tick.book
    text += `,"depth":{"buy":${formatLevels(buy)},"sell":${formatLevels(sell)}},"depth_level":${Math.max(buy.length, sell.length)}`
  }
  return text
}

function formatQuote(tick: Tick): string {
  let text = ''
  if (tick.open !== undefined) text += `,"open":${tick.open}`
  if (tick.high !== undefined) text += `,"high":${tick.high}`
  if (tick.low !== undefined) text += `,"low":${tick.low}`
  if (tick.previousClose !== undefined) text += `,"close":${tick.previousClose}`
  if (tick.volume !== undefined) text += `,"volume":${tick.volume}`
  // Two names each: the Python SDK and AmiBroker read the first, scripts written for single brokers the second.
  if (tick.lastQuantity !== undefined)
    text += `,"last_trade_quantity":${tick.lastQuantity},"last_quantity":${tick.lastQuantity}`
  if (tick.averagePrice !== undefined)
    text += `,"avg_trade_price":${tick.averagePrice},"average_price":${tick.averagePrice}`
  if (tick.previousClose && tick.ltp !== undefined) text += formatChange(tick.ltp, tick.previousClose)
  if (tick.openInterest !== undefined) text += `,"oi":${tick.openInterest}`
  if (tick.totalBuyQuantity !== undefined) text += `,"total_buy_quantity":${tick.totalBuyQuantity}`
  if (tick.totalSellQuantity !== undefined) text += `,"total_sell_quantity":${tick.totalSellQuantity}`
  const bid = tick.book?.buy[0]
  const ask = tick.book?.sell[0]
  if (bid) text += `,"bid_price":${bid.price}`
  if (ask) text += `,"ask_price":${ask.price}`
  if (bid) text += `,"bid_size":${bid.quantity}`
  if (ask) text += `,"ask_size":${ask.quantity}`
  if (tick.upperCircuit !== undefined) text += `,"upper_circuit":${tick.upperCircuit}`
  if (tick.lowerCircuit !== undefined) text += `,"lower_circuit":${tick.lowerCircuit}`
  return text
}

/** Currency prices have four decimals; a difference of doubles has seventeen. */
function formatChange(ltp: number, previousClose: number): string {
  const change = Math.round((ltp - previousClose) * 1e4) / 1e4
  const percent = Math.round((change / previousClose) * 1e4) / 100
  return `,"change":${change},"change_percent":${percent}`
}

function formatLevels(levels: readonly Level[]): string {
  let text = ''
  for (const { price, quantity, orders } of levels) {
    text += `${text ? ',' : ''}{"price":${price},"quantity":${quantity}`
    text += orders === undefined ? '}' : `,"orders":${orders}}`
  }
  return `[${text}]`
}

import { levelsOf, modeNumber, type TopicMode } from './mode.ts'
import { ink, Pen } from './pen.ts'
import type { Book, Level, Tick } from './tick.ts'
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
  'polled',
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
 * QUOTE never carries `depth` (a known client takes any frame with depth for a depth frame), and one of a book no more
 * levels than its mode promises, however many the source gave.
 */
export function formatFrame(template: FrameTemplate, tick: Tick): string {
  const pen = new Pen()
  writePayload(pen, tick, template.mode)
  return template.head + pen.bytes.toString('latin1', 0, pen.at) + template.tail
}

const LTP = ink('"ltp":')
const FIRST_TIMESTAMP = ink('"timestamp":')
const TIMESTAMP = ink(',"timestamp":')
const LAST_TRADE_TIME = ink(',"ltt":')
const DEPTH = ink(',"depth":{"buy":')
const SELL = ink(',"sell":')
const DEPTH_LEVEL = ink('},"depth_level":')
const POLLED = ink(',"polled":true')

/** What stands between the head and the tail of a frame. */
export function writePayload(pen: Pen, tick: Tick, mode: TopicMode): void {
  const { ltp, timestamp } = tick
  writeField(pen, LTP, ltp)
  if (ltp === undefined) writeField(pen, FIRST_TIMESTAMP, timestamp)
  if (mode !== 'LTP') writeQuote(pen, tick)
  writeField(pen, LAST_TRADE_TIME, tick.lastTradeTime)
  if (ltp !== undefined) writeField(pen, TIMESTAMP, timestamp)
  writeBook(pen, tick.book, levelsOf(mode))
  if (tick.isPolled) pen.write(POLLED)
}

/** The best `most` levels of each side. */
function writeBook(pen: Pen, book: Book | undefined, most: number): void {
  if (most === 0 || !book) return
  pen.write(DEPTH)
  writeLevels(pen, book.buy, most)
  pen.write(SELL)
  writeLevels(pen, book.sell, most)
  writeField(pen, DEPTH_LEVEL, Math.min(Math.max(book.buy.length, book.sell.length), most))
}

const OPEN = ink(',"open":')
const HIGH = ink(',"high":')
const LOW = ink(',"low":')
const CLOSE = ink(',"close":')
const VOLUME = ink(',"volume":')
// Two names each: the Python SDK and AmiBroker read the first, scripts written for single brokers the second.
const LAST_QUANTITY = [ink(',"last_trade_quantity":'), ink(',"last_quantity":')] as const
const AVERAGE_PRICE = [ink(',"avg_trade_price":'), ink(',"average_price":')] as const
const CHANGE = ink(',"change":')
const CHANGE_PERCENT = ink(',"change_percent":')
const OPEN_INTEREST = ink(',"oi":')
const TOTAL_BUY_QUANTITY = ink(',"total_buy_quantity":')
const TOTAL_SELL_QUANTITY = ink(',"total_sell_quantity":')
const BID_PRICE = ink(',"bid_price":')
const ASK_PRICE = ink(',"ask_price":')
const BID_SIZE = ink(',"bid_size":')
const ASK_SIZE = ink(',"ask_size":')
const UPPER_CIRCUIT = ink(',"upper_circuit":')
const LOWER_CIRCUIT = ink(',"lower_circuit":')

function writeQuote(pen: Pen, tick: Tick): void {
  writeField(pen, OPEN, tick.open)
  writeField(pen, HIGH, tick.high)
  writeField(pen, LOW, tick.low)
  writeField(pen, CLOSE, tick.previousClose)
  writeField(pen, VOLUME, tick.volume)
  for (const name of LAST_QUANTITY) writeField(pen, name, tick.lastQuantity)
  for (const name of AVERAGE_PRICE) writeField(pen, name, tick.averagePrice)
  if (tick.previousClose && tick.ltp !== undefined) writeChange(pen, tick.ltp, tick.previousClose)
  writeField(pen, OPEN_INTEREST, tick.openInterest)
  writeField(pen, TOTAL_BUY_QUANTITY, tick.totalBuyQuantity)
  writeField(pen, TOTAL_SELL_QUANTITY, tick.totalSellQuantity)
  const bid = tick.book?.buy[0]
  const ask = tick.book?.sell[0]
  writeField(pen, BID_PRICE, bid?.price)
  writeField(pen, ASK_PRICE, ask?.price)
  writeField(pen, BID_SIZE, bid?.quantity)
  writeField(pen, ASK_SIZE, ask?.quantity)
  writeField(pen, UPPER_CIRCUIT, tick.upperCircuit)
  writeField(pen, LOWER_CIRCUIT, tick.lowerCircuit)
}

/** Currency prices have four decimals; a difference of doubles has seventeen. */
function writeChange(pen: Pen, ltp: number, previousClose: number): void {
  const change = Math.round((ltp - previousClose) * 1e4) / 1e4
  writeField(pen, CHANGE, change)
  writeField(pen, CHANGE_PERCENT, Math.round((change / Math.abs(previousClose)) * 1e4) / 100)
}

function writeField(pen: Pen, name: Uint8Array, value: number | undefined): void {
  if (value === undefined) return
  pen.write(name)
  pen.number(value)
}

const [BEGIN, END, COMMA] = [ink('['), ink(']'), ink(',')] as const
const PRICE = ink('{"price":')
const QUANTITY = ink(',"quantity":')
const ORDERS = ink(',"orders":')
const LEVEL_END = ink('}')

function writeLevels(pen: Pen, levels: readonly Level[], most: number): void {
  pen.write(BEGIN)
  let written = 0
  for (const { price, quantity, orders } of levels) {
    if (written === most) break
    if (written++ > 0) pen.write(COMMA)
    writeField(pen, PRICE, price)
    writeField(pen, QUANTITY, quantity)
    writeField(pen, ORDERS, orders)
    pen.write(LEVEL_END)
  }
  pen.write(END)
}

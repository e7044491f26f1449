import type { TopicMode } from '../../shared/market/mode.ts'
import type { Level, Tick } from '../../shared/market/tick.ts'
import type { Decoder, Signal } from '../contract.ts'
import { divisorOf, hasOpenInterest, isKnownSegment, MCX, segmentOf } from './segment.ts'
import { decodeText } from './text.ts'

/** A tick being filled in. */
type Draft = { -readonly [Field in keyof Tick]: Tick[Field] }

const HEARTBEAT: readonly Signal[] = [{ kind: 'heartbeat' }]

/**
 * Reads what Kite sends (Kite Connect 3 documentation, WebSocket streaming): text, a heartbeat of one byte, or packets,
 * big-endian, whose length alone says what they are. All numbers are read unsigned: volumes pass 2^31; for prices of
 * MCX see `hasDoubtfulPrice`.
 */
export function createDecoder(): Decoder {
  const guessed = new Set<number>()
  return (frame, receivedAt) =>
    typeof frame === 'string' ? [decodeText(frame)] : decodeBinary(frame, receivedAt, guessed)
}

/** `guessed`: segments whose divisor nobody documents, each told once per connection. */
function decodeBinary(bytes: Uint8Array, receivedAt: number, guessed: Set<number>): readonly Signal[] {
  const end = bytes.byteLength
  if (end === 1) return HEARTBEAT
  if (end === 0) return [{ kind: 'malformed', what: 'empty message' }]
  const view = new DataView(bytes.buffer, bytes.byteOffset, end)
  const count = view.getUint16(0)
  const now = Math.floor(receivedAt / 1000)
  const signals: Signal[] = []
  let at = 2
  for (let read = 0; read < count; read++) {
    const length = at + 2 > end ? 0 : view.getUint16(at)
    const next = at + 2 + length
    if (next > end) {
      signals.push({ kind: 'malformed', what: 'message cut within its packets' })
      return signals
    }
    readPacket(view, at + 2, length, now, signals, guessed)
    at = next
  }
  // All packets were read: no reason to distrust the connection.
  if (at < end) signals.push({ kind: 'ignored', what: 'bytes behind the last packet' })
  else if (count === 0) signals.push({ kind: 'ignored', what: 'message without packets' })
  return signals
}

function readPacket(
  view: DataView,
  at: number,
  length: number,
  now: number,
  signals: Signal[],
  guessed: Set<number>,
): void {
  const tick = readTick(view, at, length, now)
  if (tick === undefined) {
    signals.push({ kind: 'ignored', what: `packet of ${length} bytes` })
    return
  }
  const token = view.getUint32(at)
  const segment = segmentOf(token)
  if (segment === MCX && hasDoubtfulPrice(view, at, length)) {
    signals.push({ kind: 'ignored', what: 'packet with an MCX price of 2^31 or more' })
    return
  }
  signals.push({ kind: 'tick', token: String(token), tick })
  if (!isKnownSegment(segment) && !guessed.has(segment)) {
    guessed.add(segment)
    signals.push({ kind: 'ignored', what: `divisor of segment ${segment}, taken as 100` })
  }
}

function readTick(view: DataView, at: number, length: number, now: number): Tick | undefined {
  switch (length) {
    case 8:
      return started(view, at, now, 'LTP')
    case 28:
      return readIndex(view, at, started(view, at, now, 'QUOTE'))
    case 32:
      return readIndex(view, at, stamped(view, at, 28, now))
    case 44:
      return readQuote(view, at, started(view, at, now, 'QUOTE'))
    case 184:
      return readFull(view, at, stamped(view, at, 60, now))
    default:
      return undefined
  }
}

/** The last price: 0 before the first trade, which is none. */
function started(view: DataView, at: number, now: number, mode: TopicMode): Draft {
  const ltp = price(view, at, 4)
  return ltp === 0 ? { timestamp: now, isStampedHere: true, mode } : { ltp, timestamp: now, isStampedHere: true, mode }
}

/** Of the packets that hold everything Kite knows. Epoch seconds; 0 is "none", never 1970. */
function stamped(view: DataView, at: number, offset: number, now: number): Draft {
  const seconds = view.getUint32(at + offset)
  if (seconds === 0) return started(view, at, now, 'DEPTH')
  const ltp = price(view, at, 4)
  const timestamp = seconds * 1000
  return ltp === 0 ? { timestamp, mode: 'DEPTH' } : { ltp, timestamp, mode: 'DEPTH' }
}

/** High, low, open, close: in another order than for instruments. The change at 24 is left: nobody knows its sign. */
function readIndex(view: DataView, at: number, tick: Draft): Draft {
  readDay(tick, price(view, at, 16), price(view, at, 8), price(view, at, 12), price(view, at, 20))
  return tick
}

function readQuote(view: DataView, at: number, tick: Draft): Draft {
  tick.lastQuantity = view.getUint32(at + 8)
  tick.volume = view.getUint32(at + 16)
  tick.totalBuyQuantity = view.getUint32(at + 20)
  tick.totalSellQuantity = view.getUint32(at + 24)
  const average = price(view, at, 12)
  if (average !== 0) tick.averagePrice = average
  readDay(tick, price(view, at, 28), price(view, at, 32), price(view, at, 36), price(view, at, 40))
  return tick
}

function readFull(view: DataView, at: number, tick: Draft): Draft {
  readQuote(view, at, tick)
  const traded = view.getUint32(at + 44)
  if (traded !== 0) tick.lastTradeTime = traded * 1000
  const token = view.getUint32(at)
  const interest = view.getUint32(at + 48)
  if (interest !== 0 || hasOpenInterest(segmentOf(token))) tick.openInterest = interest
  const divisor = divisorOf(segmentOf(token))
  tick.book = { buy: readLevels(view, at + 64, divisor), sell: readLevels(view, at + 124, divisor) }
  return tick
}

/** Before the first trade of a day Kite sends 0. */
function readDay(tick: Draft, open: number, high: number, low: number, previousClose: number): void {
  if (open !== 0) tick.open = open
  if (high !== 0) tick.high = high
  if (low !== 0) tick.low = low
  if (previousClose !== 0) tick.previousClose = previousClose
}

/** Five levels of 12 bytes, best first; one without a price or a quantity is no level. The last two bytes are padding. */
function readLevels(view: DataView, start: number, divisor: number): readonly Level[] {
  const levels: Level[] = []
  for (let at = start; at < start + 60; at += 12) {
    const quantity = view.getUint32(at)
    const raw = view.getUint32(at + 4)
    if (quantity !== 0 && raw !== 0) levels.push({ price: raw / divisor, quantity, orders: view.getUint16(at + 8) })
  }
  return levels
}

/** Rupees. One division of the whole raw number gives the nearest double: 392.95, not 392.95000000000005. */
const price = (view: DataView, at: number, offset: number): number =>
  view.getUint32(at + offset) / divisorOf(view.getUint8(at + 3))

const DEPTH_PRICES = Array.from({ length: 10 }, (_, level) => 68 + 12 * level)
const QUOTE_PRICES = [4, 12, 28, 32, 36, 40]
const PRICES: Readonly<Record<number, readonly number[]>> = {
  8: [4],
  28: [4, 8, 12, 16, 20],
  32: [4, 8, 12, 16, 20],
  44: QUOTE_PRICES,
  184: [...QUOTE_PRICES, ...DEPTH_PRICES],
}

/**
 * MCX crude settled below zero once (2020), and nobody knows how Kite would send that. Read unsigned, -37.63 is 42,949,635.33,
 * and a client's stop order would fire; read signed it is a guess. No contract of MCX costs that much: the whole packet says
 * nothing that can be relied on, and is left out.
 */
const hasDoubtfulPrice = (view: DataView, at: number, length: number): boolean =>
  PRICES[length]?.some(offset => view.getInt32(at + offset) < 0) ?? false

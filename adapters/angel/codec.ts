import type { TickPart } from '../../shared/market/tick.ts'
import type { Decoder, Signal } from '../contract.ts'
import { type FiveLevels, readFive, readTwenty } from './levels.ts'
import { Packet } from './packet.ts'
import { decodeText } from './text.ts'

/** A part being filled in. */
type Draft = { -readonly [Field in keyof TickPart]: TickPart[Field] }

/** Fields that are one number. */
type Field = Exclude<keyof TickPart, 'mode' | 'buy' | 'sell'>

const STRAY: readonly Signal[] = [{ kind: 'ignored', what: 'stray byte' }]

/**
 * Reads what the stream sends (SmartAPI documentation, WebSocket Streaming 2.0): text, or one packet a message whose first
 * byte names its mode. Modes 1 to 3 are the source `snap`, mode 4 is the source `book20`. Every packet says all that is
 * known up to its mode, so that nothing is remembered here.
 */
export const createDecoder = (): Decoder => frame => (typeof frame === 'string' ? [decodeText(frame)] : decode(frame))

function decode(bytes: Uint8Array): readonly Signal[] {
  if (bytes.byteLength === 1 && bytes[0] === 0) return STRAY
  const packet = Packet.of(bytes)
  if (typeof packet === 'string') return [{ kind: 'malformed', what: packet }]
  const signals: Signal[] = []
  const isDeep = packet.mode === 4
  const part = isDeep ? deepPart(packet) : snapPart(packet, signals)
  // It was framed right: no reason to distrust the connection, and Angel One throttles whoever makes it anew.
  if (!packet.isSound) return [{ kind: 'ignored', what: 'packet with a number that cannot be' }]
  signals.unshift({ kind: 'part', token: packet.token, source: isDeep ? 'book20' : 'snap', isWhole: true, part })
  if (packet.extra > 0) signals.push({ kind: 'ignored', what: 'bytes behind a packet' })
  return signals
}

const MODES = { 1: 'LTP', 2: 'QUOTE', 3: 'DEPTH' } as const

function snapPart(packet: Packet, signals: Signal[]): TickPart {
  const { mode } = packet
  if (mode === 4) return deepPart(packet)
  const part: Draft = { mode: MODES[mode] }
  some(part, 'timestamp', timeOf(packet.int64(35)))
  some(part, 'ltp', packet.price(43))
  if (mode === 1) return part
  readQuote(packet, part)
  if (mode === 3 && !readDepth(packet, part))
    signals.push({ kind: 'ignored', what: 'levels flagged for the other side' })
  return part
}

function readQuote(packet: Packet, part: Draft): void {
  const quantity = packet.isIndex ? some : all
  quantity(part, 'lastQuantity', packet.int64(51))
  quantity(part, 'volume', packet.int64(67))
  quantity(part, 'totalBuyQuantity', packet.whole(75))
  quantity(part, 'totalSellQuantity', packet.whole(83))
  some(part, 'averagePrice', packet.price(59))
  some(part, 'open', packet.price(91))
  some(part, 'high', packet.price(99))
  some(part, 'low', packet.price(107))
  // Of the day before, whatever it is called.
  some(part, 'previousClose', packet.price(115))
}

/** False when levels are not where their flags say. */
function readDepth(packet: Packet, part: Draft): boolean {
  some(part, 'lastTradeTime', timeOf(packet.int64(123) * 1000))
  const interest = packet.int64(131)
  if (packet.hasOpenInterest) part.openInterest = interest
  some(part, 'upperCircuit', packet.price(347))
  some(part, 'lowerCircuit', packet.price(355))
  if (packet.isIndex) return true
  const { buy, sell, agrees }: FiveLevels = readFive(packet)
  part.buy = buy
  part.sell = sell
  return agrees
}

/** A deep book has no last price and no quantities. */
function deepPart(packet: Packet): TickPart {
  const part: Draft = { mode: 'BOOK20', ...readTwenty(packet) }
  some(part, 'timestamp', timeOf(packet.int64(27)))
  return part
}

const YEAR_2000 = Date.UTC(2000, 0)

/**
 * Milliseconds since 1970. What is before 2000 is no time on these markets: seconds in a field of milliseconds are in January
 * 1970, and a client would take the tick for an old one. The runtime judges the rest.
 */
const timeOf = (value: number): number | undefined =>
  value >= YEAR_2000 && Number.isSafeInteger(value) ? value : undefined

/** Where 0 says that there is none. */
function some(part: Draft, field: Field, value: number | undefined): void {
  if (value !== undefined && value !== 0) part[field] = value
}

function all(part: Draft, field: Field, value: number | undefined): void {
  if (value !== undefined) part[field] = value
}

import type { Exchange } from '../../../shared/market/exchange.ts'

/**
 * Kite's binary ticker messages, written from the vendor's description ("Kite Connect 3 documentation, WebSocket
 * streaming"). This is the broker's side: it shares nothing with the adapter, so that one slip cannot hide another.
 * Everything is big-endian. Nothing here does I/O.
 */

/** Rupees, or the integer as it stands on the wire. */
type Price = number | { readonly raw: number }

interface KiteLevel {
  readonly price: Price
  readonly quantity: number
  readonly orders: number
}

export interface LtpFields {
  readonly token: number
  readonly lastPrice: Price
}

export interface QuoteFields extends LtpFields {
  readonly lastQuantity: number
  readonly averagePrice: Price
  readonly volume: number
  readonly buyQuantity: number
  readonly sellQuantity: number
  readonly open: Price
  readonly high: Price
  readonly low: Price
  /** Of the previous trading day. */
  readonly close: Price
}

export interface FullFields extends QuoteFields {
  /** Seconds since 1970, 0 when there was no trade. */
  readonly lastTradeTime: number
  readonly openInterest: number
  readonly openInterestHigh: number
  readonly openInterestLow: number
  /** Seconds since 1970, 0 when absent. */
  readonly exchangeTime: number
  /** Best first; what is missing of five stands as zeros. */
  readonly bids: readonly KiteLevel[]
  readonly asks: readonly KiteLevel[]
}

export interface IndexFields extends LtpFields {
  readonly high: Price
  readonly low: Price
  readonly open: Price
  /** Of the previous trading day. */
  readonly close: Price
  /** Bytes 24-27, which nobody reads alike; last price less close when left out. */
  readonly change?: Price
}

export interface IndexFullFields extends IndexFields {
  /** Seconds since 1970, 0 when absent. */
  readonly exchangeTime: number
}

export const LTP_BYTES = 8
const INDEX_QUOTE_BYTES = 28
export const INDEX_FULL_BYTES = 32
export const QUOTE_BYTES = 44
export const FULL_BYTES = 184

const LEVELS = 5
const LEVEL_BYTES = 12
const BIDS_AT = 64
const ASKS_AT = BIDS_AT + LEVELS * LEVEL_BYTES

const INDEX_SEGMENT = 9

/** Wire units in a rupee where they are not paise: CDS, BCD, NCO. */
const DIVISORS: Readonly<Record<number, number>> = { 3: 10_000_000, 6: 10_000, 12: 10_000 }

/** The low byte of a token. What is not here is an index. */
const SEGMENTS: Readonly<Partial<Record<Exchange, number>>> = {
  NSE: 1,
  NFO: 2,
  CDS: 3,
  BSE: 4,
  BFO: 5,
  BCD: 6,
  MCX: 7,
  NCO: 12,
}

export const segmentNumber = (exchange: Exchange): number => SEGMENTS[exchange] ?? INDEX_SEGMENT

export const segmentOf = (token: number): number => token & 0xff

export const isIndex = (token: number): boolean => segmentOf(token) === INDEX_SEGMENT

const divisorOf = (token: number): number => DIVISORS[segmentOf(token)] ?? 100

/** The integer that stands on the wire for a price of this token. */
const rawPrice = (token: number, price: Price): number =>
  typeof price === 'number' ? Math.round(price * divisorOf(token)) : price.raw

/** 8 bytes, instrument or index. */
export const ltpPacket = (fields: LtpFields): Buffer => packet(LTP_BYTES, fields, {})

/** 44 bytes. */
export const quotePacket = (fields: QuoteFields): Buffer => packet(QUOTE_BYTES, fields, quoteWords(fields))

/** 184 bytes. */
export function fullPacket(fields: FullFields): Buffer {
  const bytes = packet(FULL_BYTES, fields, {
    ...quoteWords(fields),
    44: fields.lastTradeTime,
    48: fields.openInterest,
    52: fields.openInterestHigh,
    56: fields.openInterestLow,
    60: fields.exchangeTime,
  })
  writeLevels(bytes, BIDS_AT, fields.token, fields.bids)
  writeLevels(bytes, ASKS_AT, fields.token, fields.asks)
  return bytes
}

/** 28 bytes; the order is high, low, open, close. */
export const indexQuotePacket = (fields: IndexFields): Buffer => packet(INDEX_QUOTE_BYTES, fields, indexWords(fields))

/** 32 bytes. */
export const indexFullPacket = (fields: IndexFullFields): Buffer =>
  packet(INDEX_FULL_BYTES, fields, { ...indexWords(fields), 28: fields.exchangeTime })

/** A packet of any length: the token first, the rest filled with one byte. */
export function rawPacket(length: number, token: number, fill = 0): Buffer {
  const bytes = Buffer.alloc(length, fill)
  if (length >= 4) bytes.writeUInt32BE(token >>> 0)
  return bytes
}

/** The envelope: how many packets, then each behind its length. `count` may lie. */
export function message(packets: readonly Uint8Array[], count = packets.length): Buffer {
  const head = Buffer.alloc(2)
  head.writeUInt16BE(count)
  const parts = packets.flatMap(one => {
    const length = Buffer.alloc(2)
    length.writeUInt16BE(one.length)
    return [length, one]
  })
  return Buffer.concat([head, ...parts])
}

/** The packets of a well-formed message, copied. */
export function packetsOf(frame: Uint8Array): Buffer[] {
  const bytes = Buffer.from(frame)
  const packets: Buffer[] = []
  for (let at = 2, left = bytes.readUInt16BE(0); left > 0; left--) {
    const length = bytes.readUInt16BE(at)
    packets.push(bytes.subarray(at + 2, at + 2 + length))
    at += 2 + length
  }
  return packets
}

/** The one byte that says the connection lives; its value means nothing. */
export const heartbeat = (value = 0): Buffer => Buffer.from([value])

const quoteWords = (fields: QuoteFields): Record<number, number> => ({
  8: fields.lastQuantity,
  12: rawPrice(fields.token, fields.averagePrice),
  16: fields.volume,
  20: fields.buyQuantity,
  24: fields.sellQuantity,
  28: rawPrice(fields.token, fields.open),
  32: rawPrice(fields.token, fields.high),
  36: rawPrice(fields.token, fields.low),
  40: rawPrice(fields.token, fields.close),
})

function indexWords(fields: IndexFields): Record<number, number> {
  const raw = (price: Price) => rawPrice(fields.token, price)
  return {
    8: raw(fields.high),
    12: raw(fields.low),
    16: raw(fields.open),
    20: raw(fields.close),
    24: fields.change === undefined ? raw(fields.lastPrice) - raw(fields.close) : raw(fields.change),
  }
}

function packet(length: number, fields: LtpFields, words: Readonly<Record<number, number>>): Buffer {
  const bytes = rawPacket(length, fields.token)
  writeWord(bytes, 4, rawPrice(fields.token, fields.lastPrice))
  for (const [at, value] of Object.entries(words)) writeWord(bytes, Number(at), value)
  return bytes
}

function writeLevels(bytes: Buffer, from: number, token: number, levels: readonly KiteLevel[]): void {
  for (const [index, level] of levels.slice(0, LEVELS).entries()) {
    const at = from + index * LEVEL_BYTES
    writeWord(bytes, at, level.quantity)
    writeWord(bytes, at + 4, rawPrice(token, level.price))
    bytes.writeUInt16BE(level.orders, at + 8)
  }
}

/** Unsigned; what is negative goes out as two's complement. A value that does not fit is the test's mistake. */
function writeWord(bytes: Buffer, at: number, value: number): void {
  if (!Number.isInteger(value) || value < -0x80000000 || value > 0xffffffff)
    throw new RangeError(`${value} at byte ${at} does not fit into 32 bits`)
  bytes.writeUInt32BE(value >>> 0, at)
}

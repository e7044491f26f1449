/**
 * The binary packets of the stream, written from the vendor's description (SmartAPI documentation, WebSocket Streaming
 * 2.0). This is the broker's side: it shares nothing with the adapter, so that one slip cannot hide another. Everything is
 * little-endian. Nothing here does I/O.
 */

export type AngelMode = 1 | 2 | 3 | 4

/** Which instrument, as requests name it. */
export interface AngelKey {
  /** 1 NSE, 2 NFO, 3 BSE, 4 BFO, 5 MCX, 7 NCDEX, 13 CDS. */
  readonly segment: number
  readonly token: string
}

/** One of the best five. */
export interface FlaggedLevel extends DeepLevel {
  /** 1: buy, 0: sell. */
  readonly flag: number
}

export interface DeepLevel {
  readonly quantity: number
  readonly price: number
  readonly orders: number
}

/** Whatever a packet may hold, as the integers of the wire: prices in paise, in ten-millionths for CDS. Absent is 0. */
export interface PacketFields extends AngelKey {
  readonly mode: AngelMode
  readonly sequence?: number | bigint
  /** Milliseconds. */
  readonly time?: number | bigint
  readonly price?: number | bigint
  readonly lastQuantity?: number | bigint
  readonly average?: number | bigint
  readonly volume?: number | bigint
  readonly totalBuy?: number
  readonly totalSell?: number
  readonly open?: number | bigint
  readonly high?: number | bigint
  readonly low?: number | bigint
  /** Of the previous day. */
  readonly close?: number | bigint
  /** Seconds. */
  readonly lastTradeTime?: number | bigint
  readonly openInterest?: number | bigint
  /** Percent. */
  readonly openInterestChange?: number
  /** Ten at most, five buys first. */
  readonly five?: readonly FlaggedLevel[]
  readonly upperCircuit?: number | bigint
  readonly lowerCircuit?: number | bigint
  readonly yearHigh?: number | bigint
  readonly yearLow?: number | bigint
  /** Of mode 4. Twenty at most on each side. */
  readonly buy?: readonly DeepLevel[]
  readonly sell?: readonly DeepLevel[]
}

export const PACKET_BYTES: Readonly<Record<AngelMode, number>> = { 1: 51, 2: 123, 3: 379, 4: 443 }

/** One packet, which is one message. */
export function packet(fields: PacketFields): Buffer {
  const { mode } = fields
  const bytes = Buffer.alloc(PACKET_BYTES[mode])
  bytes.writeUInt8(mode, 0)
  bytes.writeUInt8(fields.segment, 1)
  bytes.write(fields.token, 2, 25, 'latin1')
  if (mode === 4) return writeDeep(bytes, fields)
  int64(bytes, 27, fields.sequence)
  int64(bytes, 35, fields.time)
  int64(bytes, 43, fields.price)
  if (mode >= 2) writeQuote(bytes, fields)
  if (mode === 3) writeSnap(bytes, fields)
  return bytes
}

function writeQuote(bytes: Buffer, fields: PacketFields): void {
  int64(bytes, 51, fields.lastQuantity)
  int64(bytes, 59, fields.average)
  int64(bytes, 67, fields.volume)
  bytes.writeDoubleLE(fields.totalBuy ?? 0, 75)
  bytes.writeDoubleLE(fields.totalSell ?? 0, 83)
  int64(bytes, 91, fields.open)
  int64(bytes, 99, fields.high)
  int64(bytes, 107, fields.low)
  int64(bytes, 115, fields.close)
}

function writeSnap(bytes: Buffer, fields: PacketFields): void {
  int64(bytes, 123, fields.lastTradeTime)
  int64(bytes, 131, fields.openInterest)
  bytes.writeDoubleLE(fields.openInterestChange ?? 0, 139)
  for (let place = 0; place < 10; place++) {
    const at = 147 + place * 20
    const level = fields.five?.[place] ?? { flag: place < 5 ? 1 : 0, quantity: 0, price: 0, orders: 0 }
    bytes.writeInt16LE(level.flag, at)
    int64(bytes, at + 2, level.quantity)
    int64(bytes, at + 10, level.price)
    bytes.writeInt16LE(level.orders, at + 18)
  }
  int64(bytes, 347, fields.upperCircuit)
  int64(bytes, 355, fields.lowerCircuit)
  int64(bytes, 363, fields.yearHigh)
  int64(bytes, 371, fields.yearLow)
}

function writeDeep(bytes: Buffer, fields: PacketFields): Buffer {
  int64(bytes, 27, fields.time)
  for (const [levels, start] of [[fields.buy ?? [], 43] as const, [fields.sell ?? [], 243] as const])
    for (const [place, { quantity, price, orders }] of levels.slice(0, 20).entries()) {
      const at = start + place * 10
      bytes.writeInt32LE(quantity, at)
      bytes.writeInt32LE(price, at + 4)
      bytes.writeInt16LE(orders, at + 8)
    }
  return bytes
}

const int64 = (bytes: Buffer, at: number, value: number | bigint = 0): void => {
  bytes.writeBigInt64LE(BigInt(value), at)
}

/** Whose packet it is. */
export const keyOf = (bytes: Buffer): AngelKey => ({
  segment: bytes.readUInt8(1),
  token: bytes.toString('latin1', 2, 27).replace(/\0.*$/s, ''),
})

/** The mode a packet is of. */
export const modeOf = (bytes: Buffer): number => bytes.readUInt8(0)

/** `1|2885`: one text for both halves of a key. */
export const keyText = ({ segment, token }: AngelKey): string => `${segment}|${token}`

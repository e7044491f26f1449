import { isIndexNumber, segmentOf, tokenOf } from './segment.ts'

/** 1: last price. 2: quote. 3: quote and five levels. 4: twenty levels and nothing else. */
export type PacketMode = 1 | 2 | 3 | 4

/** Bytes of a packet of each mode: SmartAPI documentation, WebSocket Streaming 2.0. */
const LENGTHS: Readonly<Record<PacketMode, number>> = { 1: 51, 2: 123, 3: 379, 4: 443 }

const NUMBER_AT = 2
const NUMBER_END = 27

const isMode = (mode: number): mode is PacketMode => mode >= 1 && mode <= 4

/**
 * The numbers of one packet, little-endian, by their offsets. Most are 64-bit integers; none comes near 2^53, so that a
 * larger one shows that the bytes are not what they should be.
 */
export class Packet {
  readonly mode: PacketMode
  /** As in the instrument list: `1|2885`. */
  readonly token: string
  /** Sequence, quantities, average and volume of an index are 0 on the wire: it has none. */
  readonly isIndex: boolean
  readonly hasOpenInterest: boolean
  /** Bytes behind the last field that is known. */
  readonly extra: number
  readonly #view: DataView
  readonly #divisor: number
  #isSound = true

  private constructor(view: DataView, mode: PacketMode, number: string, divisor: number, hasOpenInterest: boolean) {
    this.#view = view
    this.#divisor = divisor
    this.mode = mode
    this.token = tokenOf(view.getUint8(1), number)
    this.isIndex = isIndexNumber(number)
    this.hasOpenInterest = hasOpenInterest && !this.isIndex
    this.extra = view.byteLength - LENGTHS[mode]
  }

  /** The packet that a message holds, or why it holds none. */
  static of(bytes: Uint8Array): Packet | string {
    if (bytes.byteLength === 0) return 'empty message'
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const mode = view.getUint8(0)
    if (!isMode(mode)) return 'packet of an unknown mode'
    if (bytes.byteLength < LENGTHS[mode]) return `packet of mode ${mode} that is cut`
    const segment = segmentOf(view.getUint8(1))
    if (segment === undefined) return 'packet of an unknown exchange'
    const number = numberIn(bytes)
    if (number === undefined) return 'packet whose token is no number'
    return new Packet(view, mode, number, segment.divisor, segment.hasOpenInterest)
  }

  /** False once something was read that cannot be. */
  get isSound(): boolean {
    return this.#isSound
  }

  int16(at: number): number {
    return this.#view.getInt16(at, true)
  }

  int32(at: number): number {
    return this.#view.getInt32(at, true)
  }

  int64(at: number): number {
    const value = this.#view.getInt32(at + 4, true) * 2 ** 32 + this.#view.getUint32(at, true)
    if (!Number.isSafeInteger(value)) this.#isSound = false
    return value
  }

  /** A double that holds a whole number; absent when it holds something else. One that is no number at all cannot be. */
  whole(at: number): number | undefined {
    const value = this.#view.getFloat64(at, true)
    if (!Number.isFinite(value)) this.#isSound = false
    // Not -0, which a double can be.
    return Number.isSafeInteger(value) ? value + 0 : undefined
  }

  /** Rupees. One division of the whole raw number gives the nearest double. */
  price(at: number): number {
    return this.int64(at) / this.#divisor
  }

  /** The same for the 32-bit prices of deep books. */
  shortPrice(at: number): number {
    return this.int32(at) / this.#divisor
  }
}

/** Digits up to the first NUL, or all 25. */
function numberIn(bytes: Uint8Array): string | undefined {
  let number = ''
  for (let at = NUMBER_AT; at < NUMBER_END; at++) {
    const byte = bytes[at] ?? 0
    if (byte === 0) break
    if (byte < 0x30 || byte > 0x39) return undefined
    number += String.fromCharCode(byte)
  }
  return number === '' ? undefined : number
}

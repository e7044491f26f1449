import type { Socket } from 'node:net'
import type { Cancel, Clock } from '../../../shared/clock.ts'
import { type Alter, Cutter } from './cutter.ts'

/** What becomes of the bytes of one direction, until it is changed. */
export interface Conditions {
  /** How much later than it came in a byte goes out. */
  readonly latencyMs: number
  readonly bytesPerSecond: number
  /** Bytes are taken, and none is given; the end of one side is not told to the other. */
  readonly isDead: boolean
  /** From the next whole message on. */
  readonly alter: Alter | undefined
}

export const FAIR: Conditions = {
  latencyMs: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  isDead: false,
  alter: undefined,
}

/** The sender is made to wait beyond this, as by a full window. */
const WINDOW_BYTES = 65_536
/** What a slow wire gives at once is what it carries in this time. */
const GRAIN_MS = 20

/** One direction of one connection: bytes in their order, late, slow, damaged or not at all. */
export class Lane {
  #conditions: Conditions
  readonly #from: Socket
  readonly #to: Socket
  readonly #clock: Clock
  readonly #cutter: Cutter | undefined
  readonly #waiting: { readonly due: number; readonly bytes: Buffer }[] = []
  #waits = 0
  #freeAt = 0
  #timer: Cancel | undefined
  /** Byte of what comes next, and the bit of it. */
  #flip: { at: number; readonly bit: number } | undefined
  #left = Number.POSITIVE_INFINITY
  #isEnded = false

  /** `isServer`: these bytes are a server's, whose messages can be altered. */
  constructor(options: { from: Socket; to: Socket; clock: Clock; conditions: Conditions; isServer: boolean }) {
    this.#from = options.from
    this.#to = options.to
    this.#clock = options.clock
    this.#conditions = options.conditions
    this.#cutter = options.isServer ? new Cutter() : undefined
    this.#from.on('data', bytes => this.#take(bytes as Buffer))
    this.#from.on('end', () => this.#end())
  }

  set(conditions: Conditions): void {
    this.#conditions = conditions
    this.#send()
  }

  /** One bit of the byte that comes after so many others. */
  flip(after: number, bit: number): void {
    this.#flip = { at: after, bit }
  }

  /** So many bytes more, then FIN. */
  truncate(bytes: number): void {
    this.#left = bytes
  }

  close(): void {
    this.#timer?.()
    this.#waiting.length = 0
  }

  #end(): void {
    this.#isEnded = true
    if (this.#cutter) this.#put(this.#cutter.rest())
    this.#send()
  }

  #take(bytes: Buffer): void {
    this.#put(this.#cutter ? this.#cutter.cut(bytes, this.#conditions.alter) : bytes)
    this.#send()
  }

  /** Into the queue, with the time it is due. */
  #put(whole: Buffer): void {
    const bytes = this.#shortened(this.#flipped(whole))
    const { latencyMs, bytesPerSecond, isDead } = this.#conditions
    if (bytes.length === 0 || isDead) return
    const now = this.#clock.monotonic()
    const grain = Math.max(1, Math.min(bytes.length, Math.floor((bytesPerSecond * GRAIN_MS) / 1000)))
    for (let at = 0; at < bytes.length; at += grain) {
      const piece = bytes.subarray(at, at + grain)
      this.#freeAt = Math.max(this.#freeAt, now) + (piece.length * 1000) / bytesPerSecond
      this.#waiting.push({ due: this.#freeAt + latencyMs, bytes: piece })
      this.#waits += piece.length
    }
    if (this.#waits > WINDOW_BYTES && Number.isFinite(bytesPerSecond)) this.#from.pause()
  }

  #flipped(bytes: Buffer): Buffer {
    const flip = this.#flip
    if (!flip) return bytes
    if (flip.at >= bytes.length) {
      flip.at -= bytes.length
      return bytes
    }
    this.#flip = undefined
    const damaged = Buffer.from(bytes)
    damaged.writeUInt8(damaged.readUInt8(flip.at) ^ (1 << flip.bit), flip.at)
    return damaged
  }

  #shortened(bytes: Buffer): Buffer {
    const left = this.#left
    this.#left = Math.max(0, left - bytes.length)
    if (left > bytes.length) return bytes
    this.#isEnded = true
    return bytes.subarray(0, left)
  }

  /** What is due. One timer for all that waits: two would not keep the order. */
  #send(): void {
    if (this.#timer || this.#conditions.isDead) return
    const now = this.#clock.monotonic()
    for (let first = this.#waiting[0]; first && first.due <= now; first = this.#waiting[0]) {
      this.#waiting.shift()
      this.#waits -= first.bytes.length
      if (this.#to.writable) this.#to.write(first.bytes)
    }
    if (this.#waits <= WINDOW_BYTES / 2) this.#from.resume()
    const [next] = this.#waiting
    if (next)
      this.#timer = this.#clock.after(Math.max(1, next.due - now), () => {
        this.#timer = undefined
        this.#send()
      })
    else if (this.#isEnded && this.#to.writable) this.#to.end()
  }
}

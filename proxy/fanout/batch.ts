import { messageHeaderBytes, writeMessageHeader } from '../websocket.ts'
import { type Frame, payloadOf } from './frame.ts'
import type { Piece } from './queue.ts'

const ARENA_BYTES = 256 * 1024
const LONGEST_HEADER = 10
const [OPEN, COMMA, CLOSE] = [0x5b, 0x2c, 0x5d]

/** What goes out in one write. */
export interface Write {
  readonly bytes: Buffer
  /** How many publications of the bus stand in it, folded ones not counted. */
  readonly stands: number
}

/**
 * Joins the frames that wait for a client into one write. Clients for which the same frames wait, one after the other,
 * share it. The bytes are good until the next call, unless they are kept.
 */
export class Batch {
  #arena = Buffer.allocUnsafeSlow(ARENA_BYTES)
  /** Before it, the kernel still reads. */
  #at = 0
  readonly #frames: (Frame | undefined)[] = []
  #length = 0
  #last: Write = { bytes: this.#arena.subarray(0, 0), stands: 0 }

  /** The frames of a piece of a queue that begins at `from`; holes are passed over. */
  join(queue: readonly (Frame | undefined)[], from: number, { to, bytes }: Piece): Write {
    if (this.#isLast(queue, from, to)) return this.#last
    const arena = this.#room(bytes)
    let end = this.#at
    let stands = 0
    for (let at = from; at < to; at++) {
      const frame = queue[at]
      this.#frames[at - from] = frame
      if (frame === undefined) continue
      arena.set(frame.bytes, end)
      end += frame.size
      stands += frame.stands
    }
    this.#length = to - from
    this.#last = { bytes: arena.subarray(this.#at, end), stands }
    return this.#last
  }

  /** The same frames as one message, a JSON array. */
  joinArray(queue: readonly (Frame | undefined)[], from: number, { to, bytes }: Piece): Write {
    this.#length = 0
    const arena = this.#room(bytes + LONGEST_HEADER + 2 + to - from)
    const start = this.#at + LONGEST_HEADER
    let end = start
    let stands = 0
    for (let at = from; at < to; at++) {
      const frame = queue[at]
      if (frame === undefined) continue
      arena[end] = end === start ? OPEN : COMMA
      const payload = payloadOf(frame)
      arena.set(payload, end + 1)
      end += 1 + payload.length
      stands += frame.stands
    }
    arena[end++] = CLOSE
    const header = start - messageHeaderBytes(end - start)
    writeMessageHeader(arena, header, end - start)
    this.#last = { bytes: arena.subarray(header, end), stands }
    return this.#last
  }

  /** The kernel has not taken all of the last write: its bytes must stay as they are. */
  keep(): void {
    const { bytes } = this.#last
    if (bytes.buffer === this.#arena.buffer) this.#at = Math.max(this.#at, bytes.byteOffset + bytes.length)
  }

  /** Lets go of the frames that were shared last. */
  clear(): void {
    this.#frames.length = 0
    this.#length = 0
  }

  #isLast(queue: readonly (Frame | undefined)[], from: number, to: number): boolean {
    const length = to - from
    const frames = this.#frames
    if (length !== this.#length) return false
    for (let at = 0; at < length; at++) if (frames[at] !== queue[from + at]) return false
    return length > 0
  }

  #room(bytes: number): Buffer {
    if (this.#at + bytes > this.#arena.length) {
      this.#arena = Buffer.allocUnsafeSlow(Math.max(ARENA_BYTES, bytes))
      this.#at = 0
    }
    return this.#arena
  }
}

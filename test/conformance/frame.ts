export const CONTINUATION = 0
export const TEXT = 1
export const BINARY = 2
export const CLOSE = 8
export const PING = 9
export const PONG = 10

/** The mask of the example in RFC 6455, 5.7. */
const MASK = Buffer.from([0x37, 0xfa, 0x21, 0x3d])

export interface FrameOptions {
  /** Not the last piece of its message. */
  readonly more?: boolean
  /** The three reserved bits, 0 to 7. */
  readonly reserved?: number
  readonly masked?: boolean
}

/** One frame of a client; whether it is a right one is the caller's business. */
export function frame(opcode: number, payload: Uint8Array | string = '', options: FrameOptions = {}): Buffer {
  const { more = false, reserved = 0, masked = true } = options
  const bytes = Buffer.from(payload)
  const head = header(bytes.length)
  head[0] = (more ? 0 : 0x80) | (reserved << 4) | opcode
  if (!masked) return Buffer.concat([head, bytes])
  head[1] = (head[1] ?? 0) | 0x80
  for (const [at, byte] of bytes.entries()) bytes[at] = byte ^ (MASK[at & 3] ?? 0)
  return Buffer.concat([head, MASK, bytes])
}

function header(length: number): Buffer {
  if (length < 126) return Buffer.from([0, length])
  if (length < 65_536) return Buffer.from([0, 126, length >> 8, length & 255])
  const head = Buffer.alloc(10)
  head[1] = 127
  head.writeBigUInt64BE(BigInt(length), 2)
  return head
}

/** A close frame; without a code it says nothing. */
export function closeFrame(code?: number, reason: Uint8Array | string = ''): Buffer {
  if (code === undefined) return frame(CLOSE)
  const payload = Buffer.alloc(2)
  payload.writeUInt16BE(code)
  return frame(CLOSE, Buffer.concat([payload, Buffer.from(reason)]))
}

/** A message in pieces; the first says what it is. */
export const fragments = (opcode: number, pieces: readonly (Uint8Array | string)[]): Buffer[] =>
  pieces.map((piece, at) => frame(at === 0 ? opcode : CONTINUATION, piece, { more: at < pieces.length - 1 }))

/** Cut into pieces of one length, the last one shorter. */
export const chop = (bytes: Uint8Array, length: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / length) }, (_, nth) =>
    Buffer.from(bytes.subarray(nth * length, (nth + 1) * length)),
  )

/** What a server sends, frame by frame, out of chunks as they come. Throws for what no server may send. */
export class ServerFrames {
  #chunks: Buffer[] = []
  #held = 0
  /** Nothing is to be had before so many bytes are here. */
  #needed = 2

  /** The whole frames that this chunk completes. */
  take(chunk: Buffer): { readonly opcode: number; readonly payload: Buffer }[] {
    this.#chunks.push(chunk)
    this.#held += chunk.length
    if (this.#held < this.#needed) return []
    let bytes = Buffer.concat(this.#chunks)
    const whole = []
    for (;;) {
      const end = endOf(bytes)
      this.#needed = end
      if (bytes.length < end) break
      const [first = 0, second = 0] = bytes
      if ((first & 0xf0) !== 0x80 || (second & 0x80) !== 0)
        throw new Error('the server sent a fragment, a reserved bit or a mask')
      whole.push({ opcode: first & 15, payload: bytes.subarray(headOf(second), end) })
      bytes = bytes.subarray(end)
    }
    this.#chunks = [bytes]
    this.#held = bytes.length
    return whole
  }
}

const headOf = (second: number): number => (second === 127 ? 10 : second === 126 ? 4 : 2)

/** Where the frame at the beginning ends, or how many bytes it takes to know. */
function endOf(bytes: Buffer): number {
  const second = bytes[1]
  if (second === undefined) return 2
  const head = headOf(second & 127)
  if (bytes.length < head) return head
  if (head === 10) return head + Number(bytes.readBigUInt64BE(2))
  return head + (head === 4 ? bytes.readUInt16BE(2) : second & 127)
}

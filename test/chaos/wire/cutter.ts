/** What a WebSocket message becomes: itself, nothing, two, or other bytes. */
export type Alter = (payload: Buffer) => readonly Buffer[]

const HEADER_END = '\r\n\r\n'
const SWITCHED = 'HTTP/1.1 101'
const SHORT = 126
const LONG = 127
const DATA_OPCODES: ReadonlySet<number> = new Set([1, 2])

/**
 * Finds the WebSocket messages of a server in its bytes (RFC 6455, 5.2): behind the answer to the handshake, unmasked,
 * not in fragments, which is what the emulators send. What is no WebSocket goes through as it is.
 */
export class Cutter {
  #rest: Buffer = Buffer.alloc(0)
  #speaks: 'handshake' | 'messages' | 'something else' = 'handshake'

  /** What goes out for these bytes; the begin of a message waits for its end. */
  cut(bytes: Buffer, alter: Alter | undefined): Buffer {
    if (this.#speaks === 'something else') return bytes
    let all = this.#rest.length > 0 ? Buffer.concat([this.#rest, bytes]) : bytes
    const out: Buffer[] = []
    if (this.#speaks === 'handshake') {
      const end = all.indexOf(HEADER_END)
      if (end < 0) return this.#keep(all)
      this.#speaks = all.toString('latin1', 0, SWITCHED.length) === SWITCHED ? 'messages' : 'something else'
      if (this.#speaks === 'something else') return this.rest(all)
      out.push(all.subarray(0, end + HEADER_END.length))
      all = all.subarray(end + HEADER_END.length)
    }
    for (let size = sizeOf(all); size && size.total <= all.length; size = sizeOf(all)) {
      const opcode = all.readUInt8(0) & 0x0f
      const frame = all.subarray(0, size.total)
      if (alter && DATA_OPCODES.has(opcode))
        for (const payload of alter(frame.subarray(size.head))) out.push(framed(opcode, payload))
      else out.push(frame)
      all = all.subarray(size.total)
    }
    this.#rest = all
    return Buffer.concat(out)
  }

  /** What has waited, when no more will come. */
  rest(all = this.#rest): Buffer {
    this.#rest = Buffer.alloc(0)
    return all
  }

  #keep(all: Buffer): Buffer {
    this.#rest = all
    return Buffer.alloc(0)
  }
}

function sizeOf(bytes: Buffer): { readonly head: number; readonly total: number } | undefined {
  if (bytes.length < 2) return undefined
  const short = bytes.readUInt8(1) & 0x7f
  if (short < SHORT) return { head: 2, total: 2 + short }
  if (short === SHORT) return bytes.length < 4 ? undefined : { head: 4, total: 4 + bytes.readUInt16BE(2) }
  return bytes.length < 10 ? undefined : { head: 10, total: 10 + Number(bytes.readBigUInt64BE(2)) }
}

/** One whole message of a server. */
export function framed(opcode: number, payload: Buffer): Buffer {
  const first = 0x80 | opcode
  if (payload.length < SHORT) return Buffer.concat([Buffer.from([first, payload.length]), payload])
  const head = Buffer.alloc(payload.length < 65_536 ? 4 : 10)
  head.writeUInt8(first, 0)
  if (payload.length < 65_536) {
    head.writeUInt8(SHORT, 1)
    head.writeUInt16BE(payload.length, 2)
  } else {
    head.writeUInt8(LONG, 1)
    head.writeBigUInt64BE(BigInt(payload.length), 2)
  }
  return Buffer.concat([head, payload])
}

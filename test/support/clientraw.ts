import { connect, type Socket } from 'node:net'
import { until } from './bus.ts'

export interface RawFrame {
  readonly opcode: number
  readonly text: string
}

export const TEXT = 1
export const CLOSE = 8
export const PING = 9

/** The constant one clients that write their own WebSocket send: the sample nonce of RFC 6455. */
export const SAMPLE_KEY = 'dGhlIHNhbXBsZSBub25jZQ=='

/** A WebSocket client that does nothing of its own accord: answers no ping and no close, and shows each read. */
export class RawClient {
  /** What each read gave. */
  readonly reads: Buffer[] = []
  readonly #socket: Socket
  #hasEnded = false

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (bytes: Buffer) => this.reads.push(bytes))
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#hasEnded = true
    })
  }

  /** Connects, sends the handshake, and awaits what comes first. */
  static async open(port: number, key = 'AAAAAAAAAAAAAAAAAAAAAA=='): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    const client = new RawClient(socket)
    const lines = ['GET / HTTP/1.1', `Host: 127.0.0.1:${port}`, 'Upgrade: websocket', 'Connection: Upgrade']
    lines.push(`Sec-WebSocket-Key: ${key}`, 'Sec-WebSocket-Version: 13', '', '')
    socket.write(lines.join('\r\n'))
    await until('the handshake', () => client.reads.length > 0)
    return client
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Everything after the handshake, in whole frames. */
  get frames(): RawFrame[] {
    const bytes = Buffer.concat(this.reads)
    return parseFrames(bytes.subarray(bytes.indexOf('\r\n\r\n') + 4))
  }

  /** In one write. */
  send(...messages: readonly object[]): void {
    this.#socket.write(Buffer.concat(messages.map(message => maskedFrame(JSON.stringify(message)))))
  }

  async received(count: number, what = `${count} frames`): Promise<RawFrame[]> {
    await until(what, () => this.frames.length >= count)
    return this.frames
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  close(): void {
    this.#socket.destroy()
  }
}

/** Whole frames at the beginning of some bytes, unmasked. */
export function parseFrames(bytes: Buffer): RawFrame[] {
  const frames: RawFrame[] = []
  let at = 0
  while (at + 2 <= bytes.length) {
    const short = (bytes[at + 1] ?? 0) & 127
    const head = short === 127 ? 10 : short === 126 ? 4 : 2
    if (at + head > bytes.length) break
    const length =
      short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short === 126 ? bytes.readUInt16BE(at + 2) : short
    const end = at + head + length
    if (end > bytes.length) break
    frames.push({ opcode: (bytes[at] ?? 0) & 15, text: bytes.toString('utf8', at + head, end) })
    at = end
  }
  return frames
}

/** A client's text frame. The mask is all zeros, which is a mask too. */
function maskedFrame(text: string): Buffer {
  const payload = Buffer.from(text)
  const { length } = payload
  const head = length < 126 ? Buffer.from([0x81, 0x80 | length]) : Buffer.from([0x81, 0xfe, length >> 8, length & 255])
  return Buffer.concat([head, Buffer.alloc(4), payload])
}

import { WebSocket } from 'ws'
import type { FyersEmulator } from './server.ts'
import { claimsOf } from './token.ts'

const field = (id: number, content: Buffer): Buffer => {
  const head = Buffer.alloc(3)
  head.writeUInt8(id)
  head.writeUInt16BE(content.length, 1)
  return Buffer.concat([head, content])
}

/** The length is what it should be: total less two. */
function frame(type: number, ...fields: readonly Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from([type, fields.length]), ...fields])
  const head = Buffer.alloc(2)
  head.writeUInt16BE(body.length)
  return Buffer.concat([head, body])
}

const bitmap = (channels: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(channels.reduce((bits, channel) => bits | (1n << BigInt(channel)), 0n))
  return bytes
}

function topicList(topics: readonly string[]): Buffer {
  const count = Buffer.alloc(2)
  count.writeUInt16BE(topics.length)
  return Buffer.concat([count, ...topics.flatMap(topic => [Buffer.from([topic.length]), Buffer.from(topic)])])
}

/** A client with no opinion of any of the broker's sockets: what it was sent, and how its socket began and ended. */
export class RawClient {
  readonly binary: Buffer[] = []
  readonly texts: string[] = []
  /** Status of the answer to the handshake, when it was no socket. */
  refused: number | undefined
  isClosed = false
  readonly #ws: WebSocket
  readonly #emulator: FyersEmulator

  constructor(emulator: FyersEmulator, url = emulator.streamUrl, headers: Readonly<Record<string, string>> = {}) {
    this.#emulator = emulator
    this.#ws = new WebSocket(url, { headers: { ...headers } })
    this.#ws.on('message', (bytes: Buffer, isBinary) => {
      if (isBinary) this.binary.push(bytes)
      else this.texts.push(bytes.toString())
    })
    this.#ws.on('unexpected-response', (_request, { statusCode }) => {
      this.refused = statusCode
    })
    this.#ws.on('close', () => {
      this.isClosed = true
    })
    this.#ws.on('error', () => {})
  }

  /** On the socket of deep books or of orders, with the token of today. */
  static known(emulator: FyersEmulator, url: string): RawClient {
    const Authorization = `${emulator.account.appId}:${emulator.account.accessToken() ?? ''}`
    return new RawClient(emulator, url, { Authorization })
  }

  get isOpen(): boolean {
    return this.#ws.readyState === WebSocket.OPEN
  }

  /** Frames of this type, without the head and the type. */
  of(type: number): readonly Buffer[] {
    return this.binary.filter(bytes => bytes[2] === type).map(bytes => bytes.subarray(3))
  }

  send(content: string | Buffer): void {
    this.#ws.send(content)
  }

  /** With the key of today's token, or another one. */
  logIn(key = String(claimsOf(this.#emulator.account.accessToken() ?? '')?.hsm_key)): void {
    const fields = [field(1, Buffer.from(key)), field(2, Buffer.from('P')), field(3, Buffer.from([1]))]
    this.send(frame(1, ...fields, field(4, Buffer.from('test'))))
  }

  subscribe(topics: readonly string[], channel = 11): void {
    this.send(frame(4, field(1, topicList(topics)), field(2, Buffer.from([channel]))))
  }

  unsubscribe(topics: readonly string[], channel = 11): void {
    this.send(frame(5, field(1, topicList(topics)), field(2, Buffer.from([channel]))))
  }

  pause(...channels: readonly number[]): void {
    this.send(frame(7, field(1, bitmap(channels))))
  }

  resume(...channels: readonly number[]): void {
    this.send(frame(8, field(1, bitmap(channels))))
  }

  snapshot(topics: readonly string[]): void {
    this.send(frame(9, field(1, topicList(topics))))
  }

  mode(mode: 'F' | 'L', ...channels: readonly number[]): void {
    this.send(frame(12, field(1, bitmap(channels)), field(2, Buffer.from(mode))))
  }

  acknowledge(number: number): void {
    const content = Buffer.alloc(4)
    content.writeUInt32BE(number)
    this.send(frame(3, field(1, content)))
  }

  close(): void {
    this.#ws.terminate()
  }
}

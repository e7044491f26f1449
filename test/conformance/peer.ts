import { createHash, randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { connect as connectSecurely } from 'node:tls'
import { CLOSE, ServerFrames } from './frame.ts'

/** Where a WebSocket server listens on this machine. */
export interface Place {
  readonly port: number
  /** The certificate it shows; without one it speaks plainly. */
  readonly certificate?: string | undefined
}

export interface Heard {
  readonly opcode: number
  readonly payload: Buffer
}

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const PATIENCE_MS = 30_000

/** A client of RFC 6455 that does as it is told and nothing else, and keeps what it hears. */
export class Peer {
  /** Everything up to the close frame. */
  readonly heard: Heard[] = []
  /** Its code; 1005 for a close frame that says none. */
  closeCode: number | undefined
  /** The server let the connection go. */
  hasEnded = false
  readonly #socket: Socket
  readonly #frames = new ServerFrames()
  #handshake = ''
  #failure: Error | undefined
  #look: () => void = () => {}

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    socket.on('error', () => {})
    socket.on('close', () => {
      this.hasEnded = true
      this.#look()
    })
  }

  /** Resolves behind the handshake. Rejects when it is refused or wrong. */
  static async open({ port, certificate }: Place): Promise<Peer> {
    const where = { port, host: '127.0.0.1' }
    const socket =
      certificate === undefined
        ? connect(where)
        : connectSecurely({ ...where, ca: certificate, servername: 'localhost' })
    const peer = new Peer(socket)
    const key = randomBytes(16).toString('base64')
    const lines = ['GET / HTTP/1.1', `Host: localhost:${port}`, 'Upgrade: websocket', 'Connection: Upgrade']
    // What is offered here is not to be taken up.
    lines.push('Sec-WebSocket-Extensions: permessage-deflate', `Sec-WebSocket-Key: ${key}`)
    socket.write([...lines, 'Sec-WebSocket-Version: 13', '', ''].join('\r\n'))
    await peer.until('the handshake', () => peer.#handshake.includes('\r\n\r\n'))
    const accept = createHash('sha1').update(`${key}${GUID}`).digest('base64')
    const answer = peer.#handshake
    if (!answer.startsWith('HTTP/1.1 101 ') || !answer.includes(`\r\nSec-WebSocket-Accept: ${accept}\r\n`))
      throw new Error(`no right handshake: ${answer}`)
    if (/^Sec-WebSocket-Extensions:/im.test(answer)) throw new Error(`an extension was taken up: ${answer}`)
    return peer
  }

  get hasClosed(): boolean {
    return this.closeCode !== undefined || this.hasEnded
  }

  /** Resolves when the bytes are with the kernel, or the connection is gone. */
  write(bytes: Buffer): Promise<void> {
    return new Promise(resolve => this.#socket.write(bytes, () => resolve()))
  }

  /** Rejects for what a server may not send, and when the condition does not come true. */
  async until(what: string, holds: () => boolean): Promise<void> {
    let patience: NodeJS.Timeout | undefined
    await new Promise<void>((resolve, reject) => {
      patience = setTimeout(() => reject(new Error(`${what} did not come`)), PATIENCE_MS)
      this.#look = () => {
        if (this.#failure) reject(this.#failure)
        else if (holds() || this.hasEnded) resolve()
      }
      this.#look()
    }).finally(() => clearTimeout(patience))
    if (!holds()) throw new Error(`the connection ended before ${what}`)
  }

  destroy(): void {
    this.#socket.destroy()
  }

  #receive(chunk: Buffer): void {
    try {
      const rest = this.#handshake.includes('\r\n\r\n') ? chunk : this.#readHandshake(chunk)
      for (const one of this.#frames.take(rest)) this.#hear(one)
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error))
    }
    this.#look()
  }

  #readHandshake(chunk: Buffer): Buffer {
    const text = this.#handshake + chunk.toString('latin1')
    const end = text.indexOf('\r\n\r\n')
    const used = end === -1 ? chunk.length : end + 4 - this.#handshake.length
    this.#handshake += chunk.toString('latin1', 0, used)
    return chunk.subarray(used)
  }

  #hear({ opcode, payload }: Heard): void {
    if (this.closeCode !== undefined) throw new Error(`the server sent opcode ${opcode} after its close frame`)
    if (opcode === CLOSE) this.closeCode = payload.length === 0 ? 1005 : payload.readUInt16BE(0)
    else this.heard.push({ opcode, payload })
  }
}

import { WebSocket } from 'ws'
import { systemCode } from '../../../shared/errors.ts'
import type { KiteEmulator } from './server.ts'

/** A client of the ticker with no opinion: what it was sent, and how its socket began and ended. */
export class RawClient {
  readonly binary: Buffer[] = []
  readonly texts: string[] = []
  readonly #ws: WebSocket
  /** Of the answer to the handshake, when it was no socket. */
  refused: { status: number; retryAfter: string | undefined; body: string } | undefined
  closed: { code: number; reason: string } | undefined
  /** The system's word for what broke the socket (`ECONNRESET`). */
  broken: string | undefined
  pongs = 0

  constructor(emulator: KiteEmulator, accessToken = emulator.accessToken ?? '', apiKey = emulator.apiKey) {
    this.#ws = new WebSocket(`${emulator.streamUrl}/?api_key=${apiKey}&access_token=${accessToken}`)
    this.#ws.on('message', (bytes: Buffer, isBinary) => {
      if (isBinary) this.binary.push(bytes)
      else this.texts.push(bytes.toString())
    })
    this.#ws.on('pong', () => this.pongs++)
    this.#ws.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() }
    })
    // What ends in 'close' has been noted there, except a socket that was broken, which only the socket tells.
    this.#ws.on('error', () => {})
    this.#ws.on('upgrade', ({ socket }) =>
      socket.on('error', error => {
        this.broken = systemCode(error)
      }),
    )
    this.#ws.on('unexpected-response', (_request, response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (part: string) => {
        body += part
      })
      response.on('end', () => {
        this.refused = { status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], body }
      })
    })
  }

  get isOpen(): boolean {
    return this.#ws.readyState === WebSocket.OPEN
  }

  /** Binary frames that are no heartbeat. */
  get messages(): readonly Buffer[] {
    return this.binary.filter(one => one.length > 1)
  }

  get heartbeats(): number {
    return this.binary.length - this.messages.length
  }

  ask(action: string, value: unknown): void {
    this.#ws.send(JSON.stringify({ a: action, v: value }))
  }

  text(words: string): void {
    this.#ws.send(words)
  }

  ping(): void {
    this.#ws.ping()
  }

  close(): void {
    this.#ws.terminate()
  }
}

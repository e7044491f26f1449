import { WebSocket } from 'ws'
import { holds } from '../../support/holds.ts'
import type { Dialect } from './connection.ts'
import type { FlattradeEmulator } from './server.ts'

/** A frame as it was received, its values texts. */
export type Said = Readonly<{ [code: string]: string }>

/** Waits for what may take a while on a busy machine. */
export const until = (check: () => void): Promise<void> => holds(check)

/** A client of the socket with no opinion: what it was sent, and how its socket ended. */
export class RawClient {
  readonly frames: Said[] = []
  readonly binary: Buffer[] = []
  readonly broken: string[] = []
  closed: { code: number; reason: string } | undefined
  /** Of the answer to the handshake, when it was no socket. */
  refused: { status: number; retryAfter: string | undefined } | undefined
  readonly #ws: WebSocket

  constructor(emulator: FlattradeEmulator, dialect: Dialect | { readonly url: string } = 'flattrade') {
    const ours = dialect === 'flattrade' ? `${emulator.settings.stream_url}/` : `${emulator.classicUrl}/`
    this.#ws = new WebSocket(typeof dialect === 'object' ? dialect.url : ours)
    this.#ws.on('message', (bytes: Buffer, isBinary) => {
      if (isBinary) this.binary.push(bytes)
      else this.#read(bytes.toString())
    })
    this.#ws.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() }
    })
    // What ends in 'close' has been noted there.
    this.#ws.on('error', () => {})
    this.#ws.on('unexpected-response', (request, response) => {
      this.refused = { status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] }
      request.destroy()
    })
  }

  get isOpen(): boolean {
    return this.#ws.readyState === WebSocket.OPEN
  }

  of(...types: string[]): Said[] {
    return this.frames.filter(({ t = '' }) => types.includes(t))
  }

  send(content: object | string): void {
    this.#ws.send(typeof content === 'string' ? content : JSON.stringify(content))
  }

  /** Today's login frame, with whatever is said differently. */
  login(token: string | undefined, change: object = {}): void {
    this.send({ t: 'a', uid: 'FT000000', actid: 'FT000000', source: 'API', accesstoken: token, ...change })
  }

  close(): void {
    this.#ws.terminate()
  }

  #read(text: string): void {
    try {
      this.frames.push(JSON.parse(text) as Said)
    } catch {
      this.broken.push(text)
    }
  }
}

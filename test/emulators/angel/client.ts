import { WebSocket } from 'ws'
import { systemCode } from '../../../shared/errors.ts'
import type { AngelTokens } from './account.ts'
import type { AngelEmulator } from './server.ts'

/** A client of the stream, or of the orders, with no opinion: what it was sent, and how its socket began and ended. */
export class RawClient {
  readonly binary: Buffer[] = []
  readonly texts: string[] = []
  readonly #ws: WebSocket
  /** Of the answer to the handshake, when it was no socket. */
  refused: { status: number; said: string | undefined; retryAfter: string | undefined; body: string } | undefined
  closed: { code: number; reason: string } | undefined
  /** The system's word for what kept it from opening. */
  broken: string | undefined

  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    this.#ws = new WebSocket(url, { headers: { ...headers } })
    this.#ws.on('message', (bytes: Buffer, isBinary) => {
      if (isBinary) this.binary.push(bytes)
      else this.texts.push(bytes.toString())
    })
    this.#ws.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() }
    })
    this.#ws.on('error', error => {
      this.broken = systemCode(error)
    })
    this.#ws.on('unexpected-response', (_request, response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (part: string) => {
        body += part
      })
      response.on('end', () => {
        this.refused = {
          status: response.statusCode ?? 0,
          said: response.headers['x-error-message']?.toString(),
          retryAfter: response.headers['retry-after'],
          body,
        }
      })
    })
  }

  /** On the stream, with the login that is good unless some headers are others. */
  static stream(emulator: AngelEmulator, tokens: AngelTokens, other: Readonly<Record<string, string>> = {}): RawClient {
    return new RawClient(emulator.settings.stream_url, {
      Authorization: `Bearer ${tokens.jwtToken}`,
      'x-api-key': emulator.account.apiKey,
      'x-client-code': emulator.account.userId,
      'x-feed-token': tokens.feedToken,
      ...other,
    })
  }

  get isOpen(): boolean {
    return this.#ws.readyState === WebSocket.OPEN
  }

  /** Texts that are no answer to a ping. */
  get words(): readonly string[] {
    return this.texts.filter(text => text !== 'pong')
  }

  ask(action: 0 | 1, mode: number, exchangeType: number, tokens: readonly unknown[]): void {
    this.say(
      JSON.stringify({ correlationID: 'abcde12345', action, params: { mode, tokenList: [{ exchangeType, tokens }] } }),
    )
  }

  say(text: string): void {
    this.#ws.send(text)
  }

  close(): void {
    this.#ws.terminate()
  }
}

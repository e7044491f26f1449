import type { IncomingMessage } from 'node:http'
import type { Clock } from '../../../shared/clock.ts'
import type { Admission } from '../kit/stream.ts'
import type { AngelAccount } from './account.ts'
import type { Manners } from './faults.ts'
import { badHeader, handshakeRefusal } from './refusal.ts'

export const STREAM_PATH = '/smart-stream'
export const ORDERS_PATH = '/smart-order-update'

/** Connections that may be opened within the time below before one is cut. */
const QUICK = 2

/** Who may open a socket. */
export class Gate {
  readonly #account: AngelAccount
  readonly #manners: Manners
  readonly #clock: Clock
  readonly #quickMs: number
  #opened: number[] = []

  /** `quickMs`: a third connection within so long is cut before any answer; 0: none. */
  constructor(options: { account: AngelAccount; manners: Manners; clock: Clock; quickMs: number }) {
    this.#account = options.account
    this.#manners = options.manners
    this.#clock = options.clock
    this.#quickMs = options.quickMs
  }

  /** Whether a handshake of the stream is cut without a word. */
  cuts(): boolean {
    if (this.#manners.cuts > 0) {
      this.#manners.cuts--
      return true
    }
    const now = this.#clock.monotonic()
    this.#opened = this.#opened.filter(at => now - at < this.#quickMs)
    if (this.#quickMs > 0 && this.#opened.length >= QUICK) return true
    this.#opened.push(now)
    return false
  }

  /** The stream: by its four headers, or as browsers do by the address, which has no room for the JWT. */
  admit({ url = '/', headers }: IncomingMessage): Admission {
    const { pathname, searchParams } = new URL(url, 'ws://angel')
    if (pathname !== STREAM_PATH) return { refused: handshakeRefusal(404) }
    const { badHeader: ordered } = this.#manners
    if (ordered && ordered.times > 0) {
      ordered.times--
      return { refused: badHeader(ordered.which) }
    }
    const of = (header: string, parameter: string) => String(headers[header] ?? searchParams.get(parameter) ?? '')
    const userId = this.#account.userId
    const good = this.#account.accessToken()
    const jwt = (headers.authorization ?? '').replace(/^Bearer /, '')
    if (of('x-client-code', 'clientCode') !== userId) return { refused: badHeader('Client Code') }
    if (of('x-api-key', 'apiKey') !== this.#account.apiKey) return { refused: badHeader('API Key') }
    if (good === undefined || (jwt !== '' && jwt !== good)) return { refused: badHeader('Auth token') }
    if (of('x-feed-token', 'feedToken') !== this.#account.feedToken(good)) return { refused: badHeader('Feed Token') }
    return { visitor: { userId, token: good } }
  }

  /** The socket of orders wants the JWT alone. */
  admitOrders({ url = '/', headers }: IncomingMessage): Admission {
    if (new URL(url, 'ws://angel').pathname !== ORDERS_PATH) return { refused: handshakeRefusal(404) }
    const [, token = ''] = /^Bearer (\S+)$/.exec(headers.authorization ?? '') ?? []
    const userId = this.#account.holder(token)
    return userId === undefined ? { refused: { status: 401 } } : { visitor: { userId, token } }
  }
}

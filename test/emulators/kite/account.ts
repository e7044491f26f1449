import { createHash, randomBytes } from 'node:crypto'
import type { Clock } from '../../../shared/clock.ts'

/** "A few minutes", says the documentation. */
const REQUEST_TOKEN_MS = 300_000

/** An app of the broker, its users, and the tokens that are good today. */
export class Account {
  readonly apiKey: string
  readonly apiSecret: string
  /** Who logs in when nobody else is named. */
  readonly userId: string
  readonly #clock: Clock
  readonly #requestTokens = new Map<string, { readonly userId: string; readonly until: number }>()
  /** By user: a new login of the same user and app ends the one before. */
  readonly #accessTokens = new Map<string, string>()
  readonly #ended: (accessToken: string) => void

  /** `ended` hears of tokens that are good no more and whose sockets go with them. */
  constructor(options: {
    apiKey: string
    apiSecret: string
    userId: string
    clock: Clock
    ended: (accessToken: string) => void
  }) {
    this.apiKey = options.apiKey
    this.apiSecret = options.apiSecret
    this.userId = options.userId
    this.#clock = options.clock
    this.#ended = options.ended
  }

  /** What a login in the browser gives: good for one exchange within minutes. */
  issueRequestToken(userId = this.userId): string {
    const token = randomToken()
    this.#requestTokens.set(token, { userId, until: this.#clock.monotonic() + REQUEST_TOKEN_MS })
    return token
  }

  /** A whole login at once: the access token, which ends an older one of the same user. */
  login(userId = this.userId): string {
    const token = randomToken()
    this.end(userId)
    this.#accessTokens.set(userId, token)
    return token
  }

  /** The login of this user, if he has one. */
  accessToken(userId = this.userId): string | undefined {
    return this.#accessTokens.get(userId)
  }

  /** Exchanges a request token, or says in Kite's words why not. */
  redeem(requestToken: string, checksum: string): { userId: string; accessToken: string } | string {
    const asked = this.#requestTokens.get(requestToken)
    if (!asked || asked.until < this.#clock.monotonic()) return 'Token is invalid or has expired.'
    const right = createHash('sha256').update(`${this.apiKey}${requestToken}${this.apiSecret}`).digest('hex')
    if (checksum !== right) return 'Invalid `checksum`.'
    this.#requestTokens.delete(requestToken)
    return { userId: asked.userId, accessToken: this.login(asked.userId) }
  }

  /** Whose token this is; nobody's when it is wrong or over. */
  holder(apiKey: string, accessToken: string): string | undefined {
    if (apiKey !== this.apiKey) return undefined
    for (const [userId, token] of this.#accessTokens) if (token === accessToken) return userId
    return undefined
  }

  /** Ends a user's login, and his sockets unless they are kept. */
  end(userId = this.userId, keepSockets = false): void {
    const token = this.#accessTokens.get(userId)
    if (token === undefined) return
    this.#accessTokens.delete(userId)
    if (!keepSockets) this.#ended(token)
  }
}

const randomToken = (): string => randomBytes(16).toString('hex')

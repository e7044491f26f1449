import { randomBytes } from 'node:crypto'
import type { Cancel, Clock } from '../../../shared/clock.ts'

/** "A few minutes", say the brokers. */
const REQUEST_TOKEN_MS = 300_000

/** The users of a broker's app and the tokens that are good today. What proves a login right is the broker's own matter. */
export class Account {
  /** Who logs in when nobody else is named. */
  readonly userId: string
  readonly #clock: Clock
  readonly #tokenLifeMs: number | undefined
  readonly #mint: (userId: string) => string
  readonly #requestTokens = new Map<string, { readonly userId: string; readonly until: number }>()
  /** By user: a new login of the same user ends the one before. */
  readonly #accessTokens = new Map<string, string>()
  readonly #ended: (accessToken: string) => void
  #cancelEnd: Cancel = () => {}

  constructor(options: {
    userId: string
    clock: Clock
    /** Hears of tokens that are good no more and whose sockets go with them. */
    ended: (accessToken: string) => void
    /** How the broker's access tokens look; 32 hexadecimal digits when left out. Never the same one twice. */
    mint?: ((userId: string) => string) | undefined
    /** The latest login ends by itself after so long; never when left out. */
    tokenLifeMs?: number | undefined
  }) {
    this.userId = options.userId
    this.#clock = options.clock
    this.#ended = options.ended
    this.#mint = options.mint ?? randomToken
    this.#tokenLifeMs = options.tokenLifeMs
  }

  /** What a login in the browser gives: good for one exchange within minutes. */
  issueRequestToken(userId = this.userId): string {
    const token = randomToken()
    this.#requestTokens.set(token, { userId, until: this.#clock.monotonic() + REQUEST_TOKEN_MS })
    return token
  }

  /** Whether it could be redeemed now. */
  isGood(requestToken: string): boolean {
    const until = this.#requestTokens.get(requestToken)?.until
    return until !== undefined && until >= this.#clock.monotonic()
  }

  /** Exchanges a request token, once. */
  redeem(requestToken: string): { userId: string; accessToken: string } | undefined {
    const userId = this.#requestTokens.get(requestToken)?.userId
    if (userId === undefined || !this.isGood(requestToken)) return undefined
    this.#requestTokens.delete(requestToken)
    return { userId, accessToken: this.login(userId) }
  }

  /** A whole login at once: the access token, which ends an older one of the same user. */
  login(userId = this.userId): string {
    const token = this.#mint(userId)
    this.end(userId)
    this.#accessTokens.set(userId, token)
    this.#cancelEnd()
    if (this.#tokenLifeMs !== undefined)
      this.#cancelEnd = this.#clock.after(this.#tokenLifeMs, () => {
        if (this.#accessTokens.get(userId) === token) this.end(userId)
      })
    return token
  }

  /** The login of this user, if he has one. */
  accessToken(userId = this.userId): string | undefined {
    return this.#accessTokens.get(userId)
  }

  /** Whose token this is; nobody's when it is wrong or over. */
  holder(accessToken: string): string | undefined {
    for (const [userId, token] of this.#accessTokens) if (token === accessToken) return userId
    return undefined
  }

  close(): void {
    this.#cancelEnd()
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

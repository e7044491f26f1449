import { randomBytes } from 'node:crypto'
import type { Clock } from '../../../shared/clock.ts'
import { nextIndian } from '../../../shared/market/india.ts'
import { Account } from '../kit/account.ts'
import { codesAt } from './totp.ts'

/** The three tokens of a login. */
export interface AngelTokens {
  readonly jwtToken: string
  readonly refreshToken: string
  readonly feedToken: string
}

/** When tokens end on the real clock: 05:00 in India. */
const TOKENS_END = 5 * 60

/** A client of Angel One with his app. */
export class AngelAccount extends Account {
  readonly apiKey: string
  readonly pin: string
  readonly totpSecret: string
  readonly #clock: Clock
  /** By JWT: what came with it. */
  readonly #feedTokens = new Map<string, string>()
  /** Outlives the JWT. */
  #refreshToken = ''

  constructor(options: {
    apiKey: string
    clientCode: string
    pin: string
    totpSecret: string
    clock: Clock
    tokenLifeMs?: number | undefined
    ended: (jwt: string) => void
  }) {
    const { clock, tokenLifeMs } = options
    super({
      userId: options.clientCode,
      clock,
      ended: options.ended,
      tokenLifeMs,
      mint: userId => {
        const now = clock.now()
        return jwtOf(userId, tokenLifeMs === undefined ? nextIndian(now, TOKENS_END) : now + tokenLifeMs)
      },
    })
    this.apiKey = options.apiKey
    this.pin = options.pin
    this.totpSecret = options.totpSecret
    this.#clock = clock
  }

  /** What the authenticator app shows. */
  get code(): string {
    return codesAt(this.totpSecret, this.#clock.now())[0] ?? ''
  }

  /** The tokens, or the code of the error. */
  loginByPassword(clientCode: string, pin: string, code: string): AngelTokens | 'AB1007' | 'AB1050' {
    if (clientCode !== this.userId || pin !== this.pin) return 'AB1007'
    return codesAt(this.totpSecret, this.#clock.now()).includes(code) ? this.grant() : 'AB1050'
  }

  /** A login at once. */
  grant(): AngelTokens {
    const jwtToken = this.login()
    const feedToken = `feed.${randomBytes(12).toString('hex')}`
    this.#feedTokens.clear()
    this.#feedTokens.set(jwtToken, feedToken)
    this.#refreshToken = `refresh.${randomBytes(12).toString('hex')}`
    return { jwtToken, refreshToken: this.#refreshToken, feedToken }
  }

  /** New tokens for the refresh token, also when the JWT has ended; or the code of the error. */
  refresh(refreshToken: string): AngelTokens | 'AB8050' {
    return refreshToken !== '' && refreshToken === this.#refreshToken ? this.grant() : 'AB8050'
  }

  /** The refresh token is good no more: the next login needs a code. */
  endRefresh(): void {
    this.#refreshToken = ''
  }

  feedToken(jwt: string): string | undefined {
    return this.#feedTokens.get(jwt)
  }
}

/** Signed by nobody, and read by clients for its `exp` alone. */
const jwtOf = (username: string, expiresAt: number): string =>
  [{ alg: 'HS512' }, { username, exp: Math.floor(expiresAt / 1000), jti: randomBytes(6).toString('hex') }]
    .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .concat(randomBytes(16).toString('base64url'))
    .join('.')

import { createHash, randomBytes } from 'node:crypto'
import type { Clock } from '../../../shared/clock.ts'
import { nextIndian } from '../../../shared/market/india.ts'
import { Account } from '../kit/account.ts'
import type { Visitor } from '../kit/connection.ts'
import { claimsOf, tokenOf } from './token.ts'

/** "Valid for 15 days", says the documentation. */
const REFRESH_MS = 15 * 86_400_000
/** When tokens end in India, in minutes since midnight, whatever time they were given. */
const MORNING = 6 * 60

/** What a login gives. */
export interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
}

/** An app of the broker, the people who use it, and the tokens that are good today. */
export class FyersAccount extends Account {
  readonly appId: string
  readonly appSecret: string
  /** Renews a login. */
  readonly pin: string
  readonly #clock: Clock
  /** Whose, and until when. */
  readonly #refreshTokens = new Map<string, { readonly userId: string; readonly until: number }>()

  constructor(options: {
    appId: string
    appSecret: string
    pin: string
    userId: string
    clock: Clock
    ended: (accessToken: string) => void
    tokenLifeMs?: number | undefined
  }) {
    const { clock, tokenLifeMs } = options
    const endOf = (now: number) => (tokenLifeMs === undefined ? nextIndian(now, MORNING) : now + tokenLifeMs)
    super({
      ...options,
      mint: userId =>
        tokenOf({
          sub: 'access_token',
          exp: Math.ceil(endOf(clock.now()) / 1000),
          fy_id: userId,
          hsm_key: randomBytes(28).toString('hex'),
        }),
    })
    this.appId = options.appId
    this.appSecret = options.appSecret
    this.pin = options.pin
    this.#clock = clock
  }

  /** What the browser is sent back with. */
  authCode(): string {
    const exp = Math.ceil(this.#clock.now() / 1000) + 300
    return tokenOf({ sub: 'auth_code', exp, jti: this.issueRequestToken() })
  }

  /** Exchanges what the browser brought, or says in the broker's words why not. */
  exchange(appIdHash: string, code: string): Tokens | Complaint {
    if (appIdHash !== this.#hash()) return WRONG_HASH
    const granted = this.redeem(String(claimsOf(code)?.jti ?? ''))
    return granted ? this.#grant(granted.userId, granted.accessToken) : { code: -374, message: 'invalid auth code' }
  }

  /** A new access token without a browser; the refresh token stays. */
  refresh(appIdHash: string, refreshToken: string, pin: string): Pick<Tokens, 'access_token'> | Complaint {
    if (appIdHash !== this.#hash()) return WRONG_HASH
    const known = this.#refreshTokens.get(refreshToken)
    if (!known || known.until <= this.#clock.now()) return { code: -17, message: 'invalid refresh token' }
    if (pin !== this.pin) return { code: -50, message: 'invalid pin' }
    return { access_token: this.login(known.userId) }
  }

  /** As after 15 days: nobody renews a login with what he has. */
  endRefresh(): void {
    this.#refreshTokens.clear()
  }

  /** Who shows `APP:token` in a header. */
  bearer(authorization: string | undefined): Visitor | undefined {
    const [, appId, token = ''] = /^([^:]*):(.*)$/.exec(authorization ?? '') ?? []
    const userId = appId === this.appId ? this.holder(token) : undefined
    return userId === undefined ? undefined : { userId, token }
  }

  /** Who has the token that this key of the price socket stands in. */
  keyHolder(key: string): Visitor | undefined {
    const token = this.accessToken()
    if (token === undefined || key === '' || claimsOf(token)?.hsm_key !== key) return undefined
    return { userId: this.userId, token }
  }

  #grant(userId: string, access_token: string): Tokens {
    const until = this.#clock.now() + REFRESH_MS
    const refresh_token = tokenOf({ sub: 'refresh_token', exp: Math.ceil(until / 1000), fy_id: userId })
    this.#refreshTokens.set(refresh_token, { userId, until })
    return { access_token, refresh_token }
  }

  /** What proves the secret: with the colon. */
  #hash(): string {
    return createHash('sha256').update(`${this.appId}:${this.appSecret}`).digest('hex')
  }
}

/** Why not. */
export interface Complaint {
  readonly code: number
  readonly message: string
}

const WRONG_HASH: Complaint = { code: -371, message: 'Please provide valid app hash' }

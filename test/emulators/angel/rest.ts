import { z } from 'zod'
import type { Conditions } from '../kit/conditions.ts'
import { type Asked, fileReply, type Reply } from '../kit/rest.ts'
import type { AngelAccount, AngelTokens } from './account.ts'
import { type AngelRow, jsonOf } from './list.ts'
import type { AngelMarket } from './market.ts'
import { quotesOf } from './quotes.ts'
import { failed, refused, succeeded } from './refusal.ts'

const LOGIN = '/rest/auth/angelbroking/user/v1/loginByPassword'
const REFRESH = '/rest/auth/angelbroking/jwt/v1/generateTokens'
const LOGOUT = '/rest/secure/angelbroking/user/v1/logout'
const PROFILE = '/rest/secure/angelbroking/user/v1/getProfile'
const QUOTE = '/rest/secure/angelbroking/market/v1/quote'
export const MASTER = '/OpenAPI_File/files/OpenAPIScripMaster.json'

/** Without these a call is refused; the others are asked for and not checked. */
const ENFORCED = ['x-privatekey', 'x-sourceid', 'x-macaddress']

const login = z.looseObject({ clientcode: z.string(), password: z.string(), totp: z.string() })
const refresh = z.looseObject({ refreshToken: z.string() })
const quote = z.looseObject({
  mode: z.enum(['LTP', 'OHLC', 'FULL']),
  exchangeTokens: z.record(z.string(), z.array(z.string())),
})

const MOST_QUOTES = 50

/** Angel One's REST side, as far as a stream of prices needs it. Failures come with HTTP 200 where the real ones do. */
export class AngelRest {
  readonly #account: AngelAccount
  readonly #market: AngelMarket
  readonly #conditions: Conditions
  #file: { readonly rows: readonly AngelRow[]; readonly json: Buffer } | undefined

  constructor(options: { account: AngelAccount; market: AngelMarket; conditions: Conditions }) {
    this.#account = options.account
    this.#market = options.market
    this.#conditions = options.conditions
  }

  reply(asked: Asked): Reply {
    const { method, url, headers } = asked
    const path = url.pathname
    if (path === MASTER) return method === 'GET' ? this.#list(asked) : refused(405)
    if (![LOGIN, REFRESH, LOGOUT, PROFILE, QUOTE].includes(path)) return refused(404)
    if (method !== (path === PROFILE ? 'GET' : 'POST')) return refused(405)
    if (ENFORCED.some(name => !headers[name])) return failed('AB1012', 'Invalid Product Type', 400)
    if (headers['x-privatekey'] !== this.#account.apiKey) return failed('AG8004', 'Invalid API Key')
    if (path === LOGIN) return this.#login(asked.body)
    // The one call that takes a token which has ended.
    if (path === REFRESH) return this.#refresh(asked.body)
    const holder = this.#holder(asked)
    if (typeof holder !== 'string') return holder
    if (path === QUOTE) return this.#quote(asked.body)
    if (path === LOGOUT) this.#account.end(holder)
    return succeeded(path === LOGOUT ? '' : { clientcode: holder })
  }

  #login(body: string): Reply {
    const parsed = login.safeParse(parsedBody(body))
    if (!parsed.success) return failed('AB1000', 'Invalid Email Or Password')
    const { clientcode, password, totp } = parsed.data
    return granted(this.#account.loginByPassword(clientcode, password, totp))
  }

  #refresh(body: string): Reply {
    const { refreshToken = '' } = refresh.safeParse(parsedBody(body)).data ?? {}
    return granted(this.#account.refresh(refreshToken))
  }

  /** Whose token it is, or the failure in the second of the two shapes. */
  #holder({ headers }: Asked): string | Reply {
    const [, jwt = ''] = /^Bearer (\S+)$/.exec(headers.authorization ?? '') ?? []
    if (jwt === '') return succeeded('', { success: false, message: 'Token missing', errorCode: 'AG8003' })
    const holder = this.#account.holder(jwt)
    return holder ?? succeeded('', { success: false, message: 'Invalid Token', errorCode: 'AG8001' })
  }

  #quote(body: string): Reply {
    const parsed = quote.safeParse(parsedBody(body))
    if (!parsed.success) return failed('AB4018', 'Bad request')
    const { mode, exchangeTokens } = parsed.data
    const wanted = Object.entries(exchangeTokens).flatMap(([exchange, tokens]) =>
      tokens.map(token => ({ exchange, token })),
    )
    if (wanted.length > MOST_QUOTES) return failed('AB4029', 'Maximum of 50 tokens')
    return succeeded(quotesOf(this.#market, mode, wanted))
  }

  /** No login is asked for. */
  #list(asked: Asked): Reply {
    const { rows } = this.#market
    if (this.#file?.rows !== rows) this.#file = { rows, json: Buffer.from(jsonOf(rows)) }
    return fileReply(this.#file.json, { type: 'application/json', asked, conditions: this.#conditions })
  }
}

const WORDS = { AB1007: 'Invalid clientcode or password', AB1050: 'Invalid totp', AB8050: 'Invalid Refresh Token' }

const granted = (tokens: AngelTokens | keyof typeof WORDS): Reply =>
  typeof tokens === 'string' ? failed(tokens, WORDS[tokens]) : succeeded({ ...tokens, state: 'live' })

function parsedBody(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

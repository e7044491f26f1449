import type { Clock } from '../../../shared/clock.ts'
import type { Conditions } from '../kit/conditions.ts'
import { type Asked, fileReply, type Reply } from '../kit/rest.ts'
import type { KiteAccount } from './account.ts'
import { csvOf, type KiteRow } from './list.ts'
import type { KiteMarket } from './market.ts'
import { quoteOf } from './quote.ts'
import { refusalOf } from './refusal.ts'
import { sessionOf } from './session.ts'

/** A second, less what a network takes away from between two requests. */
const QUOTE_PAUSE_MS = 900
const QUOTES = 500

const JSON_TYPE = { 'content-type': 'application/json' }

/** Kite's REST side, as far as a stream of prices needs it. */
export class KiteRest {
  readonly #account: KiteAccount
  readonly #market: KiteMarket
  readonly #conditions: Conditions
  readonly #clock: Clock
  readonly #redirectUrl: string
  readonly #listNeedsToken: boolean
  #quotedAt = Number.NEGATIVE_INFINITY
  #file: { readonly rows: readonly KiteRow[]; readonly csv: Buffer } | undefined

  constructor(options: {
    account: KiteAccount
    market: KiteMarket
    conditions: Conditions
    clock: Clock
    redirectUrl: string
    listNeedsToken: boolean
  }) {
    this.#account = options.account
    this.#market = options.market
    this.#conditions = options.conditions
    this.#clock = options.clock
    this.#redirectUrl = options.redirectUrl
    this.#listNeedsToken = options.listNeedsToken
  }

  reply(asked: Asked): Reply {
    const { method, url } = asked
    const route = `${method} ${url.pathname}`
    if (route === 'POST /session/token') return this.#exchange(asked)
    if (route === 'DELETE /session/token') return this.#logout(url.searchParams)
    if (route === 'GET /connect/login') return this.#loginPage(url.searchParams)
    if (/^GET \/quote(\/ohlc|\/ltp)?$/.test(route)) return this.#quotes(asked)
    const [, exchange] = /^GET \/instruments(?:\/([A-Z]+))?$/.exec(route) ?? []
    if (exchange !== undefined || route === 'GET /instruments') return this.#list(asked, exchange)
    return refused(['/session/token', '/connect/login', '/instruments'].includes(url.pathname) ? 405 : 404)
  }

  #exchange({ headers, body }: Asked): Reply {
    const form = new URLSearchParams(body)
    if (headers['x-kite-version'] !== '3') return refused(400, 'Invalid or missing `X-Kite-Version` header.')
    for (const field of ['api_key', 'request_token', 'checksum'])
      if (!form.get(field)) return refused(400, `Missing \`${field}\`.`)
    if (form.get('api_key') !== this.#account.apiKey) return refused(403, 'Invalid `api_key`.')
    const granted = this.#account.exchange(form.get('request_token') ?? '', form.get('checksum') ?? '')
    if (typeof granted === 'string') return refused(403, granted)
    return succeeded(sessionOf({ ...granted, apiKey: this.#account.apiKey, now: this.#clock.now() }))
  }

  #logout(query: URLSearchParams): Reply {
    const userId = this.#account.holderOf(query.get('api_key') ?? '', query.get('access_token') ?? '')
    if (userId === undefined) return refused(403)
    this.#account.end(userId)
    return succeeded(true)
  }

  /** The person logs in without a question and is sent back. */
  #loginPage(query: URLSearchParams): Reply {
    if (query.get('v') !== '3') return refused(400, 'Invalid or missing `v`.')
    if (query.get('api_key') !== this.#account.apiKey) return refused(400, 'Invalid `api_key`.')
    const location = this.answer(query.get('redirect_params') ?? '')
    return { status: 302, headers: { location, 'content-type': 'text/plain' }, body: 'Logged in.\n' }
  }

  /** Where the person is sent after a login, with what the app wanted back. */
  answer(redirectParams = ''): string {
    const back = new URL(this.#redirectUrl)
    back.searchParams.set('request_token', this.#account.issueRequestToken())
    back.searchParams.set('action', 'login')
    back.searchParams.set('status', 'success')
    for (const [name, value] of new URLSearchParams(redirectParams)) back.searchParams.set(name, value)
    return back.href
  }

  /** Once a second, and of at most 500 instruments; those that do not exist are left out. */
  #quotes(asked: Asked): Reply {
    if (!this.#isHolder(asked)) return refused(403)
    const now = this.#clock.monotonic()
    if (now - this.#quotedAt < QUOTE_PAUSE_MS) return refused(429)
    this.#quotedAt = now
    const names = asked.url.searchParams.getAll('i')
    if (names.length === 0 || names.length > QUOTES) return refused(400, 'Invalid number of instruments.')
    const kind = asked.url.pathname.slice('/quote/'.length)
    const said = names.flatMap(name => {
      const row = this.#market.named(name)
      return row ? [[name, quoteOf(row, this.#market.quote(row), kind)]] : []
    })
    return succeeded(Object.fromEntries(said))
  }

  #isHolder({ headers }: Asked): boolean {
    const [, apiKey = '', accessToken = ''] = /^token ([^:]*):(.*)$/.exec(headers.authorization ?? '') ?? []
    return this.#account.holderOf(apiKey, accessToken) !== undefined
  }

  /** Kite asks for no token here; one that is sent must be right. */
  #list(asked: Asked, exchange: string | undefined): Reply {
    const mustHold = this.#listNeedsToken || asked.headers.authorization !== undefined
    if (mustHold && !this.#isHolder(asked)) return refused(403)
    return fileReply(this.#csv(exchange), { type: 'text/csv', asked, conditions: this.#conditions })
  }

  #csv(exchange: string | undefined): Buffer {
    const { rows } = this.#market
    if (exchange !== undefined) return Buffer.from(csvOf(rows.filter(row => row.exchange === exchange)))
    if (this.#file?.rows !== rows) this.#file = { rows, csv: Buffer.from(csvOf(rows)) }
    return this.#file.csv
  }
}

const succeeded = (data: unknown): Reply => ({
  status: 200,
  headers: JSON_TYPE,
  body: JSON.stringify({ status: 'success', data }),
})

/** A failure in Kite's words. */
export const refused = (status: number, message?: string): Reply => ({
  status,
  headers: JSON_TYPE,
  body: refusalOf(status, message).body,
})

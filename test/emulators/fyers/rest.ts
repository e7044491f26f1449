import type { Clock } from '../../../shared/clock.ts'
import { indianDate } from '../../../shared/market/india.ts'
import type { Conditions } from '../kit/conditions.ts'
import { type Asked, fileReply, type Reply } from '../kit/rest.ts'
import type { Complaint, FyersAccount } from './account.ts'
import { csvOf, FILES, type FyersRow, jsonOf } from './list.ts'
import type { Manners } from './manners.ts'
import type { FyersMarket } from './market.ts'
import { depthOf, quoteOf } from './quotes.ts'

const JSON_TYPE = { 'content-type': 'application/json' }

const MOST_QUOTES = 50
const MOST_SYMBOLS = 500

export interface RestParts {
  readonly account: FyersAccount
  readonly market: FyersMarket
  readonly conditions: Conditions
  readonly manners: Manners
  readonly clock: Clock
  readonly redirectUrl: string
  /** Where the deep books are, as `tbtws` says. */
  readonly booksUrl: () => string
}

/** The REST side, as far as a stream of prices needs it (Fyers API v3 documentation). */
export class FyersRest {
  readonly #parts: RestParts
  /** By name, of the rows they were written from: a list of 150,000 takes its time. */
  readonly #files = new Map<string, { readonly rows: readonly FyersRow[]; readonly file: Buffer }>()

  constructor(parts: RestParts) {
    this.#parts = parts
  }

  reply(asked: Asked): Reply {
    const { method, url } = asked
    switch (`${method} ${url.pathname}`) {
      case 'GET /api/v3/generate-authcode':
        return this.#loginPage(url.searchParams)
      case 'POST /api/v3/validate-authcode':
        return this.#exchange(asked, 'authorization_code')
      case 'POST /api/v3/validate-refresh-token':
        return this.#exchange(asked, 'refresh_token')
      case 'POST /data/symbol-token':
        return this.#known(asked, () => this.#symbolTokens(asked.body))
      case 'GET /data/quotes':
        return this.#known(asked, () => this.#quotes(url.searchParams))
      case 'GET /data/depth':
        return this.#known(asked, () => this.#depth(url.searchParams))
      case 'GET /indus/home/tbtws':
        return this.#known(asked, () => this.#booksAddress())
    }
    const [, file = '', end] = /^\/sym_details\/([A-Z_]+?)(\.csv|_sym_master\.json)$/.exec(url.pathname) ?? []
    if (method === 'GET' && FILES.has(file)) return this.#list(asked, file, end === '.csv')
    return refused(404)
  }

  /** The address that a person is sent back to after a login, with what the app wanted back. */
  answer(redirectUrl = this.#parts.redirectUrl, state?: string): string {
    const back = new URL(redirectUrl)
    back.searchParams.set('s', 'ok')
    back.searchParams.set('code', '200')
    back.searchParams.set('auth_code', this.#parts.account.authCode())
    if (state !== undefined) back.searchParams.set('state', state)
    return back.href
  }

  /** The person logs in without a question and is sent back. */
  #loginPage(query: URLSearchParams): Reply {
    const { account, redirectUrl } = this.#parts
    if (query.get('client_id') !== account.appId) return complaint(400, { code: -352, message: 'invalid app id' })
    if (query.get('response_type') !== 'code') return complaint(400, { code: -50, message: 'invalid response_type' })
    if (query.get('redirect_uri') !== redirectUrl)
      return complaint(400, { code: -50, message: 'redirect_uri mismatch' })
    const location = this.answer(redirectUrl, query.get('state') ?? undefined)
    return { status: 302, headers: { location, 'content-type': 'text/plain' }, body: 'Logged in.\n' }
  }

  #exchange({ body }: Asked, grant: 'authorization_code' | 'refresh_token'): Reply {
    const { account } = this.#parts
    const asked = readJson(body)
    if (asked.grant_type !== grant) return complaint(400, { code: -50, message: 'invalid grant_type' })
    const said = (name: string) => (typeof asked[name] === 'string' ? asked[name] : '')
    const granted =
      grant === 'refresh_token'
        ? account.refresh(said('appIdHash'), said('refresh_token'), said('pin'))
        : account.exchange(said('appIdHash'), said('code'))
    return 'access_token' in granted ? succeeded({ code: 200, message: '', ...granted }) : complaint(400, granted)
  }

  /** For whoever shows a good token. */
  #known({ headers }: Asked, reply: () => Reply): Reply {
    return this.#parts.account.bearer(headers.authorization) ? reply() : refused(401)
  }

  #symbolTokens(body: string): Reply {
    const { symbols } = readJson(body)
    if (!Array.isArray(symbols)) return complaint(400, { code: -50, message: 'symbols missing' })
    if (symbols.length > MOST_SYMBOLS) return complaint(400, { code: -351, message: 'too many symbols' })
    const { market } = this.#parts
    const found = symbols.map(symbol => [String(symbol), market.find(String(symbol))?.fyToken] as const)
    return succeeded({
      validSymbol: Object.fromEntries(found.filter(([, fyToken]) => fyToken !== undefined)),
      invalidSymbol: found.filter(([, fyToken]) => fyToken === undefined).map(([symbol]) => symbol),
    })
  }

  #quotes(query: URLSearchParams): Reply {
    const symbols = (query.get('symbols') ?? '').split(',').filter(symbol => symbol !== '')
    if (symbols.length === 0) return complaint(400, { code: -50, message: 'symbols missing' })
    if (symbols.length > MOST_QUOTES) return complaint(400, { code: -351, message: 'too many symbols' })
    const { market } = this.#parts
    const d = symbols.map(symbol => {
      const row = market.find(symbol)
      if (!row) return { n: symbol, s: 'error', v: { code: -300, errmsg: 'Invalid symbol' } }
      return { n: symbol, s: 'ok', v: quoteOf(row, market.quote(row)) }
    })
    return succeeded({ code: 200, message: '', d })
  }

  #depth(query: URLSearchParams): Reply {
    const { market } = this.#parts
    const row = market.find(query.get('symbol') ?? '')
    if (!row) return complaint(400, { code: -300, message: 'Invalid symbol' })
    return succeeded({ code: 200, message: '', d: { [row.ticker]: depthOf(row, market.quote(row, 5)) } })
  }

  #booksAddress(): Reply {
    const { manners, booksUrl } = this.#parts
    if (!manners.isEntitled) return complaint(403, { code: -373, message: 'You are not entitled to market depth' })
    return succeeded({ code: 200, message: '', data: { socket_url: booksUrl() } })
  }

  #list(asked: Asked, name: string, isCsv: boolean): Reply {
    const { market, conditions, clock } = this.#parts
    const type = isCsv ? 'text/csv' : 'application/json'
    const known = this.#files.get(`${name} ${type}`)
    if (known?.rows === market.rows) return fileReply(known.file, { type, asked, conditions })
    const rows = market.rows.filter(row => row.file === name)
    const today = indianDate(clock.now())
    const file = Buffer.from(isCsv ? csvOf(rows, today) : jsonOf(rows, today))
    this.#files.set(`${name} ${type}`, { rows: market.rows, file })
    return fileReply(file, { type, asked, conditions })
  }
}

const succeeded = (content: object): Reply => ({
  status: 200,
  headers: JSON_TYPE,
  body: JSON.stringify({ s: 'ok', ...content }),
})

const complaint = (status: number, { code, message }: Complaint): Reply & { readonly body: string } => ({
  status,
  headers: JSON_TYPE,
  body: JSON.stringify({ s: 'error', code, message }),
})

/** Codes of the documentation, "Error codes". */
const COMPLAINTS: Readonly<Record<number, Complaint>> = {
  401: { code: -16, message: 'Could not authenticate the user' },
  403: { code: -373, message: 'You do not have the permission' },
  429: { code: -429, message: 'request limit reached' },
}

/** A failure in the broker's words. */
export const refused = (status: number): Reply & { readonly body: string } =>
  complaint(status, COMPLAINTS[status] ?? { code: status >= 500 ? -96 : -99, message: 'Something went wrong' })

function readJson(text: string): Record<string, unknown> {
  try {
    const content: unknown = JSON.parse(text)
    return typeof content === 'object' && content !== null ? (content as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import type { Clock } from '../../../shared/clock.ts'
import type { Account } from './account.ts'
import type { Conditions } from './conditions.ts'
import { csvOf, type KiteRow } from './list.ts'
import type { Market } from './market.ts'
import { refusalOf } from './refusal.ts'
import { sessionOf } from './session.ts'

/** One REST call as it was answered; the query is left out, as it may hold a token. */
export interface Call {
  readonly method: string
  readonly path: string
  /** Nothing when it was left without an answer. */
  readonly status: number | undefined
}

interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string | Buffer
  /** The connection breaks after so many bytes of the body. */
  readonly breakAt?: number
}

const JSON_TYPE = { 'content-type': 'application/json' }

/** Kite's REST side, as far as a stream of prices needs it. */
export class Rest {
  readonly calls: Call[] = []
  readonly #account: Account
  readonly #market: Market
  readonly #conditions: Conditions
  readonly #clock: Clock
  readonly #redirectUrl: string
  readonly #listNeedsToken: boolean
  #packed: { readonly rows: readonly KiteRow[]; readonly csv: Buffer; readonly gzip: Buffer } | undefined

  constructor(options: {
    account: Account
    market: Market
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

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://kite')
    const form = new URLSearchParams(request.method === 'POST' ? await text(request) : '')
    const { rest } = this.#conditions
    const reply = rest === 'down' ? undefined : rest === undefined ? this.#reply(request, url, form) : refused(rest)
    this.calls.push({ method: request.method ?? '', path: url.pathname, status: reply?.status })
    if (!reply) return void request.socket.destroy()
    const length = Buffer.byteLength(reply.body)
    response.writeHead(reply.status, { ...reply.headers, 'content-length': length })
    if (reply.breakAt === undefined) response.end(reply.body)
    else response.write(Buffer.from(reply.body).subarray(0, reply.breakAt), () => request.socket.destroy())
  }

  #reply(request: IncomingMessage, url: URL, form: URLSearchParams): Reply {
    const route = `${request.method} ${url.pathname}`
    if (route === 'POST /session/token') return this.#exchange(request, form)
    if (route === 'DELETE /session/token') return this.#logout(url.searchParams)
    if (route === 'GET /connect/login') return this.#loginPage(url.searchParams)
    const [, exchange] = /^GET \/instruments(?:\/([A-Z]+))?$/.exec(route) ?? []
    if (exchange !== undefined || route === 'GET /instruments') return this.#list(request, exchange)
    return refused(['/session/token', '/connect/login', '/instruments'].includes(url.pathname) ? 405 : 404)
  }

  #exchange(request: IncomingMessage, form: URLSearchParams): Reply {
    if (request.headers['x-kite-version'] !== '3') return refused(400, 'Invalid or missing `X-Kite-Version` header.')
    for (const field of ['api_key', 'request_token', 'checksum'])
      if (!form.get(field)) return refused(400, `Missing \`${field}\`.`)
    if (form.get('api_key') !== this.#account.apiKey) return refused(403, 'Invalid `api_key`.')
    const granted = this.#account.redeem(form.get('request_token') ?? '', form.get('checksum') ?? '')
    if (typeof granted === 'string') return refused(403, granted)
    return succeeded(sessionOf({ ...granted, apiKey: this.#account.apiKey, now: this.#clock.now() }))
  }

  #logout(query: URLSearchParams): Reply {
    const userId = this.#account.holder(query.get('api_key') ?? '', query.get('access_token') ?? '')
    if (userId === undefined) return refused(403)
    this.#account.end(userId)
    return succeeded(true)
  }

  /** The person logs in without a question and is sent back. */
  #loginPage(query: URLSearchParams): Reply {
    if (query.get('v') !== '3') return refused(400, 'Invalid or missing `v`.')
    if (query.get('api_key') !== this.#account.apiKey) return refused(400, 'Invalid `api_key`.')
    const back = new URL(this.#redirectUrl)
    back.searchParams.set('request_token', this.#account.issueRequestToken())
    back.searchParams.set('action', 'login')
    back.searchParams.set('status', 'success')
    for (const [name, value] of new URLSearchParams(query.get('redirect_params') ?? ''))
      back.searchParams.set(name, value)
    return { status: 302, headers: { location: back.href, 'content-type': 'text/plain' }, body: 'Logged in.\n' }
  }

  /** Kite asks for no token here; one that is sent must be right. */
  #list(request: IncomingMessage, exchange: string | undefined): Reply {
    const [, apiKey = '', accessToken = ''] = /^token ([^:]*):(.*)$/.exec(request.headers.authorization ?? '') ?? []
    const isHolder = this.#account.holder(apiKey, accessToken) !== undefined
    if (!isHolder && (this.#listNeedsToken || request.headers.authorization !== undefined)) return refused(403)
    const { csv, gzip } = this.#files(exchange)
    const isPacked = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
    const body = isPacked ? gzip : csv
    return {
      status: 200,
      headers: { 'content-type': 'text/csv', ...(isPacked ? { 'content-encoding': 'gzip' } : {}) },
      body,
      ...(this.#conditions.listCut === 'transfer' ? { breakAt: Math.floor(body.length / 2) } : {}),
    }
  }

  #files(exchange: string | undefined): { csv: Buffer; gzip: Buffer } {
    const { rows } = this.#market
    const isCut = this.#conditions.listCut === 'body'
    if (exchange !== undefined || isCut) {
      const csv = Buffer.from(csvOf(exchange === undefined ? rows : rows.filter(row => row.exchange === exchange)))
      const whole = isCut ? cutInsideRow(csv) : csv
      return { csv: whole, gzip: gzipSync(whole) }
    }
    if (this.#packed?.rows !== rows) {
      const csv = Buffer.from(csvOf(rows))
      this.#packed = { rows, csv, gzip: gzipSync(csv) }
    }
    return this.#packed
  }
}

/** About two thirds of the list, and the last line of that without its end. */
function cutInsideRow(csv: Buffer): Buffer {
  const lineEnd = csv.indexOf('\n', Math.floor((csv.length * 2) / 3))
  return csv.subarray(0, lineEnd - 20)
}

const succeeded = (data: unknown): Reply => ({
  status: 200,
  headers: JSON_TYPE,
  body: JSON.stringify({ status: 'success', data }),
})

const refused = (status: number, message?: string): Reply => ({
  status,
  headers: JSON_TYPE,
  body: refusalOf(status, message).body,
})

import type { Clock } from '../../../shared/clock.ts'
import type { Conditions } from '../kit/conditions.ts'
import { type Asked, fileReply, type Reply } from '../kit/rest.ts'
import type { FlattradeAccount } from './account.ts'
import type { Board } from './board.ts'
import { listFile, type Scrip } from './list.ts'
import { indianTime, refusalText } from './message.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const WINDOW_MS = 60_000

/** Flattrade's REST side, as far as a stream of prices needs it. */
export class FlattradeRest {
  readonly #account: FlattradeAccount
  readonly #board: Board
  readonly #conditions: Conditions
  readonly #clock: Clock
  readonly #redirectUrl: string
  readonly #perMinute: number
  readonly #files = new Map<string, { readonly scrips: readonly Scrip[]; readonly bytes: Buffer | undefined }>()
  #askedAt: number[] = []

  constructor(options: {
    account: FlattradeAccount
    board: Board
    conditions: Conditions
    clock: Clock
    redirectUrl: string
    perMinute: number
  }) {
    this.#account = options.account
    this.#board = options.board
    this.#conditions = options.conditions
    this.#clock = options.clock
    this.#redirectUrl = options.redirectUrl
    this.#perMinute = options.perMinute
  }

  reply(asked: Asked): Reply {
    const { method, url } = asked
    const route = `${method} ${url.pathname.replace(/\/$/, '')}`
    if (route === 'POST /trade/apitoken') return this.#exchange(asked)
    if (route === 'GET /auth') return this.#loginPage(url.searchParams)
    if (route === 'POST /PiConnectAPI/GetQuotes') return this.#quotes(asked)
    const [, file] = /^GET \/scripmaster\/([\w.]+)$/.exec(route) ?? []
    return file === undefined ? { status: 404, body: '' } : this.#list(asked, file)
  }

  #exchange({ body }: Asked): Reply {
    const request = readJson(body)
    if (request?.api_key !== this.#account.apiKey) return this.#refused('Invalid Input : Invalid API Key')
    const granted = this.#account.exchange(String(request.request_code), String(request.api_secret))
    if (typeof granted === 'string') return this.#refused(granted)
    const { accessToken, userId } = granted
    return succeeded({ token: accessToken, client: userId, status: 'Ok', stat: 'Ok', emsg: '' })
  }

  /** The person logs in without a question and is sent back. */
  #loginPage(query: URLSearchParams): Reply {
    if (query.get('app_key') !== this.#account.apiKey) return { status: 400, body: 'Invalid app key\n' }
    return { status: 302, headers: { location: this.answer(), 'content-type': 'text/plain' }, body: 'Logged in.\n' }
  }

  /** Where the person is sent after a login; nothing comes back of what the app would like to have back. */
  answer(): string {
    const back = new URL(this.#redirectUrl)
    back.searchParams.set('code', this.#account.issueRequestToken())
    back.searchParams.set('client', this.#account.userId)
    return back.href
  }

  /** The body is text, `jData=…&jKey=…`, and nothing in it is escaped. */
  #quotes({ body }: Asked): Reply {
    const [, data = '', token = ''] = /^jData=(.*)&jKey=([^&]*)$/s.exec(body) ?? []
    const request = readJson(data)
    const holder = this.#account.holder(token)
    if (holder === undefined || holder !== request?.uid) return this.#refused('Session Expired : Invalid Session Key')
    if (this.#isTooMuch()) return this.#refused(`Invalid Input : Request exceeds Limit ${this.#perMinute} for user`)
    const scrip = this.#board.scrip(`${String(request.exch)}|${String(request.token)}`)
    if (!scrip) return this.#refused('Error Occurred : 5 "no data"')
    const { so5, ft: _, ...values } = this.#board.values(scrip, 'depth')
    return succeeded({
      request_time: indianTime(this.#clock.now()),
      stat: 'Ok',
      exch: scrip.exchange,
      token: scrip.token,
      tsym: scrip.tradingSymbol,
      ...this.#board.constants(scrip),
      ...values,
      ...(so5 === undefined ? {} : { So5: so5 }),
    })
  }

  #isTooMuch(): boolean {
    const now = this.#clock.monotonic()
    this.#askedAt = [...this.#askedAt.filter(at => at > now - WINDOW_MS), now]
    return this.#askedAt.length > this.#perMinute
  }

  /** The store that the lists are in knows nobody, and says of a file that is not there that it may not be seen. */
  #list(asked: Asked, name: string): Reply {
    const { scrips } = this.#board
    const known = this.#files.get(name)
    const { bytes } = known?.scrips === scrips ? known : { bytes: listFile(scrips, name) }
    this.#files.set(name, { scrips, bytes })
    if (!bytes)
      return {
        status: 403,
        headers: { 'content-type': 'application/xml' },
        body: '<Error><Code>AccessDenied</Code></Error>',
      }
    return fileReply(bytes, { type: 'text/csv', asked, conditions: this.#conditions })
  }

  #refused(words: string): Reply {
    return { status: 200, headers: JSON_TYPE, body: refusalText(words, this.#clock.now()) }
  }
}

const succeeded = (content: object): Reply => ({ status: 200, headers: JSON_TYPE, body: JSON.stringify(content) })

function readJson(text: string): Readonly<{ [name: string]: unknown }> | undefined {
  try {
    const content: unknown = JSON.parse(text)
    return typeof content === 'object' && content !== null ? { ...content } : undefined
  } catch {
    return undefined
  }
}

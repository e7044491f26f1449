import { WebSocket } from 'ws'
import { pause, systemClock } from '../../shared/clock.ts'
import { Ledger } from '../support/ledger.ts'
import type { Delivered, Judge } from './oracle/judge.ts'

export interface Held {
  readonly broker: string
  readonly exchange: string
  readonly symbol: string
  readonly mode: 'LTP' | 'Quote' | 'Depth'
}

/** What a client was told of a feed, or of an instrument of it. */
export interface Word {
  /** Of the monotonic clock. */
  readonly at: number
  readonly by: 'state' | '/status' | 'gap' | 'source' | 'shutdown'
  readonly feed: string
  /** `EXCHANGE:SYMBOL`, or `*` for all of the feed. */
  readonly about: string
  readonly state: string
  readonly reason: string
}

type Json = Readonly<Record<string, unknown>>

const FEATURES = ['seq', 'count', 'gap', 'slow', 'state', 'source', 'shutdown'] as const
const AT_ONCE = 500
const RETRY_MS = 100
const LOOK_MS = 100

/** What a client that is told this has to take for lost. */
const LOSING: ReadonlySet<string> = new Set(['suspect', 'down', 'auth_required', 'parked'])

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Each source of an instrument has books of its own. */
const ofSource = (one: Json): Json => ({ ...one, exchange: `${textOf(one.broker)} ${textOf(one.exchange)}` })

/** A client with every feature, which comes back by itself and judges all it gets. */
export class Client {
  readonly words: Word[] = []
  ledger = new Ledger()
  /** Sums of ledgers that are closed. */
  readonly books = { delivered: 0, folded: 0, lost: 0, open: 0, untold: 0 }
  readonly errors: string[] = []
  /** When the newest unmarked value of each topic was said, wall clock, and when it came, monotonic. */
  readonly newest = new Map<string, { saidAt: number; cameAt: number }>()
  /** Which broker the newest value of each topic came from. */
  readonly sources = new Map<string, string>()
  /** When connections opened, monotonic. */
  readonly opened: number[] = []
  isBatching = false
  readonly held: readonly Held[]
  readonly #url: () => string | undefined
  readonly #key: string
  readonly #judge: Judge
  readonly #said = new Map<string, string>()
  #socket: WebSocket | undefined
  #isClosed = false

  constructor(options: { url: () => string | undefined; key: string; held: readonly Held[]; judge: Judge }) {
    this.held = options.held
    this.#url = options.url
    this.#key = options.key
    this.#judge = options.judge
  }

  open(): void {
    this.#connect()
    void this.#watch()
  }

  close(): void {
    this.#isClosed = true
    this.#socket?.terminate()
  }

  /** Whether state frames come: then they alone are what a client is told by. */
  get hearsStates(): boolean {
    return this.words.some(({ by }) => by === 'state')
  }

  /** The first word since then that a feed, or an instrument of it, is in one of these states. */
  told(since: number, states: readonly string[], feed?: string): Word | undefined {
    const by = this.hearsStates ? 'state' : '/status'
    return this.words.find(
      one =>
        one.by === by && one.at >= since && states.includes(one.state) && (feed === undefined || one.feed === feed),
    )
  }

  /** When the last of all held topics had a value that was said after this instant of the wall clock. */
  freshSince(wall: number): number | undefined {
    let last = 0
    for (const { exchange, symbol } of this.held) {
      const one = this.newest.get(`${exchange}:${symbol}`)
      if (!one || one.saidAt < wall) return undefined
      last = Math.max(last, one.cameAt)
    }
    return last
  }

  /** Closes the books of this connection and opens new ones. */
  closeBooks(): void {
    const { accounts, errors, total } = this.ledger
    this.books.delivered += total.delivered
    this.books.folded += total.folded
    this.books.lost += total.lost
    this.books.open += total.openGaps
    for (const { published, delivered, folded, lost } of accounts.values())
      this.books.untold += Math.abs(published - delivered - folded - lost)
    this.errors.push(...errors)
    this.ledger = new Ledger()
  }

  #connect(): void {
    if (this.#isClosed) return
    const url = this.#url()
    if (url === undefined) {
      systemClock.after(RETRY_MS, () => this.#connect())
      return
    }
    const socket = new WebSocket(url, { skipUTF8Validation: true })
    this.#socket = socket
    socket.on('error', () => {})
    socket.on('open', () => this.#greet(socket))
    socket.on('message', data => this.#read(JSON.parse((data as Buffer).toString()), systemClock.monotonic()))
    socket.on('close', () => {
      this.closeBooks()
      systemClock.after(RETRY_MS, () => this.#connect())
    })
  }

  #greet(socket: WebSocket): void {
    this.opened.push(systemClock.monotonic())
    const features = [...FEATURES, ...(this.isBatching ? ['batch'] : [])]
    socket.send(JSON.stringify({ action: 'authenticate', api_key: this.#key, features }))
    this.#ask(socket, this.held)
  }

  #ask(socket: WebSocket, wanted: readonly Held[]): void {
    for (const mode of ['LTP', 'Quote', 'Depth'] as const) {
      const all = wanted.filter(one => one.mode === mode)
      for (let at = 0; at < all.length; at += AT_ONCE) {
        const symbols = all.slice(at, at + AT_ONCE).map(({ exchange, symbol }) => ({ exchange, symbol }))
        socket.send(JSON.stringify({ action: 'subscribe', mode, symbols }))
      }
    }
  }

  /** What was not taken is asked for again: a proxy that has just begun may not know every feed yet. */
  #insist(reply: Json): void {
    const items = (reply.subscriptions ?? []) as readonly Json[]
    const refused = items.filter(({ status }) => status === 'error')
    const again = this.held.filter(held =>
      refused.some(({ symbol, exchange }) => symbol === held.symbol && exchange === held.exchange),
    )
    const socket = this.#socket
    if (again.length > 0 && socket)
      systemClock.after(RETRY_MS, () => {
        if (socket.readyState === WebSocket.OPEN) this.#ask(socket, again)
      })
  }

  #read(message: Json | readonly Json[], cameAt: number): void {
    if (Array.isArray(message)) {
      for (const one of message as readonly Json[]) this.#read(one, cameAt)
      return
    }
    const one = message as Json
    if (one.type === 'market_data') {
      this.ledger.read(ofSource(one))
      const frame = one as unknown as Delivered
      const saidAt = this.#judge.read(frame, systemClock.now())
      if (saidAt === undefined || frame.snapshot === true) return
      const name = `${frame.exchange}:${frame.symbol}`
      this.newest.set(name, { saidAt, cameAt })
      this.sources.set(name, frame.broker)
    } else if (one.type === 'gap') this.#miss(one, cameAt)
    else if (one.type === 'state' || one.type === 'source' || one.type === 'server_shutdown') this.#hear(one, cameAt)
    else if (one.type === 'subscribe') this.#insist(one)
    else if (one.status === 'error') this.errors.push(JSON.stringify(one).slice(0, 300))
  }

  /** A hole; one without an end says that the publisher was replaced. */
  #miss(one: Json, at: number): void {
    this.ledger.read(ofSource(one))
    if (one.to !== undefined) return
    const about = `${textOf(one.exchange)}:${textOf(one.symbol)}`
    this.words.push({ at, by: 'gap', feed: textOf(one.broker).toUpperCase(), about, state: 'replaced', reason: '' })
  }

  #hear(one: Json, at: number): void {
    // What the old source publishes from here on is not for this client.
    if (one.type === 'source')
      this.ledger.leave(
        `${textOf(one.was).toLowerCase()} ${textOf(one.exchange)}:${textOf(one.symbol)}:${String(one.mode)}`,
      )
    // A process that is given no core for two seconds makes its connections anew, and says so: nobody broke it on order.
    if (one.type === 'state' && LOSING.has(textOf(one.state))) this.#judge.broke(systemClock.now())
    const isAll = one.symbols === '*' || one.symbol === undefined
    this.words.push({
      at,
      by: one.type === 'server_shutdown' ? 'shutdown' : (one.type as 'state' | 'source'),
      feed: textOf(one.feed),
      about: isAll ? '*' : `${textOf(one.exchange)}:${textOf(one.symbol)}`,
      state: textOf(one.state),
      reason: `${textOf(one.code)} ${textOf(one.reason)}`.trim(),
    })
  }

  /** The second witness: how every feed stands, as anybody can ask. */
  async #watch(): Promise<void> {
    const headers = { authorization: `Bearer ${this.#key}` }
    while (!this.#isClosed) {
      const url = this.#url()
      if (url !== undefined) {
        const answer = await fetch(`${url.replace('ws', 'http')}/status`, { headers }).catch(() => undefined)
        const said = (await answer?.json().catch(() => undefined)) as { feeds?: readonly Json[] } | undefined
        for (const feed of said?.feeds ?? []) this.#look(feed)
      }
      await pause(systemClock, LOOK_MS)
    }
  }

  #look(feed: Json): void {
    const [name, state] = [textOf(feed.name), textOf(feed.state)]
    if (this.#said.get(name) === state) return
    this.#said.set(name, state)
    const at = systemClock.monotonic()
    this.words.push({ at, by: '/status', feed: name, about: '*', state, reason: textOf(feed.reason) })
  }
}

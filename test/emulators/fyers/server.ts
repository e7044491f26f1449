import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { type Clock, systemClock } from '../../../shared/clock.ts'
import { indianDate } from '../../../shared/market/india.ts'
import { type Conditions, fairWeather } from '../kit/conditions.ts'
import type { Connection, Opened } from '../kit/connection.ts'
import { control, isControl } from '../kit/control.ts'
import { Door } from '../kit/door.ts'
import { Market } from '../kit/market.ts'
import { Pace } from '../kit/pace.ts'
import { Rest } from '../kit/rest.ts'
import { type Admission, Stream } from '../kit/stream.ts'
import { universe } from '../kit/universe.ts'
import { FyersAccount } from './account.ts'
import { BookConnection } from './books.ts'
import { FyersFaults } from './faults.ts'
import { GOOD_MANNERS, type Manners } from './manners.ts'
import { FyersMarket } from './market.ts'
import { OrderConnection } from './orderfeed.ts'
import { ORDERS } from './orders.ts'
import { PriceConnection } from './prices.ts'
import { recordedValues } from './recorded.ts'
import { FyersRest, refused } from './rest.ts'
import { streamConfiguration } from './streamconfig.ts'

const PRICES = '/hsm/v1-5/prod'
const BOOKS = '/versova'
const ORDER_UPDATES = '/trade/v3'

export interface FyersOptions {
  /** A free one when left out. */
  readonly port?: number
  readonly appId?: string
  readonly appSecret?: string
  readonly pin?: string
  /** Who logs in. */
  readonly userId?: string
  /** As registered for the app. */
  readonly redirectUrl?: string
  /** The list has so many rows; a few hundred when left out. */
  readonly rows?: number
  /** How its invented instruments begin. */
  readonly own?: string
  /** `YYYY-MM-DD`, the day of the list: no contract in it has expired. Today in India when left out. */
  readonly today?: string
  /** The same seed gives the same prices in the same order. */
  readonly seed?: number
  /** A turn of the market; 0 for none: then only snapshots are sent, and what is pushed. */
  readonly tickMs?: number
  /** So many ticks a second instead, evenly, over all that is subscribed. */
  readonly rate?: number
  /** False: also what was recorded walks. */
  readonly recorded?: boolean
  /** Values in a lite item: 1 now, 3 in 2023. */
  readonly lite?: number
  readonly connectionLimit?: number
  readonly topicLimit?: number
  /** A login lasts so long; until the next morning in India when left out. */
  readonly tokenLifeMs?: number
  readonly clock?: Clock
}

/**
 * Fyers as its clients see it: login, symbol master, quotes, and the sockets of prices, deep books and orders, on one port
 * of this machine.
 */
export class FyersEmulator {
  readonly faults: FyersFaults
  readonly market: Market
  readonly rest: Rest
  readonly account: FyersAccount
  readonly prices: Stream<PriceConnection>
  readonly books: Stream<BookConnection>
  readonly orders: Stream<OrderConnection>
  /** The market in the broker's words. */
  readonly listed: FyersMarket
  readonly #replies: FyersRest
  readonly #door: Door
  readonly #pace: Pace<string>
  /** Sockets that showed a header which the price socket never answers. */
  readonly #forbidden = new WeakSet<Socket>()

  private constructor(options: FyersOptions) {
    const clock = options.clock ?? systemClock
    const conditions = fairWeather()
    const manners: Manners = { ...GOOD_MANNERS, scales: new Map() }
    const today = options.today ?? indianDate(clock.now())
    this.market = new Market({ contracts: universe(today, options.rows, options.own), seed: options.seed ?? 1, clock })
    this.listed = new FyersMarket({
      market: this.market,
      recorded: options.recorded === false ? new Map() : recordedValues(),
      manners,
      configuration: streamConfiguration(options.lite),
    })
    this.account = new FyersAccount({
      appId: options.appId ?? 'EMULATED01-100',
      appSecret: options.appSecret ?? 'EMULATEDSECRET1',
      pin: options.pin ?? '1234',
      userId: options.userId ?? 'XE00001',
      clock,
      ended: token => {
        for (const one of this.streams) one.dropToken(token)
      },
      tokenLifeMs: options.tokenLifeMs,
    })
    this.#replies = new FyersRest({
      account: this.account,
      market: this.listed,
      conditions,
      manners,
      clock,
      redirectUrl: options.redirectUrl ?? 'http://127.0.0.1:8766/',
      booksUrl: () => this.booksUrl,
    })
    this.rest = new Rest({ conditions, reply: asked => this.#replies.reply(asked), refused })
    const { listed: market, account } = this
    const priceSurroundings = { market, account, manners, topicLimit: options.topicLimit ?? 5000 }
    const shared = { conditions, clock, connectionLimit: options.connectionLimit ?? 3 }
    this.prices = streamOf('prices', shared, {
      admit: request => this.#admitUnseen(request),
      open: opened => new PriceConnection(opened, priceSurroundings, this.#forbidden.has(opened.socket)),
    })
    this.books = streamOf('books', shared, {
      admit: request => this.#admit(request),
      open: opened => new BookConnection(opened, { market, manners, symbolLimit: 5 }),
    })
    this.orders = streamOf('orders', shared, {
      admit: request => this.#admit(request),
      open: opened => new OrderConnection(opened),
    })
    this.#door = new Door({
      answer: (request, response) =>
        isControl(request) ? control(this, ORDERS, request, response) : this.rest.answer(request, response),
      upgrade: (request, head) => this.#upgrade(request, head),
    })
    const { prices, books, orders, streams } = this
    const door = this.#door
    const faulty = { streams, account, market: this.market, conditions, clock, door }
    this.faults = new FyersFaults({ ...faulty, manners, prices, books, orders, listed: market })
    this.#pace = this.#run(options, clock)
  }

  /** Rejects with the system's error when the port is taken. */
  static async start(options: FyersOptions = {}): Promise<FyersEmulator> {
    const emulator = new FyersEmulator(options)
    await emulator.#door.open(options.port ?? 0)
    return emulator
  }

  get streams(): readonly Stream<Connection>[] {
    return [this.prices, this.books, this.orders]
  }

  /** Login, quotes, and everything that is asked by REST but the lists. */
  get apiUrl(): string {
    return this.#door.origin
  }

  get loginUrl(): string {
    return `${this.apiUrl}/api/v3/generate-authcode`
  }

  get masterUrl(): string {
    return `${this.apiUrl}/sym_details`
  }

  get streamUrl(): string {
    return `${this.#door.streamOrigin}${PRICES}`
  }

  get booksUrl(): string {
    return `${this.#door.streamOrigin}${BOOKS}`
  }

  get ordersUrl(): string {
    return `${this.#door.streamOrigin}${ORDER_UPDATES}`
  }

  /** What a feed is told to find it. */
  get settings(): Readonly<Record<string, string>> {
    return {
      api_url: this.apiUrl,
      login_url: this.loginUrl,
      master_url: this.masterUrl,
      stream_url: this.streamUrl,
      books_url: this.booksUrl,
      orders_url: this.ordersUrl,
    }
  }

  /** The address that the person is sent back to. */
  answer(): string {
    return this.#replies.answer()
  }

  /** Logs the user in without the way through the browser; gives the access token. */
  login(): string {
    return this.account.login()
  }

  /** From now on the market stands still, where everybody has been told it is. */
  stand(): void {
    this.#pace.close()
  }

  async close(): Promise<void> {
    this.#pace.close()
    this.account.close()
    for (const stream of this.streams) stream.close()
    await this.#door.close()
  }

  #upgrade(request: IncomingMessage, head: Buffer): void {
    const { pathname } = new URL(request.url ?? '/', 'ws://fyers')
    const streams = new Map<string, Stream<Connection>>([
      [BOOKS, this.books],
      [ORDER_UPDATES, this.orders],
    ])
    // What no socket has its address at is refused as by the price socket's host: other versions answer 404.
    const stream = streams.get(pathname) ?? this.prices
    stream.upgrade(request, head)
  }

  /** Anybody may open the price socket: who he is, a frame says. With the header of the others it never speaks. */
  #admitUnseen({ headers, url, socket }: IncomingMessage): Admission {
    if (new URL(url ?? '/', 'ws://fyers').pathname !== PRICES) return { refused: refused(404) }
    if (headers.authorization !== undefined) this.#forbidden.add(socket)
    return { visitor: undefined }
  }

  #admit({ headers }: IncomingMessage): Admission {
    const visitor = this.account.bearer(headers.authorization)
    return visitor ? { visitor } : { refused: refused(401) }
  }

  /** The market moves, and each connection hears what it asked for. */
  #run({ tickMs = 1000, rate }: FyersOptions, clock: Clock): Pace<string> {
    const wanting = () => [...this.prices.open, ...this.books.open]
    return new Pace<string>({
      clock,
      tickMs,
      rate,
      wanted: () => [...new Set(wanting().flatMap(one => one.places))],
      turn: due => {
        this.listed.step(due)
        for (const one of wanting()) one.show(due)
      },
    })
  }
}

/** A kind of socket, which refuses in the broker's words. */
const streamOf = <One extends Connection>(
  name: string,
  shared: { conditions: Conditions; clock: Clock; connectionLimit: number },
  own: { admit: (request: IncomingMessage) => Admission; open: (opened: Opened) => One },
): Stream<One> => new Stream({ name, ...shared, ...own, refusalOf: refused })

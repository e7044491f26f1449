import type { IncomingMessage } from 'node:http'
import { type Clock, systemClock } from '../../../shared/clock.ts'
import { indianDate } from '../../../shared/market/india.ts'
import { type Conditions, fairWeather } from '../kit/conditions.ts'
import type { Visitor } from '../kit/connection.ts'
import { control, isControl } from '../kit/control.ts'
import { Door } from '../kit/door.ts'
import { Market } from '../kit/market.ts'
import { Pace } from '../kit/pace.ts'
import { type Call, Rest } from '../kit/rest.ts'
import { type Admission, type Handshake, Stream } from '../kit/stream.ts'
import { universe } from '../kit/universe.ts'
import { KiteAccount } from './account.ts'
import { KiteConnection, type Surroundings } from './connection.ts'
import { KiteFaults } from './faults.ts'
import type { KiteRow } from './list.ts'
import { KiteMarket } from './market.ts'
import { ORDERS } from './orders.ts'
import { message } from './packet.ts'
import { recordedPackets } from './recorded.ts'
import { refusalOf } from './refusal.ts'
import { KiteRest, refused } from './rest.ts'

export interface KiteOptions {
  /** A free one when left out. */
  readonly port?: number
  readonly apiKey?: string
  readonly apiSecret?: string
  /** Who logs in. */
  readonly userId?: string
  /** Where the app has its people sent after the login. */
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
  readonly heartbeatMs?: number
  /** False: also the recorded tokens walk. */
  readonly recorded?: boolean
  /** False: nothing is sent until the price changes. */
  readonly snapshots?: boolean
  readonly connectionLimit?: number
  readonly instrumentLimit?: number
  /** True: the list is given to logged-in callers only. */
  readonly listNeedsToken?: boolean
  readonly clock?: Clock
}

/**
 * Kite Connect as its clients see it: login, list of instruments and ticker on one port of this machine, as strict as
 * the real one, and misbehaving on order.
 */
export class KiteEmulator {
  readonly apiKey: string
  readonly apiSecret: string
  readonly faults: KiteFaults
  readonly market: Market
  readonly streams: readonly Stream<KiteConnection>[]
  readonly rest: Rest
  readonly #account: KiteAccount
  readonly #kite: KiteMarket
  readonly #replies: KiteRest
  readonly #ticker: Stream<KiteConnection>
  readonly #door: Door
  readonly #lastPackets = new Map<number, Buffer>()
  readonly #close: () => void

  private constructor(options: KiteOptions) {
    const clock = options.clock ?? systemClock
    const conditions = fairWeather()
    const today = options.today ?? indianDate(clock.now())
    this.apiKey = options.apiKey ?? 'emulatedkey00001'
    this.apiSecret = options.apiSecret ?? 'emulatedsecret000000000000000001'
    this.market = new Market({ contracts: universe(today, options.rows, options.own), seed: options.seed ?? 1, clock })
    this.#kite = new KiteMarket({
      market: this.market,
      recorded: options.recorded === false ? new Map() : recordedPackets(),
    })
    const userId = options.userId ?? 'AB1234'
    this.#account = new KiteAccount({
      apiKey: this.apiKey,
      apiSecret: this.apiSecret,
      userId,
      clock,
      ended: accessToken => this.#ticker.dropToken(accessToken),
    })
    this.#replies = new KiteRest({
      account: this.#account,
      market: this.#kite,
      conditions,
      clock,
      redirectUrl: options.redirectUrl ?? 'http://127.0.0.1:8766/',
      listNeedsToken: options.listNeedsToken ?? false,
    })
    this.rest = new Rest({ conditions, reply: asked => this.#replies.reply(asked), refused })
    this.#ticker = this.#openTicker(options, conditions, clock)
    this.streams = [this.#ticker]
    this.#door = new Door({
      answer: (request, response) =>
        isControl(request) ? control(this, ORDERS, request, response) : this.rest.answer(request, response),
      upgrade: (request, head) => this.#ticker.upgrade(request, head),
    })
    this.faults = new KiteFaults({
      streams: this.streams,
      account: this.#account,
      market: this.market,
      conditions,
      clock,
      door: this.#door,
      userId,
      open: () => this.open,
    })
    this.#close = this.#run(options, clock)
  }

  /** Rejects with the system's error when the port is taken. */
  static async start(options: KiteOptions = {}): Promise<KiteEmulator> {
    const emulator = new KiteEmulator(options)
    await emulator.#door.open(options.port ?? 0)
    return emulator
  }

  get apiUrl(): string {
    return this.#door.origin
  }

  get streamUrl(): string {
    return this.#door.streamOrigin
  }

  get loginUrl(): string {
    return `${this.apiUrl}/connect/login`
  }

  /** Of everybody who tried to open a socket, in order. */
  get handshakes(): readonly Handshake[] {
    return this.#ticker.handshakes
  }

  /** Every connection since the start in its order, the closed ones too. */
  get connections(): readonly KiteConnection[] {
    return this.#ticker.connections
  }

  get open(): readonly KiteConnection[] {
    return this.#ticker.open
  }

  /** REST calls in their order. */
  get calls(): readonly Call[] {
    return this.rest.calls
  }

  /** Today's list. */
  get rows(): readonly KiteRow[] {
    return this.#kite.rows
  }

  /** The row of `NSE:INFY`. */
  row(key: string): KiteRow {
    const row = this.#kite.named(key)
    if (!row) throw new RangeError(`${key} is not in the list`)
    return row
  }

  /** The login that is good now, if there is one. */
  get accessToken(): string | undefined {
    return this.#account.accessToken()
  }

  /** What the person is sent back with after a login in the browser. */
  issueRequestToken(): string {
    return this.#account.issueRequestToken()
  }

  /** The address that the person is sent back to. */
  answer(): string {
    return this.#replies.answer()
  }

  /** Logs the user in without the way through the browser; gives the access token. */
  login(): string {
    return this.#account.login()
  }

  /** Exactly these packets, one message for each connection that subscribed to any; how many there were. */
  push(packets: readonly Buffer[]): number {
    const wanted = (one: KiteConnection) =>
      packets.filter(packet => packet.length < 4 || one.subscribed.has(packet.readUInt32BE(0)))
    return this.open.filter(one => one.push(wanted(one))).length
  }

  /** These bytes as one binary frame to every connection. */
  pushFrame(bytes: Uint8Array): number {
    return this.open.filter(one => one.raw(bytes)).length
  }

  /** What this token was sent last, as a message of one packet. */
  lastFrame(token: number): Buffer | undefined {
    const packet = this.#lastPackets.get(token)
    return packet && message([packet])
  }

  async close(): Promise<void> {
    this.#close()
    this.#ticker.close()
    await this.#door.close()
  }

  #openTicker(options: KiteOptions, conditions: Conditions, clock: Clock): Stream<KiteConnection> {
    const around: Surroundings = {
      market: this.#kite,
      instrumentLimit: options.instrumentLimit ?? 3000,
      snapshots: options.snapshots ?? true,
      sent: (token, packet) => this.#lastPackets.set(token, packet),
    }
    return new Stream({
      name: 'ticker',
      conditions,
      clock,
      connectionLimit: options.connectionLimit ?? 3,
      admit: request => this.#admit(request),
      refusalOf: status => ({ status, body: refusalOf(status).body }),
      open: opened => new KiteConnection(opened, around),
    })
  }

  #admit(request: IncomingMessage): Admission {
    const { searchParams, pathname } = new URL(request.url ?? '/', 'ws://kite')
    if (pathname !== '/') return { refused: { status: 404, body: refusalOf(404).body } }
    const token = searchParams.get('access_token') ?? ''
    const userId = this.#account.holderOf(searchParams.get('api_key') ?? '', token)
    const visitor: Visitor | undefined = userId === undefined ? undefined : { userId, token }
    return visitor ? { visitor } : { refused: { status: 403, body: refusalOf(403).body } }
  }

  /** The market moves, and each connection hears what it asked for, or that it lives. */
  #run({ tickMs = 1000, rate, heartbeatMs = 2000 }: KiteOptions, clock: Clock): () => void {
    const stopBeat = clock.every(Math.max(1, heartbeatMs / 4), () => {
      for (const one of this.open) one.rest(heartbeatMs)
    })
    const pace = new Pace<number>({
      clock,
      tickMs,
      rate,
      wanted: () => [...new Set(this.open.flatMap(one => [...one.subscribed.keys()]))],
      turn: due => {
        this.#kite.step(due)
        for (const one of this.open) one.show(due)
      },
    })
    return () => {
      stopBeat()
      pace.close()
      this.#account.close()
    }
  }
}

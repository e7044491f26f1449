import type { IncomingMessage } from 'node:http'
import { type Clock, systemClock } from '../../../shared/clock.ts'
import { indianDate } from '../../../shared/market/india.ts'
import { type Conditions, fairWeather } from '../kit/conditions.ts'
import { control, isControl } from '../kit/control.ts'
import { Door } from '../kit/door.ts'
import { Market } from '../kit/market.ts'
import { Pace } from '../kit/pace.ts'
import { Rest } from '../kit/rest.ts'
import { Stream } from '../kit/stream.ts'
import { universe } from '../kit/universe.ts'
import { AngelAccount, type AngelTokens } from './account.ts'
import { AngelConnection, type Surroundings } from './connection.ts'
import { ORDERS } from './control.ts'
import { AngelFaults, goodManners } from './faults.ts'
import { Gate, ORDERS_PATH, STREAM_PATH } from './gate.ts'
import type { AngelRow } from './list.ts'
import { AngelMarket } from './market.ts'
import { OrderConnection } from './orders.ts'
import { keyOf, keyText } from './packet.ts'
import { recordedPackets } from './recorded.ts'
import { handshakeRefusal, refused } from './refusal.ts'
import { AngelRest, MASTER } from './rest.ts'

export interface AngelOptions {
  /** A free one when left out. */
  readonly port?: number
  readonly apiKey?: string
  readonly clientCode?: string
  readonly pin?: string
  /** Base32. */
  readonly totpSecret?: string
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
  /** False: also the recorded instruments walk. */
  readonly recorded?: boolean
  /** False: nothing is sent until the price changes. */
  readonly snapshots?: boolean
  readonly connectionLimit?: number
  /** Instruments times modes on one connection. */
  readonly pairLimit?: number
  readonly bookLimit?: number
  /** Connections that have not pinged for so long are closed. */
  readonly idleMs?: number
  /** A third connection within so long is cut; 0: none. */
  readonly quickMs?: number
  /** Tokens end after so long; else at five in the morning in India, as their own `exp` says. */
  readonly tokenLifeMs?: number
  readonly clock?: Clock
}

/**
 * SmartAPI as its clients see it: login, list of instruments, quotes, stream and orders on one port of this machine, as
 * strict as the real one, and misbehaving on order.
 */
export class AngelEmulator {
  readonly account: AngelAccount
  readonly faults: AngelFaults
  readonly market: Market
  readonly stream: Stream<AngelConnection>
  readonly orders: Stream<OrderConnection>
  readonly streams: readonly Stream[]
  readonly rest: Rest
  readonly #angel: AngelMarket
  readonly #gate: Gate
  readonly #door: Door
  readonly #lastPackets = new Map<string, Buffer>()
  readonly #close: () => void

  private constructor(options: AngelOptions) {
    const clock = options.clock ?? systemClock
    const conditions = fairWeather()
    const manners = goodManners()
    const today = options.today ?? indianDate(clock.now())
    this.market = new Market({ contracts: universe(today, options.rows, options.own), seed: options.seed ?? 1, clock })
    this.#angel = new AngelMarket({
      market: this.market,
      recorded: options.recorded === false ? new Map() : recordedPackets(),
    })
    this.account = new AngelAccount({
      apiKey: options.apiKey ?? 'emulkey1',
      clientCode: options.clientCode ?? 'A123456',
      pin: options.pin ?? '2468',
      totpSecret: options.totpSecret ?? 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
      clock,
      tokenLifeMs: options.tokenLifeMs,
      ended: jwt => {
        for (const one of this.streams) one.dropToken(jwt)
      },
    })
    const replies = new AngelRest({ account: this.account, market: this.#angel, conditions })
    this.rest = new Rest({ conditions, reply: asked => replies.reply(asked), refused })
    this.#gate = new Gate({ account: this.account, manners, clock, quickMs: options.quickMs ?? 0 })
    this.stream = this.#openStream(options, conditions, clock)
    this.orders = new Stream({
      name: 'orders',
      conditions,
      clock,
      connectionLimit: 3,
      admit: request => this.#gate.admitOrders(request),
      refusalOf: handshakeRefusal,
      open: opened => new OrderConnection(opened),
    })
    this.streams = [this.stream, this.orders]
    this.#door = new Door({
      answer: (request, response) =>
        isControl(request) ? control(this, ORDERS, request, response) : this.rest.answer(request, response),
      upgrade: (request, head) => this.#upgrade(request, head, clock),
    })
    this.faults = new AngelFaults({
      streams: this.streams,
      account: this.account,
      market: this.market,
      conditions,
      clock,
      door: this.#door,
      orders: this.orders,
      manners,
    })
    this.#close = this.#run(options, clock)
  }

  /** Rejects with the system's error when the port is taken. */
  static async start(options: AngelOptions = {}): Promise<AngelEmulator> {
    const emulator = new AngelEmulator(options)
    await emulator.#door.open(options.port ?? 0)
    return emulator
  }

  get origin(): string {
    return this.#door.origin
  }

  /** Every address that the adapter has a setting for. */
  get settings() {
    return {
      api_url: this.origin,
      stream_url: `${this.#door.streamOrigin}${STREAM_PATH}`,
      orders_url: `${this.#door.streamOrigin}${ORDERS_PATH}`,
      master_url: `${this.origin}${MASTER}`,
    }
  }

  /** Today's list. */
  get rows(): readonly AngelRow[] {
    return this.#angel.rows
  }

  get connections(): readonly AngelConnection[] {
    return this.stream.connections
  }

  get open(): readonly AngelConnection[] {
    return this.stream.open
  }

  /** What the authenticator app shows. */
  answer(): string {
    return this.account.code
  }

  /** Logs the client in at once. */
  login(): AngelTokens {
    return this.account.grant()
  }

  /** Exactly these packets, to each connection that subscribed them; how many connections were reached. */
  push(packets: readonly Buffer[]): number {
    const reached = (one: AngelConnection) => packets.map(bytes => one.push(bytes)).includes(true)
    return this.open.filter(reached).length
  }

  /** What this instrument (`1|2885`) was sent last in a mode. */
  lastPacket(key: string, mode: number): Buffer | undefined {
    return this.#lastPackets.get(`${key}|${mode}`)
  }

  async close(): Promise<void> {
    this.#close()
    for (const one of this.streams) one.close()
    await this.#door.close()
  }

  #upgrade(request: IncomingMessage, head: Buffer, clock: Clock): void {
    const { pathname } = new URL(request.url ?? '/', 'ws://angel')
    if (pathname === ORDERS_PATH) this.orders.upgrade(request, head)
    else if (!this.#gate.cuts()) this.stream.upgrade(request, head)
    else {
      this.stream.handshakes.push({ at: clock.now(), status: undefined })
      request.socket.destroy()
    }
  }

  #openStream(options: AngelOptions, conditions: Conditions, clock: Clock): Stream<AngelConnection> {
    const around: Surroundings = {
      market: this.#angel,
      pairLimit: options.pairLimit ?? 1000,
      bookLimit: options.bookLimit ?? 50,
      snapshots: options.snapshots ?? true,
      idleMs: options.idleMs ?? 120_000,
      sent: bytes => this.#lastPackets.set(`${keyText(keyOf(bytes))}|${bytes.readUInt8(0)}`, bytes),
    }
    return new Stream({
      name: 'stream',
      conditions,
      clock,
      connectionLimit: options.connectionLimit ?? 3,
      admit: request => this.#gate.admit(request),
      refusalOf: handshakeRefusal,
      open: opened => new AngelConnection(opened, around),
    })
  }

  /** The market moves, and each connection hears what it asked for; who does not ping is closed. */
  #run({ tickMs = 1000, rate, idleMs = 120_000 }: AngelOptions, clock: Clock): () => void {
    const stopJudging = clock.every(Math.max(10, Math.min(1000, idleMs / 4)), () => {
      for (const one of this.open) one.judge()
    })
    const pace = new Pace<string>({
      clock,
      tickMs,
      rate,
      wanted: () => [...new Set(this.open.flatMap(one => [...one.subscribed.keys()]))],
      turn: due => {
        this.#angel.step(due)
        for (const one of this.open) one.show(due)
      },
    })
    return () => {
      stopJudging()
      pace.close()
      this.account.close()
    }
  }
}

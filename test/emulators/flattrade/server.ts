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
import { FlattradeAccount } from './account.ts'
import { Board } from './board.ts'
import { type Dialect, NorenConnection, type Surroundings } from './connection.ts'
import { FlattradeFaults, Manners } from './faults.ts'
import { extras, type Scrip } from './list.ts'
import { ORDERS } from './orders.ts'
import { recordedFrames } from './recorded.ts'
import { FlattradeRest } from './rest.ts'

export interface FlattradeOptions {
  /** A free one when left out. */
  readonly port?: number
  readonly apiKey?: string
  readonly apiSecret?: string
  /** Who logs in. */
  readonly userId?: string
  /** Where the app has its people sent after the login. */
  readonly redirectUrl?: string
  /** The lists have so many rows; a few hundred when left out. */
  readonly rows?: number
  /** How its invented instruments begin. */
  readonly own?: string
  /** `YYYY-MM-DD`, the day of the list: no contract in it has expired. Today in India when left out. */
  readonly today?: string
  /** The same seed gives the same prices in the same order. */
  readonly seed?: number
  /** A turn of the market; 0 for none: then only whole records are sent, and what is pushed. */
  readonly tickMs?: number
  /** So many ticks a second instead, evenly, over all that is subscribed. */
  readonly rate?: number
  /** False: also scrips that were recorded walk. */
  readonly recorded?: boolean
  readonly scripLimit?: number
  /** REST quotes that a user may ask for. */
  readonly quotesPerMinute?: number
  /** A login ends by itself after so long. */
  readonly tokenLifeMs?: number
  readonly clock?: Clock
}

/** What everything looks at. */
interface Weather {
  readonly conditions: Conditions
  readonly manners: Manners
  readonly clock: Clock
}

const DIALECTS: readonly Dialect[] = ['flattrade', 'noren-classic']

/** Where each dialect is spoken. */
const PATHS: ReadonlyMap<string, Dialect> = new Map([
  ['/PiConnectWSAPI', 'flattrade'],
  ['/PiConnectWSTp', 'noren-classic'],
  ['/NorenWSTP', 'noren-classic'],
])

const dialectOf = ({ url = '' }: IncomingMessage): Dialect | undefined => PATHS.get(url.replace(/\/$/, ''))

/**
 * Flattrade's Pi API as its clients see it: login, lists, quotes and the Noren socket in both its dialects on one port of
 * this machine, as strict as the real one, and misbehaving on order.
 */
export class FlattradeEmulator {
  readonly faults: FlattradeFaults
  readonly market: Market
  readonly streams: readonly Stream<NorenConnection>[]
  readonly rest: Rest
  readonly account: FlattradeAccount
  readonly #board: Board
  readonly #replies: FlattradeRest
  readonly #door: Door
  readonly #close: () => void

  private constructor(options: FlattradeOptions) {
    const clock = options.clock ?? systemClock
    const conditions = fairWeather()
    const manners = new Manners()
    const today = options.today ?? indianDate(clock.now())
    const extra = extras(today)
    const size = options.rows === undefined ? 0 : options.rows - extra.length
    const contracts = [...extra, ...universe(today, size, options.own)]
    this.market = new Market({ contracts, seed: options.seed ?? 1, clock })
    this.#board = new Board({
      market: this.market,
      recorded: options.recorded === false ? new Map() : recordedFrames(),
    })
    const userId = options.userId ?? 'FT000000'
    this.account = new FlattradeAccount({
      apiKey: options.apiKey ?? 'emulatedkey0000000000000000000001',
      apiSecret: options.apiSecret ?? '2026.emulatedsecret00000000000001',
      userId,
      clock,
      ended: token => {
        for (const stream of this.streams) stream.dropToken(token)
      },
      tokenLifeMs: options.tokenLifeMs,
    })
    this.#replies = new FlattradeRest({
      account: this.account,
      board: this.#board,
      conditions,
      clock,
      redirectUrl: options.redirectUrl ?? 'http://127.0.0.1:8766/',
      perMinute: options.quotesPerMinute ?? 200,
    })
    this.rest = new Rest({
      conditions,
      reply: asked => this.#replies.reply(asked),
      refused: status => ({ status, body: '' }),
    })
    this.streams = this.#openStreams(options, { conditions, manners, clock })
    this.#door = new Door({
      answer: (request, response) =>
        isControl(request) ? control(this, ORDERS, request, response) : this.rest.answer(request, response),
      upgrade: (request, head) => this.#streamOf(request)?.upgrade(request, head),
    })
    this.faults = new FlattradeFaults({
      streams: this.streams,
      account: this.account,
      market: this.market,
      conditions,
      clock,
      door: this.#door,
      manners,
      userId,
      open: () => this.open,
      login: () => this.account.login(),
    })
    this.#close = this.#run(options, clock)
  }

  /** Rejects with the system's error when the port is taken. */
  static async start(options: FlattradeOptions = {}): Promise<FlattradeEmulator> {
    const emulator = new FlattradeEmulator(options)
    await emulator.#door.open(options.port ?? 0)
    return emulator
  }

  get origin(): string {
    return this.#door.origin
  }

  /** Every address that the adapter has a setting for; and more instruments than a careful default. */
  get settings(): { readonly [name: string]: string } {
    return {
      api_url: `${this.origin}/PiConnectAPI`,
      stream_url: `${this.#door.streamOrigin}/PiConnectWSAPI`,
      login_url: `${this.origin}/auth`,
      redeem_url: `${this.origin}/trade/apitoken`,
      master_url: `${this.origin}/scripmaster`,
      max_instruments: '5000',
    }
  }

  /** Where the older dialect is spoken. */
  get classicUrl(): string {
    return `${this.#door.streamOrigin}/NorenWSTP`
  }

  /** Every connection since the start in its order, the closed ones too. */
  get connections(): readonly NorenConnection[] {
    return this.streams.flatMap(({ connections }) => connections)
  }

  get open(): readonly NorenConnection[] {
    return this.streams.flatMap(({ open }) => open)
  }

  /** Today's list. */
  get scrips(): readonly Scrip[] {
    return this.#board.scrips
  }

  /** The address that the person is sent back to. */
  answer(): string {
    return this.#replies.answer()
  }

  /** These text frames to everybody who has logged in; how many those are. */
  push(frames: readonly string[]): number {
    const there = this.open.filter(one => one.visitor)
    for (const one of there) for (const frame of frames) one.text(frame)
    return there.length
  }

  async close(): Promise<void> {
    this.#close()
    for (const stream of this.streams) stream.close()
    await this.#door.close()
  }

  /** One for each dialect; a user has one connection all the same. */
  #openStreams(options: FlattradeOptions, { conditions, manners, clock }: Weather): Stream<NorenConnection>[] {
    const around: Surroundings = {
      board: this.#board,
      scripLimit: options.scripLimit ?? 5000,
      unanswered: manners.unanswered,
      holder: token => (manners.refusesLogin() ? undefined : this.account.holder(token)),
      entered: newest => {
        const older = this.open.filter(one => one !== newest && one.visitor?.userId === newest.visitor?.userId)
        for (const one of older) one.end(1000, '')
      },
    }
    return DIALECTS.map(
      dialect =>
        new Stream({
          name: dialect,
          conditions,
          clock,
          admit: request => (dialectOf(request) ? { visitor: undefined } : { refused: { status: 404 } }),
          refusalOf: status => ({ status }),
          open: opened => new NorenConnection(opened, dialect, around),
        }),
    )
  }

  #streamOf(request: IncomingMessage): Stream<NorenConnection> | undefined {
    return this.streams[dialectOf(request) === 'noren-classic' ? 1 : 0]
  }

  /** The market moves, and each connection hears what has changed of what it asked for. */
  #run({ tickMs = 1000, rate }: FlattradeOptions, clock: Clock): () => void {
    const pace = new Pace<string>({
      clock,
      tickMs,
      rate,
      wanted: () => [...new Set(this.open.flatMap(one => one.keys))],
      turn: due => {
        this.#board.step(due)
        for (const one of this.open) one.show(due)
      },
    })
    return () => {
      pace.close()
      this.account.close()
    }
  }
}

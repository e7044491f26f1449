import { createServer, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { type Clock, systemClock } from '../../../shared/clock.ts'
import { Account } from './account.ts'
import { catalogue } from './catalogue.ts'
import { type Conditions, fairWeather } from './conditions.ts'
import type { Connection } from './connection.ts'
import { CONTROL_PATH, control } from './control.ts'
import { Faults } from './faults.ts'
import type { KiteRow } from './list.ts'
import { Market } from './market.ts'
import { message } from './packet.ts'
import { recordedPackets } from './recorded.ts'
import { type Call, Rest } from './rest.ts'
import { indianTime } from './session.ts'
import { type Handshake, Stream } from './stream.ts'

const HOST = '127.0.0.1'

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
  /** `YYYY-MM-DD`, the day of the list: no contract in it has expired. Today in India when left out. */
  readonly today?: string
  /** The same seed gives the same prices in the same order. */
  readonly seed?: number
  /** A turn of the market; 0 for none: then only snapshots are sent, and what is pushed. */
  readonly tickMs?: number
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
  readonly faults: Faults
  readonly #server: Server
  readonly #account: Account
  readonly #market: Market
  readonly #rest: Rest
  readonly #stream: Stream
  readonly #sockets = new Set<Socket>()
  #port = 0

  private constructor(options: KiteOptions) {
    const clock = options.clock ?? systemClock
    const conditions: Conditions = fairWeather()
    this.apiKey = options.apiKey ?? 'emulatedkey00001'
    this.apiSecret = options.apiSecret ?? 'emulatedsecret000000000000000001'
    this.#account = new Account({
      apiKey: this.apiKey,
      apiSecret: this.apiSecret,
      userId: options.userId ?? 'AB1234',
      clock,
      ended: accessToken => this.#stream.dropToken(accessToken),
    })
    this.#market = new Market({
      rows: catalogue(options.today ?? indianTime(clock.now()).slice(0, 10), options.rows),
      recorded: options.recorded === false ? new Map() : recordedPackets(),
      seed: options.seed ?? 1,
      clock,
    })
    const shared = { account: this.#account, market: this.#market, conditions, clock }
    this.#rest = new Rest({
      ...shared,
      redirectUrl: options.redirectUrl ?? `http://${HOST}:8766/`,
      listNeedsToken: options.listNeedsToken ?? false,
    })
    this.#stream = new Stream({
      account: this.#account,
      around: {
        market: this.#market,
        conditions,
        clock,
        instrumentLimit: options.instrumentLimit ?? 3000,
        snapshots: options.snapshots ?? true,
      },
      connectionLimit: options.connectionLimit ?? 3,
      heartbeatMs: options.heartbeatMs ?? 2000,
      tickMs: options.tickMs ?? 1000,
    })
    this.faults = new Faults({
      ...shared,
      stream: this.#stream,
      door: { shut: () => this.#shut(), reopen: () => this.#listen(this.#port) },
    })
    this.#server = this.#serve()
  }

  /** Rejects with the system's error when the port is taken. */
  static async start(options: KiteOptions = {}): Promise<KiteEmulator> {
    const emulator = new KiteEmulator(options)
    await emulator.#listen(options.port ?? 0)
    return emulator
  }

  get apiUrl(): string {
    return `http://${HOST}:${this.#port}`
  }

  get streamUrl(): string {
    return `ws://${HOST}:${this.#port}`
  }

  get loginUrl(): string {
    return `${this.apiUrl}/connect/login`
  }

  /** Of everybody who tried to open a socket, in order. */
  get handshakes(): readonly Handshake[] {
    return this.#stream.handshakes
  }

  /** Every connection since the start in its order, the closed ones too. */
  get connections(): readonly Connection[] {
    return this.#stream.connections
  }

  get open(): readonly Connection[] {
    return this.#stream.open
  }

  /** REST calls in their order. */
  get calls(): readonly Call[] {
    return this.#rest.calls
  }

  /** Today's list. */
  get rows(): readonly KiteRow[] {
    return this.#market.rows
  }

  /** The row of `NSE:INFY`. */
  row(key: string): KiteRow {
    const row = this.rows.find(one => `${one.exchange}:${one.symbol}` === key)
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

  /** Logs the user in without the way through the browser; gives the access token. */
  login(): string {
    return this.#account.login()
  }

  /** Exactly these packets, one message for each connection that subscribed to any; how many there were. */
  push(packets: readonly Buffer[]): number {
    return this.#stream.push(packets)
  }

  /** These bytes as one binary frame to every connection. */
  pushFrame(bytes: Uint8Array): number {
    return this.#stream.open.filter(one => one.raw(bytes)).length
  }

  /** What this token was sent last, as a message of one packet. */
  lastFrame(token: number): Buffer | undefined {
    const packet = this.#stream.lastPacket(token)
    return packet && message([packet])
  }

  async close(): Promise<void> {
    this.#stream.close()
    this.#shut()
    await new Promise<void>(resolve => {
      this.#server.close(() => resolve())
    })
  }

  #serve(): Server {
    const server = createServer((request, response) => {
      const isControl = request.url === CONTROL_PATH || request.url?.startsWith(`${CONTROL_PATH}/`)
      const answer = isControl ? control(this, request, response) : this.#rest.answer(request, response)
      answer.catch(() => request.socket.destroy())
    })
    server.on('upgrade', (request, _socket, head) => this.#stream.upgrade(request, head))
    server.on('connection', socket => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
    return server
  }

  async #listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, HOST, () => {
        this.#server.off('error', reject)
        resolve()
      })
    })
    const address = this.#server.address()
    if (typeof address === 'object' && address) this.#port = address.port
  }

  #shut(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }
}

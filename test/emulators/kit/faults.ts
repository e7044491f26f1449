import type { Clock } from '../../../shared/clock.ts'
import type { Account } from './account.ts'
import { type Conditions, fairWeather } from './conditions.ts'
import type { Connection } from './connection.ts'
import type { Door } from './door.ts'
import type { Market } from './market.ts'
import { generator } from './random.ts'
import type { Stream } from './stream.ts'
import { changed } from './universe.ts'

/** Which connections are meant: all open ones; those of the stream of that name; the one at that place among them. */
export interface Aim {
  readonly stream?: string | undefined
  readonly connection?: number | undefined
}

/** How long it lasts; until `heal` when left out. */
export interface Lasting {
  readonly seconds?: number | undefined
}

/** Misbehaviour on order that every broker can be had to. What lasts ends with `heal`; what is broken stays broken. */
export class Faults {
  readonly #streams: readonly Stream[]
  readonly #account: Account
  readonly #market: Market
  readonly #conditions: Conditions
  readonly #clock: Clock
  readonly #door: Pick<Door, 'shut' | 'reopen'>
  readonly #random = generator('garbage')
  #isShut = false

  constructor(options: {
    streams: readonly Stream[]
    account: Account
    market: Market
    conditions: Conditions
    clock: Clock
    door: Pick<Door, 'shut' | 'reopen'>
  }) {
    this.#streams = options.streams
    this.#account = options.account
    this.#market = options.market
    this.#conditions = options.conditions
    this.#clock = options.clock
    this.#door = options.door
  }

  /** FIN: the TCP connection ends without a word of WebSocket. */
  drop(aim: Aim = {}): void {
    for (const one of this.aimed(aim)) one.drop()
  }

  /** RST. */
  reset(aim: Aim = {}): void {
    for (const one of this.aimed(aim)) one.reset()
  }

  /** A close frame, as of a server that restarts. */
  closeFrame(options: Aim & { code?: number | undefined; reason?: string | undefined } = {}): void {
    for (const one of this.aimed(options)) one.end(options.code ?? 1001, options.reason ?? '')
  }

  /**
   * The TCP connections stand, and this end neither reads nor writes them again. With `newToo`, handshakes are left
   * without an answer as well, until `heal`.
   */
  halfOpen(options: Aim & { newToo?: boolean | undefined } = {}): void {
    for (const one of this.aimed(options)) one.freeze()
    if (options.newToo) this.#conditions.isDeaf = true
  }

  /** So many binary frames of 2 to 400 bytes that mean nothing. */
  garbage(options: Aim & { frames?: number | undefined } = {}): void {
    for (const one of this.aimed(options))
      for (let left = options.frames ?? 1; left > 0; left--) {
        const length = 2 + Math.floor(this.#random() * 399)
        one.raw(Buffer.from(Array.from({ length }, () => Math.floor(this.#random() * 256))))
      }
  }

  /** A message that ends inside what it says it holds. */
  truncated(aim: Aim = {}): void {
    for (const one of this.aimed(aim)) one.truncated()
  }

  /** The next handshakes are answered 429. */
  refuse429(options: { times?: number | undefined; retryAfterS?: number | undefined } = {}): void {
    this.refuse({ ...options, status: 429 })
  }

  /** The next handshakes are answered with this status. */
  refuse(options: { status: number; times?: number | undefined; retryAfterS?: number | undefined }): void {
    const { status, times = 1, retryAfterS } = options
    this.#conditions.refusal = { status, times, ...(retryAfterS === undefined ? {} : { retryAfterS }) }
  }

  /** The login is over, as every morning; its sockets end unless they are kept. */
  expireToken(options: { keepSockets?: boolean | undefined } = {}): void {
    this.#account.end(this.#account.userId, options.keepSockets)
  }

  /** The same user logs in from another program: the older token is good no more. Gives the new one. */
  loginElsewhere(): { accessToken: string } {
    return { accessToken: this.#account.login() }
  }

  /** Heartbeats go on, and no ticks come. */
  silence(options: Lasting = {}): void {
    this.#conditions.silentUntil = this.#until(options)
  }

  /** Sockets open, and nothing at all comes. */
  mute(options: Lasting = {}): void {
    this.#conditions.muteUntil = this.#until(options)
  }

  /** Another program holds so many connections of the account; all that there can be when left out. */
  tooManyConnections(options: { held?: number | undefined } = {}): void {
    this.#conditions.heldConnections = options.held ?? Number.POSITIVE_INFINITY
  }

  /** Handshakes take so long. */
  slowHandshake(options: { seconds: number }): void {
    this.#conditions.handshakeDelayMs = options.seconds * 1000
  }

  /** REST calls end without an answer. */
  restDown(): void {
    this.#conditions.rest = 'down'
  }

  /** REST calls are answered with this status. */
  restStatus(options: { status: number }): void {
    this.#conditions.rest = options.status
  }

  /** The list of instruments ends inside a row: as a whole answer, or in a transfer that breaks. */
  instrumentsCut(options: { how?: 'body' | 'transfer' | undefined } = {}): void {
    this.#conditions.listCut = options.how ?? 'body'
  }

  /** The list of another day: tokens have moved to other contracts, some are gone. Gives the keys of both. */
  instrumentsChanged(): { moved: readonly string[]; gone: readonly string[] } {
    const { contracts, moved, gone } = changed(this.#market.contracts)
    this.#market.list(contracts)
    return { moved, gone }
  }

  /** Everything is gone: sockets are reset and nobody listens at the port, until `heal` or for so long. */
  outage(options: Lasting = {}): void {
    this.#isShut = true
    this.#door.shut()
    if (options.seconds !== undefined) this.#clock.after(options.seconds * 1000, () => void this.#reopen())
  }

  /** Whatever lasts is over. A broker that adds what lasts ends it, too. */
  async heal(): Promise<void> {
    Object.assign(this.#conditions, fairWeather())
    await this.#reopen()
  }

  protected aimed({ stream, connection }: Aim): readonly Connection[] {
    const meant = this.#streams.filter(one => stream === undefined || one.name === stream)
    if (connection === undefined) return meant.flatMap(one => one.open)
    const one = meant.flatMap(({ connections }) => connections)[connection]
    return one?.isOpen ? [one] : []
  }

  async #reopen(): Promise<void> {
    if (!this.#isShut) return
    this.#isShut = false
    await this.#door.reopen()
  }

  #until({ seconds }: Lasting): number {
    return seconds === undefined ? Number.POSITIVE_INFINITY : this.#clock.monotonic() + seconds * 1000
  }
}

import type { Clock } from '../../../shared/clock.ts'
import type { Account } from './account.ts'
import { type Conditions, fairWeather } from './conditions.ts'
import type { Connection } from './connection.ts'
import { changed, type ListChange } from './list.ts'
import type { Market } from './market.ts'
import { postbackOf } from './session.ts'
import type { Stream } from './stream.ts'
import { generator } from './walk.ts'

/** Which connection is meant, by its place in `connections`; every open one when left out. */
interface Aim {
  readonly connection?: number | undefined
}

/** How long it lasts; until `heal` when left out. */
interface Lasting {
  readonly seconds?: number | undefined
}

/** Opens and closes the port the emulator listens at. */
export interface Door {
  shut(): void
  reopen(): Promise<void>
}

/** Misbehaviour on order. What lasts ends with `heal`; what an order has broken stays broken. */
export class Faults {
  readonly #stream: Stream
  readonly #account: Account
  readonly #market: Market
  readonly #conditions: Conditions
  readonly #clock: Clock
  readonly #door: Door
  readonly #random = generator('garbage')
  #isShut = false

  constructor(options: {
    stream: Stream
    account: Account
    market: Market
    conditions: Conditions
    clock: Clock
    door: Door
  }) {
    this.#stream = options.stream
    this.#account = options.account
    this.#market = options.market
    this.#conditions = options.conditions
    this.#clock = options.clock
    this.#door = options.door
  }

  /** FIN: the TCP connection ends without a word of WebSocket. */
  drop(aim: Aim = {}): void {
    for (const one of this.#aimed(aim)) one.drop()
  }

  /** RST. */
  reset(aim: Aim = {}): void {
    for (const one of this.#aimed(aim)) one.reset()
  }

  /** A close frame, as of a server that restarts. */
  closeFrame(options: Aim & { code?: number | undefined; reason?: string | undefined } = {}): void {
    for (const one of this.#aimed(options)) one.end(options.code ?? 1001, options.reason ?? '')
  }

  /**
   * The TCP connections stand, and this end neither reads nor writes them again. With `newToo`, handshakes are left
   * without an answer as well, until `heal`.
   */
  halfOpen(options: Aim & { newToo?: boolean | undefined } = {}): void {
    for (const one of this.#aimed(options)) one.freeze()
    if (options.newToo) this.#conditions.isDeaf = true
  }

  /** So many binary frames of 2 to 400 bytes that mean nothing. */
  garbage(options: Aim & { frames?: number | undefined } = {}): void {
    for (const one of this.#aimed(options))
      for (let left = options.frames ?? 1; left > 0; left--) {
        const length = 2 + Math.floor(this.#random() * 399)
        one.raw(Buffer.from(Array.from({ length }, () => Math.floor(this.#random() * 256))))
      }
  }

  /** A message of two packets, the second cut in half. */
  truncated(aim: Aim = {}): void {
    for (const one of this.#aimed(aim)) one.truncated()
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

  textError(options: Aim & { text: string }): void {
    for (const one of this.#aimed(options)) one.text({ type: 'error', data: options.text })
  }

  /** The broker's own words to a person. */
  textMessage(options: Aim & { text: string }): void {
    for (const one of this.#aimed(options)) one.text({ type: 'message', data: options.text })
  }

  /** An order of the user changed, which his connections hear without asking. */
  order(fields: object = {}): void {
    const data = postbackOf(this.#account.userId, this.#clock.now(), fields)
    for (const one of this.#stream.open) if (one.userId === this.#account.userId) one.text({ type: 'order', data })
  }

  /** Another program holds so many connections with the same api_key. */
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

  /** The list of another day: tokens have moved to other instruments, contracts are gone. */
  instrumentsChanged(): Pick<ListChange, 'moved' | 'gone'> {
    const { rows, moved, gone } = changed(this.#market.rows)
    this.#market.list(rows)
    return { moved, gone }
  }

  /** Everything is gone: sockets are reset and nobody listens at the port, until `heal` or for so long. */
  outage(options: Lasting = {}): void {
    this.#isShut = true
    this.#door.shut()
    if (options.seconds !== undefined) this.#clock.after(options.seconds * 1000, () => void this.#reopen())
  }

  /** Whatever lasts is over. */
  async heal(): Promise<void> {
    Object.assign(this.#conditions, fairWeather())
    await this.#reopen()
  }

  async #reopen(): Promise<void> {
    if (!this.#isShut) return
    this.#isShut = false
    await this.#door.reopen()
  }

  #until({ seconds }: Lasting): number {
    return seconds === undefined ? Number.POSITIVE_INFINITY : this.#clock.monotonic() + seconds * 1000
  }

  #aimed({ connection }: Aim): readonly Connection[] {
    if (connection === undefined) return this.#stream.open
    const one = this.#stream.connections[connection]
    return one?.isOpen ? [one] : []
  }
}

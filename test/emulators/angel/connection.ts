import { Connection, type Opened } from '../kit/connection.ts'
import type { AngelMarket } from './market.ts'
import { type AngelMode, keyOf, keyText, modeOf } from './packet.ts'
import { apply, countOf, type Pair, type Subscriptions } from './request.ts'

/** What the connections of one stream have in common. */
export interface Surroundings {
  readonly market: AngelMarket
  readonly pairLimit: number
  readonly bookLimit: number
  /** Whether an instrument is shown as it stands as soon as it is subscribed. */
  readonly snapshots: boolean
  /** A connection that has not pinged for so long is closed. */
  readonly idleMs: number
  /** Hears of every packet that went out. */
  readonly sent: (packet: Buffer) => void
}

/** One connection of the stream. */
export class AngelConnection extends Connection {
  readonly subscribed: Subscriptions = new Map()
  readonly #around: Surroundings
  /** What was sent last, by instrument and mode. */
  readonly #shown = new Map<string, Buffer>()
  #pingedAt: number

  constructor(opened: Opened, around: Surroundings) {
    super(opened)
    this.#around = around
    this.#pingedAt = this.clock.monotonic()
    // The one that nobody asked for.
    this.beat('pong')
  }

  /** Instruments times modes, as the broker counts. */
  get subscriptions(): number {
    return countOf(this.subscribed)
  }

  /** The packets of these instruments in all their modes: those that changed. */
  show(keys: Iterable<string>): void {
    for (const key of keys) for (const mode of this.subscribed.get(key) ?? []) this.#show({ key, mode })
  }

  /** Exactly this packet; false when it could not go out, or was not asked for. */
  push(bytes: Buffer): boolean {
    const isAsked = bytes.length < 27 || this.subscribed.get(keyText(keyOf(bytes)))?.has(modeOf(bytes) as AngelMode)
    if (!isAsked || !this.ticks) return false
    this.sent.packets++
    this.#around.sent(bytes)
    return this.raw(bytes)
  }

  /** Ends a connection that has not pinged; its client sees a close frame. */
  judge(): void {
    if (this.isOpen && !this.isFrozen && this.clock.monotonic() - this.#pingedAt >= this.#around.idleMs)
      this.end(1001, 'Connection Idle Timeout')
  }

  /** A packet cut in half; one subscription is needed. */
  truncated(): void {
    for (const [key, modes] of this.subscribed)
      for (const mode of modes) {
        const bytes = this.#around.market.packet(key, mode)
        if (bytes) return void this.raw(bytes.subarray(0, Math.ceil(bytes.length / 2)))
      }
  }

  protected hear(frame: string | Buffer, request: unknown): void {
    if (frame === 'ping') {
      this.#pingedAt = this.clock.monotonic()
      this.beat('pong')
      return
    }
    if (typeof frame !== 'string') return
    const { market, pairLimit: pairs, bookLimit: books, snapshots } = this.#around
    const done = apply(this.subscribed, request, { pairs, books })
    if ('errorCode' in done) this.text(done)
    else if (snapshots) for (const one of done) if (market.row(one.key) || market.isPlayed(one.key)) this.#show(one)
  }

  #show({ key, mode }: Pair): void {
    const bytes = this.#around.market.packet(key, mode)
    const place = `${key}|${mode}`
    if (!bytes || (!this.#around.market.isPlayed(key) && this.#shown.get(place)?.equals(bytes))) return
    if (this.push(bytes)) this.#shown.set(place, bytes)
  }
}

import type { Bus } from '../../bus/bus.ts'
import type { TickHeader } from '../../bus/message.ts'
import { type FrameTemplate, formatFrame, frameTemplate } from '../../shared/market/frame.ts'
import { coversMode, type TopicMode } from '../../shared/market/mode.ts'
import type { Tick } from '../../shared/market/tick.ts'
import type { Catalogue, Target } from './catalogue.ts'
import type { Lane } from './lane.ts'
import type { RecordBuffer } from './record.ts'

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

/** A source that was asked for more gives it within this time, or will not. */
const PATIENCE_MICROS = 2_000_000

/** One topic: its sequence, which goes on for the whole epoch, and where its messages go. */
export class Channel {
  readonly #topic: string
  readonly #template: FrameTemplate
  readonly #header: Writable<TickHeader>
  readonly #record: RecordBuffer
  readonly #bus: Bus
  readonly #lanes: Lane[] = []
  readonly #mode: TopicMode
  #direct = false
  /** When the first of the ticks came that say less than the topic promises, microseconds. */
  #lessSince: number | undefined

  constructor(options: { target: Target; catalogue: Catalogue; epoch: number; record: RecordBuffer; bus: Bus }) {
    const { target, catalogue, epoch } = options
    const { exchange, symbol } = target.instrument
    this.#topic = target.topic
    this.#mode = target.mode
    this.#template = frameTemplate({ feed: catalogue.feed, exchange, symbol, mode: target.mode }, catalogue.broker)
    const { symbolAt, dataSymbolAt, symbolLength } = this.#template
    this.#header = {
      snapshot: false,
      position: false,
      symbolAt,
      dataSymbolAt,
      symbolLength,
      epoch,
      sequence: 0,
      receivedAt: 0,
    }
    this.#record = options.record
    this.#bus = options.bus
  }

  get wanted(): boolean {
    return this.#direct || this.#lanes.length > 0
  }

  setDirect(direct: boolean): void {
    this.#beginAnew()
    this.#direct = direct
  }

  join(lane: Lane): void {
    this.#beginAnew()
    if (!this.#lanes.includes(lane)) this.#lanes.push(lane)
  }

  /** What was missing when it was last wanted is no reason for impatience now. */
  #beginAnew(): void {
    if (!this.wanted) this.#lessSince = undefined
  }

  leave(lane: Lane): void {
    const place = this.#lanes.indexOf(lane)
    if (place >= 0) this.#lanes.splice(place, 1)
  }

  /** A new tick, to everybody who wants it. `receivedAt` in microseconds. */
  publish(tick: Tick, receivedAt: number): void {
    if (!isForMode(tick, this.#mode) || this.#holdsBack(tick, receivedAt)) return
    this.#header.sequence++
    this.#encode(tick, receivedAt, false)
    for (const lane of this.#lanes) lane.append(this.#record)
    if (this.#direct) this.#bus.publish(this.#topic, this.#record.body())
  }

  /** The last value again, to one lane. */
  repeatTo(lane: Lane, tick: Tick, receivedAt: number): void {
    if (!isForMode(tick, this.#mode) || !saysAll(tick, this.#mode)) return
    this.#encode(tick, receivedAt, true)
    lane.append(this.#record)
  }

  /** The last value again, as a message of its own. */
  repeat(tick: Tick, receivedAt: number): void {
    if (!isForMode(tick, this.#mode) || !saysAll(tick, this.#mode)) return
    this.#encode(tick, receivedAt, true)
    this.#bus.publish(this.#topic, this.#record.body())
  }

  /**
   * Between the wish for a higher mode and the broker's obeying it there are ticks of the old one: a Depth frame without
   * depth breaks clients. A broker that gives no more than that for long has no more, and less is better than nothing.
   */
  #holdsBack(tick: Tick, receivedAt: number): boolean {
    if (saysAll(tick, this.#mode)) {
      this.#lessSince = undefined
      return false
    }
    this.#lessSince ??= receivedAt
    return receivedAt - this.#lessSince < PATIENCE_MICROS
  }

  #encode(tick: Tick, receivedAt: number, snapshot: boolean): void {
    this.#header.snapshot = snapshot
    this.#header.receivedAt = receivedAt
    this.#record.write(this.#topic, this.#header, formatFrame(this.#template, tick))
  }
}

/** Before its first trade an instrument has nothing but its book, which is for whoever wants the book. */
const isForMode = ({ ltp, book }: Tick, wanted: TopicMode): boolean =>
  ltp !== undefined ||
  (wanted !== 'LTP' && wanted !== 'QUOTE' && book !== undefined && book.buy.length + book.sell.length > 0)

const saysAll = ({ mode }: Tick, wanted: TopicMode): boolean => mode === undefined || coversMode(mode, wanted)

import type { Bus } from '../../bus/bus.ts'
import type { TickStamp } from '../../bus/message.ts'
import { frameTemplate } from '../../shared/market/frame.ts'
import { coversMode, type TopicMode } from '../../shared/market/mode.ts'
import type { Tick } from '../../shared/market/tick.ts'
import type { Catalogue, Target } from './catalogue.ts'
import type { Lane } from './lane.ts'
import { TopicRecord } from './record.ts'

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

/** A source that was asked for more gives it within this time, or will not. */
const PATIENCE_MICROS = 2_000_000

/** One topic: its sequence, which goes on for the whole epoch, and where its messages go. */
export class Channel {
  readonly #topic: string
  readonly #record: TopicRecord
  readonly #stamp: Writable<TickStamp> = { snapshot: false, kept: false, sequence: 0, receivedAt: 0 }
  readonly #bus: Bus
  readonly #lanes: Lane[] = []
  readonly #mode: TopicMode
  #direct = false
  /** When the first of the ticks came that say less than the topic promises, microseconds. */
  #lessSince: number | undefined

  constructor(options: { target: Target; topicNumber: number; catalogue: Catalogue; epoch: number; bus: Bus }) {
    const { target, topicNumber, catalogue, epoch } = options
    const { exchange, symbol } = target.instrument
    const template = frameTemplate({ feed: catalogue.feed, exchange, symbol, mode: target.mode }, catalogue.broker)
    this.#topic = target.topic
    this.#mode = target.mode
    this.#record = new TopicRecord({ topic: target.topic, topicNumber, template, epoch })
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
    this.#stamp.sequence++
    this.#encode(saysAll(tick, this.#mode) ? tick : asFarAsSaid(tick), receivedAt, false)
    for (const lane of this.#lanes) lane.append(this.#record.bytes, receivedAt)
    if (this.#direct) this.#bus.publish(this.#topic, this.#record.body)
  }

  /** A new tick while nobody wants the topic. */
  pass(tick: Tick): void {
    if (this.#saysEnough(tick)) this.#stamp.sequence++
  }

  /** The last value again, to one lane; without one that may be handed out, how far the sequence is. `kept`: from before. */
  repeatTo(lane: Lane, tick: Tick | undefined, receivedAt: number, kept: boolean): void {
    if (!tick || !this.#saysEnough(tick)) {
      lane.append(this.#record.position(this.#stamp.sequence))
      return
    }
    this.#encode(tick, receivedAt, true, kept)
    lane.append(this.#record.bytes)
  }

  /** The last value again, as a message of its own. */
  repeat(tick: Tick, receivedAt: number, kept: boolean): void {
    if (!this.#saysEnough(tick)) return
    this.#encode(tick, receivedAt, true, kept)
    this.#bus.publish(this.#topic, this.#record.body)
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

  #saysEnough(tick: Tick): boolean {
    return isForMode(tick, this.#mode) && saysAll(tick, this.#mode)
  }

  #encode(tick: Tick, receivedAt: number, snapshot: boolean, kept = false): void {
    this.#stamp.snapshot = snapshot
    this.#stamp.kept = kept
    this.#stamp.receivedAt = receivedAt
    this.#record.write(tick, this.#stamp)
  }
}

/** Before its first trade an instrument has nothing but its book, which is for whoever wants the book. */
const isForMode = ({ ltp, book }: Tick, wanted: TopicMode): boolean =>
  ltp !== undefined ||
  (wanted !== 'LTP' && wanted !== 'QUOTE' && book !== undefined && book.buy.length + book.sell.length > 0)

/** What is polled comes because nothing else does: there is no more to wait for. */
const saysAll = ({ mode, isPolled }: Tick, wanted: TopicMode): boolean =>
  isPolled === true || mode === undefined || coversMode(mode, wanted)

/** A tick of a last price may hold what the source once said of the day, which nobody has said anew since. */
function asFarAsSaid(tick: Tick): Tick {
  if (tick.mode !== 'LTP') return tick
  const { ltp, timestamp, isStampedHere, lastTradeTime, mode } = tick
  return {
    ...(ltp !== undefined && { ltp }),
    timestamp,
    ...(isStampedHere && { isStampedHere }),
    ...(lastTradeTime !== undefined && { lastTradeTime }),
    mode,
  }
}

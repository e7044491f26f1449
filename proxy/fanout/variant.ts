import type { Clock } from '../../shared/clock.ts'
import type { Instrument } from '../../shared/market/instrument.ts'
import { clientMode, type Mode, modeNumber } from '../../shared/market/mode.ts'
import type { TopicParts } from '../../shared/market/topic.ts'
import { gapNotice } from '../notices.ts'
import type { Place } from '../place.ts'
import type { Age, Stamps } from '../variation/ending.ts'
import { type Variation, vary } from '../variation/variant.ts'
import { textMessage } from '../websocket.ts'
import type { Frame, Source, Tick } from './frame.ts'
import type { Outbox } from './outbox.ts'

/** What a topic is called, and by whom it is served. */
export interface Served {
  readonly topic: string
  readonly parts: TopicParts
  /** As clients see it. */
  readonly broker: string
  /** What it is, for who looks for the same elsewhere. */
  readonly instrument?: Instrument
}

/** Takes every frame as it comes. */
export interface Taker {
  offer(frame: Frame): void
}

/** One client's subscription as its topic sees it. */
export interface Member {
  /** Who gets each frame at once; `undefined`: the member itself decides what becomes of it. */
  readonly taker: Taker | undefined
  /** Where it stands among the members of its variant. */
  at: number
  /** Whether it wants to hear what is lost. */
  readonly hearsGaps: boolean
  /** The client, if it wants to hear how its instruments stand. */
  readonly listener: Outbox | undefined
  take(frame: Frame): void
  /** What waits for its time goes out now, and nothing that comes later is folded with it. */
  release(): void
  /** `lost` publications never came; `notice` says so. `upTo`: how far all is told by it; nothing when nobody knows. */
  miss(lost: number, notice: string | undefined, upTo?: Place): void
}

/** All that hold one topic and want the same bytes: they share every frame. */
export class Variant implements Source {
  readonly served: Served
  readonly variation: Variation
  readonly members: Member[] = []
  /** Of the members, in their order: a tick touches nothing else of those who want every one. */
  readonly takers: (Taker | undefined)[] = []
  /** The symbol as these clients spell it. */
  readonly symbol: string
  readonly mode: Mode
  /** Equal for holds of one client that mean the same: exchange, symbol as spelled, and mode. */
  readonly name: string
  /** Equal for equal variations. */
  readonly key: string
  readonly #isPlain: boolean
  readonly #clock: Pick<Clock, 'micros'> | undefined

  /** `clock`: for stamps. */
  constructor(served: Served, variation: Variation, key: string, clock?: Pick<Clock, 'micros'>) {
    const { exchange, symbol, mode } = served.parts
    const { fields, seq, count } = variation
    this.served = served
    this.key = key
    this.variation = variation
    this.symbol = variation.symbol ?? symbol
    this.mode = clientMode(mode)
    this.name = holdName(exchange, this.symbol, this.mode)
    this.#clock = variation.stamps ? clock : undefined
    this.#isPlain = variation.symbol === undefined && !fields && !seq && !count && !this.#clock
  }

  /** `count`: publications it stands for, those folded into it included. */
  frame(tick: Tick, stands: 0 | 1, count: number = stands): Frame {
    // Of a market that is closed: who hears how things stand is told that it is not of now.
    if (tick.header.kept && this.variation.state) return this.oldFrame(tick)
    const bytes = this.#isPlain ? tick.message : this.#message(tick, count)
    return { bytes, size: bytes.length, source: this, tick, stands }
  }

  /** A value that is not of now, marked so: it was published before, and stands for nothing. Only for who hears that. */
  oldFrame(tick: Tick): Frame {
    return this.#marked(tick, 'stale')
  }

  /** One of those before the last value, marked so. Only for who asked for them. */
  recentFrame(tick: Tick): Frame {
    return this.#marked(tick, 'recent')
  }

  /** Says that publications are missing behind `place`, up to and with `to`; without it nobody knows how many. */
  gap({ epoch, seq }: Place, to: number | undefined): string {
    const { parts, broker } = this.served
    const { symbol } = this
    return gapNotice({
      symbol,
      exchange: parts.exchange,
      mode: modeNumber(this.mode),
      epoch,
      from: seq + 1,
      to,
      broker,
    })
  }

  recount({ tick, stands, isOld }: Frame, folded: number): Frame | undefined {
    return this.variation.count && tick && !isOld ? this.frame(tick, stands, stands + folded) : undefined
  }

  #marked(tick: Tick, age: Age): Frame {
    const bytes = this.#message(tick, 0, age)
    return { bytes, size: bytes.length, source: this, tick, stands: 0, isOld: true }
  }

  #message(tick: Tick, count: number, age?: Age): Buffer {
    const stamps: Stamps | undefined = this.#clock && { published: tick.sentAt, proxy: this.#clock.micros() }
    return textMessage(vary(tick.payload, tick.header, this.variation, count, age, stamps))
  }

  add(member: Member): void {
    member.at = this.members.push(member) - 1
    this.takers.push(member.taker)
  }

  /** It takes its frames in another way than before. */
  renew(member: Member): void {
    if (this.members[member.at] === member) this.takers[member.at] = member.taker
  }

  /** Whether it was one of these. */
  remove(member: Member): boolean {
    if (this.members[member.at] !== member) return false
    const last = this.members.pop()
    this.takers.pop()
    if (last && last !== member) {
      this.members[member.at] = last
      this.takers[member.at] = last.taker
      last.at = member.at
    }
    return true
  }
}

/** No exchange code holds a colon, nor does a mode. */
export const holdName = (exchange: string, symbol: string, mode: Mode): string => `${exchange}:${mode}:${symbol}`

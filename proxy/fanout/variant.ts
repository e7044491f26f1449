import { clientMode, type Mode, modeNumber } from '../../shared/market/mode.ts'
import type { TopicParts } from '../../shared/market/topic.ts'
import { gapNotice } from '../notices.ts'
import type { Place } from '../place.ts'
import { type Variation, vary } from '../variation/variant.ts'
import { textMessage } from '../websocket.ts'
import type { Frame, Source, Tick } from './frame.ts'

/** What a topic is called, and by whom it is served. */
export interface Served {
  readonly topic: string
  readonly parts: TopicParts
  /** As clients see it. */
  readonly broker: string
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
  take(frame: Frame): void
  /** `lost` publications never came; `notice` says so. */
  miss(lost: number, notice: string | undefined): void
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

  constructor(served: Served, variation: Variation, key: string) {
    const { exchange, symbol, mode } = served.parts
    const { fields, seq, count } = variation
    this.served = served
    this.key = key
    this.variation = variation
    this.symbol = variation.symbol ?? symbol
    this.mode = clientMode(mode)
    this.name = holdName(exchange, this.symbol, this.mode)
    this.#isPlain = variation.symbol === undefined && !fields && !seq && !count
  }

  /** `count`: publications it stands for, those folded into it included. */
  frame(tick: Tick, stands: 0 | 1, count: number = stands): Frame {
    const bytes = this.#isPlain ? tick.message : textMessage(vary(tick.payload, tick.header, this.variation, count))
    return { bytes, size: bytes.length, source: this, tick, stands }
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

  recount({ tick, stands }: Frame, folded: number): Frame | undefined {
    return this.variation.count && tick ? this.frame(tick, stands, stands + folded) : undefined
  }

  add(member: Member): void {
    member.at = this.members.push(member) - 1
    this.takers.push(member.taker)
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

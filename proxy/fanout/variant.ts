import { clientMode, type Mode, modeNumber } from '../../shared/market/mode.ts'
import type { TopicParts } from '../../shared/market/topic.ts'
import { gapNotice } from '../notices.ts'
import type { Place } from '../place.ts'
import { type Variation, vary } from '../variant.ts'
import { textMessage } from '../websocket.ts'
import type { Frame, Tick } from './frame.ts'
import type { Hold } from './hold.ts'

/** What a topic is called, and by whom it is served. */
export interface Served {
  readonly topic: string
  readonly parts: TopicParts
  /** As clients see it. */
  readonly broker: string
}

/** All that hold one topic and want the same bytes: they share every frame. */
export class Variant {
  readonly served: Served
  readonly variation: Variation
  readonly holds: Hold[] = []
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

  add(hold: Hold): void {
    hold.at = this.holds.push(hold) - 1
  }

  /** Whether it was one of these. */
  remove(hold: Hold): boolean {
    if (this.holds[hold.at] !== hold) return false
    const last = this.holds.pop()
    if (last && last !== hold) {
      this.holds[hold.at] = last
      last.at = hold.at
    }
    return true
  }
}

/** No exchange code holds a colon, nor does a mode. */
export const holdName = (exchange: string, symbol: string, mode: Mode): string => `${exchange}:${mode}:${symbol}`

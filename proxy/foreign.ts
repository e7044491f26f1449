import type { Clock } from '../shared/clock.ts'
import { type FrameTemplate, formatFrame, frameTemplate } from '../shared/market/frame.ts'
import type { InstrumentKind } from '../shared/market/instrument.ts'
import type { TopicParts } from '../shared/market/topic.ts'
import type { Feeds } from './feeds.ts'
import type { Hub } from './hub.ts'
import { readPayload } from './payload.ts'
import type { Instruments } from './routing.ts'

/** What is known of one topic while somebody holds it. */
interface Channel {
  readonly template: FrameTemplate
  readonly kind: InstrumentKind
  sequence: number
}

/**
 * The plain two-part form `[TOPIC, JSON]` of publishers in any language. They send the data payload; the client frame
 * is built here, with our own sequence.
 */
export class Foreign {
  readonly #hub: Hub
  readonly #feeds: Feeds
  readonly #instruments: Instruments
  readonly #clock: Clock
  readonly #epoch: number
  readonly #channels = new WeakMap<TopicParts, Channel>()

  constructor({ hub, feeds, instruments, clock }: ForeignParts) {
    this.#hub = hub
    this.#feeds = feeds
    this.#instruments = instruments
    this.#clock = clock
    this.#epoch = clock.now()
  }

  /** Throws MESSAGE_MALFORMED, naming the field. A topic nobody holds, or of a feed that is not external, is ignored. */
  receive(topic: string, body: Buffer): void {
    const parts = this.#hub.partsOf(topic)
    const feed = parts && this.#feeds.view(parts.feed)
    if (!parts || !feed?.external) return
    const channel = this.#channel(parts, feed.broker)
    const tick = readPayload(body, channel.kind, this.#clock.now())
    const sequence = ++channel.sequence
    const { symbolAt, dataSymbolAt, symbolLength } = channel.template
    const receivedAt = this.#clock.micros()
    this.#hub.deliver(
      topic,
      { snapshot: false, symbolAt, dataSymbolAt, symbolLength, epoch: this.#epoch, sequence, receivedAt },
      Buffer.from(formatFrame(channel.template, tick), 'latin1'),
    )
    this.#feeds.tickSeen(parts.feed)
  }

  #channel(parts: TopicParts, broker: string): Channel {
    let channel = this.#channels.get(parts)
    if (!channel) {
      const { kind = 'EQ' } = this.#instruments.find(parts.feed, parts.exchange, parts.symbol) ?? {}
      channel = { template: frameTemplate(parts, broker), kind, sequence: 0 }
      this.#channels.set(parts, channel)
    }
    return channel
  }
}

export interface ForeignParts {
  readonly hub: Hub
  readonly feeds: Feeds
  readonly instruments: Instruments
  readonly clock: Clock
}

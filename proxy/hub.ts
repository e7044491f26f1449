import type { TickHeader } from '../bus/message.ts'
import type { TopicParts } from '../shared/market/topic.ts'
import type { Outbox } from './outbox.ts'
import { textFrame } from './websocket.ts'

/** Where the hub says which topics it needs and no longer needs. */
export interface Demand {
  want(feed: string, topic: string): void
  drop(feed: string, topic: string): void
}

/** All clients that hold one topic under one spelling of its symbol: they share every frame, byte for byte. */
interface Variant {
  readonly symbol: string
  readonly outboxes: Set<Outbox>
}

interface Latest {
  readonly header: TickHeader
  readonly payload: Buffer
}

interface Channel {
  readonly topic: string
  readonly parts: TopicParts
  readonly variants: Map<string, Variant>
  latest: Latest | undefined
}

/** One client's hold on one topic. */
export interface Subscription {
  readonly topic: string
  readonly parts: TopicParts
  /** The symbol as the client wrote it. */
  readonly symbol: string
}

export interface HubCounts {
  /** Ticks taken from the bus for a topic somebody holds. */
  ticks: number
  /** Ticks of topics nobody holds (any more). */
  unheld: number
  /** Repeated, overtaken or of an older publisher: dropped. */
  late: number
  /** Ticks known to be missing, by the holes in the topics' sequences. */
  lost: number
}

/**
 * From a topic to its clients. Owner of who holds what and of the last frame of each topic. A tick costs one Map
 * look-up, one frame per spelling, and one `offer` per client; nothing is parsed and nothing awaited.
 */
export class Hub {
  readonly counts: HubCounts = { ticks: 0, unheld: 0, late: 0, lost: 0 }
  readonly #demand: Demand
  readonly #channels = new Map<string, Channel>()

  constructor(demand: Demand) {
    this.#demand = demand
  }

  /** Topics held by at least one client. */
  get size(): number {
    return this.#channels.size
  }

  /** From now on `outbox` gets the ticks of this topic, its symbol spelled as the client wrote it. */
  join({ topic, parts }: Pick<Subscription, 'topic' | 'parts'>, symbol: string, outbox: Outbox): Subscription {
    let channel = this.#channels.get(topic)
    if (!channel) {
      channel = { topic, parts, variants: new Map(), latest: undefined }
      this.#channels.set(topic, channel)
      this.#demand.want(parts.feed, topic)
    }
    let variant = channel.variants.get(symbol)
    if (!variant) {
      variant = { symbol, outboxes: new Set() }
      channel.variants.set(symbol, variant)
    }
    variant.outboxes.add(outbox)
    return { topic, parts, symbol }
  }

  leave({ topic, parts, symbol }: Subscription, outbox: Outbox): void {
    const channel = this.#channels.get(topic)
    const variant = channel?.variants.get(symbol)
    if (!channel || !variant?.outboxes.delete(outbox)) return
    if (variant.outboxes.size === 0) channel.variants.delete(symbol)
    if (channel.variants.size > 0) return
    this.#channels.delete(topic)
    this.#demand.drop(parts.feed, topic)
  }

  /** Offers the last known value to one client, if there is one; else it comes from the feed. */
  snapshot({ topic, symbol }: Subscription, outbox: Outbox): void {
    const channel = this.#channels.get(topic)
    const variant = channel?.variants.get(symbol)
    if (channel?.latest && variant) outbox.offer(frameFor(variant, channel, channel.latest), variant)
  }

  /** The parts of a topic somebody holds. */
  partsOf(topic: string): TopicParts | undefined {
    return this.#channels.get(topic)?.parts
  }

  /** Sends one tick to everybody who holds its topic; whether it was news. `payload` may be a view: it is copied. */
  deliver(topic: string, header: TickHeader, payload: Buffer): boolean {
    const channel = this.#channels.get(topic)
    if (!channel) {
      this.counts.unheld++
      return false
    }
    if (channel.latest && !this.#isNews(header, channel.latest.header)) return false
    this.counts.ticks++
    const frame = textFrame(payload)
    // A view of our own frame, never of the bus message: that one holds thousands of ticks and must be let go.
    const latest: Latest = { header, payload: frame.subarray(frame.length - payload.length) }
    channel.latest = latest
    for (const variant of channel.variants.values()) {
      const bytes = variant.symbol === channel.parts.symbol ? frame : frameFor(variant, channel, latest)
      for (const outbox of variant.outboxes) outbox.offer(bytes, variant)
    }
    return true
  }

  /** Forgets the last values of a feed: they are no longer the present. Who holds what stays. */
  forget(feed: string): void {
    for (const channel of this.#channels.values()) if (channel.parts.feed === feed) channel.latest = undefined
  }

  close(): void {
    this.#channels.clear()
  }

  #isNews(header: TickHeader, last: TickHeader): boolean {
    if (header.epoch > last.epoch) return true
    // While nobody wanted the topic, values passed without a publication: the snapshot after that repeats the sequence.
    const isFresher = header.snapshot && header.sequence === last.sequence && header.receivedAt > last.receivedAt
    if (isFresher && header.epoch === last.epoch) return true
    if (header.epoch < last.epoch || header.sequence <= last.sequence) {
      this.counts.late++
      return false
    }
    this.counts.lost += header.sequence - last.sequence - 1
    return true
  }
}

function frameFor(variant: Variant, channel: Channel, { header, payload }: Latest): Buffer {
  if (variant.symbol === channel.parts.symbol) return textFrame(payload)
  const symbol = Buffer.from(variant.symbol)
  const { symbolAt, dataSymbolAt, symbolLength } = header
  return textFrame(
    Buffer.concat([
      payload.subarray(0, symbolAt),
      symbol,
      payload.subarray(symbolAt + symbolLength, dataSymbolAt),
      symbol,
      payload.subarray(dataSymbolAt + symbolLength),
    ]),
  )
}

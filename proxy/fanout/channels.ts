import type { Clock } from '../../shared/clock.ts'
import { isBookMode, TOPIC_MODES } from '../../shared/market/mode.ts'
import { formatTopic, type TopicParts } from '../../shared/market/topic.ts'
import { Channel } from './channel.ts'
import type { Demand } from './demand.ts'
import type { Rings } from './ring.ts'
import type { Served } from './variant.ts'

interface ChannelsParts {
  /** Hears of each topic that begins to be wanted, and of each that ceases to be. */
  readonly demand: Demand
  readonly clock: Clock
  /** Where the rings of those that may be resumed go back to. */
  readonly rings: Pick<Rings, 'close'>
}

/** How long a topic is kept for a client that may resume. */
const LINGER_MS = 30_000

/**
 * All topics that are wanted of the feeds: because somebody holds them or looks at them, because another one that is
 * held wants them beside it, or for a while more, because somebody may resume. Owner of how long each of them lives.
 */
export class Channels {
  readonly #parts: ChannelsParts
  readonly #all = new Map<string, Channel>()
  /** How many of them are deep books, by feed. */
  readonly #books = new Map<string, number>()

  constructor(parts: ChannelsParts) {
    this.#parts = parts
  }

  get size(): number {
    return this.#all.size
  }

  all(): Iterable<Channel> {
    return this.#all.values()
  }

  find(topic: string): Channel | undefined {
    return this.#all.get(topic)
  }

  /** Those of one feed. */
  *of(feed: string): Generator<Channel> {
    for (const channel of this.#all.values()) if (channel.served.parts.feed === feed) yield channel
  }

  /** Those of one instrument. */
  ofInstrument(parts: Omit<TopicParts, 'mode'>): Channel[] {
    return TOPIC_MODES.flatMap(mode => this.#all.get(formatTopic({ ...parts, mode })) ?? [])
  }

  /** How many of a feed are deep books. */
  books(feed: string): number {
    return this.#books.get(feed) ?? 0
  }

  /** For somebody who wants it now. One that was about to go stays. */
  open(served: Served): Channel {
    const { topic, parts } = served
    let channel = this.#all.get(topic)
    if (!channel) {
      channel = new Channel(served)
      this.#all.set(topic, channel)
      if (isBookMode(parts.mode)) this.#books.set(parts.feed, this.books(parts.feed) + 1)
      this.#parts.demand.want(parts.feed, topic)
    }
    channel.leaving?.()
    channel.leaving = undefined
    return channel
  }

  /** As long as somebody holds this topic, the other one is wanted as well. */
  accompany(topic: string, other: Served): void {
    const channel = this.#all.get(topic)
    if (!channel || topic === other.topic || channel.companions?.has(other.topic)) return
    const companion = this.open(other)
    companion.beside++
    channel.companions ??= new Map()
    channel.companions.set(other.topic, companion)
  }

  /** Its last value is kept up to date from now on, and nobody is given a tick, until it is unwatched as often. */
  watch(served: Served): Channel {
    const channel = this.open(served)
    channel.onlookers++
    return channel
  }

  unwatch(channel: Channel): void {
    channel.onlookers--
    this.release(channel)
  }

  /** Somebody may hold it no more: then it needs nobody beside it, and goes unless it is beside another one. */
  release(channel: Channel): void {
    if (channel.variants.length > 0 || channel.onlookers > 0) return
    const companions = channel.companions?.values() ?? []
    channel.companions = undefined
    for (const companion of companions) {
      companion.beside--
      this.release(companion)
    }
    if (channel.beside > 0) return
    if (channel.ring) channel.leaving ??= this.#parts.clock.after(LINGER_MS, () => this.#drop(channel))
    else this.#drop(channel)
  }

  close(): void {
    for (const channel of this.#all.values()) channel.leaving?.()
    this.#all.clear()
  }

  #drop(channel: Channel): void {
    const { topic, parts } = channel.served
    this.#all.delete(topic)
    if (isBookMode(parts.mode)) this.#books.set(parts.feed, this.books(parts.feed) - 1)
    channel.gone = true
    if (channel.ring) this.#parts.rings.close(channel.ring)
    this.#parts.demand.drop(parts.feed, topic)
  }
}

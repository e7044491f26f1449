import type { Clock } from '../shared/clock.ts'
import { type FrameTemplate, formatFrame, frameTemplate } from '../shared/market/frame.ts'
import type { InstrumentKind } from '../shared/market/instrument.ts'
import type { TopicParts } from '../shared/market/topic.ts'
import type { Hub } from './fanout/hub.ts'
import type { Feeds } from './feeds.ts'
import { readPayload } from './payload.ts'
import type { Instruments } from './routing.ts'

/** What is known of one topic while somebody holds it. */
interface Channel {
  /** When it was first held, milliseconds: a topic that was let go in between begins a new epoch with its sequence. */
  readonly epoch: number
  readonly template: FrameTemplate
  /** Absent when its feed does not list it (any more). */
  kind: InstrumentKind | undefined
  /** The list in which `kind` was looked up. */
  mark: string | undefined
  sequence: number
  /** Time of its newest tick. */
  timestamp: number
}

/** Which list of symbols a feed has. */
interface List {
  readonly mark: string | undefined
  /** Monotonic milliseconds. */
  readonly lookedAt: number
}

/** How soon a changed list of symbols shows. */
const LOOK_AGAIN_MS = 1000
/** Further back it is no late tick but a clock that was set. */
const LATE_MS = 10_000

/**
 * The plain two-part form `[TOPIC, JSON]` of publishers in any language. They send the data payload; the client frame
 * is built here, with our own sequence.
 */
export class Foreign {
  readonly #hub: Hub
  readonly #feeds: Feeds
  readonly #instruments: Lists
  readonly #clock: Clock
  readonly #maxAgeMs: number
  /** The newest of all channels. */
  #epoch = 0
  readonly #channels = new WeakMap<TopicParts, Channel>()
  readonly #lists = new Map<string, List>()

  constructor({ hub, feeds, instruments, clock, maxAgeMs }: ForeignParts) {
    this.#hub = hub
    this.#feeds = feeds
    this.#instruments = instruments
    this.#clock = clock
    this.#maxAgeMs = maxAgeMs
  }

  /**
   * Throws MESSAGE_MALFORMED, naming the field. A topic nobody holds, or of a feed that is not external, is ignored, and
   * so is one that its feed lists no more; a tick older than the last one of its topic is dropped and counted as late.
   */
  receive(topic: string, body: Buffer): void {
    const held = this.#hub.find(topic)
    const feed = held && this.#feeds.view(held.served.parts.feed)
    if (!held || !feed?.external) return
    const { parts } = held.served
    const channel = this.#channel(parts, feed.broker)
    if (channel.kind === undefined) return
    const tick = readPayload(body, { kind: channel.kind, now: this.#clock.now(), maxAgeMs: this.#maxAgeMs })
    const lateBy = channel.timestamp - tick.timestamp
    if (lateBy > 0 && lateBy < LATE_MS) {
      this.#hub.counts.late++
      return
    }
    channel.timestamp = tick.timestamp
    const sequence = ++channel.sequence
    const { symbolAt, dataSymbolAt, symbolLength } = channel.template
    const receivedAt = this.#clock.micros()
    this.#hub.deliver(
      held,
      {
        snapshot: false,
        position: false,
        kept: false,
        symbolAt,
        dataSymbolAt,
        symbolLength,
        epoch: channel.epoch,
        sequence,
        receivedAt,
      },
      Buffer.from(formatFrame(channel.template, tick), 'latin1'),
    )
    this.#feeds.tickSeen(parts.feed)
  }

  #channel(parts: TopicParts, broker: string): Channel {
    let channel = this.#channels.get(parts)
    if (!channel) {
      const template = frameTemplate(parts, broker)
      this.#epoch = Math.max(this.#epoch + 1, this.#clock.now())
      channel = { epoch: this.#epoch, template, kind: undefined, mark: undefined, sequence: 0, timestamp: 0 }
      this.#channels.set(parts, channel)
    }
    const mark = this.#markOf(parts.feed)
    if (channel.mark !== mark) {
      channel.kind = this.#instruments.find(parts.feed, parts.exchange, parts.symbol)?.kind
      channel.mark = mark
    }
    return channel
  }

  /** One look in a while for all topics of a feed: their number must not cost. */
  #markOf(feed: string): string | undefined {
    const now = this.#clock.monotonic()
    let list = this.#lists.get(feed)
    if (!list || now - list.lookedAt > LOOK_AGAIN_MS) {
      list = { mark: this.#instruments.mark(feed), lookedAt: now }
      this.#lists.set(feed, list)
    }
    return list.mark
  }
}

/** Reads of the instrument lists; `mark` is another one after a list was replaced. */
type Lists = Pick<Instruments, 'find'> & { mark(feed: string): string | undefined }

export interface ForeignParts {
  readonly hub: Hub
  readonly feeds: Feeds
  readonly instruments: Lists
  readonly clock: Clock
  /** A tick that says it is older is refused. */
  readonly maxAgeMs: number
}

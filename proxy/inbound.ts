import { type Bus, type BusMessage, ORDERS_PREFIX, STATES_PREFIX, STATUS_PREFIX } from '../bus/bus.ts'
import { LANE_PREFIX, type LaneHeader, readLaneHeader } from '../bus/lane.ts'
import { malformed, readTick, type TickHeader } from '../bus/message.ts'
import { RecordReader, TopicIndex } from '../bus/reader.ts'
import type { Clock } from '../shared/clock.ts'
import { type FeedStatus, parseFeedStatus } from '../shared/control.ts'
import { TickwireError } from '../shared/errors.ts'
import type { Log } from '../shared/log.ts'
import { Backlog } from './backlog.ts'
import type { Channel } from './fanout/channel.ts'
import type { Hub } from './fanout/hub.ts'
import type { Feeds } from './feeds.ts'
import type { Foreign } from './foreign.ts'
import type { Meters } from './metrics/meters.ts'
import type { Orders } from './orders.ts'
import type { Shelf } from './shelf.ts'
import type { States } from './states.ts'
import type { Strangers } from './strangers.ts'
import type { Wanted } from './wanted.ts'

/** Where this proxy stands in one feed's lane, and whose topics come in it. */
interface Place {
  epoch: number
  sequence: number
  readonly topics: TopicIndex<Channel>
}

export interface InboundCounts {
  /** Lane messages missing by the holes in their sequence. */
  lostLanes: number
  /** These holes. */
  gaps: number
  /** Messages, and live ticks in them, older than the limit when they came: dropped. */
  stale: number
  /** Of a publisher that has been replaced, or repeated: dropped. */
  fenced: number
  /** Not what it should be: dropped. */
  malformed: number
}

const REPORT_PAUSE_MS = 10_000

/**
 * Everything that comes from the bus: feed status, the states of instruments, lanes, single ticks, order updates and the
 * plain form of foreign publishers.
 * Owner of the place in each lane; a hole there, or a status that names a sequence never seen, asks for snapshots.
 */
export class Inbound {
  readonly counts: InboundCounts = { lostLanes: 0, gaps: 0, stale: 0, fenced: 0, malformed: 0 }
  readonly #parts: InboundParts
  readonly #places = new Map<string, Place>()
  readonly #backlog: Backlog
  readonly #record = new RecordReader()
  #reportedAt = Number.NEGATIVE_INFINITY

  constructor(parts: InboundParts) {
    this.#parts = parts
    this.#backlog = new Backlog(parts.clock)
    parts.bus.onMessage(message => this.#receive(message))
    parts.bus.subscribePrefix(STATUS_PREFIX)
    parts.bus.subscribePrefix(STATES_PREFIX)
  }

  /** Takes the list of the database: the publishers of feeds that are gone need not be told from those that come. */
  register(feeds: readonly { readonly name: string }[]): void {
    const names = new Set(feeds.map(feed => feed.name))
    for (const name of this.#places.keys()) if (!names.has(name)) this.#places.delete(name)
  }

  close(): void {
    this.#backlog.close()
  }

  #receive(message: BusMessage): void {
    const { topic, body, plain } = message
    try {
      if (plain) this.#plain(topic, body)
      else if (topic.startsWith(STATUS_PREFIX)) this.#status(ownStatus(topic.slice(STATUS_PREFIX.length), body))
      else if (topic.startsWith(STATES_PREFIX)) this.#parts.states.receive(topic.slice(STATES_PREFIX.length), body)
      else if (topic.startsWith(LANE_PREFIX)) this.#lane(feedOfLane(topic), body)
      else if (topic.startsWith(ORDERS_PREFIX)) this.#parts.orders.receive(topic.slice(ORDERS_PREFIX.length), body)
      else this.#single(topic, body)
    } catch (error) {
      if (!(error instanceof TickwireError)) throw error
      this.counts.malformed++
      this.#report(error, topic)
    }
  }

  /** Such a message does not say when it was sent. */
  #plain(topic: string, body: Buffer): void {
    const { foreign, feeds } = this.#parts
    if (this.#isStrange(topic)) return
    if (this.#backlog.mayBeOld(feeds.speaking)) this.counts.stale++
    else foreign.receive(topic, body)
  }

  #status(status: FeedStatus): void {
    this.#backlog.heard()
    const { feeds, wanted, hub, proxy, shelf, states, meters } = this.#parts
    const place = this.#places.get(status.feed)
    // The last words of a process whose successor has spoken in its lane already.
    if (place && status.epoch < place.epoch && !feeds.view(status.feed)?.silent) return
    if (!feeds.accept(status)) return
    shelf.heard(status)
    meters.heard.take(status, feeds.view(status.feed)?.broker ?? status.broker)
    states.heard(status)
    const sequence = status.lanes[proxy]
    if (status.epoch !== place?.epoch) {
      hub.replace(status.feed)
      this.#enter(status.feed, status.epoch)
      wanted.repeat(status.feed)
    } else if (sequence === undefined) {
      if (wanted.size(status.feed) > 0) wanted.repeat(status.feed)
    } else if (sequence > place.sequence) this.#hole(status.feed, place, sequence + 1)
    else if (sequence < place.sequence) {
      // A feed says how far its lane is after everything it sent there: what was further was not of this feed.
      place.sequence = sequence
      wanted.resync(status.feed)
    }
  }

  #lane(feed: string, body: Buffer): void {
    const header = readLaneHeader(body)
    const place = this.#follow(feed, header)
    if (!place) return
    const { clock, maxAgeMs, meters } = this.#parts
    const now = clock.micros()
    const oldest = now - maxAgeMs * 1000
    meters.busProxy.observe(now - header.sentAt)
    const staleBefore = this.counts.stale
    if (header.sentAt < oldest) this.counts.stale++
    else this.#records(body, header, place.topics, oldest)
    if (this.counts.stale > staleBefore) this.#parts.wanted.resync(feed)
  }

  /** `oldest`: live ticks received before it, in microseconds, were sent just now by a process that had stood still. */
  #records(body: Buffer, header: LaneHeader, topics: TopicIndex<Channel>, oldest: number): void {
    const { hub } = this.#parts
    const record = this.#record
    const { epoch, sentAt } = header
    topics.begin(header)
    record.begin(body, header)
    while (record.next()) {
      const { snapshot, position, kept, symbolAt, dataSymbolAt, symbolLength, sequence, receivedAt } = record
      const isStale = !snapshot && !position && receivedAt < oldest
      const channel = isStale ? undefined : topics.find(record)
      if (isStale) this.counts.stale++
      else if (channel)
        hub.deliver(
          channel,
          { snapshot, position, kept, symbolAt, dataSymbolAt, symbolLength, epoch, sequence, receivedAt },
          record.frame,
          sentAt,
        )
      else hub.counts.unheld++
    }
  }

  /** The place in the lane after this message; `undefined` when it is none of this publisher, or comes twice. */
  #follow(feed: string, { epoch, sequence }: LaneHeader): Place | undefined {
    let place = this.#places.get(feed)
    if (!place || epoch > place.epoch) {
      if (place) this.#parts.hub.replace(feed)
      place = this.#enter(feed, epoch)
    }
    if (epoch < place.epoch || sequence <= place.sequence) {
      this.counts.fenced++
      return undefined
    }
    if (sequence > place.sequence + 1) this.#hole(feed, place, sequence)
    place.sequence = sequence
    return place
  }

  /** What a feed says in its lane is of its own topics, or it is broken. */
  #channelOf(feed: string, topic: string): Channel | undefined {
    if (!topic.startsWith(`${feed}_`)) throw malformed(`a record of ${topic.slice(0, 100)} in the lane of ${feed}`)
    return this.#parts.hub.find(topic)
  }

  /** Only external feeds speak without a seal: what comes so in another's name is a stranger's. */
  #isStrange(topic: string): boolean {
    const { hub, feeds, strangers } = this.#parts
    const feed = hub.find(topic)?.served.parts.feed
    if (feed === undefined) return false
    const view = feeds.view(feed)
    if (view?.external) return false
    strangers.drop(feed, view ? 'unsigned' : 'unregistered')
    return true
  }

  /** A publisher begins. */
  #enter(feed: string, epoch: number): Place {
    const topics = new TopicIndex(topic => this.#channelOf(feed, topic))
    const place = { epoch, sequence: 0, topics }
    this.#places.set(feed, place)
    return place
  }

  /** Everything from the place up to, not including, `next` is missing. */
  #hole(feed: string, place: Place, next: number): void {
    const lost = next - place.sequence - 1
    this.counts.lostLanes += lost
    this.counts.gaps++
    place.sequence = next - 1
    this.#parts.log.warn({ feed, lost, before: next }, 'messages of a feed were lost; asking it for fresh snapshots')
    this.#parts.wanted.resync(feed)
  }

  #single(topic: string, body: Buffer): void {
    if (this.#isStrange(topic)) return
    const { hub, feeds, clock, maxAgeMs } = this.#parts
    const { header, frame } = readTick(body)
    if (isLive(header) && clock.micros() - header.receivedAt > maxAgeMs * 1000) {
      this.counts.stale++
      return
    }
    const channel = hub.find(topic)
    if (!channel) {
      hub.counts.unheld++
      return
    }
    if (hub.deliver(channel, header, frame)) feeds.tickSeen(channel.served.parts.feed)
  }

  /** A broken publisher can break thousands of messages a second: they are counted, and one in 10 s is told. */
  #report(error: TickwireError, topic: string): void {
    const now = this.#parts.clock.monotonic()
    if (now - this.#reportedAt < REPORT_PAUSE_MS) return
    this.#reportedAt = now
    const { malformed } = this.counts
    this.#parts.log.warn({ err: error, topic: topic.slice(0, 100), malformed }, 'dropped a malformed bus message')
  }
}

export interface InboundParts {
  readonly bus: Bus
  readonly clock: Clock
  readonly log: Log
  readonly proxy: string
  readonly maxAgeMs: number
  readonly meters: Pick<Meters, 'busProxy' | 'heard'>
  readonly hub: Hub
  readonly feeds: Feeds
  readonly wanted: Wanted
  readonly foreign: Foreign
  readonly orders: Orders
  readonly shelf: Shelf
  readonly states: States
  readonly strangers: Pick<Strangers, 'drop'>
}

/** Neither a value nor a place that is said again. */
const isLive = ({ snapshot, position }: TickHeader): boolean => !snapshot && !position

/** Whoever signs for a feed speaks of that feed. */
function ownStatus(feed: string, body: Buffer): FeedStatus {
  const status = parseFeedStatus(body)
  if (status.feed !== feed) throw malformed(`a status of ${status.feed} on the topic of ${feed.slice(0, 100)}`)
  return status
}

/** `LANE_<FEED>_<PROXY>`: neither name holds an underscore. */
const feedOfLane = (topic: string): string => topic.slice(LANE_PREFIX.length, topic.lastIndexOf('_'))

import { type Bus, controlTopic } from '../bus/bus.ts'
import { laneTopic } from '../bus/lane.ts'
import type { Cancel, Clock } from '../shared/clock.ts'
import { formatControl, SET_HEARTBEAT_MS } from '../shared/control.ts'
import type { Demand } from './fanout/demand.ts'

interface FeedWant {
  /** What to do with the topics: nothing while nobody registered the feed. */
  kind: 'unregistered' | 'lanes' | 'external'
  readonly topics: Set<string>
  /** Since the last announcement. */
  readonly dropped: Set<string>
  revision: number
  resync: number
  resyncedAt: number
  resyncing: Cancel | undefined
  /** How often the states of all instruments were asked for. */
  states: number
  statesAskedAt: number
  announcing: Cancel | undefined
}

const COALESCE_MS = 20
/** Its heartbeat reminds us when the answer was lost, too. */
const STATES_PAUSE_MS = 500
/** A hole is answered with snapshots of everything; asking again sooner would only add to what caused it. */
const RESYNC_PAUSE_MS = 500

/**
 * Everything this proxy wants of each feed. Announces whole sets: when they change (a burst of changes once), when a
 * feed needs to hear it, and as a heartbeat. Foreign publishers offer no lanes: their topics are subscribed one by one.
 */
export class Wanted implements Demand {
  readonly #bus: Bus
  readonly #clock: Clock
  readonly #proxy: string
  readonly #feeds = new Map<string, FeedWant>()
  readonly #stopHeartbeat: Cancel

  constructor(bus: Bus, clock: Clock, proxy: string) {
    this.#bus = bus
    this.#clock = clock
    this.#proxy = proxy
    // An adapter that begins to listen, after its own restart or the bus's, shall not wait for the next heartbeat.
    bus.onDemand((filter, wanted) => {
      if (!wanted) return
      for (const [feed, want] of this.#feeds) if (filter === `${controlTopic(feed)}\0`) this.#announce(feed, want)
    })
    this.#stopHeartbeat = clock.every(SET_HEARTBEAT_MS, () => {
      for (const [feed, want] of this.#feeds) this.#announce(feed, want)
    })
  }

  /** Takes the feeds of the database. What clients hold of a feed that is gone waits for its return. */
  register(feeds: readonly { readonly name: string; readonly external: boolean }[]): void {
    const kinds = new Map(feeds.map(({ name, external }) => [name, external ? 'external' : 'lanes'] as const))
    for (const [name, want] of this.#feeds) this.#become(name, want, kinds.get(name) ?? 'unregistered')
    for (const [name, kind] of kinds) this.#become(name, this.#of(name), kind)
  }

  want(feed: string, topic: string): void {
    const want = this.#of(feed)
    if (want.topics.has(topic)) return
    // Dropped and wanted again between two announcements, the feed would see no change and send no snapshot.
    if (want.dropped.has(topic)) this.#announce(feed, want)
    want.topics.add(topic)
    // The plain form has no `\0` behind its topic, so only a prefix meets it; no topic begins another.
    if (want.kind === 'external') this.#bus.subscribePrefix(topic)
    this.#changed(feed, want)
  }

  drop(feed: string, topic: string): void {
    const want = this.#of(feed)
    if (!want.topics.delete(topic)) return
    want.dropped.add(topic)
    if (want.kind === 'external') this.#bus.unsubscribePrefix(topic)
    this.#changed(feed, want)
  }

  /** How many topics of a feed are wanted now. */
  size(feed: string): number {
    return this.#feeds.get(feed)?.topics.size ?? 0
  }

  /** Says it again at once: the feed has just started, or forgot us. */
  repeat(feed: string): void {
    this.#announce(feed, this.#of(feed))
  }

  /** Something of this feed was lost: ask for fresh snapshots of everything. */
  resync(feed: string): void {
    const want = this.#of(feed)
    const now = this.#clock.monotonic()
    const early = want.resyncedAt + RESYNC_PAUSE_MS - now
    if (early > 0) {
      // The snapshots asked for last may be what was lost now.
      want.resyncing ??= this.#clock.after(early, () => {
        want.resyncing = undefined
        this.resync(feed)
      })
      return
    }
    want.resyncedAt = now
    want.resync++
    this.#changed(feed, want)
  }

  /** Reports of how its instruments stand were missed: ask for all of it. Within a pause of the last time it is not. */
  restate(feed: string): void {
    const want = this.#of(feed)
    const now = this.#clock.monotonic()
    if (now - want.statesAskedAt < STATES_PAUSE_MS) return
    want.statesAskedAt = now
    want.states++
    this.#changed(feed, want)
  }

  /** Tells every feed that this proxy wants nothing any more. */
  close(): void {
    this.#stopHeartbeat()
    for (const [feed, want] of this.#feeds) {
      want.resyncing?.()
      want.topics.clear()
      want.revision++
      this.#announce(feed, want)
    }
    this.#feeds.clear()
  }

  #of(feed: string): FeedWant {
    let want = this.#feeds.get(feed)
    if (!want) {
      want = {
        kind: 'unregistered',
        topics: new Set(),
        dropped: new Set(),
        revision: 1,
        resync: 0,
        resyncedAt: Number.NEGATIVE_INFINITY,
        resyncing: undefined,
        states: 0,
        statesAskedAt: Number.NEGATIVE_INFINITY,
        announcing: undefined,
      }
      this.#feeds.set(feed, want)
    }
    return want
  }

  #become(feed: string, want: FeedWant, kind: FeedWant['kind']): void {
    if (want.kind === kind) return
    if (want.kind === 'lanes') this.#bus.unsubscribe(laneTopic(feed, this.#proxy))
    if (want.kind === 'external') for (const topic of want.topics) this.#bus.unsubscribePrefix(topic)
    want.kind = kind
    if (kind === 'lanes') this.#bus.subscribe(laneTopic(feed, this.#proxy))
    if (kind === 'external') for (const topic of want.topics) this.#bus.subscribePrefix(topic)
    this.#changed(feed, want)
  }

  #changed(feed: string, want: FeedWant): void {
    want.revision++
    want.announcing ??= this.#clock.after(COALESCE_MS, () => this.#announce(feed, want))
  }

  #announce(feed: string, want: FeedWant): void {
    want.announcing?.()
    want.announcing = undefined
    want.dropped.clear()
    if (want.kind !== 'lanes') return
    const { revision, resync, states } = want
    const topics = [...want.topics]
    this.#bus.publish(
      controlTopic(feed),
      formatControl({ version: 1, feed, proxy: this.#proxy, revision, resync, ...(states > 0 && { states }), topics }),
    )
  }
}

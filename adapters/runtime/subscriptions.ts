import type { Clock } from '../../shared/clock.ts'
import { SET_EXPIRY_MS, type SubscriptionSet } from '../../shared/control.ts'
import type { Catalogue, Rejection, Target } from './catalogue.ts'
import { type Union, unionOf } from './union.ts'

/** What a proxy's lane has to do after its set changed. */
export interface LaneChange {
  readonly proxy: string
  readonly added: readonly Target[]
  readonly dropped: readonly Target[]
  /** Topics whose last value goes into the lane now: the added ones, or the whole set after a resync. */
  readonly snapshots: readonly Target[]
}

interface ProxySet {
  readonly revision: number
  readonly resync: number
  /** All it asked for. */
  readonly topics: readonly string[]
  readonly targets: ReadonlyMap<string, Target>
  readonly rejected: readonly Rejection[]
  /** Monotonic milliseconds. */
  seenAt: number
}

/** More would make every heartbeat heavy; whoever has that many refusals finds the cause in the first ones. */
const MAX_REJECTED = 200

/** Knows who wants which topic of one feed: the proxies by their sets, others by subscribing on the bus. */
export class Subscriptions {
  readonly #catalogue: Catalogue
  readonly #clock: Clock
  readonly #proxies = new Map<string, ProxySet>()
  readonly #exact = new Map<string, Target>()
  readonly #prefixes = new Set<string>()
  #union: Union | undefined

  constructor(catalogue: Catalogue, clock: Clock) {
    this.#catalogue = catalogue
    this.#clock = clock
  }

  /** Takes a proxy's whole set. Nothing has to be done when it says what is known, or less than is known. */
  receive({ proxy, revision, resync, topics }: SubscriptionSet): LaneChange | undefined {
    const before = this.#proxies.get(proxy)
    // Not a sign of life of this set: if it is later than what the proxy says now, it was not the proxy's, and ends.
    if (before && revision < before.revision) return
    if (before) before.seenAt = this.#clock.monotonic()
    if (before && revision === before.revision && resync === before.resync) return
    const { targets, added, dropped, rejected } = this.#compare(before, topics)
    const seenAt = this.#clock.monotonic()
    this.#proxies.set(proxy, { revision, resync, topics, targets, rejected, seenAt })
    this.#union = undefined
    const snapshots = before && before.resync !== resync ? [...targets.values()] : added
    return { proxy, added, dropped, snapshots }
  }

  /**
   * The list of instruments has changed: what every set means is found out anew. What was subscribed on the bus is
   * forgotten, since the bus can say it again.
   */
  review(): LaneChange[] {
    this.#union = undefined
    this.#exact.clear()
    this.#prefixes.clear()
    const changes: LaneChange[] = []
    for (const [proxy, before] of this.#proxies) {
      const { targets, added, dropped, rejected } = this.#compare(before, before.topics, true)
      this.#proxies.set(proxy, { ...before, targets, rejected })
      if (added.length > 0 || dropped.length > 0) changes.push({ proxy, added, dropped, snapshots: added })
    }
    return changes
  }

  /** What a proxy wants now. */
  of(proxy: string): Iterable<Target> {
    return this.#proxies.get(proxy)?.targets.values() ?? []
  }

  /** Forgets the proxies that fell silent; their lanes are over. */
  expire(): LaneChange[] {
    const oldest = this.#clock.monotonic() - SET_EXPIRY_MS
    const gone: LaneChange[] = []
    for (const [proxy, { seenAt, targets }] of this.#proxies) {
      if (seenAt > oldest) continue
      this.#proxies.delete(proxy)
      this.#union = undefined
      gone.push({ proxy, added: [], dropped: [...targets.values()], snapshots: [] })
    }
    return gone
  }

  /**
   * Takes a subscription seen on the bus: `TOPIC\0` or a prefix. Returns the topic it names, 'prefix' when any number
   * of topics may be meant, nothing when it is none of this feed's business.
   */
  demand(filter: string, wanted: boolean): Target | 'prefix' | undefined {
    if (filter.endsWith('\0')) {
      const target = this.#catalogue.resolve(filter.slice(0, -1))
      if ('code' in target) return
      this.#union = undefined
      if (wanted) this.#exact.set(target.topic, target)
      else this.#exact.delete(target.topic)
      return target
    }
    const own = `${this.#catalogue.feed}_`
    if (!filter.startsWith(own) && !own.startsWith(filter)) return
    if (wanted) this.#prefixes.add(filter)
    else this.#prefixes.delete(filter)
    return 'prefix'
  }

  /** Whether the topic goes out as a message of its own, besides the lanes. */
  direct(topic: string): boolean {
    if (this.#exact.has(topic)) return true
    for (const prefix of this.#prefixes) if (topic.startsWith(prefix)) return true
    return false
  }

  get overheard(): boolean {
    return this.#prefixes.size > 0
  }

  /** A prefix adds nothing here: who listens to everything hears what flows, and does not order 100,000 instruments. */
  instruments(): Union {
    this.#union ??= unionOf(this.#targets())
    return this.#union
  }

  *#targets(): Iterable<Target> {
    for (const { targets } of this.#proxies.values()) yield* targets.values()
    yield* this.#exact.values()
  }

  /** `anew`: what a topic meant before is no longer sure. */
  #compare(before: ProxySet | undefined, topics: readonly string[], anew = false) {
    const targets = new Map<string, Target>()
    const added: Target[] = []
    const rejected: Rejection[] = []
    for (const topic of topics) {
      const known = before?.targets.get(topic)
      const resolved = (anew ? undefined : known) ?? this.#catalogue.resolve(topic)
      if ('code' in resolved) {
        if (rejected.length < MAX_REJECTED) rejected.push(resolved)
        continue
      }
      const target = known?.instrument === resolved.instrument ? known : resolved
      if (target !== known && !targets.has(topic)) added.push(target)
      targets.set(topic, target)
    }
    const dropped = [...(before?.targets.values() ?? [])].filter(target => targets.get(target.topic) !== target)
    return { targets, added, dropped, rejected }
  }

  rejected(): Rejection[] {
    return [...this.#proxies.values()].flatMap(({ rejected }) => rejected).slice(0, MAX_REJECTED)
  }
}

import type { TickHeader } from '../../bus/message.ts'
import type { Clock } from '../../shared/clock.ts'
import { isBookMode } from '../../shared/market/mode.ts'
import type { Delivery } from '../delivery.ts'
import type { Place } from '../place.ts'
import type { Variation } from '../variation/variant.ts'
import { textMessage } from '../websocket.ts'
import { Channel, type HubCounts } from './channel.ts'
import { Tick } from './frame.ts'
import { Hold } from './hold.ts'
import type { Outbox } from './outbox.ts'
import { Pacer } from './pacer.ts'
import { Rings } from './ring.ts'
import type { Served } from './variant.ts'

/** Where the hub says which topics it needs and no longer needs. */
export interface Demand {
  want(feed: string, topic: string): void
  drop(feed: string, topic: string): void
}

/** How one client wants one topic. */
export interface Wish {
  readonly variation: Variation
  readonly delivery: Delivery
}

/** How long a topic is kept for a client that may resume. */
const LINGER_MS = 30_000

/**
 * From a topic to its clients. Owner of who holds what and of the last tick of each topic. A tick costs one look-up, one
 * frame per variant, and one reference per client; nothing is parsed and nothing awaited.
 */
export class Hub {
  readonly counts: HubCounts = { ticks: 0, unheld: 0, late: 0, lost: 0 }
  readonly #demand: Demand
  readonly #clock: Clock
  readonly #channels = new Map<string, Channel>()
  /** Of the channels, those of deep books, by feed. */
  readonly #books = new Map<string, number>()
  readonly #pacer: Pacer
  readonly #rings: Rings
  /** Everybody of a topic is being given something. Who is ended by it must not go from among the others until all have it. */
  #isGiving = false
  readonly #leavers: Hold[] = []

  constructor({ demand, clock, resumeBytes }: { demand: Demand; clock: Clock; resumeBytes: number }) {
    this.#demand = demand
    this.#clock = clock
    this.#pacer = new Pacer(clock)
    this.#rings = new Rings(resumeBytes)
  }

  /** Topics wanted of the feeds. */
  get size(): number {
    return this.#channels.size
  }

  /** From now on `outbox` gets the ticks of this topic. */
  join(served: Served, { variation, delivery }: Wish, outbox: Outbox): Hold {
    const { topic, parts } = served
    let channel = this.#channels.get(topic)
    if (!channel) {
      channel = new Channel(served)
      this.#channels.set(topic, channel)
      if (isBookMode(parts.mode)) this.#books.set(parts.feed, this.books(parts.feed) + 1)
      this.#demand.want(parts.feed, topic)
    }
    channel.leaving?.()
    channel.leaving = undefined
    if (outbox.features.resume) channel.ring ??= this.#rings.open()
    const hold = new Hold(channel.variant(variation), outbox, delivery, this.#pacer)
    hold.variant.add(hold)
    return hold
  }

  /** It gets no more; with `successor` the same client wants the same topic in another way. */
  leave(hold: Hold, successor?: Hold): void {
    if (this.#isGiving) {
      this.#leavers.push(hold)
      return
    }
    hold.release()
    const channel = this.#channels.get(hold.variant.served.topic)
    if (!channel || !hold.variant.remove(hold)) return
    channel.forget(hold, successor)
    channel.tidy()
    if (channel.variants.length > 0) return
    if (channel.ring) channel.leaving ??= this.#clock.after(LINGER_MS, () => this.#drop(channel))
    else this.#drop(channel)
  }

  /** Offers the last known value to one client, if there is one; else it comes from the feed. */
  snapshot({ variant, outbox }: Hold): void {
    const last = this.#channels.get(variant.served.topic)?.last
    if (last) outbox.offer(variant.frame(last, 0))
  }

  /** Whether everything that came after `place` can still be had. */
  canResume({ variant }: Hold, place: Place): boolean {
    return this.#channels.get(variant.served.topic)?.since(place) !== undefined
  }

  /** Gives one client everything after `place`; if that is no more to be had, says so and gives the last value. */
  resume(hold: Hold, place: Place): void {
    const channel = this.#channels.get(hold.variant.served.topic)
    if (!channel) return
    const missed = channel.since(place)
    if (missed) for (const tick of missed) hold.outbox.offer(hold.variant.frame(tick, 1))
    else {
      channel.tellMissed({ member: hold, variant: hold.variant, place })
      this.snapshot(hold)
    }
  }

  /** How many topics of deep books are held of a feed. */
  books(feed: string): number {
    return this.#books.get(feed) ?? 0
  }

  /** A topic somebody holds. It may be kept for as long as it is not `gone`. */
  find(topic: string): Channel | undefined {
    return this.#channels.get(topic)
  }

  /** Sends one tick to everybody who holds its topic; whether it was news. `payload` may be a view: it is copied. */
  deliver(channel: Channel, header: TickHeader, payload: Buffer): boolean {
    this.#isGiving = true
    const isNews = this.#give(channel, header, payload)
    this.#letGo()
    return isNews
  }

  #give(channel: Channel, header: TickHeader, payload: Buffer): boolean {
    const stands = channel.advance(header, this.counts)
    if (stands === undefined || header.position) return false
    this.counts.ticks++
    const tick = new Tick(header, textMessage(payload))
    channel.last = tick
    if (stands === 1) channel.ring?.add(tick)
    for (const variant of channel.variants) {
      const frame = variant.frame(tick, stands)
      const { members, takers } = variant
      for (let at = 0; at < takers.length; at++) {
        const taker = takers[at]
        if (taker) taker.offer(frame)
        else members[at]?.take(frame)
      }
    }
    return true
  }

  /** Who was to leave meanwhile leaves now. */
  #letGo(): void {
    this.#isGiving = false
    if (this.#leavers.length > 0) for (const hold of this.#leavers.splice(0)) this.leave(hold)
  }

  /** Forgets the last values of a feed: they are no longer the present. Who holds what, and how far it is, stays. */
  forget(feed: string): void {
    for (const channel of this.#channels.values()) if (channel.served.parts.feed === feed) channel.last = undefined
  }

  /** Another publisher took over a feed: everything begins anew. */
  replace(feed: string): void {
    this.#isGiving = true
    for (const channel of this.#channels.values()) if (channel.served.parts.feed === feed) channel.replace()
    this.#letGo()
  }

  close(): void {
    for (const channel of this.#channels.values()) channel.leaving?.()
    this.#channels.clear()
    this.#pacer.close()
  }

  #drop(channel: Channel): void {
    const { topic, parts } = channel.served
    this.#channels.delete(topic)
    if (isBookMode(parts.mode)) this.#books.set(parts.feed, this.books(parts.feed) - 1)
    channel.gone = true
    if (channel.ring) this.#rings.close(channel.ring)
    this.#demand.drop(parts.feed, topic)
  }
}

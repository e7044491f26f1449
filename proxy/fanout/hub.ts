import type { TickHeader } from '../../bus/message.ts'
import type { Clock } from '../../shared/clock.ts'
import type { TopicParts } from '../../shared/market/topic.ts'
import type { Delivery } from '../delivery.ts'
import type { Left, Place } from '../place.ts'
import type { Variation } from '../variation/variant.ts'
import { textMessage } from '../websocket.ts'
import type { Channel, HubCounts } from './channel.ts'
import { Channels } from './channels.ts'
import type { Demand } from './demand.ts'
import { type Frame, Tick } from './frame.ts'
import { Gallery } from './gallery.ts'
import { Guard, markOf } from './guard.ts'
import { Hold } from './hold.ts'
import { listenersOf } from './listeners.ts'
import type { Outbox } from './outbox.ts'
import { Pacer } from './pacer.ts'
import { type Doubt, Presence } from './presence.ts'
import { Rings } from './ring.ts'
import type { Served, Variant } from './variant.ts'

/** How one client wants one topic. */
export interface Wish {
  readonly variation: Variation
  readonly delivery: Delivery
  /** After a change of the source. */
  readonly guard?: Guard | undefined
  /** Where its client was at the source before. */
  readonly left?: Left | undefined
}

export interface HubParts {
  readonly demand: Demand
  readonly clock: Clock
  readonly resumeBytes: number
  /** Which instruments are not to be trusted now; none, without it. */
  readonly doubt?: Doubt
}

/**
 * From a topic to its clients. Owner of who is given what of a topic, and of its last tick. A tick costs one look-up, one
 * frame per variant, and one reference per client; nothing is parsed and nothing awaited.
 */
export class Hub {
  readonly counts: HubCounts = { ticks: 0, unheld: 0, late: 0, lost: 0 }
  /** For who looks at last values now and then. */
  readonly gallery: Gallery
  readonly #demand: Demand
  readonly #clock: Clock
  readonly #channels: Channels
  readonly #pacer: Pacer
  readonly #rings: Rings
  /** Everybody of a topic is being given something. Who is ended by it must not go from among the others until all have it. */
  #isGiving = false
  readonly #leavers: Hold[] = []
  readonly #presence: Presence

  constructor({ demand, clock, resumeBytes, doubt = () => undefined }: HubParts) {
    this.#demand = demand
    this.#clock = clock
    this.#pacer = new Pacer(clock)
    this.#presence = new Presence(clock, doubt)
    this.#rings = new Rings(resumeBytes)
    this.#channels = new Channels({ demand, clock, rings: this.#rings })
    this.gallery = new Gallery({ channels: this.#channels, rings: this.#rings, presence: this.#presence, demand })
  }

  /** Topics wanted of the feeds. */
  get size(): number {
    return this.#channels.size
  }

  /** From now on `outbox` gets the ticks of this topic. */
  join(served: Served, { variation, delivery, guard, left }: Wish, outbox: Outbox): Hold {
    const channel = this.#channels.open(served)
    if (outbox.features.resume) channel.ring ??= this.#rings.open()
    const hold = new Hold(
      channel.variant(variation),
      outbox,
      { delivery, guard, left, news: channel.news },
      this.#pacer,
    )
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
    const channel = this.#channels.find(hold.variant.served.topic)
    if (!channel || !hold.variant.remove(hold)) return
    channel.forget(hold, successor)
    channel.tidy()
    this.#channels.release(channel)
  }

  /** As long as somebody holds this topic, the other one is wanted as well, and its last value known. */
  accompany(topic: string, other: Served): void {
    this.#channels.accompany(topic, other)
  }

  /** For a client that goes on at another source: what must not be given to it again. */
  guard({ guard, variant }: Hold): Guard | undefined {
    // Nothing came behind it. Sources that take turns must not make it wait for ever.
    if (guard) return new Guard(guard.last, guard.since)
    const given = this.#channels.find(variant.served.topic)?.given
    return given && new Guard(markOf(given), this.#clock.monotonic())
  }

  /** Where its client is, for when it goes on at another source; at this one only once it was given anything of it. */
  leftAt(hold: Hold): Left | undefined {
    const { topic } = hold.variant.served
    const channel = this.#channels.find(topic)
    const left = channel && hold.leftAt(channel.news)
    if (left !== 'here') return left
    return channel?.place && { topic, ...channel.place }
  }

  /** The guard before a hold has stood long enough; whether it held anything back. */
  endGuard(hold: Hold): boolean {
    return hold.endGuard(this.#channels.find(hold.variant.served.topic)?.news ?? 0)
  }

  /** All topics that are wanted now. */
  channels(): Iterable<Channel> {
    return this.#channels.all()
  }

  /**
   * Offers the last known value to one client, if there is one; else it comes from the feed. One that is not of now is
   * only for who is told so, and for nobody who comes from another source with one that may be newer.
   */
  snapshot(hold: Hold): void {
    const { variant, outbox, guard } = hold
    const channel = this.#channels.find(variant.served.topic)
    if (!channel) return
    const { last } = channel
    const isOfNow = last !== undefined && this.#presence.isOfNow(channel, last)
    channel.isAwaited ||= !isOfNow
    if (isOfNow) {
      if (hold.welcomes(last)) this.#hand(channel, last, hold)
    } else if (guard) return
    else if (variant.variation.state) {
      const value = last ?? channel.old
      if (!value) return
      hold.given()
      outbox.offer(variant.oldFrame(value))
    } else if (last?.header.kept) {
      channel.age()
      this.#demand.resync(channel.served.parts.feed)
    } else if (last && this.#presence.isOfMoment(channel, last)) this.#hand(channel, last, hold)
  }

  #hand(channel: Channel, last: Tick, hold: Hold): void {
    const { variant, outbox } = hold
    // It may have come while nobody held the topic, which was wanted beside another one.
    channel.given = last
    hold.given()
    outbox.offer(variant.frame(last, 0))
  }

  /** Whether everything that came after `place` can still be had. */
  canResume({ variant }: Hold, place: Place): boolean {
    return this.#channels.find(variant.served.topic)?.since(place) !== undefined
  }

  /** Gives one client everything after `place`; if that is no more to be had, says so and gives the last value. */
  resume(hold: Hold, place: Place): void {
    const channel = this.#channels.find(hold.variant.served.topic)
    if (!channel) return
    const missed = channel.since(place)
    hold.comesFrom({ topic: place.epoch === channel.place?.epoch ? channel.served.topic : undefined, ...place })
    if (missed?.length) hold.given()
    if (missed) for (const tick of missed) hold.outbox.offer(hold.variant.frame(tick, 1))
    else this.goOn(hold, place)
  }

  /** Tells one client what it has missed since `place`, and gives the last value. */
  goOn(hold: Hold, place: Place): void {
    this.#channels.find(hold.variant.served.topic)?.tellMissed({ member: hold, variant: hold.variant, place })
    this.snapshot(hold)
  }

  /** How many topics of deep books are held of a feed. */
  books(feed: string): number {
    return this.#channels.books(feed)
  }

  /** A topic somebody holds. It may be kept for as long as it is not `gone`. */
  find(topic: string): Channel | undefined {
    return this.#channels.find(topic)
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
    if (header.kept) this.#presence.confirm(channel)
    // It has no value (any more): what it kept is no longer the last.
    else if (header.position && channel.last?.header.kept) channel.age()
    if (stands === undefined || header.position) return false
    if (channel.isOlder(header)) {
      this.counts.late++
      return false
    }
    this.counts.ticks++
    const tick = new Tick(header, textMessage(payload))
    if (!channel.show(tick)) return false
    if (channel.variants.length > 0) {
      channel.given = tick
      channel.news++
    }
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

  /** The topics of one feed that somebody holds. */
  of(feed: string): Iterable<Channel> {
    return this.#channels.of(feed)
  }

  /** The topics of one instrument that somebody holds. */
  ofInstrument(parts: Omit<TopicParts, 'mode'>): Channel[] {
    return this.#channels.ofInstrument(parts)
  }

  /** Gives a notice to everybody who hears how the instruments of these topics stand; it is made once for each key. */
  tell(channels: Iterable<Channel>, keyOf: (variant: Variant) => string, noticeFor: (key: string) => Frame): void {
    this.#isGiving = true
    for (const [key, outboxes] of listenersOf(channels, keyOf)) {
      const notice = noticeFor(key)
      for (const outbox of outboxes) outbox.offer(notice)
    }
    this.#letGo()
  }

  /** Who was to leave meanwhile leaves now. */
  #letGo(): void {
    this.#isGiving = false
    if (this.#leavers.length > 0) for (const hold of this.#leavers.splice(0)) this.leave(hold)
  }

  /**
   * The last values of a feed are no longer the present, but for those of a market that is closed. Who holds what, and
   * how far it is, stays.
   */
  forget(feed: string): void {
    for (const channel of this.of(feed)) if (!channel.last?.header.kept) channel.age()
  }

  /** Whether what comes from a feed is the present until something newer comes, or only when it comes. */
  attend(feed: string, isPresent: boolean): void {
    if (!this.#presence.attend(feed, isPresent)) return
    for (const channel of this.of(feed)) {
      const { last } = channel
      if (last && !last.header.kept && !this.#presence.isFresh(last)) channel.age()
    }
  }

  /** Another publisher took over a feed: everything begins anew. */
  replace(feed: string): void {
    this.#isGiving = true
    for (const channel of this.of(feed)) channel.replace()
    this.#letGo()
  }

  close(): void {
    this.#channels.close()
    this.#pacer.close()
  }
}

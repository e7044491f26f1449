import type { Channel } from './channel.ts'
import type { Channels } from './channels.ts'
import type { Demand } from './demand.ts'
import type { Tick } from './frame.ts'
import type { Presence } from './presence.ts'
import type { Ring, Rings } from './ring.ts'
import type { Served } from './variant.ts'

interface GalleryParts {
  readonly channels: Channels
  readonly rings: Rings
  readonly presence: Presence
  readonly demand: Demand
}

/** A last value. */
export interface Sight {
  readonly tick: Tick
  /** Whether who hears how things stand is told that it is one of now. */
  readonly isOfNow: boolean
  /** Whether it is given to who hears nothing of that: of a market that is closed, the last one is. */
  readonly isGood: boolean
}

/**
 * Where onlookers stand: they ask for last values now and then, and are given no ticks. A topic that is watched costs what
 * one costs that is wanted beside another: its last value is kept.
 */
export class Gallery {
  readonly #parts: GalleryParts

  constructor(parts: GalleryParts) {
    this.#parts = parts
  }

  /** From now on the last value of a topic is known, until it is unwatched as often. */
  watch(served: Served): Channel {
    return this.#parts.channels.watch(served)
  }

  unwatch(channel: Channel): void {
    this.#parts.channels.unwatch(channel)
  }

  /** What there is of a topic, by the same truth as a new client is given it. */
  look(channel: Channel): Sight | undefined {
    const { presence } = this.#parts
    const { last, old } = channel
    if (!last) return old && { tick: old, isOfNow: false, isGood: false }
    const { kept } = last.header
    const isLast = presence.isOfNow(channel, last)
    const isGood = isLast || (!kept && presence.isOfMoment(channel, last))
    return { tick: last, isOfNow: isLast && !kept, isGood }
  }

  /** The market may have opened since a feed said that its value is still the last one: asks, and gives whether it had to. */
  askAgain(channel: Channel): boolean {
    const { presence, demand } = this.#parts
    const { last, served } = channel
    if (!last?.header.kept || presence.isOfNow(channel, last)) return false
    channel.age()
    demand.resync(served.parts.feed)
    return true
  }

  /** From now on its ticks are kept, as many as there is room for beside those of clients that may resume. */
  record(channel: Channel): Ring {
    channel.ring ??= this.#parts.rings.open()
    return channel.ring
  }

  /** What is kept of the ticks of all topics. */
  get recordedBytes(): number {
    return this.#parts.rings.bytes
  }
}

import { BOOK_MODES, type Mode, type TopicMode } from '../../shared/market/mode.ts'
import type { TopicParts } from '../../shared/market/topic.ts'
import type { Channel } from '../fanout/channel.ts'
import type { Hub } from '../fanout/hub.ts'
import { holdName } from '../fanout/variant.ts'
import type { Found } from '../routing.ts'
import type { SymbolRequest } from '../symbols.ts'

/** One topic that is looked at. */
export interface Watched {
  /** As it was asked for. */
  readonly exchange: string
  readonly symbol: string
  readonly found: Found
  readonly channel: Channel
  /** Monotonic milliseconds. */
  readonly since: number
}

interface Entry extends Watched {
  askedAt: number
}

/** Deeper books are asked for by the same mode, and kept beside it. */
const TOPICS: Readonly<Record<Mode, readonly TopicMode[]>> = {
  LTP: ['LTP'],
  QUOTE: ['QUOTE'],
  DEPTH: ['DEPTH', ...BOOK_MODES],
}

/**
 * What requests with one key look at, each spelling of a symbol by itself as on a connection: it stays wanted while it is
 * asked for, and for a while after. Pure but for the hub; times are monotonic milliseconds.
 */
export class Vigil {
  readonly #hub: Pick<Hub, 'gallery' | 'accompany'>
  /** What was asked for last is the last; by exchange, mode, symbol as spelled, and the mode of the topic. */
  readonly #entries = new Map<string, Entry>()
  /** How many modes are looked at of each symbol as spelled. */
  readonly #modes = new Map<string, number>()

  constructor(hub: Pick<Hub, 'gallery' | 'accompany'>) {
    this.#hub = hub
  }

  get size(): number {
    return this.#entries.size
  }

  /** Symbols as they are spelled, whatever the modes. */
  get instruments(): number {
    return this.#modes.size
  }

  holdsAny(exchange: string, symbol: string): boolean {
    return this.#modes.has(`${exchange} ${symbol}`)
  }

  /** Who serves it now. Requests that name a broker say so each time. */
  sourceOf({ exchange, symbol }: SymbolRequest, mode: Mode): { feed: string; broker: undefined } | undefined {
    const name = holdName(exchange, symbol, mode)
    for (const topic of TOPICS[mode]) {
      const entry = this.#entries.get(`${name}:${topic}`)
      if (entry) return { feed: entry.found.parts.feed, broker: undefined }
    }
    return undefined
  }

  /** It was asked for, and leads there now. */
  take({ exchange, symbol }: SymbolRequest, mode: Mode, found: Found, now: number): Watched {
    const name = `${holdName(exchange, symbol, mode)}:${found.parts.mode}`
    const known = this.#entries.get(name)
    if (known && known.found.topic === found.topic && !known.channel.gone) {
      this.#renew(name, known, now)
      return known
    }
    // Joined before the old one is left: the topic must not be dropped in between.
    const channel = this.#hub.gallery.watch(found)
    const entry: Entry = { exchange, symbol, found, channel, since: now, askedAt: now }
    this.#count(exchange, symbol, 1)
    if (known) this.#leave(name, known)
    this.#entries.set(name, entry)
    for (const companion of found.companions) this.#hub.accompany(found.topic, companion)
    return entry
  }

  /** All of these are asked for again: of what is looked at already, they are the last to go. */
  touch(symbols: readonly SymbolRequest[], mode: Mode, now: number): void {
    for (const { exchange, symbol } of symbols)
      for (const topic of TOPICS[mode]) {
        const name = `${holdName(exchange, symbol, mode)}:${topic}`
        const entry = this.#entries.get(name)
        if (entry) this.#renew(name, entry, now)
      }
  }

  /** Lets go of all that `which` says, asked from what was asked for last on. */
  release(which: (parts: TopicParts, symbol: string) => boolean): number {
    const those = [...this.#entries].reverse().filter(([, { found, symbol }]) => which(found.parts, symbol))
    for (const [name, entry] of those) this.#leave(name, entry)
    return those.length
  }

  /** Lets go of what nobody has asked for since, but for `most` symbols at most. */
  expire(before: number, most: number = Number.POSITIVE_INFINITY): void {
    const least = this.instruments - most
    for (const [name, entry] of this.#entries) {
      if (entry.askedAt >= before || this.instruments <= least) return
      this.#leave(name, entry)
    }
  }

  /** The feeds it takes something from. */
  feeds(): ReadonlySet<string> {
    const feeds = new Set<string>()
    for (const { found } of this.#entries.values()) feeds.add(found.parts.feed)
    return feeds
  }

  #renew(name: string, entry: Entry, now: number): void {
    this.#entries.delete(name)
    this.#entries.set(name, entry)
    entry.askedAt = now
  }

  #leave(name: string, { exchange, symbol, channel }: Entry): void {
    this.#entries.delete(name)
    this.#count(exchange, symbol, -1)
    this.#hub.gallery.unwatch(channel)
  }

  #count(exchange: string, symbol: string, change: 1 | -1): void {
    const name = `${exchange} ${symbol}`
    const modes = (this.#modes.get(name) ?? 0) + change
    if (modes > 0) this.#modes.set(name, modes)
    else this.#modes.delete(name)
  }
}

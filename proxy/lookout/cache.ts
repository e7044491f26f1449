import type { Cancel, Clock } from '../../shared/clock.ts'
import type { TopicParts } from '../../shared/market/topic.ts'
import { inTurns } from '../../shared/turns.ts'
import type { Channel } from '../fanout/channel.ts'
import type { Tick } from '../fanout/frame.ts'
import type { Hub } from '../fanout/hub.ts'
import type { Wanted } from '../wanted.ts'
import { type Fields, fieldsOf, receivedAtOf } from './sight.ts'

export interface CacheLimits {
  /** 0: none. */
  readonly cacheMaxAgeSeconds: number
  readonly cacheMaxBytes: number
  readonly resumeBytes: number
}

export interface CacheParts {
  readonly hub: Pick<Hub, 'channels' | 'gallery'>
  readonly wanted: Pick<Wanted, 'resync'>
  readonly clock: Clock
  readonly limits: CacheLimits
}

/** Which topics are meant. */
export interface CacheWish {
  /** Anywhere in the symbol, in whatever case. */
  readonly text?: string | undefined
  readonly feed?: string | undefined
  readonly exchange?: string | undefined
  readonly mode?: string | undefined
}

/** Times in milliseconds since 1970. */
export interface CacheEntry extends TopicParts {
  readonly data?: Fields
  readonly receivedAt?: number
  readonly ageMs?: number
  readonly stale?: true
  readonly bytes: number
}

export interface CacheFigures {
  readonly topics: number
  readonly values: number
  /** Of these, not of now. */
  readonly stale: number
  readonly bytes: number
  readonly oldestAgeMs?: number
  /** Ticks kept for clients that come back, and for who asks for recent ones. */
  readonly recordedBytes?: number
  /** Values that the limits took since this process began. */
  readonly expired?: number
  /** 0: none. */
  readonly limits: { readonly maxAgeSeconds: number; readonly maxBytes: number; readonly recordedBytes: number }
}

interface CachePage {
  readonly total: number
  readonly entries: readonly CacheEntry[]
}

export type MaySee = (parts: TopicParts) => boolean

const SWEEP_MS = 1000
/** So much below its limit it is after it was over it. */
const SPARE_PART = 0.05
/** How many topics are looked at in one step. */
const STEP = 100

/**
 * The last values this process has, as somebody who looks after it sees them. Owner of their limits, which are kept once a
 * second and cost a tick nothing. What it is asked it answers in steps.
 */
export class Cache {
  readonly #parts: CacheParts
  readonly #stopSweep: Cancel
  #isSweeping = false
  #expired = 0

  constructor(parts: CacheParts) {
    this.#parts = parts
    const { cacheMaxAgeSeconds, cacheMaxBytes } = parts.limits
    const isLimited = cacheMaxAgeSeconds + cacheMaxBytes > 0
    this.#stopSweep = isLimited ? parts.clock.every(SWEEP_MS, () => this.#sweep()) : () => {}
  }

  /** One page of what is wished for, what is wanted for longest first, and how many there are. */
  *search(
    wish: CacheWish,
    maySee: MaySee,
    { from, most }: { from: number; most: number },
  ): Generator<undefined, CachePage> {
    const { clock } = this.#parts
    const meant = yield* this.#meant(wish, maySee)
    const entries: CacheEntry[] = []
    for (const channel of meant.slice(from, from + most)) {
      entries.push(this.#entry(channel, clock.now()))
      yield
    }
    return { total: meant.length, entries }
  }

  /** Of the topics that may be seen, and for who may see all of this process what is no topic's. */
  *figures(maySee: MaySee, isWhole: boolean): Generator<undefined, CacheFigures> {
    const { clock, hub, limits } = this.#parts
    const meant = yield* this.#meant({}, maySee)
    const sums = { topics: meant.length, values: 0, stale: 0, bytes: 0 }
    let oldest = Number.POSITIVE_INFINITY
    for (const [nth, channel] of meant.entries()) {
      if (nth % STEP === STEP - 1) yield
      const sight = hub.gallery.look(channel)
      if (!sight) continue
      sums.values++
      sums.bytes += bytesOf(sight.tick)
      if (!sight.isOfNow) sums.stale++
      oldest = Math.min(oldest, receivedAtOf(sight.tick))
    }
    return {
      ...sums,
      ...(sums.values > 0 && { oldestAgeMs: Math.max(0, clock.now() - oldest) }),
      ...(isWhole && { recordedBytes: hub.gallery.recordedBytes, expired: this.#expired }),
      limits: {
        maxAgeSeconds: limits.cacheMaxAgeSeconds,
        maxBytes: limits.cacheMaxBytes,
        recordedBytes: limits.resumeBytes,
      },
    }
  }

  /** Forgets the last values, and asks their feeds to say them again; how many there were. */
  async clear(wish: CacheWish, maySee: MaySee): Promise<number> {
    const { clock, wanted } = this.#parts
    const meant = await inTurns(clock, this.#meant(wish, maySee))
    const those = meant.filter(channel => lastOf(channel) !== undefined)
    for (const channel of those) channel.clear()
    for (const feed of new Set(those.map(({ served }) => served.parts.feed))) wanted.resync(feed)
    return those.length
  }

  close(): void {
    this.#stopSweep()
  }

  *#meant({ text, feed, exchange, mode }: CacheWish, maySee: MaySee): Generator<undefined, Channel[]> {
    const meant: Channel[] = []
    const part = text?.toUpperCase()
    let nth = 0
    for (const channel of this.#parts.hub.channels()) {
      if (++nth % STEP === 0) yield
      const { parts } = channel.served
      if (feed !== undefined && parts.feed !== feed) continue
      if (exchange !== undefined && parts.exchange !== exchange) continue
      if (mode !== undefined && parts.mode !== mode) continue
      if (part !== undefined && !parts.symbol.toUpperCase().includes(part)) continue
      if (maySee(parts)) meant.push(channel)
    }
    return meant
  }

  #entry(channel: Channel, now: number): CacheEntry {
    const { feed, exchange, symbol, mode } = channel.served.parts
    const sight = this.#parts.hub.gallery.look(channel)
    const parts = { feed, exchange, symbol, mode }
    if (!sight) return { ...parts, bytes: 0 }
    const data = fieldsOf(sight.tick)
    const receivedAt = receivedAtOf(sight.tick)
    return {
      ...parts,
      ...(data && { data }),
      receivedAt,
      ageMs: Math.max(0, now - receivedAt),
      ...(!sight.isOfNow && { stale: true }),
      bytes: bytesOf(sight.tick),
    }
  }

  #sweep(): void {
    if (this.#isSweeping) return
    this.#isSweeping = true
    void inTurns(this.#parts.clock, this.#expire()).finally(() => {
      this.#isSweeping = false
    })
  }

  /** What is too old goes, and of the rest the oldest while all of it is too much. */
  *#expire(): Generator<void, void> {
    const { hub, clock, limits } = this.#parts
    const { cacheMaxAgeSeconds, cacheMaxBytes } = limits
    const oldestAt = cacheMaxAgeSeconds > 0 ? clock.micros() - cacheMaxAgeSeconds * 1e6 : 0
    const times: number[] = []
    let bytes = 0
    let nth = 0
    for (const channel of hub.channels()) {
      if (++nth % STEP === 0) yield
      const tick = lastOf(channel)
      if (!tick) continue
      if (tick.header.receivedAt < oldestAt) this.#forget(channel)
      else {
        times.push(tick.header.receivedAt)
        bytes += bytesOf(tick)
      }
    }
    if (cacheMaxBytes === 0 || bytes <= cacheMaxBytes) return
    // About as many as it takes, and a few more, so that this is rare; what is left over goes in a second.
    const part = Math.min(1, 1 - (cacheMaxBytes / bytes) * (1 - SPARE_PART))
    const before = Float64Array.from(times).sort()[Math.ceil(times.length * part)] ?? Number.POSITIVE_INFINITY
    for (const channel of hub.channels()) {
      if (++nth % STEP === 0) yield
      if ((lastOf(channel)?.header.receivedAt ?? before) < before) this.#forget(channel)
    }
  }

  #forget(channel: Channel): void {
    channel.clear()
    this.#expired++
  }
}

const lastOf = ({ last, old }: Channel): Tick | undefined => last ?? old

const bytesOf = ({ message }: Tick): number => message.length

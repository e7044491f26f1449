import type { Cancel, Clock } from '../shared/clock.ts'
import type { Log } from '../shared/log.ts'
import { formatIdentity, identityOf } from '../shared/market/identity.ts'
import type { Channel } from './fanout/channel.ts'
import { textFrame } from './fanout/frame.ts'
import { Hold } from './fanout/hold.ts'
import type { Hub } from './fanout/hub.ts'
import type { Outbox } from './fanout/outbox.ts'
import type { Served } from './fanout/variant.ts'
import type { FeedEvent, FeedView } from './feeds.ts'
import { disagreementNotice, type Price } from './notices.ts'
import { isPretended } from './routing.ts'
import { readMark } from './variation/mark.ts'

export interface DisagreementParts {
  readonly clock: Clock
  readonly log: Log
  readonly hub: Pick<Hub, 'channels'>
  readonly feeds: { views(): readonly FeedView[] }
  /** Of the lower price. */
  readonly percent: number
}

/** What is said of one instrument of one user. */
interface Case {
  /** Since when the prices are too far apart, monotonic milliseconds. */
  since: number | undefined
  /** Whether it was told. */
  isOpen: boolean
}

/** The same instrument at several feeds of one user. */
interface Group {
  readonly channels: Channel[]
  /** The newest of each feed. */
  readonly newest: Map<string, Channel>
}

const LOOK_MS = 1000
/** Two prices are compared when both ticked within so long. */
const FRESH_MS = 5000
/** A single trade may be far off for a moment. */
const PATIENCE_MS = 3000
const EVENTS_KEPT = 50

/**
 * Compares the prices of two live feeds of one user wherever both are wanted here, once a second and never with a tick:
 * one of them is wrong when they stay apart. Owner of what is open.
 */
export class Disagreement {
  readonly #parts: DisagreementParts
  readonly #stop: Cancel
  /** By user, whether the prices are real, and instrument. */
  readonly #cases = new Map<string, Case>()
  readonly #events: FeedEvent[] = []
  /** `undefined` of what cannot be told from others. */
  readonly #identities = new WeakMap<Served, string>()

  constructor(parts: DisagreementParts) {
    this.#parts = parts
    this.#stop = parts.clock.every(LOOK_MS, () => this.look())
  }

  /** What became of these feeds lately, oldest first. */
  events(names: ReadonlySet<string>): readonly FeedEvent[] {
    return this.#events.filter(({ name }) => names.has(name))
  }

  /** Happens by itself. */
  look(): void {
    const groups = this.#groups()
    for (const [name, group] of groups) {
      const prices = pricesOf(group)
      if (prices.length > 1) this.#compare(name, group, prices)
    }
    for (const [name, one] of this.#cases) {
      const group = groups.get(name)
      if (group && group.newest.size > 1) continue
      // One of them is silent: nothing can be said any more.
      this.#cases.delete(name)
      if (one.isOpen && group) this.#tell(group, pricesOf(group), 'over')
    }
  }

  close(): void {
    this.#stop()
  }

  #compare(name: string, group: Group, prices: readonly Price[]): void {
    const { clock, percent } = this.#parts
    const now = clock.monotonic()
    const one = this.#cases.get(name) ?? { since: undefined, isOpen: false }
    if (apart(prices) <= percent) {
      this.#cases.delete(name)
      if (one.isOpen) this.#tell(group, prices, 'over')
      return
    }
    one.since ??= now
    this.#cases.set(name, one)
    if (one.isOpen || now - one.since < PATIENCE_MS) return
    one.isOpen = true
    this.#tell(group, prices, 'begun')
  }

  /** Instruments that two feeds of one user gave a price of just now. */
  #groups(): Map<string, Group> {
    const { hub, clock, feeds } = this.#parts
    const views = feeds.views()
    // Most users have one feed: nothing of theirs can be compared.
    const several = views.filter(({ userId }) => views.filter(other => other.userId === userId).length > 1)
    // Made-up prices differ from real ones, and say nothing of them.
    const sides = new Map(several.map(view => [view.name, `${view.userId} ${isPretended(view)}`]))
    const groups = new Map<string, Group>()
    if (sides.size === 0) return groups
    const oldest = clock.micros() - FRESH_MS * 1000
    for (const channel of hub.channels()) {
      const { feed } = channel.served.parts
      const side = sides.get(feed)
      const identity = side === undefined ? undefined : this.#identityOf(channel.served)
      if (identity === undefined) continue
      const name = `${side} ${identity}`
      const group = groups.get(name) ?? { channels: [], newest: new Map<string, Channel>() }
      groups.set(name, group)
      group.channels.push(channel)
      const receivedAt = channel.last?.header.receivedAt ?? 0
      if (receivedAt < oldest || receivedAt <= (group.newest.get(feed)?.last?.header.receivedAt ?? 0)) continue
      group.newest.set(feed, channel)
    }
    return groups
  }

  #identityOf(served: Served): string | undefined {
    const known = this.#identities.get(served)
    if (known !== undefined || !served.instrument) return known
    const identity = identityOf(served.instrument)
    if (!identity) return undefined
    const text = formatIdentity(identity)
    this.#identities.set(served, text)
    return text
  }

  #tell(group: Group, prices: readonly Price[], state: 'begun' | 'over'): void {
    const { log, clock, percent } = this.#parts
    const [first] = group.channels
    if (!first) return
    const { exchange, symbol } = first.served.parts
    const text = prices.map(({ feed, ltp }) => `${ltp} at ${feed}`).join(', ')
    const says =
      state === 'begun'
        ? `prices of ${exchange}:${symbol} are more than ${percent} % apart: ${text}`
        : `prices of ${exchange}:${symbol} are no longer apart: ${text}`
    log[state === 'begun' ? 'warn' : 'info']({ exchange, symbol, prices }, says)
    this.#events.push({ at: clock.now(), name: first.served.parts.feed, text: says })
    if (this.#events.length > EVENTS_KEPT) this.#events.shift()
    tellClients(group.channels, { exchange, state, prices, percent })
  }
}

function pricesOf({ newest }: Group): Price[] {
  return [...newest].flatMap(([feed, { last, served }]) => {
    const ltp = last && readMark(last.payload, last.header.dataSymbolAt).ltp
    return ltp === undefined ? [] : [{ feed, broker: served.broker, ltp }]
  })
}

/** Percent between the highest and the lowest. */
function apart(prices: readonly Price[]): number {
  const ltps = prices.map(({ ltp }) => ltp)
  const lowest = Math.min(...ltps)
  return ((Math.max(...ltps) - lowest) / Math.abs(lowest)) * 100
}

/** Each client that wants to know, once for each of its spellings. */
function tellClients(
  channels: readonly Channel[],
  about: Omit<Parameters<typeof disagreementNotice>[0], 'symbol'>,
): void {
  const told = new Map<string, Set<Outbox>>()
  for (const { symbol, members } of channels.flatMap(({ variants }) => variants)) {
    const heard = told.get(symbol) ?? new Set<Outbox>()
    told.set(symbol, heard)
    const frame = textFrame(disagreementNotice({ symbol, ...about }))
    for (const member of members) {
      if (!(member instanceof Hold) || !member.outbox.features.source || heard.has(member.outbox)) continue
      heard.add(member.outbox)
      member.outbox.offer(frame)
    }
  }
}

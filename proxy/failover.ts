import type { Cancel, Clock } from '../shared/clock.ts'
import { isExchange } from '../shared/market/exchange.ts'
import { type Health, healthOf, type Standing, type StandingOf } from './choice.ts'
import { type Frame, textFrame } from './fanout/frame.ts'
import type { Hold } from './fanout/hold.ts'
import type { Hub } from './fanout/hub.ts'
import type { Served, Variant } from './fanout/variant.ts'
import type { FeedView } from './feeds.ts'
import type { Holdings, Move } from './holdings.ts'
import { sourceNotice } from './notices.ts'
import { type HasRoom, type Instruments, isPretended, type Outlook, routeAgain } from './routing.ts'
import type { Shelf } from './shelf.ts'

export interface FailoverParts {
  readonly clock: Clock
  readonly hub: Pick<Hub, 'accompany' | 'ofInstrument'>
  readonly instruments: Instruments
  readonly shelf: Pick<Shelf, 'open'>
  readonly feeds: { views(): readonly FeedView[] }
  /** How a feed stands for one instrument now. What is not heard of an instrument is as the feed is. */
  healthOf(feed: FeedView, exchange: string, symbol: string): Health
  /** So long a source must have been healthy before clients return to it. */
  readonly failbackMs: number
  /** The next healthy source of everything is wanted all the time. */
  readonly isWarm: boolean
  /** All clients shall look whether other sources serve them now. */
  onDue(): void
  /** Guards of changes before this moment, monotonic milliseconds, have stood long enough. */
  onSettled(before: number): void
}

type Decide = (hold: Hold, depth: number) => Move | undefined

const SWEEP_MS = 1000
/** Who has no healthy source is looked at again: another feed may have loaded its list meanwhile. */
const STRANDED_SWEEPS = 5
/** How often those of which nobody will hear again are looked for. */
const UNHEARD_SWEEPS = 10
/** A source that had nothing newer for so long, and a look, after it took over may be as it is: nothing has happened. */
const GUARD_MS = 9000

/**
 * Decides which of several feeds serves what clients hold. Owner of what was in trouble lately: a feed, or one instrument
 * of it, must have been healthy for a while before anybody returns to it. A decision is made once for all clients whose
 * keys name the same feeds; each client carries it out in its own time.
 */
export class Failover {
  readonly #parts: FailoverParts
  readonly #stopSweep: Cancel
  /** How each feed as a whole stood when it was last looked at. */
  #known = new Map<string, Health>()
  /** Feeds whose prices are none of a market, also those that are gone. */
  readonly #pretended = new Set<string>()
  /** Since when it has been healthy again, monotonic milliseconds; by feed, or by feed and instrument. */
  readonly #troubled = new Map<string, number | undefined>()
  /** By the names of the feeds of a key; then by topic and depth. */
  readonly #decided = new Map<string, Map<string, Move | undefined>>()
  #hasRoom: HasRoom
  #looking: Cancel | undefined
  #isDue = false
  #isStranded = false
  #sweeps = 0

  constructor(parts: FailoverParts) {
    this.#parts = parts
    this.#hasRoom = parts.shelf.open()
    this.#stopSweep = parts.clock.every(SWEEP_MS, () => this.#sweep())
  }

  /** How a feed stands, with a memory of its troubles. */
  readonly standingOf: StandingOf = (feed, exchange, symbol): Standing => {
    const health = this.#parts.healthOf(feed, exchange, symbol)
    const isProven = !this.#troubled.has(feed.name) && !this.#troubled.has(nameOf(feed.name, exchange, symbol))
    return { health, isProven }
  }

  /** What new subscriptions are to know. */
  outlook(current: string | undefined): Outlook {
    return { standingOf: this.standingOf, current, isWarm: this.#parts.isWarm }
  }

  /** Looks how the feeds stand now. Happens by itself each second; who knows that one has changed does not wait. */
  look(): void {
    const views = this.#parts.feeds.views()
    const before = this.#known
    this.#known = new Map(views.map(view => [view.name, healthOf(view)]))
    for (const view of views) {
      if (isPretended(view)) this.#pretended.add(view.name)
      else this.#pretended.delete(view.name)
    }
    for (const [name, health] of this.#known) if (before.get(name) !== health) this.#note(name, health)
  }

  /** One instrument of a feed stands otherwise than before. Its common symbol. */
  instrumentMoved(feed: string, exchange: string, symbol: string, health: Health): void {
    const name = nameOf(feed, exchange, symbol)
    // Thousands begin to tick in a turn, and each is where it ought to be.
    if (health !== 'good' || this.#troubled.has(name)) this.#note(name, health)
  }

  /** There are other feeds than before, or keys name others. */
  changed(): void {
    this.#due()
  }

  /** Carries out for one client what was decided; pauses between items. `feeds`: those of its key, the first in front. */
  *reroute(holdings: Holdings, feeds: readonly FeedView[]): Generator<undefined, void> {
    const [only] = feeds
    if (!only || (feeds.length === 1 && holdings.isOnlyOn(only.name))) return
    const { clock } = this.#parts
    const isDue = yield* holdings.reroute(this.#decider(feeds), () => clock.monotonic())
    if (isDue) this.#isDue = true
  }

  close(): void {
    this.#stopSweep()
    this.#looking?.()
  }

  #note(name: string, health: Health): void {
    const isTroubled = this.#troubled.has(name)
    if (health === 'good') {
      if (isTroubled && this.#troubled.get(name) === undefined) this.#troubled.set(name, this.#parts.clock.monotonic())
    } else if (isTroubled || health !== 'unknown') this.#troubled.set(name, undefined)
    if (this.#hasChoice) this.#due()
  }

  /** Most have one feed, and thousands of clients that would look in vain. */
  get #hasChoice(): boolean {
    return this.#known.size > 1
  }

  /** Once for all that happens in a turn. */
  #due(): void {
    this.#decided.clear()
    this.#looking ??= this.#parts.clock.soon(() => {
      this.#looking = undefined
      this.#decided.clear()
      this.#hasRoom = this.#parts.shelf.open()
      this.#parts.onDue()
    })
  }

  #sweep(): void {
    const { clock, failbackMs } = this.#parts
    const now = clock.monotonic()
    this.#parts.onSettled(now - GUARD_MS)
    this.look()
    this.#sweeps++
    if (this.#sweeps % UNHEARD_SWEEPS === 0) this.#pardonUnheard(now)
    let isDue = this.#isDue
    for (const [name, healthySince] of this.#troubled)
      if (healthySince !== undefined && now - healthySince >= failbackMs) {
        this.#troubled.delete(name)
        isDue = true
      }
    if (this.#isStranded && this.#sweeps % STRANDED_SWEEPS === 0) {
      this.#isStranded = false
      isDue = true
    }
    this.#isDue = false
    if (isDue && this.#hasChoice) this.#due()
  }

  /**
   * A feed that is gone, and an instrument that nobody wants of it, are never told to be healthy: their trouble is
   * forgotten after as long a time as that of those that are.
   */
  #pardonUnheard(now: number): void {
    for (const [name, healthySince] of this.#troubled)
      if (healthySince === undefined && !this.#isHeard(name)) this.#troubled.set(name, now)
  }

  #isHeard(name: string): boolean {
    const [, feed = name, exchange = '', symbol = ''] = INSTRUMENT.exec(name) ?? []
    if (feed === name) return this.#known.has(name)
    return isExchange(exchange) && this.#parts.hub.ofInstrument({ feed, exchange, symbol }).length > 0
  }

  #decider(feeds: readonly FeedView[]): Decide {
    const names = feeds.map(({ name }) => name).join()
    return (hold, depth) => {
      const decided = this.#decided.get(names) ?? new Map<string, Move | undefined>()
      this.#decided.set(names, decided)
      const { served } = hold.variant
      const wish = `${depth} ${served.topic}`
      if (!decided.has(wish)) decided.set(wish, this.#decide(served, hold.variant, depth, feeds))
      return decided.get(wish)
    }
  }

  /** Another source for a topic; `undefined`: it stays where it is. */
  #decide(served: Served, { mode }: Variant, depth: number, feeds: readonly FeedView[]): Move | undefined {
    const { instruments, hub } = this.#parts
    const { instrument, topic, parts } = served
    if (!instrument) return undefined
    const held = { feed: parts.feed, instrument, mode, depth }
    const to = routeAgain(held, feeds, instruments, this.#hasRoom, this.outlook(parts.feed))
    const now = feeds.find(({ name }) => name === parts.feed)
    const health = now && this.standingOf(now, parts.exchange, parts.symbol).health
    if (!to || to.parts.feed === parts.feed) {
      if (health !== 'good') this.#isStranded = true
      for (const companion of to?.companions ?? []) hub.accompany(topic, companion)
      return undefined
    }
    const next = feeds.find(({ name }) => name === to.parts.feed)
    // From pretended prices to real ones there is nothing to compare.
    const isGuarded = !next || this.#pretended.has(parts.feed) === isPretended(next)
    const reason = reasonOf(parts.feed, now, health, to.parts.feed)
    return { to, isUrgent: health === undefined || health === 'bad', isGuarded, tell: teller(reason) }
  }
}

/** A feed's name holds no space, and an exchange code no colon. */
const INSTRUMENT = /^(\S+) ([^:]+):(.+)$/

const nameOf = (feed: string, exchange: string, symbol: string): string => `${feed} ${exchange}:${symbol}`

function reasonOf(was: string, now: FeedView | undefined, health: Health | undefined, to: string): string {
  if (!now) return `${was} is no longer among the feeds of this key`
  if (health === 'good') return `${to} is healthy again`
  if (healthOf(now) === 'good') return `${was} has no healthy prices of it`
  return now.reason === undefined ? `${was} is ${now.state}` : `${was} is ${now.state}: ${now.reason}`
}

/** One message for all clients that spell the instrument alike. */
function teller(reason: string): Move['tell'] {
  const frames = new Map<string, Frame>()
  return ({ variant: { served } }, { variant }) => {
    let frame = frames.get(variant.name)
    if (!frame) {
      const { symbol, mode } = variant
      const { parts, broker } = variant.served
      const { exchange, feed } = parts
      frame = textFrame(sourceNotice({ symbol, exchange, mode, broker, feed, was: served.parts.feed, reason }))
      frames.set(variant.name, frame)
    }
    return frame
  }
}

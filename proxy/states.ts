import { malformed } from '../bus/message.ts'
import type { Clock } from '../shared/clock.ts'
import type { FeedStatus } from '../shared/control.ts'
import { isExchange } from '../shared/market/exchange.ts'
import type { TopicParts } from '../shared/market/topic.ts'
import { type InstrumentState, parseStates } from '../shared/states.ts'
import { type Frame, textFrame } from './fanout/frame.ts'
import type { Hold } from './fanout/hold.ts'
import type { Hub } from './fanout/hub.ts'
import type { Variant } from './fanout/variant.ts'
import type { Feeds, FeedView } from './feeds.ts'
import { Ledger } from './ledger.ts'
import { type StateNews, stateNotice } from './notices.ts'
import { accepted, goneAt, isSame, type Standing, standingOfFeed } from './standing.ts'
import type { Wanted } from './wanted.ts'

export interface StateCounts {
  /** Reports taken from the bus. */
  stateReports: number
  /** Messages made for clients, each shared by all that get it. */
  stateNotices: number
}

/**
 * How each instrument of each feed stands: what the feed reported of it, and above that how the feed itself is. Owner of
 * both, and of telling clients that asked to hear it. A report that was missed is asked for.
 */
export class States {
  readonly counts: StateCounts = { stateReports: 0, stateNotices: 0 }
  readonly #parts: StatesParts
  readonly #ledgers = new Map<string, Ledger>()
  /** What was said to who came last, by feed, exchange and symbol as spelled; void when anything changes. */
  readonly #greetings = new Map<string, Frame>()
  #greetedAt = Number.NEGATIVE_INFINITY
  /** What clients see as the broker of each feed there ever was. */
  readonly #brokers = new Map<string, string>()

  constructor(parts: StatesParts) {
    this.#parts = parts
  }

  /** Takes the feeds of the database. Whoever holds something of one that is gone hears that. */
  register(views: readonly FeedView[]): void {
    const names = new Set(views.map(view => view.name))
    for (const name of this.#ledgers.keys()) {
      if (names.has(name)) continue
      this.#ledgers.delete(name)
      this.#greetings.clear()
      this.#tellAll(name, goneAt(this.#parts.clock.now()))
    }
    for (const view of views) this.look(view)
  }

  /** A feed has sent its heartbeat, which says how many changes there were. */
  heard(status: Pick<FeedStatus, 'feed' | 'epoch' | 'states'>): void {
    const { feeds, wanted } = this.#parts
    const view = feeds.view(status.feed)
    if (!view) return
    const ledger = this.#ledger(view)
    ledger.expect(status)
    if (!ledger.isWhole) wanted.restate(status.feed)
    const ofAll = standingOfFeed(view)
    // Another wording of the same is for those who ask: it may count the seconds to the next try.
    if (ofAll && ofAll.state === ledger.ofAll?.state) ledger.ofAll = ofAll
    else this.look(view)
    const voided = ledger.voided()
    if (voided.length === 0) return
    this.#greetings.clear()
    if (!ledger.ofAll) this.#tell(view, ledger, voided)
  }

  /** Takes a report of `feed`. Throws MESSAGE_MALFORMED. One of a feed nobody registered, or of an older publisher, is ignored. */
  receive(feed: string, body: Buffer): void {
    const report = parseStates(body)
    if (report.feed !== feed) throw malformed(`states of ${report.feed} on the topic of ${feed.slice(0, 100)}`)
    const { feeds, wanted } = this.#parts
    const view = feeds.view(report.feed)
    if (!view || view.external) return
    const ledger = this.#ledger(view)
    const changed = ledger.take(report)
    if (!changed) return
    this.counts.stateReports++
    this.#greetings.clear()
    if (!ledger.isWhole) wanted.restate(report.feed)
    if (!ledger.ofAll) this.#tell(view, ledger, changed)
  }

  /** A feed itself has moved: when that says something of all its instruments, it goes before what was reported of each. */
  look(view: FeedView): void {
    const ledger = this.#ledger(view)
    const ofAll = standingOfFeed(view)
    const before = ledger.ofAll
    ledger.ofAll = ofAll
    if (isSame(before, ofAll)) return
    this.#greetings.clear()
    if (ofAll) this.#tellAll(view.name, ofAll)
    else
      this.#tell(
        view,
        ledger,
        [...this.#held(view.name)].filter(name => statesOf(view, ledger, name).state !== before?.state),
      )
  }

  /**
   * How an instrument stands; `undefined` for a feed nobody registered. `symbol`: the common one. Its last tick is the one its
   * feed told of: asked for thousands at a time, this looks at no topic.
   */
  stateOf(feed: string, exchange: string, symbol: string): Standing | undefined {
    const view = this.#parts.feeds.view(feed)
    return view && statesOf(view, this.#ledger(view), `${exchange}:${symbol}`)
  }

  /** Since when its feed says that an instrument ought to tick and does not; `undefined` when it does not say so. */
  doubt(parts: TopicParts): number | undefined {
    const standing = this.#ledgers.get(parts.feed)?.get(nameOf(parts))
    return standing && DOUBTED.has(standing.state) ? standing.since : undefined
  }

  /** How each instrument of a feed stands that somebody wants, as far as this proxy knows; by `EXCHANGE:SYMBOL`. */
  all(view: FeedView): Map<string, Standing> {
    const ledger = this.#ledger(view)
    const ticks = new Map<string, number | undefined>()
    for (const channel of this.#parts.hub.of(view.name)) {
      const name = nameOf(channel.served.parts)
      ticks.set(name, newest([ticks.get(name), channel.lastTickAt]))
    }
    const names = new Set([...ledger.names, ...ticks.keys()])
    return new Map([...names].map(name => [name, timed(view, ledger, name, [ticks.get(name)])]))
  }

  /** Says how fresh instruments stand to the client that has taken hold of them, if it hears that: each spelling once. */
  greet(holds: readonly Hold[]): void {
    const told = new Set<string>()
    for (const { variant, listener } of holds) {
      const name = `${variant.served.parts.exchange}:${variant.symbol}`
      if (!listener || told.has(name)) continue
      told.add(name)
      listener.offer(this.#greeting(variant))
    }
  }

  /** Thousands may come back at once and hold the same: for a moment they share what is made for the first. */
  #greeting({ symbol, served: { topic, parts } }: Variant): Frame {
    const { feeds, hub, clock } = this.#parts
    const { feed, exchange } = parts
    const now = clock.monotonic()
    if (now - this.#greetedAt > SHARED_MS) {
      this.#greetings.clear()
      this.#greetedAt = now
    }
    const key = `${feed}:${exchange}:${symbol}`
    let greeting = this.#greetings.get(key)
    if (!greeting) {
      const view = feeds.view(feed)
      const own = [hub.find(topic)?.lastTickAt]
      const standing = view ? timed(view, this.#ledger(view), nameOf(parts), own) : goneAt(clock.now())
      greeting = this.#notice({ symbol, exchange, standing, feed })
      this.#greetings.set(key, greeting)
    }
    return greeting
  }

  #ledger({ name, broker }: FeedView): Ledger {
    const ledger = this.#ledgers.get(name) ?? new Ledger()
    this.#ledgers.set(name, ledger)
    this.#brokers.set(name, broker)
    return ledger
  }

  /** All instruments moved alike: one message for everything a client holds of this feed. */
  #tellAll(feed: string, standing: Standing): void {
    const { hub } = this.#parts
    const notice = () => {
      // Its heartbeat is older than the ticks that have come since.
      const ticks = [...hub.of(feed)].map(channel => channel.lastTickAt)
      const ofAll = { ...standing, lastTickAt: newest([standing.lastTickAt, ...ticks]) }
      return this.#notice({ symbol: undefined, exchange: undefined, standing: ofAll, feed })
    }
    hub.tell(hub.of(feed), () => '', notice)
  }

  /** Each instrument by itself, unless all that is held moved alike. */
  #tell(view: FeedView, ledger: Ledger, changed: readonly string[]): void {
    if (changed.length === 0) return
    const { hub } = this.#parts
    const feed = view.name
    const held = this.#held(feed)
    const names = changed.filter(name => held.has(name))
    const [first] = names.map(name => statesOf(view, ledger, name))
    if (!first) return
    this.#move(view, ledger, names)
    if (
      names.length > 1 &&
      names.length === held.size &&
      names.every(name => isSame(statesOf(view, ledger, name), first))
    ) {
      this.#tellAll(feed, { ...first, lastTickAt: view.lastTickAt })
      return
    }
    for (const name of names) {
      const parts = partsOf(feed, name)
      if (!parts) continue
      const { exchange } = parts
      const standing = this.#timed(view, ledger, name)
      const notice = (symbol: string) => this.#notice({ symbol, exchange, standing, feed })
      hub.tell(hub.ofInstrument(parts), variant => variant.symbol, notice)
    }
  }

  #move(view: FeedView, ledger: Ledger, names: readonly string[]): void {
    for (const name of names) {
      const parts = partsOf(view.name, name)
      if (parts) this.#parts.onMove?.(view, parts.exchange, parts.symbol, statesOf(view, ledger, name).state)
    }
  }

  #timed(view: FeedView, ledger: Ledger, name: string): Standing {
    const parts = partsOf(view.name, name)
    const own = parts ? this.#parts.hub.ofInstrument(parts) : []
    return timed(
      view,
      ledger,
      name,
      own.map(({ lastTickAt }) => lastTickAt),
    )
  }

  /** Names of the instruments of a feed that are held here. */
  #held(feed: string): ReadonlySet<string> {
    const names = new Set<string>()
    for (const { served } of this.#parts.hub.of(feed)) names.add(nameOf(served.parts))
    return names
  }

  #notice(news: Omit<StateNews, 'now' | 'broker'>): Frame {
    this.counts.stateNotices++
    const broker = this.#brokers.get(news.feed)
    return textFrame(stateNotice({ ...news, broker, now: this.#parts.clock.now() }))
  }
}

export interface StatesParts {
  readonly hub: Hub
  readonly feeds: Pick<Feeds, 'view'>
  readonly wanted: Pick<Wanted, 'restate'>
  readonly clock: Clock
  /** An instrument that is held stands otherwise than before. Its common symbol. */
  onMove?(view: FeedView, exchange: string, symbol: string, state: InstrumentState): void
}

/** An age in a message may be wrong by so much. */
const SHARED_MS = 100

const DOUBTED: ReadonlySet<InstrumentState> = new Set(['suspect', 'down', 'refused'])

const statesOf = (view: FeedView, ledger: Ledger, name: string): Standing =>
  ledger.ofAll ?? ledger.get(name) ?? accepted(view)

/** With the newest tick that is known here (`own`): a report only says it when something changes. */
const timed = (view: FeedView, ledger: Ledger, name: string, own: readonly (number | undefined)[]): Standing => ({
  ...statesOf(view, ledger, name),
  lastTickAt: newest([ledger.get(name)?.lastTickAt, ...own]),
})

function newest(times: readonly (number | undefined)[]): number | undefined {
  return times.reduce(
    (newer, time) => (time !== undefined && (newer === undefined || time > newer) ? time : newer),
    undefined,
  )
}

const nameOf = ({ exchange, symbol }: TopicParts): string => `${exchange}:${symbol}`

/** No exchange code holds a colon. */
function partsOf(feed: string, name: string): Omit<TopicParts, 'mode'> | undefined {
  const at = name.indexOf(':')
  const exchange = name.slice(0, at)
  return isExchange(exchange) ? { feed, exchange, symbol: name.slice(at + 1) } : undefined
}

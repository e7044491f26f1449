import { EXCHANGES, type Exchange, isExchange } from '../shared/market/exchange.ts'
import type { Instrument } from '../shared/market/instrument.ts'
import { BOOK_MODES, levelsOf, type Mode, type TopicMode } from '../shared/market/mode.ts'
import { formatTopic, isSymbol, type TopicParts } from '../shared/market/topic.ts'
import { byState, choose, type StandingOf } from './choice.ts'
import type { FeedView } from './feeds.ts'
import { MODE_LABELS } from './mode.ts'

/** A topic of a feed, and what it is of. */
interface Source {
  readonly parts: TopicParts
  readonly topic: string
  readonly broker: string
  readonly instrument: Instrument
}

/** Where a wish of a client leads. */
export interface Found extends Source {
  readonly ok: true
  /** The levels that will be delivered. */
  readonly depth: number
  /** To be wanted beside it: preferred sources that are in trouble, so that their return is seen, and a warm standby. */
  readonly companions: readonly Source[]
}

export interface Refused {
  readonly ok: false
  readonly message: string
  readonly broker: string
  /** Feeds that might list it: their lists were never loaded. */
  readonly unlisted?: readonly string[]
  /** More fields of its answer, for what a limit refused. */
  readonly details?: object
}

export type Route = Found | Refused

export interface Wish {
  readonly exchange: string
  /** As the client wrote it: a common symbol, a broker's spelling, or either with the depth behind a colon. */
  readonly symbol: string
  readonly mode: Mode
  readonly depth: number
  /** A broker or a feed, however it is written: then only that one. */
  readonly broker?: string | undefined
}

/** Reads of the instrument lists; `has` is false while a feed's list was never loaded. */
export interface Instruments {
  has(feed: string): boolean
  find(feed: string, exchange: string, symbol: string): Instrument | undefined
  /** What another feed's instrument is in this feed's list: by what it is, not by its name. */
  findTwin(feed: string, instrument: Instrument): Instrument | undefined
}

/** Whether the account behind a feed can have this topic, a deep book, besides those it has. */
export type HasRoom = (feed: FeedView, topic: string) => boolean

/** How the feeds stand, and who serves the wish now. */
export interface Outlook {
  readonly standingOf?: StandingOf
  /** Name of the feed. */
  readonly current?: string | undefined
  /** The next healthy source is wanted, too. */
  readonly isWarm?: boolean
}

interface Candidate {
  readonly feed: FeedView
  readonly instrument: Instrument
}

const PLAIN_DEPTH = 5
const SHOWN = 32
const NONE: readonly Source[] = []

/**
 * Finds the feed that serves a wish, among the feeds of the client's key: the first healthy one that lists the
 * instrument. Pretended prices never stand in for real ones, not even for those that are missing.
 */
export function route(
  wish: Wish,
  feeds: readonly FeedView[],
  instruments: Instruments,
  hasRoom: HasRoom,
  outlook: Outlook = {},
): Route {
  const primary = feeds[0]?.broker ?? ''
  const { exchange, broker } = wish
  if (!isExchange(exchange))
    return refused(`Unknown exchange ${exchange.slice(0, SHOWN)}; use one of ${EXCHANGES.join(', ')}`, primary)
  const { symbol, depth } = splitDepth(wish)
  if (!isSymbol(symbol)) return refused('Symbol must be 1 to 64 printable ASCII characters', primary)
  const those = broker === undefined ? feeds : feeds.filter(feed => isCalled(feed, broker))
  if (broker !== undefined && those.length === 0) return refused(noSuchBroker(broker, feeds), primary)
  const known = those.flatMap(feed => {
    const instrument = instruments.find(feed.name, exchange, symbol)
    return instrument ? [{ feed, instrument }] : []
  })
  const meant = known.find(one => !isPretended(one.feed)) ?? known[0]
  if (!meant) {
    const unlisted = those.map(({ name }) => name).filter(name => !instruments.has(name))
    return { ...refused(whyUnknown(exchange, symbol, unlisted), primary), unlisted }
  }
  const candidates = those.length === 1 ? [meant] : twinsOf(meant, those, instruments)
  return serve({ mode: wish.mode, depth, candidates }, hasRoom, outlook)
}

/** What a client holds, and what it had asked for. */
export interface Held {
  readonly feed: string
  readonly instrument: Instrument
  readonly mode: Mode
  readonly depth: number
}

/** Where what is held leads now; `undefined` when none of these feeds has it. */
export function routeAgain(
  { feed, instrument, mode, depth }: Held,
  feeds: readonly FeedView[],
  instruments: Instruments,
  hasRoom: HasRoom,
  outlook: Outlook,
): Found | undefined {
  const held = feeds.find(({ name }) => name === feed)
  const those = held && isPretended(held) ? feeds.filter(one => !isUnheard(one)) : feeds
  const candidates = twinsOf({ feed: { name: feed }, instrument }, those, instruments)
  const found = serve({ mode, depth, candidates }, hasRoom, { ...outlook, current: feed })
  return found.ok ? found : undefined
}

/** Everybody who has this instrument, in the order of the feeds; of pretended prices only where there are no others. */
function twinsOf(
  meant: { readonly feed: Pick<FeedView, 'name'>; readonly instrument: Instrument },
  feeds: readonly FeedView[],
  instruments: Instruments,
): readonly Candidate[] {
  const all = feeds.flatMap(feed => {
    const instrument =
      feed.name === meant.feed.name ? meant.instrument : instruments.findTwin(feed.name, meant.instrument)
    return instrument ? [{ feed, instrument }] : []
  })
  const real = all.filter(one => !isPretended(one.feed))
  return real.length > 0 ? real : all
}

interface Order {
  readonly mode: Mode
  readonly depth: number
  readonly candidates: readonly Candidate[]
}

function serve({ mode, depth, candidates }: Order, hasRoom: HasRoom, outlook: Outlook): Route {
  const { standingOf = byState, current, isWarm } = outlook
  const offering = candidates.filter(({ feed }) => feed.modes?.includes(mode) ?? true)
  const able = byDepth(offering, mode === 'DEPTH' ? depth : PLAIN_DEPTH)
  const standings = able.map(({ feed, instrument }) => standingOf(feed, instrument.exchange, instrument.symbol))
  const place = choose(
    standings,
    able.findIndex(({ feed }) => feed.name === current),
  )
  const chosen = able[place]
  if (!chosen) {
    const broker = candidates[0]?.feed.broker ?? ''
    return refused(`${MODE_LABELS[mode]} is not offered by ${broker}`, broker)
  }
  const { feed, instrument } = chosen
  const next = isWarm ? standings.findIndex(({ health }, at) => health === 'good' && at !== place) : -1
  const beside = able.filter((_, at) => at < place || at === next)
  const companions = beside.length === 0 ? NONE : beside.map(one => sourceOf(one, mode))
  const served = { ok: true, companions } as const
  // An index has no book: who asks for one gets its prices all the same, as everywhere, and is told of no level.
  const plainDepth = mode === 'DEPTH' && instrument.kind === 'INDEX' ? 0 : PLAIN_DEPTH
  const book = mode === 'DEPTH' && plainDepth > 0 ? deepest(depth, feed, instrument.exchange) : undefined
  const deep = book && sourceOf(chosen, book)
  if (deep && hasRoom(feed, deep.topic)) return { ...served, ...deep, depth: levelsOf(book) }
  return { ...served, ...sourceOf(chosen, mode), depth: plainDepth }
}

function sourceOf({ feed, instrument }: Candidate, mode: TopicMode): Source {
  const parts = { feed: feed.name, exchange: instrument.exchange, symbol: instrument.symbol, mode }
  return { parts, topic: formatTopic(parts), broker: feed.broker, instrument }
}

const isCalled = ({ name, broker }: FeedView, called: string): boolean =>
  name === called.toUpperCase() || broker === called.toLowerCase()

const noSuchBroker = (called: string, feeds: readonly FeedView[]): string =>
  `${called.slice(0, SHOWN)} is none of the feeds of this key; use one of ${feeds.map(feed => feed.name).join(', ')}`

/** What an instrument may be called in topics, however a client wrote it: the same instrument under any of its spellings. */
export function commonSymbols(
  { exchange, symbol }: Pick<Wish, 'exchange' | 'symbol'>,
  feeds: readonly FeedView[],
  instruments: Instruments,
): readonly string[] {
  const { symbol: plain } = splitDepth({ symbol, depth: PLAIN_DEPTH, mode: 'DEPTH' })
  const found = feeds.flatMap(feed => instruments.find(feed.name, exchange, plain)?.symbol ?? [])
  return [...new Set([plain, ...found])]
}

export const refused = (message: string, broker: string): Refused => ({ ok: false, message, broker })

/** Whether its prices are none of a market. */
export const isPretended = ({ label }: Pick<FeedView, 'label'>): boolean => label === 'simulated' || label === 'replay'

/** Whether nobody has heard yet what kind of prices it has: that they are real is no reason to go there. */
const isUnheard = ({ label, external }: FeedView): boolean => label === undefined && !external

const LEVELS = /^(.+):(\d{1,3})$/

/** `RELIANCE:20` asks for 20 levels: clients without a depth argument write it so. */
function splitDepth({ symbol, depth, mode }: Omit<Wish, 'exchange'>): { symbol: string; depth: number } {
  const [, base, levels] = LEVELS.exec(symbol) ?? []
  return base && levels && mode === 'DEPTH' ? { symbol: base, depth: Number(levels) } : { symbol, depth }
}

function whyUnknown(exchange: string, symbol: string, [unlisted]: readonly string[]): string {
  if (unlisted !== undefined) return `The instrument list of ${unlisted} is not loaded yet; try again in a few seconds`
  const hint = LEVELS.test(symbol) ? '; levels behind a symbol belong to mode 3, Depth' : ''
  return `Symbol ${symbol} not found for exchange ${exchange}${hint}`
}

/** Where more than five levels are asked for, who has the deepest book comes first. */
function byDepth(candidates: readonly Candidate[], depth: number): readonly Candidate[] {
  if (depth <= PLAIN_DEPTH || candidates.length < 2) return candidates
  const levels = ({ feed, instrument }: Candidate) => {
    const book = instrument.kind === 'INDEX' ? undefined : deepest(depth, feed, instrument.exchange)
    return book ? levelsOf(book) : PLAIN_DEPTH
  }
  return candidates.toSorted((one, other) => levels(other) - levels(one))
}

/** The deepest book a feed has on this exchange that is not deeper than asked; `undefined`: five levels are all. */
const deepest = (depth: number, { modes, books }: FeedView, exchange: Exchange): TopicMode | undefined =>
  BOOK_MODES.find(
    mode => levelsOf(mode) <= depth && modes?.includes(mode) && (books?.[mode]?.includes(exchange) ?? true),
  )

import { EXCHANGES, type Exchange, isExchange } from '../shared/market/exchange.ts'
import type { Instrument } from '../shared/market/instrument.ts'
import { BOOK_MODES, levelsOf, type Mode, type TopicMode } from '../shared/market/mode.ts'
import { formatTopic, isSymbol, type TopicParts } from '../shared/market/topic.ts'
import { type FeedView, isUp } from './feeds.ts'
import { MODE_LABELS } from './mode.ts'

interface Topic {
  readonly parts: TopicParts
  readonly topic: string
}

/** Where a wish of a client leads; `depth`: the levels that will be delivered. */
export type Route =
  | ({ readonly ok: true; readonly broker: string; readonly depth: number } & Topic)
  | { readonly ok: false; readonly message: string; readonly broker: string }

export interface Wish {
  readonly exchange: string
  /** As the client wrote it: a common symbol, a broker's spelling, or either with the depth behind a colon. */
  readonly symbol: string
  readonly mode: Mode
  readonly depth: number
}

/** Reads of the instrument lists; `has` is false while a feed's list was never loaded. */
export interface Instruments {
  has(feed: string): boolean
  find(feed: string, exchange: string, symbol: string): Instrument | undefined
}

/** Whether the account behind a feed can have this topic, a deep book, besides those it has. */
export type HasRoom = (feed: FeedView, topic: string) => boolean

const PLAIN_DEPTH = 5
const SHOWN = 32

/**
 * Finds the feed that serves a wish, among the feeds of the client's user: the first that lists the instrument, one
 * that is up before one that is not. Pretended prices never stand in for real ones, not even for those that are missing.
 */
export function route(wish: Wish, feeds: readonly FeedView[], instruments: Instruments, hasRoom: HasRoom): Route {
  const primary = feeds[0]?.broker ?? ''
  const { exchange } = wish
  if (!isExchange(exchange))
    return refused(`Unknown exchange ${exchange.slice(0, SHOWN)}; use one of ${EXCHANGES.join(', ')}`, primary)
  const { symbol, depth } = splitDepth(wish)
  if (!isSymbol(symbol)) return refused('Symbol must be 1 to 64 printable ASCII characters', primary)
  const known = feeds.flatMap(feed => {
    const instrument = instruments.find(feed.name, exchange, symbol)
    return instrument ? [{ feed, instrument }] : []
  })
  const real = known.filter(one => !isPretended(one.feed))
  const candidates = real.length > 0 ? real : known
  const up = candidates.filter(one => isUp(one.feed))
  const able = up.length > 0 ? up : candidates
  const [first] = able
  if (!first) return refused(whyUnknown(exchange, symbol, feeds, instruments), primary)
  const { feed, instrument } = deepestOf(able, wish.mode === 'DEPTH' ? depth : PLAIN_DEPTH, exchange) ?? first
  if (feed.modes && !feed.modes.includes(wish.mode))
    return refused(`${MODE_LABELS[wish.mode]} is not offered by ${feed.broker}`, feed.broker)
  const topicOf = (mode: TopicMode): Topic => {
    const parts = { feed: feed.name, exchange, symbol: instrument.symbol, mode }
    return { parts, topic: formatTopic(parts) }
  }
  const served = { ok: true, broker: feed.broker } as const
  if (wish.mode !== 'DEPTH') return { ...served, ...topicOf(wish.mode), depth: PLAIN_DEPTH }
  // An index has no book: who asks for one gets its prices all the same, as everywhere, and is told of no level.
  if (instrument.kind === 'INDEX') return { ...served, ...topicOf('DEPTH'), depth: 0 }
  const book = deepest(depth, feed, exchange)
  const deep = book && topicOf(book)
  if (deep && hasRoom(feed, deep.topic)) return { ...served, ...deep, depth: levelsOf(book) }
  return { ...served, ...topicOf('DEPTH'), depth: PLAIN_DEPTH }
}

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

export const refused = (message: string, broker: string): Route => ({ ok: false, message, broker })

const isPretended = ({ label }: FeedView): boolean => label === 'simulated' || label === 'replay'

const LEVELS = /^(.+):(\d{1,3})$/

/** `RELIANCE:20` asks for 20 levels: clients without a depth argument write it so. */
function splitDepth({ symbol, depth, mode }: Omit<Wish, 'exchange'>): { symbol: string; depth: number } {
  const [, base, levels] = LEVELS.exec(symbol) ?? []
  return base && levels && mode === 'DEPTH' ? { symbol: base, depth: Number(levels) } : { symbol, depth }
}

function whyUnknown(exchange: string, symbol: string, feeds: readonly FeedView[], instruments: Instruments): string {
  const unlisted = feeds.find(feed => !instruments.has(feed.name))
  if (unlisted) return `The instrument list of ${unlisted.name} is not loaded yet; try again in a few seconds`
  const hint = LEVELS.test(symbol) ? '; levels behind a symbol belong to mode 3, Depth' : ''
  return `Symbol ${symbol} not found for exchange ${exchange}${hint}`
}

/** Of feeds that could serve it the one with the deepest book, where more than five levels are asked for. */
function deepestOf<Candidate extends { readonly feed: FeedView; readonly instrument: Instrument }>(
  candidates: readonly Candidate[],
  depth: number,
  exchange: Exchange,
): Candidate | undefined {
  if (depth <= PLAIN_DEPTH) return undefined
  const levels = ({ feed, instrument }: Candidate) => {
    const book = instrument.kind === 'INDEX' ? undefined : deepest(depth, feed, exchange)
    return book ? levelsOf(book) : PLAIN_DEPTH
  }
  return candidates.toSorted((one, other) => levels(other) - levels(one))[0]
}

/** The deepest book a feed has on this exchange that is not deeper than asked; `undefined`: five levels are all. */
const deepest = (depth: number, { modes, books }: FeedView, exchange: Exchange): TopicMode | undefined =>
  BOOK_MODES.find(
    mode => levelsOf(mode) <= depth && modes?.includes(mode) && (books?.[mode]?.includes(exchange) ?? true),
  )

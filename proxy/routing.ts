import { EXCHANGES, isExchange } from '../shared/market/exchange.ts'
import type { Instrument, InstrumentKind } from '../shared/market/instrument.ts'
import type { BookMode, Mode, TopicMode } from '../shared/market/mode.ts'
import { formatTopic, isSymbol, type TopicParts } from '../shared/market/topic.ts'
import { type FeedView, isUp } from './feeds.ts'
import { MODE_LABELS } from './mode.ts'

/** Where a wish of a client leads. */
export type Route =
  | {
      readonly ok: true
      readonly parts: TopicParts
      readonly topic: string
      readonly broker: string
      readonly depth: number
    }
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

const PLAIN_DEPTH = 5
const SHOWN = 32
const BOOKS: readonly (readonly [number, BookMode])[] = [
  [50, 'BOOK50'],
  [30, 'BOOK30'],
  [20, 'BOOK20'],
]

/**
 * Finds the feed that serves a wish, among the feeds of the client's user: the first that lists the instrument, one
 * that is up before one that is not. Pretended prices never stand in for real ones, not even for those that are missing.
 */
export function route(wish: Wish, feeds: readonly FeedView[], instruments: Instruments): Route {
  const primary = feeds[0]?.broker ?? ''
  if (!isExchange(wish.exchange))
    return refused(`Unknown exchange ${wish.exchange.slice(0, SHOWN)}; use one of ${EXCHANGES.join(', ')}`, primary)
  const { symbol, depth } = splitDepth(wish)
  if (!isSymbol(symbol)) return refused('Symbol must be 1 to 64 printable ASCII characters', primary)
  const known = feeds.flatMap(feed => {
    const instrument = instruments.find(feed.name, wish.exchange, symbol)
    return instrument ? [{ feed, instrument }] : []
  })
  const real = known.filter(one => !isPretended(one.feed))
  const candidates = real.length > 0 ? real : known
  const best = candidates.find(one => isUp(one.feed)) ?? candidates[0]
  if (!best) return refused(whyUnknown(wish.exchange, symbol, feeds, instruments), primary)
  const { feed, instrument } = best
  const offered = offer(wish.mode, depth, feed.modes, instrument.kind)
  if (!offered) return refused(`${MODE_LABELS[wish.mode]} is not offered by ${feed.broker}`, feed.broker)
  const parts: TopicParts = { feed: feed.name, exchange: wish.exchange, symbol: instrument.symbol, mode: offered.mode }
  return { ok: true, parts, topic: formatTopic(parts), broker: feed.broker, depth: offered.depth }
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

/** `RELIANCE:20` asks for 20 levels: clients without a depth argument write it so. */
function splitDepth({ symbol, depth, mode }: Omit<Wish, 'exchange'>): { symbol: string; depth: number } {
  const [, base, levels] = /^(.+):(\d{1,3})$/.exec(symbol) ?? []
  return base && levels && mode === 'DEPTH' ? { symbol: base, depth: Number(levels) } : { symbol, depth }
}

function whyUnknown(exchange: string, symbol: string, feeds: readonly FeedView[], instruments: Instruments): string {
  const unlisted = feeds.find(feed => !instruments.has(feed.name))
  if (unlisted) return `The instrument list of ${unlisted.name} is not loaded yet; try again in a few seconds`
  return `Symbol ${symbol} not found for exchange ${exchange}`
}

/**
 * The mode that will be delivered, and its depth: the deepest book offered that is not deeper than asked, else five
 * levels. An index has no book: who asks for one gets its prices all the same, as everywhere, and is told of no level.
 */
function offer(mode: Mode, depth: number, modes: readonly TopicMode[] | undefined, kind: InstrumentKind) {
  if (modes && !modes.includes(mode)) return undefined
  if (mode !== 'DEPTH') return { mode, depth: PLAIN_DEPTH }
  if (kind === 'INDEX') return { mode, depth: 0 }
  const book = BOOKS.find(([levels, book]) => levels <= depth && modes?.includes(book))
  return book ? { mode: book[1], depth: book[0] } : { mode, depth: PLAIN_DEPTH }
}

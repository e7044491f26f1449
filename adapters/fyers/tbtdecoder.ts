import type { LevelPart } from '../../shared/market/tick.ts'
import { oneLine } from '../../shared/words.ts'
import type { Decoder, Frame, Signal } from '../contract.ts'
import { RESPONSE, readMessage, type TbtDepth, type TbtFeed, type TbtLevel, type TbtMessage } from './tbtmessage.ts'
import { Sequences } from './tbtsequence.ts'

/** The source that parts of the 50-level socket are of. */
export const TBT = 'tbt'

/** Frames that have the server begin with an instrument anew, which gives a snapshot. */
export type Restart = (ticker: string) => readonly Frame[]

/** Places from 0. One more than there are levels: whichever number the server begins with, none is lost. */
const PLACES = 51

const HEARTBEAT: readonly Signal[] = [{ kind: 'heartbeat' }]
const PONG = 'pong'
const TICKER = /\b[A-Z]{2,5}:[A-Z0-9](?:[A-Z0-9&_.-]*[A-Z0-9])?/g

/**
 * Reads the 50-level socket: protobuf messages with whole books and differences of them, and the text `pong`.
 * Instruments are named by ticker. Nothing of a cut message counts, since what says how to read it stands at its end.
 */
export function createTbtDecoder(restart: Restart): Decoder {
  const tickers = new Map<string, string>()
  const sequences = new Sequences()

  return (frame, receivedAt) => {
    if (typeof frame === 'string')
      return frame === PONG ? HEARTBEAT : [{ kind: 'ignored', what: 'text of an unknown shape' }]
    const message = readMessage(frame)
    if (message === undefined) return [{ kind: 'malformed', what: 'no protobuf message, or cut' }]
    const signals: Signal[] = []
    if (message.isError || message.type === RESPONSE) signals.push(wordsOf(message))
    if (message.isError) return signals
    for (const feed of message.feeds) readFeed(feed, feed.isSnapshot || message.isSnapshot, receivedAt, signals)
    return signals.length > 0 ? signals : [{ kind: 'ignored', what: 'message without a feed' }]
  }

  function readFeed(feed: TbtFeed, isWhole: boolean, receivedAt: number, signals: Signal[]): void {
    const { depth } = feed
    const ticker = tickerOf(feed)
    if (ticker === undefined) signals.push({ kind: 'ignored', what: 'feed without a ticker' })
    else if (depth === undefined) signals.push({ kind: 'ignored', what: 'feed without depth' })
    else if (follows(ticker, feed.sequence, isWhole, receivedAt, signals))
      signals.push(...partOf(ticker, feed, depth, isWhole))
  }

  function tickerOf({ key, ticker, fyToken }: TbtFeed): string | undefined {
    if (ticker !== '') {
      if (fyToken !== '') tickers.set(fyToken, ticker)
      return ticker
    }
    return key.includes(':') ? key : tickers.get(fyToken || key)
  }

  function follows(ticker: string, sequence: number, isWhole: boolean, receivedAt: number, signals: Signal[]): boolean {
    const verdict = sequences.judge(ticker, sequence, isWhole, receivedAt)
    if (verdict === 'follows') return true
    signals.push({ kind: 'ignored', what: 'difference whose book is not known: one before it was lost' })
    if (verdict === 'gap') {
      signals.push({ kind: 'stale', token: ticker, source: TBT })
      for (const frame of restart(ticker)) signals.push({ kind: 'reply', frame })
    }
    return false
  }
}

/** The server's own words: of an instrument where it names one. */
function wordsOf({ text, isError }: TbtMessage): Signal {
  const tokens = text.match(TICKER)
  const said = oneLine(text) || 'no text'
  if (isError && tokens) return { kind: 'rejected', tokens, reason: said }
  return { kind: 'notice', text: said, level: isError ? 'error' : 'message' }
}

function* partOf(ticker: string, feed: TbtFeed, depth: TbtDepth, isWhole: boolean): Iterable<Signal> {
  const buy = placed(depth.bids)
  const sell = placed(depth.asks)
  yield {
    kind: 'part',
    token: ticker,
    source: TBT,
    isWhole,
    part: {
      // 0 is "none", never 1970.
      ...(feed.feedTime ? { timestamp: feed.feedTime * 1000 } : {}),
      ...(depth.totalBuyQuantity === undefined ? {} : { totalBuyQuantity: depth.totalBuyQuantity }),
      ...(depth.totalSellQuantity === undefined ? {} : { totalSellQuantity: depth.totalSellQuantity }),
      ...(buy.length > 0 || isWhole ? { buy } : {}),
      ...(sell.length > 0 || isWhole ? { sell } : {}),
    },
  }
  if (depth.bids.some(isElsewhere) || depth.asks.some(isElsewhere))
    yield { kind: 'ignored', what: 'levels whose numbers are not their places in the list' }
  if (depth.bids.some(isBeyond) || depth.asks.some(isBeyond)) yield { kind: 'ignored', what: 'levels beyond the 50th' }
}

/**
 * The number is what counts: a difference may leave out levels in between. The vendor's own clients go by the place in
 * the list, and where all levels are there both say the same.
 */
const placeOf = (level: TbtLevel, at: number): number => level.number ?? at

const isElsewhere = (level: TbtLevel, at: number): boolean => placeOf(level, at) !== at
const isBeyond = (level: TbtLevel, at: number): boolean => placeOf(level, at) >= PLACES

function placed(levels: readonly TbtLevel[]): readonly (LevelPart | undefined)[] {
  const places: (LevelPart | undefined)[] = []
  for (const [at, level] of levels.entries()) {
    const place = placeOf(level, at)
    if (place >= PLACES) continue
    while (places.length <= place) places.push(undefined)
    const before = places[place]
    const part = partOfLevel(level)
    places[place] = before ? { ...before, ...part } : part
  }
  return places
}

/** One division of the whole raw number gives the nearest double. */
function partOfLevel({ price, quantity, orders }: TbtLevel): LevelPart {
  const part: { -readonly [Field in keyof LevelPart]: LevelPart[Field] } = {}
  if (price !== undefined) part.price = price / 100
  if (quantity !== undefined) part.quantity = quantity
  if (orders !== undefined) part.orders = orders
  return part
}

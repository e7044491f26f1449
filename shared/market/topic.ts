import { TickwireError } from '../errors.ts'
import { EXCHANGES, type Exchange, isExchange } from './exchange.ts'
import { isTopicMode, type TopicMode } from './mode.ts'

/** `FEED_EXCHANGE_SYMBOL_MODE` taken apart. */
export interface TopicParts {
  readonly feed: string
  readonly exchange: Exchange
  /** Common symbol, unescaped. */
  readonly symbol: string
  readonly mode: TopicMode
}

/** Feed names and proxy ids share an alphabet, so that `LANE_<FEED>_<PROXY>` reads one way only. */
export const NAME = /^[A-Z0-9-]{1,32}$/
const RESERVED: ReadonlySet<string> = new Set(['CONTROL', 'STATUS', 'STATES', 'LANE', 'ORDERS', 'CACHE', ...EXCHANGES])
/** Printable ASCII without `"` and `\`: such a symbol needs no escaping in JSON. */
const SYMBOL = /^[\x20-\x21\x23-\x5b\x5d-\x7e]{1,64}$/

/** True for a name that may be the first segment of a topic. */
export const isFeedName = (name: string): boolean => NAME.test(name) && !RESERVED.has(name)

/** True for a symbol that may travel: printable ASCII, 1 to 64 characters, no quote and no backslash. */
export const isSymbol = (symbol: string): boolean => SYMBOL.test(symbol)

const escapeSymbol = (symbol: string): string =>
  symbol.replace(/[^A-Z0-9&.-]/g, char => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)

const unescapeSymbol = (text: string): string =>
  text.replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

/** Only the exchange may hold an underscore, because symbols are escaped: the grammar reads one way only. */
export const formatTopic = (parts: TopicParts): string =>
  `${parts.feed}_${parts.exchange}_${escapeSymbol(parts.symbol)}_${parts.mode}`

/**
 * Reads a topic back. Throws TOPIC_MALFORMED, naming the part that is wrong.
 * Anything it accepts formats back to the same text.
 */
export function parseTopic(topic: string): TopicParts {
  const segments = topic.split('_')
  const [feed = ''] = segments
  const mode = segments.at(-1) ?? ''
  const escaped = segments.at(-2) ?? ''
  const exchange = segments.slice(1, -2).join('_')
  const symbol = unescapeSymbol(escaped)
  if (!isFeedName(feed)) throw malformed(topic, `${quote(feed)} is no feed name`)
  if (!isTopicMode(mode)) throw malformed(topic, `${quote(mode)} is no mode`)
  if (!isExchange(exchange)) throw malformed(topic, `${quote(exchange)} is no exchange`)
  if (!isSymbol(symbol) || escapeSymbol(symbol) !== escaped)
    throw malformed(topic, `${quote(escaped)} is no escaped symbol`)
  return { feed, exchange, symbol, mode }
}

/** Topics come from strangers: whatever they hold, an error stays one short line. */
const quote = (text: string) => JSON.stringify(text.slice(0, 120))

const malformed = (topic: string, why: string) => new TickwireError('TOPIC_MALFORMED', `Topic ${quote(topic)}: ${why}`)

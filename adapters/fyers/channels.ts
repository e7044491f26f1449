import type { TopicMode } from '../../shared/market/mode.ts'
import { resumeChannels, setMode, subscribe, unsubscribe } from './frames.ts'

/**
 * Full or lite is a matter of the channel, not of the topic: of instruments whose last price is all that is wanted the
 * updates come on a channel of their own. The vendor's own default is 11; of 30 channels any other will do for the second.
 */
const FULL = 11
const LITE = 12

/** Topics in a message, and what fits behind a length of two bytes with room to spare. */
const MOST_TOPICS = 1500
const MOST_BYTES = 60_000

/** After the login: the server has forgotten the modes of the last connection. */
export const hello = (): readonly Uint8Array[] => [setMode([FULL], 'full'), setMode([LITE], 'lite')]

/** `nse_cm|3045` is an instrument, `nse_cm|Nifty 50` an index. */
const isIndex = (token: string): boolean => !/\|\d+$/.test(token)

const channelOf = (mode: TopicMode): number => (mode === 'LTP' ? LITE : FULL)

const hasBook = (mode: TopicMode): boolean => mode !== 'LTP' && mode !== 'QUOTE'

const priceTopics = (tokens: readonly string[]): readonly string[] =>
  tokens.map(token => `${isIndex(token) ? 'if' : 'sf'}|${token}`)

const bookTopics = (tokens: readonly string[]): readonly string[] =>
  tokens.filter(token => !isIndex(token)).map(token => `dp|${token}`)

const topicsOf = (tokens: readonly string[], mode: TopicMode): readonly string[] =>
  hasBook(mode) ? [...priceTopics(tokens), ...bookTopics(tokens)] : priceTopics(tokens)

/** Frames that begin sending them. A channel is silent until it is resumed; of one that runs it changes nothing. */
export const begin = (tokens: readonly string[], mode: TopicMode): readonly Uint8Array[] =>
  add(topicsOf(tokens, mode), channelOf(mode))

export const end = (tokens: readonly string[], mode: TopicMode): readonly Uint8Array[] =>
  remove(topicsOf(tokens, mode), channelOf(mode))

/** Between a quote and a book only the book comes or goes; between the channels everything does. */
export function change(tokens: readonly string[], from: TopicMode, to: TopicMode): readonly Uint8Array[] {
  if (channelOf(from) !== channelOf(to)) return [...end(tokens, from), ...begin(tokens, to)]
  if (hasBook(from) === hasBook(to)) return []
  return hasBook(to) ? add(bookTopics(tokens), channelOf(to)) : remove(bookTopics(tokens), channelOf(from))
}

function add(topics: readonly string[], channel: number): readonly Uint8Array[] {
  const frames = chunks(topics).map(chunk => subscribe(chunk, channel))
  return frames.length === 0 ? [] : [...frames, resumeChannels([channel])]
}

const remove = (topics: readonly string[], channel: number): readonly Uint8Array[] =>
  chunks(topics).map(chunk => unsubscribe(chunk, channel))

function chunks(topics: readonly string[]): readonly (readonly string[])[] {
  const all: string[][] = []
  let bytes = 0
  for (const topic of topics) {
    const last = all.at(-1)
    bytes += topic.length + 1
    if (last && last.length < MOST_TOPICS && bytes <= MOST_BYTES) last.push(topic)
    else {
      all.push([topic])
      bytes = topic.length + 1
    }
  }
  return all
}

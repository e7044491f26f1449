import type { Instrument, InstrumentKind } from '../market/instrument.ts'
import { isOption } from './order.ts'

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']

const KIND_WORDS: Readonly<Record<InstrumentKind, string>> = {
  EQ: 'EQ EQUITY',
  INDEX: 'INDEX',
  FUT: 'FUT FUTURE',
  CE: 'CE CALL OPTION',
  PE: 'PE PUT OPTION',
}

/** More words than this narrow nothing down. */
const MOST_WORDS = 8
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'
const SPACE = /[\s\p{Cc}]+/u
/** Before the symbol and the underlying, so that they can be told from other words. */
const SYMBOL = '='
const UNDERLYING = '>'

/**
 * The full-text index beside the instruments, by the same ids. Everything but white space belongs to a word. Beginnings
 * of up to seven characters have an index of their own: longer ones are rare, and made of few words.
 */
export const SEARCH_TABLE = `
  CREATE VIRTUAL TABLE words USING fts5 (
    text, content = '', columnsize = 0, detail = none, prefix = '1 2 3 4 5 6 7',
    tokenize = "ascii tokenchars '${PUNCTUATION.replaceAll("'", "''").replaceAll('"', '""')}'"
  );
  -- Smaller pieces at a time: each is written within one statement, and the event loop waits for it.
  INSERT INTO words (words, rank) VALUES ('hashsize', 262144);`

/** Everything an instrument may be found by, upper case, with a space between. */
export function searchWords(one: Instrument): string {
  const { symbol, brokerSymbol, name, underlying = '', kind, exchange, strike, expiry } = one
  const texts = `${symbol} ${brokerSymbol} ${name} ${underlying} ${KIND_WORDS[kind]} ${exchange}`.toUpperCase()
  const words = new Set(texts.split(SPACE))
  // "BAJAJ-AUTO" is also found by "AUTO".
  if (/[^A-Z0-9\s]/.test(texts)) for (const word of words) for (const part of word.split(/[^A-Z0-9]+/)) words.add(part)
  if (strike !== undefined) words.add(`${strike}${kind}`)
  for (const word of expiryWords(expiry)) words.add(word)
  // An option's whole symbol is found among the words; nobody means an option by its beginning.
  if (!isOption(one)) words.add(SYMBOL + symbol.toUpperCase())
  if (underlying !== '') words.add(UNDERLYING + underlying.toUpperCase())
  words.delete('')
  return [...words].join(' ')
}

/** `2026-11-28` is found by 28NOV26, NOV26, 28 and 2026. */
function expiryWords(expiry: string | undefined): string[] {
  const [year = '', month, day = ''] = expiry?.split('-') ?? []
  const name = MONTHS[Number(month) - 1]
  if (name === undefined) return []
  const short = year.slice(2)
  return [`${day}${name}${short}`, `${name}${short}`, day, year]
}

/** A question to the full-text index, put to all options or to everything else. */
export interface Tier {
  readonly match: string
  readonly options: boolean
}

/**
 * What to ask for words in any order, each the beginning of some word of the instrument; better matches first. What is
 * called exactly so, its futures, what begins so, whatever else has the words; options come after all of it, since they
 * are meant only when nothing else fits: those of that very underlying first. None for a text without words.
 */
export function searchTiers(text: string): readonly Tier[] {
  const words = text
    .toUpperCase()
    .split(/[\s\p{Cc}:,]+/u)
    .filter(Boolean)
    .slice(0, MOST_WORDS)
  if (words.length === 0) return []
  const all = words.map(begins).join(' AND ')
  const any = (terms: readonly string[]) => `(${terms.join(' OR ')}) AND ${all}`
  const called = any(words.map(word => is(SYMBOL + word)))
  const calledLike = any(words.map(word => begins(SYMBOL + word)))
  const derived = any(words.map(word => is(UNDERLYING + word)))
  const cash = [called, derived, calledLike, all].map(match => ({ match, options: false }))
  return [...cash, { match: derived, options: true }, { match: all, options: true }]
}

const is = (word: string): string => `"${word.replaceAll('"', '""')}"`
const begins = (word: string): string => `${is(word)}*`

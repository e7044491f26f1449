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
/** Of one letter each, which thousands of instruments have a word for: more only take their time. */
const MOST_LETTERS = 3
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'
/** The index itself knows only the white space of ASCII. */
const SPACE = /[\s\p{Cc}]+/gu
/** Before the symbol and the underlying, so that they can be told from other words. */
const SYMBOL = '='
const UNDERLYING = '>'
/** A word of everything that is no option. */
const NO_OPTION = '~'

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

/** Everything an instrument may be found by, upper case, with a space between; words may come twice. */
export function searchWords(one: Instrument): string {
  const { symbol, brokerSymbol, name, underlying = '', kind, exchange, strike, expiry } = one
  const names = `${symbol} ${brokerSymbol === symbol ? '' : brokerSymbol} ${name === underlying ? '' : name} ${underlying}`
  const words = [names, KIND_WORDS[kind], exchange]
  // "BAJAJ-AUTO" is also found by "AUTO".
  if (/[^A-Za-z0-9\s]/.test(names)) words.push(names.replace(/[^A-Za-z0-9]+/g, ' '))
  if (strike !== undefined) words.push(`${strike}${kind}`)
  if (expiry !== undefined) words.push(expiryWords(expiry))
  // An option's whole symbol is found among the words; nobody means an option by its beginning.
  if (!isOption(one)) words.push(SYMBOL + symbol, NO_OPTION)
  if (underlying !== '') words.push(UNDERLYING + underlying)
  return words.join(' ').toUpperCase().replace(SPACE, ' ')
}

/** `2026-11-28` is found by 28NOV26, its beginning 28, NOV26 and 2026. */
function expiryWords(expiry: string): string {
  const year = expiry.slice(0, 4)
  const month = `${MONTHS[Number(expiry.slice(5, 7)) - 1]}${expiry.slice(2, 4)}`
  return `${expiry.slice(8)}${month} ${month} ${year}`
}

/**
 * What to ask the index for words in any order, each the beginning of some word of the instrument; better matches first.
 * What is called exactly so, its futures, what begins so, whatever else has the words; options come after all of it,
 * since they are meant only when nothing else fits: those of that very underlying first. Later questions find again what
 * earlier ones found. None for a text without words.
 */
export function searchQuestions(text: string): readonly string[] {
  const words = text
    .toUpperCase()
    .replace(SPACE, ' ')
    .split(/[ :,]+/)
    .filter(Boolean)
    .filter(isTold())
    .slice(0, MOST_WORDS)
  if (words.length === 0) return []
  const all = words.map(begins).join(' AND ')
  const any = (terms: readonly string[]) => `(${terms.join(' OR ')}) AND ${all}`
  const called = any(words.map(word => is(SYMBOL + word)))
  const calledLike = any(words.map(word => begins(SYMBOL + word)))
  const derived = any(words.map(word => is(UNDERLYING + word)))
  const noOptions = [called, derived, calledLike, all].map(question => `${is(NO_OPTION)} AND ${question}`)
  return [...noOptions, derived, all]
}

/** Of words of one letter only the first few are. */
function isTold(): (word: string) => boolean {
  let letters = 0
  return word => word.length > 1 || ++letters <= MOST_LETTERS
}

const is = (word: string): string => `"${word.replaceAll('"', '""')}"`
const begins = (word: string): string => `${is(word)}*`

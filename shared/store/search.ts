import { EXCHANGES } from '../market/exchange.ts'
import type { Instrument, InstrumentKind } from '../market/instrument.ts'

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

/**
 * Everything an instrument may be found by, upper case, each word behind one space (the first too), so that
 * "begins a word" is a plain substring search.
 */
export function searchWords(one: Instrument): string {
  const texts = [one.symbol, one.brokerSymbol, one.name, one.underlying ?? '', KIND_WORDS[one.kind], one.exchange]
  const words = new Set(texts.flatMap(text => text.toUpperCase().split(/\s+/)))
  // "BAJAJ-AUTO" is also found by "AUTO".
  for (const word of words) for (const part of word.split(/[^A-Z0-9]+/)) words.add(part)
  if (one.strike !== undefined) words.add(String(one.strike))
  for (const word of expiryWords(one.expiry)) words.add(word)
  words.delete('')
  return [...words].map(word => ` ${word}`).join('')
}

/** `2026-11-28` is found by 28NOV26, NOV26, 28 and 2026. */
function expiryWords(expiry: string | undefined): string[] {
  const [year = '', month, day = ''] = expiry?.split('-') ?? []
  const name = MONTHS[Number(month) - 1]
  if (name === undefined) return []
  const short = year.slice(2)
  return [`${day}${name}${short}`, `${name}${short}`, day, year]
}

export interface Search {
  readonly sql: string
  readonly values: readonly (string | number)[]
}

/**
 * The query for words in any order, each the beginning of some word of the instrument. First what is called exactly so,
 * then what begins so; cash and indices before futures before options; the nearest expiry, then the lowest strike.
 * Undefined for a text without words.
 */
export function searchQuery(text: string, limit: number): Search | undefined {
  const words = text
    .toUpperCase()
    .split(/[\s:,]+/)
    .filter(Boolean)
    .slice(0, MOST_WORDS)
  const [first] = words
  if (first === undefined) return undefined
  const sql = `
    SELECT * FROM instruments
    WHERE ${words.map(() => 'instr(words, ?)').join(' AND ')}
    ORDER BY
      CASE
        WHEN symbol IN (${words.map(() => '?').join(', ')}) THEN 0
        WHEN underlying IN (${words.map(() => '?').join(', ')}) THEN 1
        WHEN substr(symbol, 1, length(?)) = ? THEN 2
        ELSE 3
      END,
      CASE kind WHEN 'EQ' THEN 0 WHEN 'INDEX' THEN 0 WHEN 'FUT' THEN 1 ELSE 2 END,
      expiry, strike, instr(?, ',' || exchange || ','), symbol
    LIMIT ?`
  const order = `,${EXCHANGES.join(',')},`
  return { sql, values: [...words.map(word => ` ${word}`), ...words, ...words, first, first, order, limit] }
}

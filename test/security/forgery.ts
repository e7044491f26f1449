import fc from 'fast-check'

/** What an attacker knows of another user: names of feeds and brokers, symbols, and a place of a stream of theirs. */
export interface Knowledge {
  readonly feeds: readonly string[]
  readonly brokers: readonly string[]
  readonly symbols: readonly string[]
  readonly place: { readonly epoch: number; readonly seq: number }
}

/** Letters of other alphabets that look like ours. */
const ALIKE: Readonly<Record<string, string>> = { A: 'А', E: 'Е', O: 'О', C: 'С', N: 'Ν', S: 'Ѕ', I: 'І', L: 'Ⅼ' }
const MODES = [1, 2, 3, 'LTP', 'QUOTE', 'DEPTH', '*', 'BOOK20', 0, 4, -1, null, '1', [1]] as const
const EXCHANGES = ['NSE', 'NSE_INDEX', 'BSE', 'nse', 'NSE\0', 'NЅE', '*', '>', '', 'NSE_', 'NFO', 'CRYPTO'] as const

const alike = (text: string): string => text.replace(/[A-Z]/g, letter => ALIKE[letter] ?? letter)

/** One item of a subscribe message, made to reach what is another user's. */
export function forgery({ feeds, brokers, symbols, place }: Knowledge): fc.Arbitrary<unknown> {
  const feed = fc.constantFrom(...feeds)
  const symbol = fc.constantFrom(...symbols)
  const exchange = fc.oneof(
    { weight: 4, arbitrary: fc.constant('NSE') },
    { weight: 1, arbitrary: fc.constantFrom(...EXCHANGES) },
  )
  const dressed = fc.tuple(symbol, feed, fc.nat(18)).map(([plain, of, how]) => DRESSES[how]?.(plain, of) ?? plain)
  const noise = fc.string({ unit: 'binary', maxLength: 70 })
  const name = fc.oneof(
    { weight: 6, arbitrary: dressed },
    { weight: 3, arbitrary: symbol },
    { weight: 1, arbitrary: noise },
  )
  const broker = fc.oneof(
    feed,
    fc.constantFrom(...brokers, '*', '', '__proto__', 'constructor'),
    feed.map(alike),
    noise,
  )
  const resume = fc.constantFrom(
    place,
    { ...place, seq: 0 },
    { epoch: 0, seq: 0 },
    { ...place, topic: `${feeds[0]}_NSE_${symbols[0]}_LTP` },
  )
  const item = fc.record(
    { symbol: name, exchange, mode: fc.constantFrom(...MODES), broker, resume, depth: fc.constantFrom(5, 20, 50) },
    { requiredKeys: ['symbol', 'exchange'] },
  )
  const text = fc.tuple(exchange, name).map(parts => parts.join(':'))
  return fc.oneof({ weight: 4, arbitrary: item }, { weight: 1, arbitrary: text })
}

/** Ways to write a symbol so that some part of the path might take it for another one's topic. */
const DRESSES: readonly ((symbol: string, feed: string) => string)[] = [
  (symbol, feed) => `${feed}_NSE_${symbol}_LTP`,
  (symbol, feed) => `${feed}_NSE_${symbol}`,
  symbol => `NSE_${symbol}_QUOTE`,
  symbol => `${symbol}_LTP`,
  (symbol, feed) => `${feed}:${symbol}`,
  symbol => `NSE:${symbol}`,
  symbol => `${symbol}:20`,
  symbol => `${symbol}*`,
  symbol => `${symbol}>`,
  () => '*',
  () => '>',
  symbol => `${symbol}\0`,
  (symbol, feed) => `\0${feed}_NSE_${symbol}_LTP`,
  alike,
  symbol => symbol.replaceAll('A', '%41'),
  symbol => symbol.toLowerCase(),
  symbol => `../${symbol}`,
  (symbol, feed) => `${symbol},NSE:${feed}`,
]

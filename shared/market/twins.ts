import { Dictionary } from '../dictionary.ts'
import type { Instrument } from './instrument.ts'
import { isSymbol } from './topic.ts'

/**
 * Lets through what one symbol and one token of a broker's list stand for, and tells `skipped` what is left out.
 *
 * Of two indices whose names become one symbol neither is served: either could be meant, and the other's value would be a
 * wrong price. A row that steps back (a share of a lesser series) has the common symbol only where no other row has it,
 * else the broker's own spelling. So both wait for the end of the list, a few thousand of 150,000. Among the rest two rows
 * of one symbol or one token are a mistake in the list: the first is served, so that the list stays lazy.
 */
export function* unambiguous(
  list: Iterable<Instrument>,
  skipped: (why: string) => void,
  stepsBack: (one: Instrument) => boolean = () => false,
): Generator<Instrument> {
  const symbols = new Dictionary()
  const tokens = new Dictionary()
  const indices = new Map<string, Instrument[]>()
  const waiting: Instrument[] = []
  for (const one of list) {
    if (tokens.add(one.token, '') !== undefined) skipped(`${nameOf(one)}: its token is another row's already`)
    else if (one.kind === 'INDEX') push(indices, keyOf(one), one)
    else if (stepsBack(one)) waiting.push(one)
    else yield* first(one, symbols, skipped)
  }
  for (const one of waiting) yield* first(symbols.get(keyOf(one)) === undefined ? one : asItself(one), symbols, skipped)
  for (const [symbol, twins] of indices)
    if (twins.length === 1) yield* twins
    else for (const one of twins) skipped(`${nameOf(one)}: ${twins.length} indices would be ${symbol}`)
}

function* first(one: Instrument, symbols: Dictionary, skipped: (why: string) => void): Generator<Instrument> {
  const symbol = keyOf(one)
  const other = symbols.add(symbol, one.token)
  if (other === undefined) yield one
  else skipped(`${nameOf(one)}: ${symbol} is token ${other} already`)
}

const asItself = (one: Instrument): Instrument =>
  isSymbol(one.brokerSymbol) ? { ...one, symbol: one.brokerSymbol } : one

function push(map: Map<string, Instrument[]>, key: string, one: Instrument): void {
  const known = map.get(key)
  if (known) known.push(one)
  else map.set(key, [one])
}

const keyOf = ({ exchange, symbol }: Instrument): string => `${exchange}:${symbol}`

const nameOf = ({ brokerSymbol, token }: Instrument): string => `${JSON.stringify(brokerSymbol)} (token ${token})`

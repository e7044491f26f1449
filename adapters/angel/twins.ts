import type { Instrument } from '../../shared/market/instrument.ts'
import { isSymbol } from '../../shared/market/topic.ts'

/** The series that a share without a series means. */
const USUAL = /-EQ$/

/**
 * Lets through what one symbol and one token stand for, and tells what is left out.
 *
 * Of two indices whose names become one symbol neither is served: either could be meant, and the other's value would be a
 * wrong price. A share of a lesser series has the bare symbol only if no other has it, else the broker's own spelling. So
 * both wait for the end of the list, a few thousand of 150,000. Among the rest the first is served, so that the list stays
 * lazy.
 */
export function* unambiguous(list: Iterable<Instrument>, skipped: (why: string) => void): Generator<Instrument> {
  const symbols = new Map<string, string>()
  const tokens = new Set<string>()
  const indices = new Map<string, Instrument[]>()
  const lesser: Instrument[] = []
  for (const one of list) {
    if (tokens.has(one.token)) {
      skipped(`${nameOf(one)}: its token is another row's already`)
      continue
    }
    tokens.add(one.token)
    if (one.kind === 'INDEX') {
      const twins = indices.get(keyOf(one))
      if (twins) twins.push(one)
      else indices.set(keyOf(one), [one])
    } else if (one.kind === 'EQ' && one.symbol !== one.brokerSymbol && !USUAL.test(one.brokerSymbol)) lesser.push(one)
    else yield* first(one, symbols, skipped)
  }
  for (const one of lesser) {
    const isTaken = symbols.has(keyOf(one))
    yield* first(isTaken && isSymbol(one.brokerSymbol) ? { ...one, symbol: one.brokerSymbol } : one, symbols, skipped)
  }
  for (const [symbol, twins] of indices)
    if (twins.length === 1) yield* twins
    else for (const one of twins) skipped(`${nameOf(one)}: ${twins.length} indices would be ${symbol}`)
}

function* first(one: Instrument, symbols: Map<string, string>, skipped: (why: string) => void): Generator<Instrument> {
  const symbol = keyOf(one)
  const other = symbols.get(symbol)
  if (other !== undefined) {
    skipped(`${nameOf(one)}: ${symbol} is token ${other} already`)
    return
  }
  symbols.set(symbol, one.token)
  yield one
}

const keyOf = ({ exchange, symbol }: Instrument): string => `${exchange}:${symbol}`

const nameOf = ({ brokerSymbol, token }: Instrument): string => `${JSON.stringify(brokerSymbol)} (token ${token})`

import type { Instrument } from '../../shared/market/instrument.ts'

/**
 * Lets through what one symbol and one token stand for, and tells what is left out.
 *
 * Of two indices whose names become one symbol neither is served: either could be meant, and the other's value would be
 * a wrong price. So indices, a few hundred, wait for the end of the list. Among the rest Kite's own symbol is a key, and
 * two rows of one symbol or one token are a mistake in the list: the first is served, so that the list stays lazy.
 */
export function* unambiguous(list: Iterable<Instrument>, skipped: (why: string) => void): Generator<Instrument> {
  const symbols = new Map<string, string>()
  const tokens = new Set<string>()
  const indices = new Map<string, Instrument[]>()
  for (const one of list) {
    const symbol = `${one.exchange}:${one.symbol}`
    const first = symbols.get(symbol)
    if (tokens.has(one.token)) {
      skipped(`${nameOf(one)}: its token is another row's already`)
    } else if (one.kind === 'INDEX') {
      const twins = indices.get(symbol)
      if (twins) twins.push(one)
      else indices.set(symbol, [one])
    } else if (first !== undefined) {
      skipped(`${nameOf(one)}: ${symbol} is token ${first} already`)
    } else {
      symbols.set(symbol, one.token)
      yield one
    }
    tokens.add(one.token)
  }
  for (const [symbol, twins] of indices)
    if (twins.length === 1) yield* twins
    else for (const one of twins) skipped(`${nameOf(one)}: ${twins.length} indices would be ${symbol}`)
}

const nameOf = ({ brokerSymbol, token }: Instrument): string => `${JSON.stringify(brokerSymbol)} (token ${token})`

import type { Instrument } from '../../shared/market/instrument.ts'

export interface Listed {
  readonly instrument: Instrument
  /** It steps back for another of the same symbol: a share's series BE for its series EQ. */
  readonly isSecond: boolean
}

/**
 * Lets through what one symbol and one token stand for, and tells what is left out.
 *
 * Of two indices whose names become one symbol neither is served: either could be meant, and the other's value would be
 * a wrong price. So indices, and shares that step back, wait for the end of the list. Among the rest two rows of one
 * symbol or one token are a mistake in the list: the first is served, so that the list stays lazy.
 */
export function* unambiguous(list: Iterable<Listed>, skipped: (why: string) => void): Generator<Instrument> {
  const symbols = new Map<string, string>()
  const tokens = new Set<string>()
  const indices = new Map<string, Instrument[]>()
  const seconds: Instrument[] = []
  const isFirst = (one: Instrument): boolean => {
    const symbol = `${one.exchange}:${one.symbol}`
    const taken = symbols.get(symbol)
    if (taken === undefined) symbols.set(symbol, one.token)
    else skipped(`${nameOf(one)}: ${symbol} is token ${taken} already`)
    return taken === undefined
  }
  for (const { instrument: one, isSecond } of list) {
    if (tokens.has(one.token)) {
      skipped(`${nameOf(one)}: its token is another row's already`)
      continue
    }
    tokens.add(one.token)
    if (one.kind === 'INDEX') push(indices, `${one.exchange}:${one.symbol}`, one)
    else if (isSecond) seconds.push(one)
    else if (isFirst(one)) yield one
  }
  yield* seconds.filter(isFirst)
  for (const [symbol, twins] of indices)
    if (twins.length === 1) yield* twins
    else for (const one of twins) skipped(`${nameOf(one)}: ${twins.length} indices would be ${symbol}`)
}

function push(map: Map<string, Instrument[]>, key: string, one: Instrument): void {
  const known = map.get(key)
  if (known) known.push(one)
  else map.set(key, [one])
}

const nameOf = ({ brokerSymbol, token }: Instrument): string => `${JSON.stringify(brokerSymbol)} (token ${token})`

import type { Instrument } from '../../shared/market/instrument.ts'

/**
 * Lets through what one symbol and one token stand for, and tells what is left out.
 *
 * Of one share there may be several rows: the share itself, and series of it (`-BE`, `-BL`), which have no symbol of their
 * own in the list. Those wait for its end, so that the share gets its name, and take their own ticker where it is taken.
 */
export function* unambiguous(list: Iterable<Instrument>, skipped: (why: string) => void): Generator<Instrument> {
  const symbols = new Set<string>()
  const tokens = new Set<string>()
  const waiting: Instrument[] = []
  const admit = (one: Instrument): boolean => {
    const symbol = `${one.exchange}:${one.symbol}`
    if (symbols.has(symbol)) return false
    symbols.add(symbol)
    return true
  }
  for (const one of list) {
    if (tokens.has(one.token)) {
      skipped(`${nameOf(one)}: its token is another row's already`)
      continue
    }
    tokens.add(one.token)
    if (isSeries(one)) waiting.push(one)
    else if (admit(one)) yield one
    else skipped(`${nameOf(one)}: ${one.exchange}:${one.symbol} is another row's already`)
  }
  for (const one of waiting) {
    const itself = { ...one, symbol: one.brokerSymbol }
    if (admit(one)) yield one
    else if (admit(itself)) yield itself
    else skipped(`${nameOf(one)}: ${one.exchange}:${one.symbol} is another row's already`)
  }
}

/** Shares are in series EQ in one exchange, and in a group of their own in the other. */
const isSeries = ({ kind, exchange, symbol, brokerSymbol }: Instrument): boolean =>
  kind === 'EQ' && brokerSymbol !== `${symbol}-EQ` && (exchange === 'NSE' || !/-[ABTX]$/.test(brokerSymbol))

const nameOf = ({ brokerSymbol, token }: Instrument): string => `${JSON.stringify(brokerSymbol)} (token ${token})`

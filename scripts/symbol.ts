import { TickwireError } from '../shared/errors.ts'
import { EXCHANGES, type Exchange, isExchange } from '../shared/market/exchange.ts'
import { isSymbol } from '../shared/market/topic.ts'

/** An instrument as a person names it. */
export interface InstrumentName {
  readonly exchange: Exchange
  readonly symbol: string
}

/** `EXCHANGE:SYMBOL`, several with commas between. Throws USAGE that names the one that is wrong. */
export const parseSymbols = (words: readonly string[]): InstrumentName[] =>
  words
    .flatMap(word => word.split(','))
    .filter(word => word !== '')
    .map(parseSymbol)

export function parseSymbol(word: string): InstrumentName {
  const colon = word.indexOf(':')
  const symbol = word.slice(colon + 1)
  if (colon < 0)
    throw new TickwireError('USAGE', `${word} names no exchange`, {
      next: `write EXCHANGE:SYMBOL, or look for it: tickwire instruments search ${word}`,
    })
  const exchange = word.slice(0, colon).toUpperCase()
  if (!isExchange(exchange))
    throw new TickwireError('USAGE', `${word}: ${exchange} is no exchange; they are ${EXCHANGES.join(', ')}`, {
      next: `tickwire instruments search ${symbol}`,
    })
  if (!isSymbol(symbol))
    throw new TickwireError('USAGE', `${word} names no symbol: 1 to 64 printable characters follow the colon`, {
      next: 'write it as EXCHANGE:SYMBOL, for instance NSE:RELIANCE',
    })
  return { exchange, symbol }
}

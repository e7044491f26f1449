import type { Exchange } from '../../shared/market/exchange.ts'
import { MONTHS } from '../../shared/market/symbol.ts'

const EXCHANGES: Readonly<Record<string, Exchange>> = {
  NSE: 'NSE',
  BSE: 'BSE',
  NFO: 'NFO',
  BFO: 'BFO',
  CDS: 'CDS',
  BCD: 'BCD',
  MCX: 'MCX',
  NCO: 'NCO',
  GLOBAL: 'GLOBAL_INDEX',
  NSEIX: 'GLOBAL_INDEX',
}

/** CDS indices have no code that a client could name them by. */
const INDEX_EXCHANGES: Readonly<Record<string, Exchange>> = {
  NSE: 'NSE_INDEX',
  BSE: 'BSE_INDEX',
  MCX: 'MCX_INDEX',
  GLOBAL: 'GLOBAL_INDEX',
  NSEIX: 'GLOBAL_INDEX',
}

const exchanges = new Map(Object.entries(EXCHANGES))
const indexExchanges = new Map(Object.entries(INDEX_EXCHANGES))

/** Of Kite's columns `exchange` and `segment`; undefined for one that clients have no code for. */
export const exchangeOf = (exchange: string, segment: string): Exchange | undefined =>
  (segment === 'INDICES' ? indexExchanges : exchanges).get(exchange)

export const isExchangeCode = (text: string): boolean => exchanges.has(text)

/** The date in Kite's own symbols: `26SEP` of a monthly contract, `26922` or `26O22` of a weekly one. */
const DATE_PART = new RegExp(`^\\d{2}(${MONTHS.join('|')}|[1-9OND]\\d{2})$`)

/**
 * The name of what a contract is on, from Kite's own symbol: `ADANIPORTS` of `ADANIPORTS17DEC490PE`. For rows whose name
 * is empty. Read from the end, because names may end in digits (`NIFTYNXT50`); undefined when the end is another.
 */
export function underlyingOf(tradingSymbol: string, strike: number | undefined, kind: string): string | undefined {
  const end = `${strike ?? ''}${kind}`
  if (!tradingSymbol.endsWith(end)) return undefined
  const dated = tradingSymbol.slice(0, -end.length)
  return dated.length > 5 && DATE_PART.test(dated.slice(-5)) ? dated.slice(0, -5) : undefined
}

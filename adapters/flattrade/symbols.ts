import type { Exchange } from '../../shared/market/exchange.ts'
import type { Instrument } from '../../shared/market/instrument.ts'

/** Of the column `Exchange`, which is what goes over the wire. */
const EXCHANGES: ReadonlyMap<string, Exchange> = new Map([
  ['NSE', 'NSE'],
  ['BSE', 'BSE'],
  ['NFO', 'NFO'],
  ['BFO', 'BFO'],
  ['CDS', 'CDS'],
  ['BCD', 'BCD'],
  ['MCX', 'MCX'],
  ['NCX', 'NCDEX'],
  ['NCO', 'NCO'],
])

export const exchangeOf = (code: string): Exchange | undefined => EXCHANGES.get(code)

/** Names that the exchange BSE has for contracts on its indices, where clients know the index. */
const INTERNAL: ReadonlyMap<string, string> = new Map([
  ['BSX', 'SENSEX'],
  ['BKX', 'BANKEX'],
  ['SX50', 'SENSEX50'],
])

/** What a contract is on, of the column `Symbol`: `BSXOPT` is on SENSEX. */
export function underlyingOf(exchange: Exchange, symbol: string): string {
  if (exchange !== 'BFO') return symbol
  return INTERNAL.get(symbol.replace(/(OPT|FUT)$/, '')) ?? symbol
}

/** The series BE of a share steps back for its series EQ: both are known by the bare symbol. */
export const isLesserSeries = ({ kind, exchange, brokerSymbol }: Instrument): boolean =>
  kind === 'EQ' && exchange === 'NSE' && brokerSymbol.endsWith('-BE')

/** Names of indices as they stand in the lists, without spaces and hyphens, that clients know by another. */
const NSE_INDICES: ReadonlyMap<string, string> = new Map([
  ['NIFTY50', 'NIFTY'],
  ['NIFTYBANK', 'BANKNIFTY'],
  ['NIFTYFIN', 'FINNIFTY'],
  ['NIFTYFINSERVICE', 'FINNIFTY'],
  ['NIFTYFINANCIALSERVICES', 'FINNIFTY'],
  ['NIFTYNEXT50', 'NIFTYNXT50'],
  ['NIFTYMIDSELECT', 'MIDCPNIFTY'],
  ['NIFTYMIDCAPSELECT', 'MIDCPNIFTY'],
])

const BSE_INDICES: ReadonlyMap<string, string> = new Map([
  ['BSESENSEX', 'SENSEX'],
  ['S&PBSESENSEX', 'SENSEX'],
  ['BSESENSEX50', 'SENSEX50'],
  ['S&PBSESENSEX50', 'SENSEX50'],
  ['S&PBSESENSEXNEXT50', 'BSESENSEXNEXT50'],
  ['BSEBANKEX', 'BANKEX'],
  ['S&PBSEBANKEX', 'BANKEX'],
])

export function indexSymbol(exchange: 'NSE_INDEX' | 'BSE_INDEX', name: string): string {
  const plain = name.toUpperCase().replace(/[\s-]+/g, '')
  return (exchange === 'NSE_INDEX' ? NSE_INDICES : BSE_INDICES).get(plain) ?? plain
}

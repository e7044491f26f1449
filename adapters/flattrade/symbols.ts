import type { Exchange } from '../../shared/market/exchange.ts'

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']

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

/** `27-OCT-2026` as `2026-10-27`; `undefined` for what is no day of the calendar. */
export function dateOf(text: string): string | undefined {
  const [, day = '', month = '', year = ''] = /^(\d{1,2})-([A-Z]{3})-(\d{4})$/i.exec(text) ?? []
  const place = MONTHS.indexOf(month.toUpperCase())
  if (place === -1 || new Date(Date.UTC(Number(year), place, Number(day))).getUTCDate() !== Number(day))
    return undefined
  return `${year}-${String(place + 1).padStart(2, '0')}-${day.padStart(2, '0')}`
}

/** `NIFTY29SEP26FUT`, `VEDL25APR24292.5CE`; the strike without zeros behind the point. */
export function contractSymbol(base: string, expiry: string, strike: number | undefined, kind: string): string {
  const date = expiry.slice(8, 10) + MONTHS[Number(expiry.slice(5, 7)) - 1] + expiry.slice(2, 4)
  return `${base}${date}${strike ?? ''}${kind}`
}

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

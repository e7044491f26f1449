import type { Exchange } from '../../shared/market/exchange.ts'
import type { Instrument } from '../../shared/market/instrument.ts'

/** What stands before the colon of a ticker: an exchange house, not a segment. */
const HOUSES: Readonly<Partial<Record<Exchange, string>>> = {
  NSE: 'NSE',
  NFO: 'NSE',
  CDS: 'NSE',
  NCO: 'NSE',
  NSE_INDEX: 'NSE',
  BSE: 'BSE',
  BFO: 'BSE',
  BCD: 'BSE',
  BSE_INDEX: 'BSE',
  MCX: 'MCX',
  MCX_INDEX: 'MCX',
}

/** What Fyers calls an instrument outside of the price socket: `NSE:SBIN-EQ`, `NSE:NIFTY26SEPFUT`. */
export const tickerOf = ({ exchange, brokerSymbol }: Pick<Instrument, 'exchange' | 'brokerSymbol'>): string =>
  `${HOUSES[exchange] ?? exchange}:${brokerSymbol}`

/**
 * The exchange of Fyers' numbers for exchange (10 NSE, 11 MCX, 12 BSE) and segment (10 cash, 11 futures and options, 12
 * currency, 20 commodity); undefined where clients have no code for it.
 */
export const exchangeOf = (house: number, segment: number): Exchange | undefined => EXCHANGES[house]?.[segment]

const EXCHANGES: Readonly<Record<number, Readonly<Record<number, Exchange>>>> = {
  10: { 10: 'NSE', 11: 'NFO', 12: 'CDS', 20: 'NCO' },
  11: { 20: 'MCX' },
  12: { 10: 'BSE', 11: 'BFO', 12: 'BCD' },
}

import { indianDate } from '../../shared/market/india.ts'
import type { Instrument } from '../../shared/market/instrument.ts'

/** What the price socket calls the segment of a fytoken, by its first four digits (the vendor's libraries). */
const SEGMENTS: Readonly<Record<string, string>> = {
  1010: 'nse_cm',
  1011: 'nse_fo',
  1012: 'cde_fo',
  1020: 'nse_com',
  1120: 'mcx_fo',
  1210: 'bse_cm',
  1211: 'bse_fo',
  1212: 'bcs_fo',
}

export const segmentOf = (fytoken: string): string | undefined => SEGMENTS[fytoken.slice(0, 4)]

/** The exchange's own number for it: all digits behind segment and date. */
export const exchangeTokenOf = (fytoken: string): string => fytoken.slice(10)

/** The day in the middle of a fytoken, as `YYYY-MM-DD`; `2000-00-00` for what does not expire. */
export const dateOf = (fytoken: string): string =>
  `20${fytoken.slice(4, 6)}-${fytoken.slice(6, 8)}-${fytoken.slice(8, 10)}`

/** Contracts end in the afternoon, or late in the evening of the same day in India. `undefined` for what is no time. */
export const expiryOf = (seconds: string): string | undefined =>
  /^\d{9,10}(\.0*)?$/.test(seconds) ? indianDate(Number(seconds) * 1000) : undefined

/**
 * A series of a share (`-BE`, `-BL`) has no symbol of its own in the list: it steps back for the share itself, which is in
 * series EQ in one exchange, and in a group of its own in the other.
 */
export const isSeries = ({ kind, exchange, symbol, brokerSymbol }: Instrument): boolean =>
  kind === 'EQ' && brokerSymbol !== `${symbol}-EQ` && (exchange === 'NSE' || !/-[ABTX]$/.test(brokerSymbol))

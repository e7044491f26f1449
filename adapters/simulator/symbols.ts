const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'] as const

export type Right = 'CE' | 'PE'

const month = (expiry: string): string => MONTHS[Number(expiry.slice(5, 7)) - 1] ?? ''

/** `2049-11-30` as common symbols write it, `30NOV49`. */
const dayMonthYear = (expiry: string): string => expiry.slice(8, 10) + month(expiry) + expiry.slice(2, 4)

/** `2049-11-30` as brokers write a monthly contract, `49NOV`. */
const yearMonth = (expiry: string): string => expiry.slice(2, 4) + month(expiry)

/** How one contract is written: as OpenAlgo clients do, and as a broker would. `expiry` is `YYYY-MM-DD`. */
export interface Spelling {
  readonly symbol: string
  readonly brokerSymbol: string
}

/** `NIFTY30NOV49FUT`, to the broker `NIFTY49NOVFUT`. */
export const spellFuture = (base: string, expiry: string): Spelling => ({
  symbol: `${base}${dayMonthYear(expiry)}FUT`,
  brokerSymbol: `${base}${yearMonth(expiry)}FUT`,
})

/** `NIFTY30NOV4924800CE`, to the broker `NIFTY49NOV24800CE`; strike in rupees, without trailing zeros. */
export const spellOption = (base: string, expiry: string, strike: number, right: Right): Spelling => ({
  symbol: `${base}${dayMonthYear(expiry)}${strike}${right}`,
  brokerSymbol: `${base}${yearMonth(expiry)}${strike}${right}`,
})

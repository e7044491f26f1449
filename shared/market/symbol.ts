export const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']

/** `2026-09-29` as common symbols write it, `29SEP26`. */
const dayMonthYear = (date: string): string =>
  date.slice(8, 10) + MONTHS[Number(date.slice(5, 7)) - 1] + date.slice(2, 4)

/**
 * The common symbol of a contract: `NIFTY29SEP26FUT`, `EURINR27FEB26102.25CE`; the strike, of options only, in rupees,
 * without zeros behind the point. `expiry` as `YYYY-MM-DD`.
 */
export const contractSymbol = (base: string, expiry: string, strike: number | undefined, kind: string): string =>
  `${base}${dayMonthYear(expiry)}${strike ?? ''}${kind}`

/** True for a day of the calendar, as `YYYY-MM-DD`: there is no 31 April, though some readers take it for a day of May. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const at = Date.parse(`${text}T00:00:00Z`)
  return Number.isFinite(at) && new Date(at).toISOString().startsWith(text)
}

/** `2026-09-05` of `05SEP2026`, `05-Sep-2026` or `5-SEP-2026`; `undefined` for what is no day. */
export function readDate(text: string): string | undefined {
  const [, day = '', name = '', year = ''] = /^(\d{1,2})-?([A-Z]{3})-?(\d{4})$/.exec(text.toUpperCase()) ?? []
  const month = MONTHS.indexOf(name) + 1
  const date = `${year}-${String(month).padStart(2, '0')}-${day.padStart(2, '0')}`
  return isDate(date) ? date : undefined
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']

/** Names of indices that clients know by another; without spaces and hyphens, in capitals. */
const INDICES: ReadonlyMap<string, string> = new Map([
  ['NIFTY50', 'NIFTY'],
  ['NIFTYBANK', 'BANKNIFTY'],
  ['NIFTYFINSERVICE', 'FINNIFTY'],
  ['NIFTYNEXT50', 'NIFTYNXT50'],
  ['NIFTYMIDSELECT', 'MIDCPNIFTY'],
  ['NIFTYMIDCAPSELECT', 'MIDCPNIFTY'],
  ['SNSX50', 'SENSEX50'],
])

/** Of the name in the list: newer lists have the common one there already (`NIFTY`), older ones what people read. */
export function indexSymbol(name: string): string {
  const bare = name
    .replace(/^S&P\s+/i, '')
    .replace(/[\s-]+/g, '')
    .toUpperCase()
  return INDICES.get(bare) ?? bare
}

/** A share without the series that everybody means: `SBIN` of `SBIN-EQ`. What else is behind a hyphen stays. */
export const shareSymbol = (symbol: string): string => symbol.replace(/-(EQ|BE|MF|SG)$/, '')

/** `2026-09-15` of `15SEP2026`; `undefined` for what is no day. */
export function readExpiry(text: string): string | undefined {
  const [, day = '', name = '', year = ''] = /^(\d{2})([A-Z]{3})(\d{4})$/.exec(text.toUpperCase()) ?? []
  const month = MONTHS.indexOf(name) + 1
  if (month === 0) return undefined
  const date = `${year}-${String(month).padStart(2, '0')}-${day}`
  const at = Date.parse(`${date}T00:00:00Z`)
  // A 31 April is a day of May to some readers.
  return Number.isFinite(at) && new Date(at).toISOString().startsWith(date) ? date : undefined
}

/** `NIFTY29SEP26FUT`, `USDINR29DEC2183.05CE`; the strike without zeros behind the point. */
export const contractSymbol = (base: string, expiry: string, strike: number | undefined, kind: string): string => {
  const [year = '', month = '', day = ''] = expiry.split('-')
  return `${base}${day}${MONTHS[Number(month) - 1]}${year.slice(2)}${strike ?? ''}${kind}`
}

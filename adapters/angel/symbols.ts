import type { Instrument } from '../../shared/market/instrument.ts'

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

/** A share of another series than the usual one: it steps back where both would be known by the bare symbol. */
export const isLesserSeries = ({ kind, symbol, brokerSymbol }: Instrument): boolean =>
  kind === 'EQ' && symbol !== brokerSymbol && !brokerSymbol.endsWith('-EQ')

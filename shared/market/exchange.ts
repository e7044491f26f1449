/** Exchange codes as OpenAlgo clients write them (client protocol 4.2). The list is closed. */
export const EXCHANGES = [
  'NSE',
  'BSE',
  'NFO',
  'BFO',
  'CDS',
  'BCD',
  'MCX',
  'NCDEX',
  'NCO',
  'NSE_INDEX',
  'BSE_INDEX',
  'MCX_INDEX',
  'GLOBAL_INDEX',
  'CRYPTO',
] as const

export type Exchange = (typeof EXCHANGES)[number]

const known: ReadonlySet<string> = new Set(EXCHANGES)

export const isExchange = (code: string): code is Exchange => known.has(code)

const HEAD = 'Exchange,Token,Lotsize,Symbol,Tradingsymbol,Instrument,Expiry,Strike,Optiontype'

/** The broker's own names. */
export const FILES = [
  'NSE_Equity.csv',
  'BSE_Equity.csv',
  'Nfo_Equity_Derivatives.csv',
  'Nfo_Index_Derivatives.csv',
  'Bfo_Equity_Derivatives.csv',
  'Bfo_Index_Derivatives.csv',
  'Currency_Derivatives.csv',
  'Commodity.csv',
] as const

const MONTHS = ['27-OCT-2026', '24-NOV-2026', '29-DEC-2026']

/** How the rest of the list is divided between files of contracts. */
const CHAINS: readonly (readonly [(typeof FILES)[number], string, string, string, number, number, number])[] = [
  // file, exchange, name, kind, strikes, middle, step
  ['Nfo_Index_Derivatives.csv', 'NFO', 'NIFTY', 'IDX', 400, 26_000, 50],
  ['Nfo_Index_Derivatives.csv', 'NFO', 'BANKNIFTY', 'IDX', 400, 58_000, 100],
  ['Bfo_Index_Derivatives.csv', 'BFO', 'BSXOPT', 'IDX', 400, 85_000, 100],
  ['Currency_Derivatives.csv', 'CDS', 'USDINR', 'CUR', 120, 88, 0.25],
  ['Commodity.csv', 'MCX', 'CRUDEOIL', 'FUT', 200, 5200, 50],
]

/** The eight files of a broker's list of `size` instruments, invented and like the real ones. */
export function scripmaster(size: number): Map<string, string> {
  const rows = new Map<string, string[]>(FILES.map(file => [file, [HEAD]]))
  let left = size
  let token = 30_000
  const add = (file: (typeof FILES)[number], row: string) => {
    if (left-- > 0) rows.get(file)?.push(row)
  }
  add('NSE_Equity.csv', 'NSE,26000,1,Nifty 50,Nifty 50,INDEX,,,')
  add('BSE_Equity.csv', 'BSE,1,1,SENSEX,SENSEX,UNDIND,,,')
  for (let at = 0; at < 9000; at++) add('NSE_Equity.csv', `NSE,${++token},1,SYN${at},SYN${at}-EQ,EQ,,,`)
  for (let at = 0; at < 12_000; at++) add('BSE_Equity.csv', `BSE,${++token},1,SYN${at},SYN${at},A,,,`)
  const chain = ([file, exchange, name, kind, strikes, middle, step]: (typeof CHAINS)[number]) => {
    for (const expiry of MONTHS) {
      const date = expiry.replaceAll('-', '').replace('2026', '26')
      add(file, `${exchange},${++token},75,${name},${name}${date}F,FUT${kind},${expiry},0,XX`)
      for (let at = 0; at < strikes; at++)
        for (const type of ['CE', 'PE']) {
          const strike = (middle + (at - strikes / 2) * step).toFixed(2)
          add(
            file,
            `${exchange},${++token},75,${name},${name}${date}${type[0]}${strike},OPT${kind},${expiry},${strike},${type}`,
          )
        }
    }
  }
  for (const one of CHAINS) chain(one)
  for (let at = 0; left > 0; at++)
    chain([
      at % 2 ? 'Bfo_Equity_Derivatives.csv' : 'Nfo_Equity_Derivatives.csv',
      at % 2 ? 'BFO' : 'NFO',
      `SYN${at}`,
      'STK',
      80,
      1500,
      2.5,
    ])
  return new Map([...rows].map(([file, lines]) => [file, `${lines.join('\n')}\n`]))
}

import { futures, monthlies, options, type Underlying, weeklies } from './contracts.ts'
import type { KiteRow } from './list.ts'

const TUESDAY = 2
const THURSDAY = 4

/** Exchange token, symbol, name, price. The numbers of the well-known ones are Kite's. */
const NSE_SHARES: readonly (readonly [number, string, string, number])[] = [
  [2885, 'RELIANCE', 'RELIANCE INDUSTRIES', 1480],
  [3045, 'SBIN', 'STATE BANK OF INDIA', 960],
  [1594, 'INFY', 'INFOSYS', 1573.15],
  [3456, 'TATAMOTORS', 'TATA MOTORS', 392.95],
  [11536, 'TCS', 'TATA CONSULTANCY SERV LT', 3100],
  [1333, 'HDFCBANK', 'HDFC BANK', 990],
  [4963, 'ICICIBANK', 'ICICI BANK', 1370],
  [1660, 'ITC', 'ITC', 405],
  [2475, 'ONGC', 'OIL AND NATURAL GAS CORP.', 248],
  [3787, 'WIPRO', 'WIPRO', 245],
  [2031, 'M&M', 'MAHINDRA & MAHINDRA', 3680],
  [16669, 'BAJAJ-AUTO', 'BAJAJ AUTO', 9100],
  [14366, 'IDEA', 'VODAFONE IDEA', 10.5],
  [760049, '115VCCL28-N0', '', 1004],
  [27011, 'SUBAHOTELS-SM', 'SUBA HOTELS', 118],
]

/** Scrip codes of the exchange. */
const BSE_SHARES: readonly (readonly [number, string, string, number])[] = [
  [500325, 'RELIANCE', 'RELIANCE INDUSTRIES', 1480],
  [500112, 'SBIN', 'STATE BANK OF INDIA', 960],
  [500209, 'INFY', 'INFOSYS', 1573.15],
  [532540, 'TCS', 'TATA CONSULTANCY SERV LT', 3100],
  [500875, 'ITC', 'ITC', 405],
]

/** NIFTY TOP 20 EW has the exchange token of INFY. */
const INDICES: readonly (readonly [number, string, string, number])[] = [
  [1001, 'NIFTY 50', 'NSE', 17354.05],
  [1016, 'NIFTY BANK', 'NSE', 58900],
  [1007, 'NIFTY FIN SERVICE', 'NSE', 27600],
  [1040, 'NIFTY MID SELECT', 'NSE', 14100],
  [1003, 'NIFTY MIDCAP 100', 'NSE', 60800],
  [1035, 'INDIA VIX', 'NSE', 13.25],
  [1594, 'NIFTY TOP 20 EW', 'NSE', 9800],
  [1124, 'HANGSENG BEES-NAV', 'NSE', 470],
  [1, 'SENSEX', 'BSE', 85600],
  [1072, 'BANKEX', 'BSE', 66100],
  [1601, 'MCXBULLDEX', 'MCX', 29800],
  [1140, 'GIFT NIFTY', 'NSEIX', 26400],
]

const share = (
  exchange: 'NSE' | 'BSE',
  [exchangeToken, symbol, name, price]: readonly [number, string, string, number],
): KiteRow => ({
  token: exchangeToken * 256 + (exchange === 'NSE' ? 1 : 4),
  exchangeToken,
  symbol,
  name,
  expiry: '',
  strike: 0,
  tickSize: price < 250 ? 0.01 : 0.05,
  lotSize: 1,
  type: 'EQ',
  segment: exchange,
  exchange,
  price,
})

const index = ([exchangeToken, symbol, exchange, price]: readonly [number, string, string, number]): KiteRow => ({
  token: exchangeToken * 256 + 9,
  exchangeToken,
  symbol,
  name: symbol,
  expiry: '',
  strike: 0,
  tickSize: 0,
  lotSize: 0,
  type: 'EQ',
  segment: 'INDICES',
  exchange,
  price,
})

/** Name, exchange, segment, first exchange token, price, tick size, lot size. */
const underlying = (
  name: string,
  exchange: string,
  segment: number,
  exchangeToken: number,
  price: number,
  tickSize: number,
  lotSize: number,
): Underlying => ({ name, exchange, segment, exchangeToken, price, tickSize, lotSize })

/** Futures and options of every segment, none of them expired on `today`. */
function derivatives(today: string): KiteRow[] {
  const months = monthlies(today, TUESDAY, 3)
  const weeks = weeklies(today, TUESDAY, 2).filter(day => !months.includes(day))
  const thursdays = monthlies(today, THURSDAY, 2)
  const nifty = (token: number) => underlying('NIFTY', 'NFO', 2, token, 26_050, 0.05, 65)
  const euro = (token: number) => underlying('EURINR', 'CDS', 3, token, 102.25, 0.0025, 1)
  const crude = (token: number) => underlying('CRUDEOIL', 'MCX', 7, token, 5200, 1, 1)
  return [
    ...futures(nifty(51_714), months),
    ...futures(underlying('BANKNIFTY', 'NFO', 2, 51_720, 58_900, 0.2, 35), months),
    ...futures(underlying('RELIANCE', 'NFO', 2, 51_730, 1480, 0.1, 500), months),
    ...options(nifty(52_000), weeks, { count: 21, step: 50, weekly: true }),
    ...options(nifty(53_000), months, { count: 21, step: 100 }),
    ...options(underlying('BANKNIFTY', 'NFO', 2, 54_000, 58_900, 0.05, 35), months, { count: 11, step: 100 }),
    ...futures(underlying('SENSEX', 'BFO', 5, 1_143_697, 85_600, 0.05, 20), thursdays),
    ...options(underlying('SENSEX', 'BFO', 5, 1_144_000, 85_600, 0.05, 20), thursdays, { count: 11, step: 100 }),
    ...futures(underlying('USDINR', 'CDS', 3, 1200, 88.6475, 0.0025, 1), months),
    ...futures(euro(3300), months),
    ...options(euro(3323), months.slice(0, 1), { count: 9, step: 0.25 }),
    ...futures(underlying('USDINR', 'BCD', 6, 2200, 88.6475, 0.0025, 1), months),
    ...futures(crude(466_583), months),
    ...options(crude(479_487), months.slice(0, 1), { count: 5, step: 50 }),
    ...futures(underlying('GOLD', 'MCX', 7, 466_700, 128_900, 1, 1), months),
    // Its first token is the one whose price was recorded.
    ...futures(underlying('ALUMINI', 'NCO', 12, 121_611, 378.2, 0.05, 1), months),
  ]
}

/** So many more rows that the list has `size` of them: shares of both exchanges, the rest options of invented names. */
function filling(today: string, size: number): KiteRow[] {
  const rows: KiteRow[] = []
  for (let n = 0; n < size * 0.06; n++) {
    const bond = n % 50 === 49
    const symbol = bond ? `${n % 15}SYN${n}-N${n % 10}` : n % 97 === 96 ? `SYN&${n}` : `SYN${n}`
    rows.push(share('NSE', [800_000 + n, symbol, bond ? '' : `SYNTHETIC SHARE ${n}`, 20 + ((n * 37) % 4000)]))
  }
  for (let n = 0; n < size * 0.08; n++)
    rows.push(share('BSE', [900_000 + n, `SYN${n}`, `SYNTHETIC SHARE ${n}`, 20 + ((n * 37) % 4000)]))
  const months = monthlies(today, TUESDAY, 3)
  const each = 2 * 41 * months.length
  for (let n = 0; rows.length < size; n++) {
    const price = 100 + ((n * 53) % 5000)
    rows.push(
      ...options(underlying(`SYN${n}`, 'NFO', 2, 100_000 + n * each, price, 0.05, 100 + n), months, {
        count: 41,
        step: 2.5,
      }),
    )
  }
  return rows.slice(0, Math.max(0, size))
}

/** Every segment and every oddity in a few hundred rows, or as many rows as asked for. */
export function catalogue(today: string, size = 0): KiteRow[] {
  const rows = [
    ...NSE_SHARES.map(one => share('NSE', one)),
    ...BSE_SHARES.map(one => share('BSE', one)),
    ...INDICES.map(index),
    ...derivatives(today),
  ]
  return [...rows, ...filling(today, size - rows.length)]
}

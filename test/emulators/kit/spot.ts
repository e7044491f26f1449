import type { Exchange } from '../../../shared/market/exchange.ts'
import type { Contract } from './contract.ts'

/** Token, symbol, name, price. The numbers are the exchange's own. */
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

/** Token, exchange, common symbol, whole name, price. */
const INDICES: readonly (readonly [number, Exchange, string, string, number])[] = [
  [26_000, 'NSE_INDEX', 'NIFTY', 'NIFTY 50', 17_354.05],
  [26_009, 'NSE_INDEX', 'BANKNIFTY', 'NIFTY BANK', 58_900],
  [26_037, 'NSE_INDEX', 'FINNIFTY', 'NIFTY FIN SERVICE', 27_600],
  [26_074, 'NSE_INDEX', 'MIDCPNIFTY', 'NIFTY MID SELECT', 14_100],
  [26_011, 'NSE_INDEX', 'NIFTYMIDCAP100', 'NIFTY MIDCAP 100', 60_800],
  [26_017, 'NSE_INDEX', 'INDIAVIX', 'INDIA VIX', 13.25],
  [26_067, 'NSE_INDEX', 'NIFTYTOP20EW', 'NIFTY TOP 20 EW', 9800],
  [26_016, 'NSE_INDEX', 'HANGSENGBEESNAV', 'HANGSENG BEES-NAV', 470],
  [1, 'BSE_INDEX', 'SENSEX', 'SENSEX', 85_600],
  [12, 'BSE_INDEX', 'BANKEX', 'BANKEX', 66_100],
  [401, 'MCX_INDEX', 'MCXBULLDEX', 'MCXBULLDEX', 29_800],
  [5024, 'GLOBAL_INDEX', 'GIFTNIFTY', 'GIFT NIFTY', 26_400],
]

export const share = (
  exchange: 'NSE' | 'BSE',
  [token, symbol, name, price]: readonly [number, string, string, number],
): Contract => ({
  exchange,
  symbol,
  name,
  kind: 'EQ',
  series: exchange === 'BSE' ? '' : (/-(SM|N\d)$/.exec(symbol)?.[1] ?? 'EQ'),
  expiry: '',
  strike: 0,
  tickSize: price < 250 ? 0.01 : 0.05,
  lotSize: 1,
  token,
  price,
})

const index = ([token, exchange, symbol, name, price]: (typeof INDICES)[number]): Contract => ({
  exchange,
  symbol,
  name,
  kind: 'INDEX',
  series: '',
  expiry: '',
  strike: 0,
  tickSize: 0,
  lotSize: 0,
  token,
  price,
})

/** Well-known shares and indices, and the odd ones: signs in symbols, other series, a bond without a name. */
export const spot = (): Contract[] => [
  ...NSE_SHARES.map(one => share('NSE', one)),
  ...BSE_SHARES.map(one => share('BSE', one)),
  ...INDICES.map(index),
]

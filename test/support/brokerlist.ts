import type { Exchange } from '../../shared/market/exchange.ts'
import type { Instrument } from '../../shared/market/instrument.ts'

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']

/** Words that names of Indian companies and funds are made of. */
const NAMES =
  'ADANI AGRO AUTO AXIS BAJAJ BANK CAPITAL CEMENT CHEMICALS ENERGY ENGINEERING ETF FINANCE FOODS FUND GOLD GREEN HDFC ' +
  'HOLDINGS HOTELS HOUSING INDIA INDUSTRIES INFRA INSURANCE LABS MEDIA METAL MILLS MOTORS NIFTY NIPPON PAPER PHARMA ' +
  'PORTS POWER REALTY RELIANCE SECURITIES SENSEX SILVER SOFTWARE STATE STEEL SUGAR SYSTEMS TATA TECHNOLOGIES TEXTILES'
const WORDS = NAMES.split(' ')

const KNOWN: readonly (readonly [string, string])[] = [
  ['RELIANCE', 'RELIANCE INDUSTRIES'],
  ['RPOWER', 'RELIANCE POWER'],
  ['SBIN', 'STATE BANK OF INDIA'],
  ['BAJAJ-AUTO', 'BAJAJ AUTO'],
  ['M&M', 'MAHINDRA & MAHINDRA'],
  ['M&MFIN', 'M&M FIN. SERVICES'],
  ['GOLDBEES', 'NIPPON INDIA ETF GOLD BEES'],
  ['NIFTYBEES', 'NIPPON INDIA ETF NIFTY BEES'],
]

const INDICES: readonly (readonly [Exchange, string, string])[] = [
  ['NSE_INDEX', 'NIFTY', 'NIFTY 50'],
  ['NSE_INDEX', 'BANKNIFTY', 'NIFTY BANK'],
  ['NSE_INDEX', 'FINNIFTY', 'NIFTY FIN SERVICE'],
  ['NSE_INDEX', 'NIFTYNXT50', 'NIFTY NEXT 50'],
  ['BSE_INDEX', 'SENSEX', 'SENSEX'],
  ['BSE_INDEX', 'BANKEX', 'BANKEX'],
]

/** Underlying, exchange, expiries, strikes of each, the middle one, the step between two. */
const CHAINS: readonly (readonly [string, Exchange, number, number, number, number])[] = [
  ['NIFTY', 'NFO', 18, 180, 24_800, 50],
  ['BANKNIFTY', 'NFO', 8, 200, 55_000, 100],
  ['FINNIFTY', 'NFO', 6, 160, 26_000, 50],
  ['NIFTYNXT50', 'NFO', 6, 120, 68_000, 100],
  ['SENSEX', 'BFO', 18, 300, 81_000, 100],
  ['BANKEX', 'BFO', 6, 200, 63_000, 100],
  ['GOLD', 'MCX', 6, 250, 120_000, 100],
  ['GOLDM', 'MCX', 6, 250, 120_000, 100],
  ['SILVER', 'MCX', 4, 200, 150_000, 500],
  ['CRUDEOIL', 'MCX', 6, 120, 5500, 50],
  ['USDINR', 'CDS', 12, 60, 88, 0.25],
]

/** The Tuesdays from 6 October 2026 on. */
const EXPIRIES = Array.from({ length: 18 }, (_, week) =>
  new Date(Date.UTC(2026, 9, 6 + 7 * week)).toISOString().slice(0, 10),
)

/** An invented symbol of four to eleven letters; no two numbers give the same one. */
function invent(number: number): string {
  let text = ''
  for (let rest = number * 7919 + 17_576; rest > 0; rest = Math.floor(rest / 26))
    text += String.fromCharCode(65 + (rest % 26))
  return text + 'XYZWVUT'.slice(0, number % 8)
}

const nameOf = (number: number): string =>
  [number % 7, number % 43, number % 47]
    .slice(0, 1 + (number % 3))
    .map(at => WORDS[at])
    .join(' ')

/**
 * As many instruments as a broker lists, and like them: 9,000 shares of NSE, 12,000 of BSE, indices, and options of a
 * few indices with thousands of contracts and of some hundred shares.
 */
export function* brokerList(size: number): Generator<Instrument> {
  let left = size
  for (const one of all()) if (left-- > 0) yield { ...one, token: String(256 * (size - left)) }
}

function* all(): Generator<Instrument> {
  const shares = [
    ...KNOWN,
    ...Array.from({ length: 9000 - KNOWN.length }, (_, at) => [invent(at), nameOf(at)] as const),
  ]
  for (const [symbol, name] of shares) yield cash('NSE', symbol, name)
  for (const [symbol, name] of shares.slice(0, 4500)) yield cash('BSE', symbol, name)
  for (let at = 20_000; at < 27_500; at++) yield cash('BSE', invent(at), nameOf(at))
  for (const [exchange, symbol, name] of INDICES) yield { ...cash(exchange, symbol, name), kind: 'INDEX' }
  for (const word of WORDS) yield { ...cash('NSE_INDEX', `NIFTY${word}`, `NIFTY ${word}`), kind: 'INDEX' }
  for (const [name, exchange, expiries, strikes, middle, step] of CHAINS)
    yield* chain(name, exchange, expiries, ladder(strikes, middle, step))
  for (const exchange of ['NFO', 'BFO'] as const)
    for (const [symbol] of shares.slice(0, 400)) yield* chain(symbol, exchange, 3, ladder(60, 1500, 20))
}

const cash = (exchange: Exchange, symbol: string, name: string): Instrument => ({
  exchange,
  symbol,
  token: '',
  brokerSymbol: exchange.endsWith('_INDEX') ? name : symbol,
  name,
  kind: 'EQ',
  tickSize: 0.05,
  lotSize: 1,
})

const ladder = (count: number, middle: number, step: number): number[] =>
  Array.from({ length: count }, (_, at) => middle + (at - count / 2) * step)

/** Three futures, and a call and a put for each strike and expiry. */
function* chain(name: string, exchange: Exchange, expiries: number, strikes: readonly number[]): Generator<Instrument> {
  for (const [at, expiry] of EXPIRIES.slice(0, expiries).entries()) {
    const [year = '', month = '', day = ''] = expiry.split('-')
    const short = year.slice(2)
    const code = `${day}${MONTHS[Number(month) - 1]}${short}`
    const base = { ...cash(exchange, '', name), underlying: name, expiry, lotSize: 65 }
    if (at < 3)
      yield { ...base, symbol: `${name}${code}FUT`, brokerSymbol: `${name}${short}${month}FUT${at}`, kind: 'FUT' }
    for (const strike of strikes)
      for (const kind of ['CE', 'PE'] as const) {
        const brokerSymbol = `${name}${short}${month}${day}${strike}${kind}`
        yield { ...base, symbol: `${name}${code}${strike}${kind}`, brokerSymbol, kind, strike }
      }
  }
}

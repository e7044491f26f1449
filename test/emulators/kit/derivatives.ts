import type { Exchange } from '../../../shared/market/exchange.ts'
import type { Contract } from './contract.ts'
import { isMonthly, monthlies, shortDate, THURSDAY, TUESDAY, weeklies } from './expiries.ts'

/** What the contracts of one underlying have in common. */
interface Underlying {
  readonly name: string
  readonly exchange: Exchange
  /** Of the first contract; the others follow. */
  readonly token: number
  readonly price: number
  readonly tickSize: number
  readonly lotSize: number
}

/** Name, exchange, first token, price, tick size, lot size. */
export const underlying = (
  name: string,
  exchange: Exchange,
  token: number,
  price: number,
  tickSize: number,
  lotSize: number,
): Underlying => ({ name, exchange, token, price, tickSize, lotSize })

const contract = (
  of: Underlying,
  index: number,
  facts: Pick<Contract, 'kind' | 'expiry' | 'strike' | 'price'>,
): Contract => ({
  ...facts,
  exchange: of.exchange,
  symbol: `${of.name}${shortDate(facts.expiry)}${facts.kind === 'FUT' ? '' : facts.strike}${facts.kind}`,
  name: of.name,
  series: '',
  tickSize: of.tickSize,
  lotSize: of.lotSize,
  token: of.token + index,
})

const futures = (of: Underlying, expiries: readonly string[]): Contract[] =>
  expiries.map((expiry, index) => contract(of, index, { kind: 'FUT', expiry, strike: 0, price: of.price }))

/** A call and a put for each of `count` strikes around the price, for each expiry. */
export function options(
  of: Underlying,
  expiries: readonly string[],
  strikes: { readonly count: number; readonly step: number },
): Contract[] {
  const middle = Math.round(of.price / strikes.step)
  const made: Contract[] = []
  for (const expiry of expiries)
    for (let n = 0; n < strikes.count; n++) {
      const strike = (middle + n - Math.floor(strikes.count / 2)) * strikes.step
      for (const kind of ['CE', 'PE'] as const) {
        const inside = kind === 'CE' ? of.price - strike : strike - of.price
        made.push(contract(of, made.length, { kind, expiry, strike, price: Math.max(inside, 0) + of.price / 100 }))
      }
    }
  return made
}

/** Futures and options of every segment, none of them expired on `today`. USDINR has a number that INFY has, too. */
export function derivatives(today: string): Contract[] {
  const months = monthlies(today, TUESDAY, 3)
  const weeks = weeklies(today, TUESDAY, 2).filter(day => !isMonthly(day))
  const thursdays = monthlies(today, THURSDAY, 2)
  const nifty = (token: number) => underlying('NIFTY', 'NFO', token, 26_050, 0.05, 65)
  const euro = (token: number) => underlying('EURINR', 'CDS', token, 102.25, 0.0025, 1)
  const crude = (token: number) => underlying('CRUDEOIL', 'MCX', token, 5200, 1, 1)
  return [
    ...futures(nifty(51_714), months),
    ...futures(underlying('BANKNIFTY', 'NFO', 51_720, 58_900, 0.2, 35), months),
    ...futures(underlying('RELIANCE', 'NFO', 51_730, 1480, 0.1, 500), months),
    ...options(nifty(52_000), weeks, { count: 21, step: 50 }),
    ...options(nifty(53_000), months, { count: 21, step: 100 }),
    ...options(underlying('BANKNIFTY', 'NFO', 54_000, 58_900, 0.05, 35), months, { count: 11, step: 100 }),
    ...futures(underlying('SENSEX', 'BFO', 1_143_697, 85_600, 0.05, 20), thursdays),
    ...options(underlying('SENSEX', 'BFO', 1_144_000, 85_600, 0.05, 20), thursdays, { count: 11, step: 100 }),
    ...futures(underlying('USDINR', 'CDS', 1594, 88.6475, 0.0025, 1), months),
    ...futures(euro(3300), months),
    ...options(euro(3323), months.slice(0, 1), { count: 9, step: 0.25 }),
    ...futures(underlying('USDINR', 'BCD', 2200, 88.6475, 0.0025, 1), months),
    ...futures(crude(466_583), months),
    ...options(crude(479_487), months.slice(0, 1), { count: 5, step: 50 }),
    ...futures(underlying('GOLD', 'MCX', 466_700, 128_900, 1, 1), months),
    ...futures(underlying('ALUMINI', 'NCO', 121_611, 378.2, 0.05, 1), months),
  ]
}

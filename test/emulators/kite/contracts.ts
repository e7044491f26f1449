import type { KiteRow } from './list.ts'

const DAY_MS = 86_400_000
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
/** The month's one letter in the symbol of a weekly option. */
const MONTH_LETTERS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', 'O', 'N', 'D']

/** A day of the calendar, without a zone. */
const at = (date: string): Date => new Date(`${date}T00:00:00Z`)
const dateOf = (day: number): string => new Date(day).toISOString().slice(0, 10)

/** The next `count` days of that weekday (0 is Sunday), `today` included. */
export function weeklies(today: string, weekday: number, count: number): string[] {
  const from = at(today)
  const first = from.getTime() + ((weekday - from.getUTCDay() + 7) % 7) * DAY_MS
  return Array.from({ length: count }, (_, week) => dateOf(first + week * 7 * DAY_MS))
}

/** The last such weekday of this month and of those after it, none before `today`. */
export function monthlies(today: string, weekday: number, count: number): string[] {
  const from = at(today)
  const days: string[] = []
  for (let month = 0; days.length < count; month++) {
    const end = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + month + 1, 0))
    const day = dateOf(end.getTime() - ((end.getUTCDay() - weekday + 7) % 7) * DAY_MS)
    if (day >= today) days.push(day)
  }
  return days
}

/** `26NOV` */
function monthCode(expiry: string): string {
  const day = at(expiry)
  return `${expiry.slice(2, 4)}${MONTHS[day.getUTCMonth()]}`
}

/** `26N24` */
const weekCode = (expiry: string): string =>
  `${expiry.slice(2, 4)}${MONTH_LETTERS[at(expiry).getUTCMonth()]}${expiry.slice(8)}`

/** What the contracts of one underlying have in common. */
export interface Underlying {
  readonly name: string
  readonly exchange: string
  /** Last byte of the token. */
  readonly segment: number
  /** Of the first contract; the others follow. */
  readonly exchangeToken: number
  readonly price: number
  readonly tickSize: number
  readonly lotSize: number
}

const row = (
  of: Underlying,
  index: number,
  type: 'FUT' | 'CE' | 'PE',
  facts: Pick<KiteRow, 'symbol' | 'expiry' | 'strike' | 'price'>,
): KiteRow => ({
  ...facts,
  token: (of.exchangeToken + index) * 256 + of.segment,
  exchangeToken: of.exchangeToken + index,
  name: of.name,
  tickSize: of.tickSize,
  lotSize: of.lotSize,
  type,
  segment: `${of.exchange}-${type === 'FUT' ? 'FUT' : 'OPT'}`,
  exchange: of.exchange,
})

export const futures = (of: Underlying, expiries: readonly string[]): KiteRow[] =>
  expiries.map((expiry, index) =>
    row(of, index, 'FUT', { symbol: `${of.name}${monthCode(expiry)}FUT`, expiry, strike: 0, price: of.price }),
  )

/** A call and a put for each of `count` strikes around the price, for each expiry. */
export function options(
  of: Underlying,
  expiries: readonly string[],
  strikes: { count: number; step: number; weekly?: boolean },
): KiteRow[] {
  const middle = Math.round(of.price / strikes.step)
  const rows: KiteRow[] = []
  for (const expiry of expiries) {
    const code = strikes.weekly ? weekCode(expiry) : monthCode(expiry)
    for (let n = 0; n < strikes.count; n++) {
      const strike = (middle + n - Math.floor(strikes.count / 2)) * strikes.step
      for (const type of ['CE', 'PE'] as const) {
        const inside = type === 'CE' ? of.price - strike : strike - of.price
        const price = Math.max(inside, 0) + of.price / 100
        rows.push(row(of, rows.length, type, { symbol: `${of.name}${code}${strike}${type}`, expiry, strike, price }))
      }
    }
  }
  return rows
}

import { type Contract, isOption, keyOf } from './contract.ts'
import { derivatives, options, underlying } from './derivatives.ts'
import { monthlies, TUESDAY } from './expiries.ts'
import { share, spot } from './spot.ts'

/**
 * Every segment and every oddity in a few hundred contracts, or as many as asked for; none has expired on `today`.
 * Names of those that are invented begin with `own`.
 */
export function universe(today: string, size = 0, own = 'SYN'): Contract[] {
  const known = [...spot(), ...derivatives(today)]
  return [...known, ...filling(today, size - known.length, own)]
}

/** So many invented ones: shares of both exchanges, the rest options. */
function filling(today: string, size: number, own: string): Contract[] {
  const made: Contract[] = []
  for (let n = 0; n < size * 0.06; n++) {
    const bond = n % 50 === 49
    const symbol = bond ? `${n % 15}${own}${n}-N${n % 10}` : n % 97 === 96 ? `${own}&${n}` : `${own}${n}`
    made.push(share('NSE', [800_000 + n, symbol, bond ? '' : `SYNTHETIC SHARE ${n}`, 20 + ((n * 37) % 4000)]))
  }
  for (let n = 0; n < size * 0.08; n++)
    made.push(share('BSE', [900_000 + n, `${own}${n}`, `SYNTHETIC SHARE ${n}`, 20 + ((n * 37) % 4000)]))
  const months = monthlies(today, TUESDAY, 3)
  const each = 2 * 41 * months.length
  for (let n = 0; made.length < size; n++) {
    const of = underlying(`${own}${n}`, 'NFO', 100_000 + n * each, 100 + ((n * 53) % 5000), 0.05, 100 + n)
    made.push(...options(of, months, { count: 41, step: 2.5 }))
  }
  return made.slice(0, Math.max(0, size))
}

/** What another day's list does to the one before. Keys are those of `keyOf`. */
interface Change {
  readonly contracts: readonly Contract[]
  /** Now under the token that another one had. */
  readonly moved: readonly string[]
  readonly gone: readonly string[]
}

const MOVED_PER_KIND = 2

/**
 * The list of another day: the first shares, the first futures and the first options of it have changed places among
 * their tokens, and the last tenth of the options has expired.
 */
export function changed(contracts: readonly Contract[]): Change {
  const all = contracts.filter(isOption)
  const gone = new Set(all.slice(all.length - Math.ceil(all.length / 10)).map(keyOf))
  const left = contracts.filter(one => !gone.has(keyOf(one)))
  const groups = [
    left.filter(one => one.exchange === 'NSE'),
    left.filter(one => one.exchange === 'NFO' && one.kind === 'FUT'),
    left.filter(one => one.exchange === 'NFO' && isOption(one)),
  ].map(group => group.slice(0, MOVED_PER_KIND))
  const tokens = new Map<string, number>()
  for (const group of groups)
    for (const [index, one] of group.entries())
      tokens.set(keyOf(one), group[(index + 1) % group.length]?.token ?? one.token)
  return {
    contracts: left.map(one => ({ ...one, token: tokens.get(keyOf(one)) ?? one.token })),
    moved: [...tokens.keys()],
    gone: [...gone],
  }
}

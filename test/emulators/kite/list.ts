/**
 * One row of Kite's instrument list, and the list as the CSV that Kite serves once a day ("Kite Connect 3
 * documentation, Market quotes and instruments").
 */
export interface KiteRow {
  readonly token: number
  /** Not unique: shares and indices use the same numbers. */
  readonly exchangeToken: number
  /** Kite's own spelling. */
  readonly symbol: string
  /** Empty for bonds. */
  readonly name: string
  /** `YYYY-MM-DD` or empty. */
  readonly expiry: string
  readonly strike: number
  readonly tickSize: number
  readonly lotSize: number
  /** Indices are EQ too; only their segment tells. */
  readonly type: 'EQ' | 'FUT' | 'CE' | 'PE'
  readonly segment: string
  readonly exchange: string
  /** Rupees: where the walk of this instrument begins. Not in the CSV, whose `last_price` is no price feed. */
  readonly price: number
}

const HEADER =
  'instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,instrument_type,segment,exchange'

/** Names with a space are quoted, others are not, as in the real list. */
export function csvOf(rows: readonly KiteRow[]): string {
  const lines = rows.map(row => {
    const name = row.name.includes(' ') ? `"${row.name}"` : row.name
    return `${row.token},${row.exchangeToken},${row.symbol},${name},0,${row.expiry},${row.strike},${row.tickSize},${row.lotSize},${row.type},${row.segment},${row.exchange}`
  })
  return `${HEADER}\n${lines.join('\n')}\n`
}

/** What another day's list does to the one before. Keys are `EXCHANGE:TRADINGSYMBOL`. */
export interface ListChange {
  readonly rows: readonly KiteRow[]
  /** Now under the token that another one had. */
  readonly moved: readonly string[]
  readonly gone: readonly string[]
}

export const keyOf = (row: KiteRow): string => `${row.exchange}:${row.symbol}`

const MOVED_PER_KIND = 2

/**
 * The list of another day: the first shares, the first futures and the first options of it have changed places among
 * their tokens, and the last tenth of the options has expired.
 */
export function changed(rows: readonly KiteRow[]): ListChange {
  const options = rows.filter(row => row.type === 'CE' || row.type === 'PE')
  const gone = new Set(options.slice(options.length - Math.ceil(options.length / 10)).map(keyOf))
  const left = rows.filter(row => !gone.has(keyOf(row)))
  const groups = [
    left.filter(row => row.segment === 'NSE'),
    left.filter(row => row.segment === 'NFO-FUT'),
    left.filter(row => row.segment === 'NFO-OPT'),
  ].map(group => group.slice(0, MOVED_PER_KIND))
  const tokens = new Map<string, KiteRow>()
  for (const group of groups)
    for (const [index, row] of group.entries()) tokens.set(keyOf(row), group[(index + 1) % group.length] ?? row)
  return {
    rows: left.map(row => {
      const { token, exchangeToken } = tokens.get(keyOf(row)) ?? row
      return { ...row, token, exchangeToken }
    }),
    moved: [...tokens.keys()],
    gone: [...gone],
  }
}

import type { Exchange } from '../../../shared/market/exchange.ts'
import { type Contract, isIndex } from '../kit/contract.ts'
import { isMonthly, monthOf } from '../kit/expiries.ts'
import { segmentNumber } from './packet.ts'

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
  readonly contract: Contract
}

/** Kite's own numbers of indices. NIFTY TOP 20 EW has the one that INFY has as a share. */
const INDEX_TOKENS: Readonly<Record<string, number>> = {
  NIFTY: 1001,
  BANKNIFTY: 1016,
  FINNIFTY: 1007,
  MIDCPNIFTY: 1040,
  NIFTYMIDCAP100: 1003,
  INDIAVIX: 1035,
  NIFTYTOP20EW: 1594,
  HANGSENGBEESNAV: 1124,
  SENSEX: 1,
  BANKEX: 1072,
  MCXBULLDEX: 1601,
  GIFTNIFTY: 1140,
}

const INDEX_EXCHANGES: Readonly<Partial<Record<Exchange, string>>> = {
  NSE_INDEX: 'NSE',
  BSE_INDEX: 'BSE',
  MCX_INDEX: 'MCX',
  GLOBAL_INDEX: 'NSEIX',
}

/** The month's one letter in the symbol of a weekly option. */
const MONTH_LETTERS = '123456789OND'

export function rowOf(contract: Contract): KiteRow {
  const { exchange, expiry, kind } = contract
  const exchangeToken = isIndex(contract) ? (INDEX_TOKENS[contract.symbol] ?? contract.token) : contract.token
  return {
    token: exchangeToken * 256 + segmentNumber(exchange),
    exchangeToken,
    symbol: symbolOf(contract),
    name: contract.name,
    expiry,
    strike: contract.strike,
    tickSize: contract.tickSize,
    lotSize: contract.lotSize,
    type: kind === 'INDEX' ? 'EQ' : kind,
    segment: kind === 'INDEX' ? 'INDICES' : kind === 'EQ' ? exchange : `${exchange}-${kind === 'FUT' ? 'FUT' : 'OPT'}`,
    exchange: INDEX_EXCHANGES[exchange] ?? exchange,
    contract,
  }
}

/** `NIFTY26NOVFUT`, `NIFTY26NOV26050CE`, and of a week `NIFTY26D0126050CE`. */
function symbolOf({ kind, symbol, name, expiry, strike }: Contract): string {
  if (kind === 'EQ') return symbol
  if (kind === 'INDEX') return name
  const year = expiry.slice(2, 4)
  if (kind === 'FUT') return `${name}${year}${monthOf(expiry)}FUT`
  const letter = MONTH_LETTERS.charAt(Number(expiry.slice(5, 7)) - 1)
  const code = isMonthly(expiry) ? monthOf(expiry) : `${letter}${expiry.slice(8)}`
  return `${name}${year}${code}${strike}${kind}`
}

const HEADER =
  'instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,instrument_type,segment,exchange'

/** Names with a space are quoted, others are not, as in the real list. `last_price` is 0: it is no price feed. */
export function csvOf(rows: readonly KiteRow[]): string {
  const lines = rows.map(row => {
    const name = row.name.includes(' ') ? `"${row.name}"` : row.name
    return `${row.token},${row.exchangeToken},${row.symbol},${name},0,${row.expiry},${row.strike},${row.tickSize},${row.lotSize},${row.type},${row.segment},${row.exchange}`
  })
  return `${HEADER}\n${lines.join('\n')}\n`
}

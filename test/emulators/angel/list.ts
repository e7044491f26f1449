import type { Exchange } from '../../../shared/market/exchange.ts'
import { type Contract, isOption } from '../kit/contract.ts'
import { monthOf, shortDate } from '../kit/expiries.ts'
import type { AngelKey } from './packet.ts'

/** One row of Angel One's instrument list, as it is served ("SmartAPI documentation, Instruments"): mostly texts. */
export interface AngelRow extends AngelKey {
  readonly contract: Contract
  readonly fields: {
    readonly token: string
    readonly symbol: string
    readonly name: string
    readonly expiry: string
    readonly strike: string
    readonly lotsize: string
    readonly instrumenttype: string
    readonly exch_seg: string
    readonly tick_size: string
    readonly freeze_qty: string
    readonly is_cas_enabled: boolean
  }
}

/** The segment's name, and its number on the stream; 0: it is in the list and not on the stream. */
const SEGMENTS: Readonly<Partial<Record<Exchange, readonly [name: string, number: number]>>> = {
  NSE: ['NSE', 1],
  NSE_INDEX: ['NSE', 1],
  NFO: ['NFO', 2],
  BSE: ['BSE', 3],
  BSE_INDEX: ['BSE', 3],
  BFO: ['BFO', 4],
  MCX: ['MCX', 5],
  MCX_INDEX: ['MCX', 5],
  NCDEX: ['NCDEX', 7],
  NCO: ['NCO', 0],
  CDS: ['CDS', 13],
}

/** Where the numbers of indices begin: 99926000 is the Nifty 50. */
const INDEX_NUMBERS: Readonly<Partial<Record<Exchange, number>>> = {
  NSE_INDEX: 99_900_000,
  BSE_INDEX: 99_919_000,
  MCX_INDEX: 99_920_000,
}

/** Index contracts of these are traded, and the list names them by the short name. */
const SHORT: ReadonlySet<string> = new Set(['NIFTY', 'BANKNIFTY', 'FINNIFTY', 'MIDCPNIFTY'])

/** The row of a contract; nothing for exchanges that are not in the list. */
export function rowOf(contract: Contract): AngelRow | undefined {
  const { exchange } = contract
  const [segmentName, segment] = SEGMENTS[exchange] ?? []
  if (segmentName === undefined || segment === undefined) return undefined
  const token = String((INDEX_NUMBERS[exchange] ?? 0) + contract.token)
  // Texts of a hundred times the rupees, with six zeros; of ten million times for currencies.
  const scaled = (rupees: number) => (rupees * (exchange === 'CDS' ? 10_000_000 : 100)).toFixed(6)
  const fields: AngelRow['fields'] = {
    token,
    symbol: symbolOf(contract),
    name: nameOf(contract),
    expiry: contract.expiry === '' ? '' : longDate(contract.expiry),
    strike: contract.kind === 'INDEX' ? '0.000000' : isOption(contract) ? scaled(contract.strike) : '-1.000000',
    lotsize: String(Math.max(1, contract.lotSize)),
    instrumenttype: typeOf(contract),
    exch_seg: segmentName,
    tick_size: scaled(contract.tickSize),
    freeze_qty: String(contract.lotSize * 1800),
    is_cas_enabled: exchange === 'NSE',
  }
  return { segment, token, contract, fields }
}

const nameOf = ({ kind, symbol, name }: Contract): string => {
  if (kind === 'INDEX') return SHORT.has(symbol) ? symbol : name
  return kind === 'EQ' ? symbol.replace(/-(SM|N\d)$/, '') : name
}

/** `15SEP2026` */
const longDate = (expiry: string): string => `${expiry.slice(8)}${monthOf(expiry)}${expiry.slice(0, 4)}`

/** NFO and MCX futures have the day in their symbols; BFO, CDS and MCX options only the month, in their way. */
function symbolOf({ exchange, kind, symbol, series, name, expiry, strike }: Contract): string {
  if (kind === 'INDEX') return name
  if (kind === 'EQ') return series === 'EQ' ? `${symbol}-EQ` : symbol
  if (exchange === 'NFO' || (kind === 'FUT' && exchange === 'MCX'))
    return `${name}${shortDate(expiry)}${kind === 'FUT' ? '' : strike}${kind}`
  return `${name}${expiry.slice(2, 4)}${monthOf(expiry)}${kind === 'FUT' ? '' : strike}${kind}`
}

/** On what, and of which kind: `OPTIDX`, `FUTCUR`, `OPTFUT`. */
function typeOf({ exchange, kind, name }: Contract): string {
  if (kind === 'INDEX') return 'AMXIDX'
  if (kind === 'EQ') return ''
  const right = kind === 'FUT' ? 'FUT' : 'OPT'
  if (exchange === 'CDS') return `${right}CUR`
  if (exchange === 'MCX' || exchange === 'NCO' || exchange === 'NCDEX') return kind === 'FUT' ? 'FUTCOM' : 'OPTFUT'
  return `${right}${SHORT.has(name) || name === 'SENSEX' ? 'IDX' : 'STK'}`
}

/** One array on one line, as it is served. */
export const jsonOf = (rows: readonly AngelRow[]): string =>
  `[${rows.map(({ fields }) => JSON.stringify(fields)).join(',')}]`

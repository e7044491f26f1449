import type { Exchange } from '../../../shared/market/exchange.ts'
import { atIndian } from '../../../shared/market/india.ts'
import { type Contract, isDerivative, isIndex } from '../kit/contract.ts'
import { isMonthly, monthOf } from '../kit/expiries.ts'

/** One row of the symbol master (Fyers API v3 documentation, "Symbol master"), and where its prices are. */
export interface FyersRow {
  readonly fyToken: string
  readonly ticker: string
  /** `NSE_CM`: of the file that it stands in. */
  readonly file: string
  /** `nse_cm|3045`, `nse_cm|Nifty 50`: what a topic says behind its kind. */
  readonly place: string
  readonly description: string
  /** Kind of instrument, by the broker's number. */
  readonly type: number
  /** Of the CSV; of the JSON it is `lot` times `multiplier`. */
  readonly lot: number
  readonly multiplier: number
  /** Epoch seconds; 0 where there is none. */
  readonly expiry: number
  readonly underlying: string
  /** `XX`, `CE`, `PE`, or nothing. */
  readonly option: string
  readonly contract: Contract
}

interface Segment {
  readonly house: 'NSE' | 'BSE' | 'MCX'
  /** What fytokens begin with: the exchange, the segment. */
  readonly codes: readonly [exchange: 10 | 11 | 12, segment: 10 | 11 | 12 | 20]
  readonly name: string
  readonly file: string
  /** Minutes since midnight in India at which contracts end. */
  readonly endsAt: number
}

/** What the broker has a list of. */
const SEGMENTS: Readonly<Partial<Record<Exchange, Segment>>> = {
  NSE: { house: 'NSE', codes: [10, 10], name: 'nse_cm', file: 'NSE_CM', endsAt: 0 },
  NSE_INDEX: { house: 'NSE', codes: [10, 10], name: 'nse_cm', file: 'NSE_CM', endsAt: 0 },
  NFO: { house: 'NSE', codes: [10, 11], name: 'nse_fo', file: 'NSE_FO', endsAt: 940 },
  CDS: { house: 'NSE', codes: [10, 12], name: 'cde_fo', file: 'NSE_CD', endsAt: 750 },
  NCO: { house: 'NSE', codes: [10, 20], name: 'nse_com', file: 'NSE_COM', endsAt: 1410 },
  BSE: { house: 'BSE', codes: [12, 10], name: 'bse_cm', file: 'BSE_CM', endsAt: 0 },
  BSE_INDEX: { house: 'BSE', codes: [12, 10], name: 'bse_cm', file: 'BSE_CM', endsAt: 0 },
  BFO: { house: 'BSE', codes: [12, 11], name: 'bse_fo', file: 'BSE_FO', endsAt: 940 },
  MCX: { house: 'MCX', codes: [11, 20], name: 'mcx_fo', file: 'MCX_COM', endsAt: 1410 },
}

export const FILES: ReadonlySet<string> = new Set(Object.values(SEGMENTS).map(({ file }) => file))

/** Of indices: ticker without the end, name on the price socket, name in the list. Names follow no rule. */
const INDICES: Readonly<Record<string, readonly [ticker: string, place: string, name: string]>> = {
  NIFTY: ['NIFTY50', 'Nifty 50', 'NIFTY'],
  BANKNIFTY: ['NIFTYBANK', 'Nifty Bank', 'BANKNIFTY'],
  FINNIFTY: ['FINNIFTY', 'Nifty Fin Service', 'FINNIFTY'],
  MIDCPNIFTY: ['MIDCPNIFTY', 'NIFTY MID SELECT', 'MIDCPNIFTY'],
  NIFTYMIDCAP100: ['NIFTYMIDCAP100', 'NIFTY MIDCAP 100', 'NIFTY MIDCAP 100'],
  INDIAVIX: ['INDIAVIX', 'India VIX', 'INDIAVIX'],
  NIFTYTOP20EW: ['NIFTYTOP20EW', 'NIFTY TOP 20 EW', 'NIFTY TOP 20 EW'],
  HANGSENGBEESNAV: ['HANGSENG BEES-NAV', 'HangSeng BeES-NAV', 'HANGSENG BEES-NAV'],
  SENSEX: ['SENSEX', 'SENSEX', 'SENSEX'],
  BANKEX: ['BANKEX', 'BANKEX', 'BANKEX'],
}

/** Units of a lot, which only the JSON tells. */
const MULTIPLIERS: Readonly<Partial<Record<Exchange, number>>> = { CDS: 1000, MCX: 100, NCO: 1000 }

/** Nothing for what the broker does not have. */
export function rowOf(contract: Contract): FyersRow | undefined {
  const { exchange, expiry, kind, lotSize, token } = contract
  const segment = SEGMENTS[exchange]
  if (!segment) return undefined
  const end = expiry === '' ? 0 : endOf(expiry, segment.endsAt)
  const [, indexPlace, indexName] = INDICES[contract.symbol] ?? []
  return {
    fyToken: `${segment.codes.join('')}${expiry === '' ? '000000' : expiry.slice(2).replaceAll('-', '')}${token}`,
    ticker: `${segment.house}:${tickerOf(contract)}`,
    file: segment.file,
    place: `${segment.name}|${isIndex(contract) ? (indexPlace ?? contract.name) : token}`,
    description: descriptionOf(contract),
    type: typeOf(contract),
    lot: isIndex(contract) ? 0 : lotSize,
    multiplier: MULTIPLIERS[exchange] ?? 1,
    expiry: end,
    underlying: isIndex(contract)
      ? (indexName ?? contract.name)
      : isDerivative(contract)
        ? contract.name
        : bare(contract),
    option: exchange === 'BFO' && kind === 'FUT' ? '' : kind === 'CE' || kind === 'PE' ? kind : 'XX',
    contract,
  }
}

/** A share without the series that its symbol ends in. */
const bare = ({ symbol, series }: Contract): string =>
  series !== '' && symbol.endsWith(`-${series}`) ? symbol.slice(0, -series.length - 1) : symbol

/** The month's one character in the ticker of a weekly option. */
const MONTHS = '123456789OND'

/** How a day is spelled. */
interface Spelling {
  /** `26NOV`; of an option that is not of its month's last week `26N17`. */
  readonly month: string
  readonly code: string
  /** `24 Nov 26` */
  readonly words: string
}

/** Many thousands of rows share a few days. */
const spellings = new Map<string, Spelling>()

function spellingOf(expiry: string): Spelling {
  const known = spellings.get(expiry)
  if (known) return known
  const [year, day] = [expiry.slice(2, 4), expiry.slice(8)]
  const month = monthOf(expiry)
  const letter = MONTHS.charAt(Number(expiry.slice(5, 7)) - 1)
  const spelling = {
    month: `${year}${month}`,
    code: isMonthly(expiry) ? `${year}${month}` : `${year}${letter}${day}`,
    words: `${day} ${month.charAt(0)}${month.slice(1).toLowerCase()} ${year}`,
  }
  spellings.set(expiry, spelling)
  return spelling
}

/** Epoch seconds of that day's minute in India; days are few here, too. */
const ends = new Map<string, number>()

function endOf(expiry: string, minutes: number): number {
  const key = `${expiry} ${minutes}`
  const end = ends.get(key) ?? atIndian(expiry, minutes) / 1000
  ends.set(key, end)
  return end
}

/** `SBIN-EQ`, `NIFTY50-INDEX`, `NIFTY26NOVFUT`, `NIFTY26NOV26050CE`, and of a week `NIFTY26D0126050CE`. */
function tickerOf(contract: Contract): string {
  const { exchange, symbol, name, kind, series, expiry, strike } = contract
  if (kind === 'INDEX') return `${INDICES[symbol]?.[0] ?? symbol}-INDEX`
  if (kind === 'EQ') return `${bare(contract)}-${exchange === 'BSE' ? 'A' : series}`
  const { month, code } = spellingOf(expiry)
  return kind === 'FUT' ? `${name}${month}FUT` : `${name}${code}${strike}${kind}`
}

/** `NIFTY 24 Nov 26 26050 CE` */
function descriptionOf({ kind, symbol, name, expiry, strike }: Contract): string {
  if (expiry === '') return name || symbol
  const { words } = spellingOf(expiry)
  return kind === 'FUT' ? `${name} ${words} FUT` : `${name} ${words} ${strike} ${kind}`
}

const INDEX_UNDERLYINGS: ReadonlySet<string> = new Set(['NIFTY', 'BANKNIFTY', 'SENSEX'])

/** Shares 0, debentures 2, indices 10; futures and options of indices, shares, currencies, commodities. */
function typeOf({ exchange, kind, series, name }: Contract): number {
  if (kind === 'INDEX') return 10
  if (kind === 'EQ') return /^N\d$/.test(series) ? 2 : 0
  const isFuture = kind === 'FUT'
  if (exchange === 'CDS') return isFuture ? 16 : 19
  if (exchange === 'MCX' || exchange === 'NCO') return isFuture ? 30 : 31
  if (INDEX_UNDERLYINGS.has(name)) return isFuture ? 11 : 14
  return isFuture ? 13 : 15
}

const codesOf = (row: FyersRow) => [Number(row.fyToken.slice(0, 2)), Number(row.fyToken.slice(2, 4))] as const

/** `26050.0`, `103.25` */
const decimal = (value: number): string => (Number.isInteger(value) ? value.toFixed(1) : String(value))

/** Without a header. `today`: `YYYY-MM-DD`. */
export function csvOf(rows: readonly FyersRow[], today: string): string {
  const lines = rows.map(row => {
    const { contract } = row
    const [house, segment] = codesOf(row)
    const strike = row.option === 'CE' || row.option === 'PE' ? decimal(contract.strike) : '-1.0'
    const session = segment === 10 ? '0915-1530|1815-1915:' : '0915-1540|1815-1915:'
    return [
      row.fyToken,
      row.description,
      row.type,
      row.lot,
      contract.tickSize,
      row.type === 0 ? 'INE000A01000' : '',
      session,
      today,
      row.expiry || '',
      row.ticker,
      house,
      segment,
      contract.token,
      row.underlying,
      contract.token,
      strike,
      row.option,
      row.fyToken,
      'None',
      0,
      '0.0',
    ].join(',')
  })
  return `${lines.join('\n')}\n`
}

/** The same list as one object by ticker; numbers and texts as the broker mixes them. */
export const jsonOf = (rows: readonly FyersRow[], today: string): string =>
  JSON.stringify(
    Object.fromEntries(
      rows.map(row => {
        const { contract } = row
        const [house, segment] = codesOf(row)
        return [
          row.ticker,
          {
            fyToken: row.fyToken,
            symTicker: row.ticker,
            symDetails: row.description,
            exchange: house,
            segment,
            exToken: contract.token,
            exInstType: row.type,
            minLotSize: row.lot,
            qtyMultiplier: row.multiplier,
            tickSize: contract.tickSize,
            underSym: row.underlying,
            expiryDate: row.expiry === 0 ? '' : String(row.expiry),
            strikePrice: row.option === 'CE' || row.option === 'PE' ? contract.strike : -1,
            optType: row.option,
            lastUpdate: today,
          },
        ]
      }),
    ),
  )

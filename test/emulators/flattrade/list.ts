import { Zip, ZipDeflate } from 'fflate'
import { type Contract, decimalsOf } from '../kit/contract.ts'
import { options, underlying } from '../kit/derivatives.ts'
import { monthlies, monthOf, shortDate, THURSDAY } from '../kit/expiries.ts'
import { share } from '../kit/spot.ts'

/** A contract as the broker numbers and spells it. */
export interface Scrip {
  readonly contract: Contract
  /** On the wire: indices are of the exchange they are an index of. */
  readonly exchange: string
  readonly token: string
  /** `NSE|22` */
  readonly key: string
  readonly tradingSymbol: string
}

const WIRE: Readonly<Record<string, string>> = {
  NSE: 'NSE',
  BSE: 'BSE',
  NFO: 'NFO',
  BFO: 'BFO',
  CDS: 'CDS',
  MCX: 'MCX',
  NSE_INDEX: 'NSE',
  BSE_INDEX: 'BSE',
}

/** What this broker has besides what all have: shares that others recorded, and contracts of BSE on a share. */
export const extras = (today: string): Contract[] => [
  share('NSE', [11_630, 'NTPC', 'NTPC', 118.5]),
  share('NSE', [22, 'ACC', 'ACC', 1156]),
  ...options(underlying('RELIANCE', 'BFO', 1_190_000, 1480, 0.05, 500), monthlies(today, THURSDAY, 1), {
    count: 3,
    step: 20,
  }),
]

/** Nothing for what this broker does not list. */
export function scripOf(contract: Contract): Scrip | undefined {
  const exchange = WIRE[contract.exchange]
  if (exchange === undefined) return undefined
  const token = String(contract.token)
  return { contract, exchange, token, key: `${exchange}|${token}`, tradingSymbol: spelled(contract) }
}

function spelled({ exchange, kind, symbol, name, series, expiry, strike }: Contract): string {
  if (kind === 'INDEX') return name
  if (kind === 'EQ') return exchange === 'NSE' && series === 'EQ' ? `${symbol}-EQ` : symbol
  // BSE writes the month and the kind behind, the others the day and one letter before the strike.
  const tail = kind === 'FUT' ? 'FUT' : `${strike}${kind}`
  if (exchange === 'BFO') return `${name}${expiry.slice(2, 4)}${monthOf(expiry)}${tail}`
  const date = `${name}${shortDate(expiry)}`
  return kind === 'FUT' ? `${date}${exchange === 'MCX' ? '' : 'F'}` : `${date}${kind[0]}${strike}`
}

const INDEX_NAMES: ReadonlySet<string> = new Set(['NIFTY', 'BANKNIFTY', 'SENSEX'])

/** The file a scrip is in. */
function fileOf({ exchange, contract }: Scrip): string {
  if (exchange === 'CDS') return 'Currency_Derivatives.csv'
  if (exchange === 'MCX') return 'Commodity.csv'
  if (contract.expiry === '') return `${exchange}_Equity.csv`
  const kind = INDEX_NAMES.has(contract.name) ? 'Index' : 'Equity'
  return `${exchange === 'NFO' ? 'Nfo' : 'Bfo'}_${kind}_Derivatives.csv`
}

function instrumentOf({ exchange, contract }: Scrip): string {
  if (contract.kind === 'INDEX') return exchange === 'NSE' ? 'INDEX' : 'UNDIND'
  if (contract.kind === 'EQ') return exchange === 'NSE' ? contract.series : 'A'
  const head = contract.kind === 'FUT' ? 'FUT' : 'OPT'
  if (exchange === 'CDS') return `${head}CUR`
  if (exchange === 'MCX') return contract.kind === 'FUT' ? 'FUTCOM' : 'OPTFUT'
  return head + (INDEX_NAMES.has(contract.name) ? 'IDX' : 'STK')
}

/** `27-OCT-2026` */
const longDate = (date: string): string => (date === '' ? '' : `${date.slice(8)}-${monthOf(date)}-${date.slice(0, 4)}`)

/** The column that says what a contract is on; BSE has names of its own for it. */
function symbolOf({ exchange, contract }: Scrip): string {
  if (contract.expiry === '') return contract.symbol
  return exchange === 'BFO' && contract.name === 'SENSEX'
    ? `BSX${contract.kind === 'FUT' ? 'FUT' : 'OPT'}`
    : contract.name
}

const strikeOf = ({ kind, strike }: Contract, none: string): string =>
  kind === 'CE' || kind === 'PE' ? strike.toFixed(2) : kind === 'FUT' ? none : ''

const typeOf = ({ kind }: Contract): string => (kind === 'FUT' ? 'XX' : kind === 'EQ' || kind === 'INDEX' ? '' : kind)

const HEAD = 'Exchange,Token,Lotsize,Symbol,Tradingsymbol,Instrument,Expiry,Strike,Optiontype'
const OTHER_HEAD = 'Exchange,Token,LotSize,Symbol,TradingSymbol,Expiry,Instrument,OptionType,StrikePrice,TickSize,'

function line(scrip: Scrip): string {
  const { exchange, token, tradingSymbol, contract } = scrip
  const head = [exchange, token, contract.lotSize || 1, symbolOf(scrip), tradingSymbol, instrumentOf(scrip)]
  return [...head, longDate(contract.expiry), strikeOf(contract, '0.00'), typeOf(contract)].join(',')
}

function otherLine(scrip: Scrip): string {
  const { exchange, token, tradingSymbol, contract } = scrip
  const head = [exchange, token, contract.lotSize || 1, symbolOf(scrip), tradingSymbol, longDate(contract.expiry)]
  const tick = contract.tickSize === 0 ? '' : contract.tickSize.toFixed(decimalsOf(contract))
  return [...head, instrumentOf(scrip), typeOf(contract), strikeOf(contract, '-0.01'), tick, ''].join(',')
}

/** The list file of that name: `NSE_Equity.csv`, zipped as `NSE_Equity.csv.zip`; other brokers' `NSE_symbols.txt.zip`. */
export function listFile(scrips: readonly Scrip[], name: string): Buffer | undefined {
  const plain = name.replace(/\.zip$/, '')
  const [, other] = /^([A-Z]{3})_symbols\.txt$/.exec(plain) ?? []
  const meant = scrips.filter(one => (other === undefined ? fileOf(one) === plain : one.exchange === other))
  if (meant.length === 0) return undefined
  const lines = other === undefined ? [HEAD, ...meant.map(line)] : [OTHER_HEAD, ...meant.map(otherLine)]
  const list = Buffer.from(`${lines.join('\n')}\n`)
  return plain === name ? list : zipped(plain, list)
}

/** As servers write archives that they make while they send: sizes stand behind each file. */
function zipped(name: string, content: Buffer): Buffer {
  const pieces: Uint8Array[] = []
  const archive = new Zip((_, piece) => pieces.push(piece))
  const file = new ZipDeflate(name)
  archive.add(file)
  file.push(content, true)
  archive.end()
  return Buffer.concat(pieces)
}

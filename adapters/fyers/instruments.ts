import type { Exchange } from '../../shared/market/exchange.ts'
import type { Instrument } from '../../shared/market/instrument.ts'
import { contractSymbol } from '../../shared/market/symbol.ts'
import { isSymbol } from '../../shared/market/topic.ts'
import { unambiguous } from '../../shared/market/twins.ts'
import { quote } from '../../shared/words.ts'
import type { Master } from '../contract.ts'
import { refusal } from './errors.ts'
import { topicName } from './indexnames.ts'
import { indexSymbol } from './indices.ts'
import { malformed, type Row, readRows } from './list.ts'
import type { Settings } from './settings.ts'
import { dateOf, exchangeTokenOf, expiryOf, isSeries, segmentOf } from './symbols.ts'
import { exchangeOf } from './ticker.ts'
import type { Ticket } from './ticket.ts'

const LISTS = ['NSE_CM', 'NSE_FO', 'NSE_CD', 'NSE_COM', 'BSE_CM', 'BSE_FO', 'MCX_COM']

/** Fyers' symbol masters, one CSV for each segment, made in the morning; for everybody. */
export const master: Master<Settings, Ticket> = {
  requests: ({ master_url }) => LISTS.map(name => ({ method: 'GET', url: `${master_url}/${name}.csv` })),

  *parse(bodies, skipped) {
    let count = 0
    for (const instrument of unambiguous(readAll(bodies, skipped), skipped, isSeries)) {
      count++
      yield instrument
    }
    if (count === 0) throw malformed('it holds no instrument')
  },

  classify: ({ status, body }) => refusal('the instrument list', { status, body: new TextDecoder().decode(body) }),
}

function* readAll(bodies: readonly Uint8Array[], skipped: (why: string) => void): Generator<Instrument> {
  for (const [place, body] of bodies.entries()) {
    const file = `file ${place + 1} of ${bodies.length} (${LISTS[place] ?? 'unknown'})`
    for (const row of readRows(file, body, skipped)) {
      const instrument = readInstrument(row)
      if (typeof instrument === 'string') skipped(`${quote(row.ticker)} (fytoken ${row.fytoken}): ${instrument}`)
      else yield instrument
    }
  }
}

/** Fyers' number of an index. */
const INDEX = '10'

const INDEX_EXCHANGES: Readonly<Partial<Record<Exchange, Exchange>>> = {
  NSE: 'NSE_INDEX',
  BSE: 'BSE_INDEX',
  MCX: 'MCX_INDEX',
}

/** The instrument of a row, or why there is none. */
function readInstrument(row: Row): Instrument | string {
  const { fytoken, ticker, house, segment: number } = row
  const segment = segmentOf(fytoken)
  const listed = exchangeOf(Number(house), Number(number))
  // The prefix of a ticker is none: a future of NSE begins with NSE, too.
  if (segment === undefined || listed === undefined)
    return `no exchange that clients know, ${quote(`${house}/${number}`)}`
  if (fytoken.slice(0, 4) !== `${house}${number}`) return 'its fytoken is of another segment'
  const brokerSymbol = ticker.slice(ticker.indexOf(':') + 1)
  if (!ticker.includes(':') || brokerSymbol === '') return 'it has no ticker'
  const tickSize = Number(row.tick)
  const lotSize = readLot(row, listed)
  if (row.type === INDEX || ticker.endsWith('-INDEX')) return readIndex(row, listed, segment, brokerSymbol)
  const terms = listed === 'NSE' || listed === 'BSE' ? readShare(row, listed, brokerSymbol) : readContract(row)
  if (typeof terms === 'string') return terms
  if (!isSymbol(terms.symbol)) return `its symbol ${quote(terms.symbol)} cannot travel`
  return {
    exchange: listed,
    token: `${segment}|${exchangeTokenOf(fytoken)}`,
    brokerSymbol,
    ...(tickSize > 0 && { tickSize }),
    ...(lotSize !== undefined && { lotSize }),
    ...terms,
  }
}

/** Of currencies and commodities the list says 1 whatever the contract holds: better nothing than that. */
function readLot({ lot }: Row, exchange: Exchange): number | undefined {
  const size = Number(lot)
  const isKnown = exchange === 'NSE' || exchange === 'BSE' || exchange === 'NFO' || exchange === 'BFO' || size > 1
  return isKnown && Number.isSafeInteger(size) && size > 0 ? size : undefined
}

type Terms = Pick<Instrument, 'kind' | 'symbol' | 'name' | 'expiry' | 'strike' | 'underlying'>

function readIndex(row: Row, listed: Exchange, segment: string, brokerSymbol: string): Instrument | string {
  const exchange = INDEX_EXCHANGES[listed]
  if (exchange === undefined) return `an index of ${listed}, which clients have no code for`
  const topic = topicName(row.ticker)
  // A number alone would be taken for an instrument.
  if (topic === '' || /^\d+$/.test(topic)) return 'nobody knows what the price socket calls this index'
  const symbol = indexSymbol(exchange, row.underlying || brokerSymbol.replace(/-INDEX$/, ''))
  if (!isSymbol(symbol)) return `its symbol ${quote(symbol)} cannot travel`
  return { exchange, symbol, token: `${segment}|${topic}`, brokerSymbol, name: row.description || topic, kind: 'INDEX' }
}

/** Types of the list that clients know by the name of the share alone; of a bond or a bill the series belongs to it. */
const SHARES: Readonly<Partial<Record<Exchange, ReadonlySet<string>>>> = {
  NSE: new Set(['0', '9']),
  BSE: new Set(['0', '4', '50']),
}
const GOVERNMENT_GOLD = '2'

function readShare(row: Row, exchange: Exchange, brokerSymbol: string): Terms {
  const isGold = exchange === 'NSE' && row.type === GOVERNMENT_GOLD && brokerSymbol.endsWith('-GB')
  const isPlain = isGold || SHARES[exchange]?.has(row.type) === true
  return { kind: 'EQ', symbol: isPlain && row.underlying ? row.underlying : brokerSymbol, name: row.description }
}

/** What an option is of, or that it is none: of futures in Mumbai the column is empty at times. */
const KINDS: ReadonlyMap<string, 'FUT' | 'CE' | 'PE'> = new Map([
  ['XX', 'FUT'],
  ['', 'FUT'],
  ['CE', 'CE'],
  ['PE', 'PE'],
])

/** Neither the description nor the ticker: both have changed how they write a day. */
function readContract({ fytoken, expiry: seconds, underlying, strike: text, option, reserved }: Row): Terms | string {
  const kind = KINDS.get(option)
  if (kind === undefined) return `it is of the unknown kind ${quote(option)}`
  const expiry = expiryOf(seconds)
  if (expiry === undefined) return `its expiry ${quote(seconds)} is no time`
  const wasMoved = reserved !== '' && reserved !== 'None'
  if (expiry !== dateOf(fytoken) && !wasMoved)
    return `it expires on ${expiry}, and on ${dateOf(fytoken)} by its fytoken`
  const strike = kind === 'FUT' ? undefined : Number(text)
  if (strike !== undefined && !(strike > 0)) return `its strike ${quote(text)} is none`
  if (!underlying) return 'it does not say what it is on'
  const symbol = contractSymbol(underlying, expiry, strike, kind)
  return { kind, symbol, name: underlying, expiry, underlying, ...(strike !== undefined && { strike }) }
}

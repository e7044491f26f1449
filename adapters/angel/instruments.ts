import type { Instrument, InstrumentKind } from '../../shared/market/instrument.ts'
import { contractSymbol, readDate } from '../../shared/market/symbol.ts'
import { isSymbol } from '../../shared/market/topic.ts'
import { unambiguous } from '../../shared/market/twins.ts'
import { quote } from '../../shared/words.ts'
import type { Master } from '../contract.ts'
import { toError } from './errors.ts'
import { malformed, type Row, readRows } from './rows.ts'
import { segmentNumber, segmentOf, tokenOf } from './segment.ts'
import type { Settings } from './settings.ts'
import { indexSymbol, isLesserSeries, shareSymbol } from './symbols.ts'
import type { Ticket } from './ticket.ts'

/** The list of all exchanges: one JSON file a day, made before about 08:30 in India, 32 MB; no login is needed. */
export const master: Master<Settings, Ticket> = {
  requests: ({ master_url }) => [{ method: 'GET', url: master_url, headers: { Accept: 'application/json' } }],

  *parse(bodies, skipped) {
    let count = 0
    for (const instrument of unambiguous(readAll(bodies, skipped), skipped, isLesserSeries)) {
      count++
      yield instrument
    }
    if (count === 0) throw malformed('it holds no instrument')
  },

  classify: ({ status, body }) => toError('the instrument list', { status, body: new TextDecoder().decode(body) }),
}

function* readAll(bodies: readonly Uint8Array[], skipped: (why: string) => void): Generator<Instrument> {
  for (const body of bodies)
    for (const row of readRows(body, skipped)) {
      const instrument = readInstrument(row)
      if (typeof instrument === 'string') skipped(`${nameOf(row)}: ${instrument}`)
      else yield instrument
    }
}

const nameOf = ({ exch_seg, symbol, token }: Row): string => `${quote(`${exch_seg}:${symbol}`)} (token ${quote(token)})`

/** The instrument of a row, or why there is none. */
function readInstrument(row: Row): Instrument | string {
  const number = segmentNumber(row.exch_seg)
  const segment = number === undefined ? undefined : segmentOf(number)
  if (number === undefined || segment === undefined)
    return `the stream does not carry the segment ${quote(row.exch_seg)}`
  if (!/^\d{1,25}$/.test(row.token)) return 'its token is no number'
  const kind = kindOf(row)
  if (kind === undefined) return `it is of the unknown type ${quote(row.instrumenttype)}`
  const exchange = kind === 'INDEX' ? segment.indices : segment.exchange
  if (exchange === undefined) return `${row.exch_seg} has no indices that clients know`
  const terms = kind === 'EQ' || kind === 'INDEX' ? spot(row, kind) : contract(row, kind, segment.divisor)
  if (typeof terms === 'string') return terms
  if (!isSymbol(terms.symbol)) return `its symbol ${quote(terms.symbol)} cannot travel`
  const tickSize = readNumber(row.tick_size) / segment.divisor
  const lotSize = readNumber(row.lotsize)
  return {
    exchange,
    token: tokenOf(number, row.token),
    brokerSymbol: row.symbol,
    kind,
    ...(tickSize > 0 && { tickSize }),
    ...(lotSize > 0 && Number.isInteger(lotSize) && { lotSize }),
    ...terms,
  }
}

/** Calls and puts have one type; the last two letters of the symbol tell them. Spot prices of commodities are like shares. */
function kindOf({ instrumenttype, symbol }: Row): InstrumentKind | undefined {
  if (instrumenttype === '' || instrumenttype === 'COMDTY') return 'EQ'
  if (instrumenttype === 'AMXIDX') return 'INDEX'
  if (instrumenttype.startsWith('FUT')) return 'FUT'
  if (!instrumenttype.startsWith('OPT')) return undefined
  const kind = symbol.slice(-2)
  return kind === 'CE' || kind === 'PE' ? kind : undefined
}

/** NaN for what is no number, which is neither more nor less than 0. */
const readNumber = (text: string): number => (/^-?\d+(\.\d*)?$/.test(text) ? Number(text) : Number.NaN)

type Terms = Pick<Instrument, 'symbol' | 'name' | 'expiry' | 'strike' | 'underlying'>

const spot = ({ symbol, name }: Row, kind: 'EQ' | 'INDEX'): Terms => ({
  symbol: kind === 'INDEX' ? indexSymbol(name || symbol) : shareSymbol(symbol),
  name,
})

function contract(row: Row, kind: 'FUT' | 'CE' | 'PE', divisor: number): Terms | string {
  const { name, exch_seg } = row
  const expiry = readDate(row.expiry)
  if (expiry === undefined) return `its expiry ${quote(row.expiry)} is no date`
  // Futures say -1 or 0.
  const strike = kind === 'FUT' ? undefined : readNumber(row.strike) / divisor
  if (strike !== undefined && !(strike > 0)) return `its strike ${quote(row.strike)} is none`
  if (name === '') return 'it has no name'
  return {
    // NFO has the common form already; elsewhere the day or the year is missing.
    symbol: exch_seg === 'NFO' ? row.symbol : contractSymbol(name, expiry, strike, kind),
    name,
    expiry,
    underlying: name,
    ...(strike !== undefined && { strike }),
  }
}

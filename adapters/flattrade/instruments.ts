import type { Exchange } from '../../shared/market/exchange.ts'
import type { Instrument } from '../../shared/market/instrument.ts'
import { contractSymbol, readDate } from '../../shared/market/symbol.ts'
import { isSymbol } from '../../shared/market/topic.ts'
import { unambiguous } from '../../shared/market/twins.ts'
import { quote } from '../../shared/words.ts'
import type { Master } from '../contract.ts'
import { refusal } from './errors.ts'
import { malformed, type Row, readRows } from './list.ts'
import type { Settings } from './settings.ts'
import { exchangeOf, indexSymbol, isLesserSeries, underlyingOf } from './symbols.ts'
import type { Ticket } from './ticket.ts'
import { unpack } from './zip.ts'

/** A file for each exchange and kind of contract, CSV or a zip of it; no key is needed. */
export const master: Master<Settings, Ticket> = {
  requests: ({ master_url, master_files }) =>
    master_files.map(file => ({ method: 'GET', url: `${master_url}/${file}` })),

  parse: (bodies, skipped) => unambiguous(readAll(bodies, skipped), skipped, isLesserSeries),

  classify: ({ status, body }) => refusal('the instrument list', { status, body: new TextDecoder().decode(body) }),
}

/** Every file has to hold something: an empty one in place of a list would lose an exchange without a word. */
function* readAll(bodies: readonly Uint8Array[], skipped: (why: string) => void): Generator<Instrument> {
  for (const [at, body] of bodies.entries()) {
    let count = 0
    for (const file of unpack(body))
      for (const row of readRows(file, skipped)) {
        const instrument = readInstrument(row)
        if (typeof instrument === 'string') skipped(`${nameOf(row)}: ${instrument}`)
        else {
          count++
          yield instrument
        }
      }
    if (count === 0) throw malformed(`file ${at + 1} of ${bodies.length} holds no instrument`)
  }
}

const nameOf = ({ exchange, token, tradingSymbol }: Row): string =>
  `${quote(tradingSymbol)} (token ${quote(`${exchange}|${token}`)})`

/** The instrument of a row, or why there is none. */
function readInstrument(row: Row): Instrument | string {
  const exchange = exchangeOf(row.exchange)
  if (exchange === undefined) return 'no exchange that clients know'
  if (!/^\d+$/.test(row.token)) return 'its token is none'
  if (row.tradingSymbol === '' || row.tradingSymbol.toUpperCase() === 'NAN') return 'it has no trading symbol'
  const instrument = exchange === 'NSE' || exchange === 'BSE' ? spot(row, exchange) : contract(row, exchange)
  if (typeof instrument === 'string' || isSymbol(instrument.symbol)) return instrument
  return `its symbol ${quote(instrument.symbol)} cannot travel`
}

/** An instrument being filled in. */
type Draft = { -readonly [Field in keyof Instrument]: Instrument[Field] }

/** What all rows say alike. The token is of the exchange on the wire, also of indices, which are numbered among the rest. */
function draft(
  row: Row,
  { exchange, kind, symbol, name }: Pick<Draft, 'exchange' | 'kind' | 'symbol' | 'name'>,
): Draft {
  const token = `${row.exchange}|${row.token}`
  const one: Draft = { exchange, symbol, token, brokerSymbol: row.tradingSymbol, name, kind }
  const [lot, tick] = [Number(row.lotSize), Number(row.tickSize)]
  if (lot > 0 && Number.isSafeInteger(lot)) one.lotSize = lot
  if (tick > 0 && Number.isFinite(tick)) one.tickSize = tick
  return one
}

/** Of a share the series stands behind the name; EQ and BE are the two that everybody trades in. */
function spot(row: Row, exchange: 'NSE' | 'BSE'): Instrument {
  const { tradingSymbol } = row
  const name = row.symbol || tradingSymbol
  if (row.instrument === 'INDEX' || row.instrument === 'UNDIND') {
    const place = exchange === 'NSE' ? 'NSE_INDEX' : 'BSE_INDEX'
    const symbol = indexSymbol(place, tradingSymbol)
    return draft(row, { exchange: place, kind: 'INDEX', symbol, name })
  }
  const symbol = exchange === 'NSE' ? tradingSymbol.replace(/-(EQ|BE)$/, '') : tradingSymbol
  return draft(row, { exchange, kind: 'EQ', symbol, name })
}

/** From the columns: the trading symbol is written in a way of its own on each exchange. */
function contract(row: Row, exchange: Exchange): Instrument | string {
  const kind = kindOf(row)
  if (kind === undefined) return `it is of the unknown type ${quote(`${row.instrument} ${row.optionType}`)}`
  const expiry = readDate(row.expiry)
  if (expiry === undefined) return `its expiry ${quote(row.expiry)} is no date`
  if (row.symbol === '') return 'it does not say what it is on'
  // A future has none: empty, 0 or -0.01.
  const strike = kind === 'FUT' ? undefined : /^\d+(\.\d+)?$/.test(row.strike) ? Number(row.strike) : 0
  if (strike === 0) return `its strike ${quote(row.strike)} is none`
  const underlying = underlyingOf(exchange, row.symbol)
  const symbol = contractSymbol(underlying, expiry, strike, kind)
  const instrument = draft(row, { exchange, kind, symbol, name: underlying })
  instrument.underlying = underlying
  instrument.expiry = expiry
  if (strike !== undefined) instrument.strike = strike
  return instrument
}

function kindOf({ optionType, instrument }: Row): 'FUT' | 'CE' | 'PE' | undefined {
  if (optionType === 'CE' || optionType === 'PE') return optionType
  // What contracts are on may stand among them, and must not get the name of one.
  if (optionType === 'XX') return /^(OPT|UND)/.test(instrument) ? undefined : 'FUT'
  return optionType === '' && instrument.startsWith('FUT') ? 'FUT' : undefined
}

import type { Exchange } from '../../shared/market/exchange.ts'
import type { Instrument } from '../../shared/market/instrument.ts'
import { isSymbol } from '../../shared/market/topic.ts'
import type { Master } from '../contract.ts'
import { refusal } from './errors.ts'
import { malformed, type Row, readRows } from './list.ts'
import type { Settings } from './settings.ts'
import { contractSymbol, dateOf, exchangeOf, indexSymbol, underlyingOf } from './symbols.ts'
import type { Ticket } from './ticket.ts'
import { type Listed, unambiguous } from './twins.ts'
import { unpack } from './zip.ts'

/** A file for each exchange and kind of contract, CSV or a zip of it; no key is needed. */
export const master: Master<Settings, Ticket> = {
  requests: ({ master_url, master_files }) =>
    master_files.map(file => ({ method: 'GET', url: `${master_url}/${file}` })),

  parse: (bodies, skipped) => unambiguous(readAll(bodies, skipped), skipped),

  classify: ({ status, body }) => refusal('the instrument list', { status, body: new TextDecoder().decode(body) }),
}

/** Every file has to hold something: an empty one in place of a list would lose an exchange without a word. */
function* readAll(bodies: readonly Uint8Array[], skipped: (why: string) => void): Generator<Listed> {
  for (const [at, body] of bodies.entries()) {
    let count = 0
    for (const file of unpack(body))
      for (const row of readRows(file, skipped)) {
        const listed = readInstrument(row)
        if (typeof listed === 'string') skipped(`${nameOf(row)}: ${listed}`)
        else {
          count++
          yield listed
        }
      }
    if (count === 0) throw malformed(`file ${at + 1} of ${bodies.length} holds no instrument`)
  }
}

/** A stranger's text in a line of ours. */
const quote = (text: string): string => JSON.stringify(text.slice(0, 60))

const nameOf = ({ exchange, token, tradingSymbol }: Row): string =>
  `${quote(tradingSymbol)} (token ${quote(`${exchange}|${token}`)})`

/** The instrument of a row, or why there is none. */
function readInstrument(row: Row): Listed | string {
  const exchange = exchangeOf(row.exchange)
  if (exchange === undefined) return 'no exchange that clients know'
  if (!/^\d+$/.test(row.token)) return 'its token is none'
  if (row.tradingSymbol === '' || row.tradingSymbol.toUpperCase() === 'NAN') return 'it has no trading symbol'
  const terms = exchange === 'NSE' || exchange === 'BSE' ? spot(row, exchange) : contract(row, exchange)
  if (typeof terms === 'string') return terms
  if (!isSymbol(terms.instrument.symbol)) return `its symbol ${quote(terms.instrument.symbol)} cannot travel`
  return terms
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
function spot(row: Row, exchange: 'NSE' | 'BSE'): Listed {
  const { tradingSymbol } = row
  const name = row.symbol || tradingSymbol
  if (row.instrument === 'INDEX' || row.instrument === 'UNDIND') {
    const place = exchange === 'NSE' ? 'NSE_INDEX' : 'BSE_INDEX'
    const symbol = indexSymbol(place, tradingSymbol)
    return { instrument: draft(row, { exchange: place, kind: 'INDEX', symbol, name }), isSecond: false }
  }
  const symbol = exchange === 'NSE' ? tradingSymbol.replace(/-(EQ|BE)$/, '') : tradingSymbol
  const isSecond = exchange === 'NSE' && tradingSymbol.endsWith('-BE')
  return { instrument: draft(row, { exchange, kind: 'EQ', symbol, name }), isSecond }
}

/** From the columns: the trading symbol is written in a way of its own on each exchange. */
function contract(row: Row, exchange: Exchange): Listed | string {
  const kind = kindOf(row)
  if (kind === undefined) return `it is of the unknown type ${quote(`${row.instrument} ${row.optionType}`)}`
  const expiry = dateOf(row.expiry)
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
  return { instrument, isSecond: false }
}

function kindOf({ optionType, instrument }: Row): 'FUT' | 'CE' | 'PE' | undefined {
  if (optionType === 'CE' || optionType === 'PE') return optionType
  if (optionType === 'XX') return instrument.startsWith('OPT') ? undefined : 'FUT'
  return optionType === '' && instrument.startsWith('FUT') ? 'FUT' : undefined
}

import type { Instrument, InstrumentKind } from '../../shared/market/instrument.ts'
import { contractSymbol, isDate } from '../../shared/market/symbol.ts'
import { isSymbol } from '../../shared/market/topic.ts'
import { unambiguous } from '../../shared/market/twins.ts'
import { quote } from '../../shared/words.ts'
import type { Master } from '../contract.ts'
import { refusal } from './errors.ts'
import { indexSymbol } from './indices.ts'
import { malformed, type Row, readRows } from './list.ts'
import type { Settings } from './settings.ts'
import { exchangeOf, underlyingOf } from './symbols.ts'
import type { Ticket } from './ticket.ts'

/** Kite's list of all exchanges: one CSV a day, made before about 08:30 in India; about 11 MB. */
export const master: Master<Settings, Ticket> = {
  requests: ({ api_url }, ticket) => [
    {
      method: 'GET',
      url: `${api_url}/instruments`,
      headers: {
        'X-Kite-Version': '3',
        ...(ticket && { Authorization: `token ${ticket.api_key}:${ticket.access_token}` }),
      },
    },
  ],

  *parse(bodies, skipped) {
    let count = 0
    for (const instrument of unambiguous(readAll(bodies, skipped), skipped)) {
      count++
      yield instrument
    }
    if (count === 0) throw malformed('it holds no instrument')
  },

  classify: ({ status, body }) => refusal('the instrument list', { status, body: new TextDecoder().decode(body) }),
}

function* readAll(bodies: readonly Uint8Array[], skipped: (why: string) => void): Generator<Instrument> {
  for (const body of bodies)
    for (const row of readRows(body, skipped)) {
      const instrument = readInstrument(row)
      if (typeof instrument === 'string') skipped(`${nameOf(row)}: ${instrument}`)
      else yield instrument
    }
}

const nameOf = ({ exchange, tradingsymbol, instrument_token }: Row): string =>
  `${quote(`${exchange}:${tradingsymbol}`)} (token ${quote(instrument_token)})`

const KINDS: ReadonlyMap<string, InstrumentKind> = new Map(
  (['EQ', 'FUT', 'CE', 'PE'] as const).map(kind => [kind, kind]),
)

/** The instrument of a row, or why there is none. */
function readInstrument(row: Row): Instrument | string {
  const token = Number(row.instrument_token)
  if (!/^\d+$/.test(row.instrument_token) || token === 0 || token > 0xffff_ffff) return 'its token is none'
  const exchange = exchangeOf(row.exchange, row.segment)
  if (exchange === undefined) return `no exchange that clients know, segment ${quote(row.segment)}`
  const type = KINDS.get(row.instrument_type)
  if (type === undefined) return `it is of the unknown type ${quote(row.instrument_type)}`
  // Indices say EQ too; only where they are listed tells them.
  const kind = type === 'EQ' && exchange.endsWith('_INDEX') ? 'INDEX' : type
  const tickSize = readNumber(row.tick_size)
  const lotSize = readNumber(row.lot_size)
  if (Number.isNaN(tickSize) || Number.isNaN(lotSize)) return 'its tick size or lot size is no number'
  const terms = kind === 'EQ' || kind === 'INDEX' ? spot(row, exchange, kind) : contract(row, kind)
  if (typeof terms === 'string') return terms
  if (!isSymbol(terms.symbol)) return `its symbol ${quote(terms.symbol)} cannot travel`
  return {
    exchange,
    token: String(token),
    brokerSymbol: row.tradingsymbol,
    kind,
    ...(tickSize > 0 && { tickSize }),
    ...(lotSize > 0 && Number.isInteger(lotSize) && { lotSize }),
    ...terms,
  }
}

/** Empty is 0, which is how the list says "none". */
const readNumber = (text: string): number => (/^\d*(\.\d*)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN)

type Terms = Pick<Instrument, 'symbol' | 'name' | 'expiry' | 'strike' | 'underlying'>

const spot = ({ tradingsymbol, name }: Row, exchange: string, kind: 'EQ' | 'INDEX'): Terms => ({
  symbol: kind === 'INDEX' ? indexSymbol(exchange, tradingsymbol) : tradingsymbol,
  name,
})

function contract({ tradingsymbol, name, expiry, strike: text }: Row, kind: 'FUT' | 'CE' | 'PE'): Terms | string {
  if (!isDate(expiry)) return `its expiry ${quote(expiry)} is no date`
  const strike = kind === 'FUT' ? undefined : readNumber(text)
  if (strike !== undefined && !(strike > 0)) return `its strike ${quote(text)} is none`
  const underlying = name || underlyingOf(tradingsymbol, strike, kind)
  if (!underlying) return 'it has no name, and its symbol does not say what it is on'
  return {
    symbol: contractSymbol(underlying, expiry, strike, kind),
    name: underlying,
    expiry,
    underlying,
    ...(strike !== undefined && { strike }),
  }
}

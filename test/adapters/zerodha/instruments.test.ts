import { describe, expect, it } from 'vitest'
import { master } from '../../../adapters/zerodha/instruments.ts'
import { settings } from '../../../adapters/zerodha/settings.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'
import { hasRecordings, recordedBytes, recordedJson } from './recordings.ts'

const HEAD =
  'instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,instrument_type,segment,exchange'

/** What a list of these rows gives, and what was left out. */
function read(...rows: string[]): { found: Instrument[]; skipped: string[] } {
  return readText(`${[HEAD, ...rows].join('\n')}\n`)
}

function readText(text: string | Uint8Array): { found: Instrument[]; skipped: string[] } {
  const skipped: string[] = []
  const found = [...master.parse([Buffer.from(text)], why => skipped.push(why))]
  return { found, skipped }
}

const GOOD = '738561,2885,RELIANCE,"RELIANCE INDUSTRIES",0,,0,0.05,1,EQ,NSE,NSE'
const good = {
  exchange: 'NSE',
  symbol: 'RELIANCE',
  token: '738561',
  brokerSymbol: 'RELIANCE',
  name: 'RELIANCE INDUSTRIES',
  kind: 'EQ',
  tickSize: 0.05,
  lotSize: 1,
}

describe('asking for the list', () => {
  it('needs no login, and shows the one there is', () => {
    const defaults = settings.parse({})
    const request = { method: 'GET', url: 'https://api.kite.trade/instruments' }
    expect(master.requests(defaults, undefined)).toEqual([{ ...request, headers: { 'X-Kite-Version': '3' } }])
    expect(master.requests(defaults, { api_key: 'key', access_token: 'token' })).toEqual([
      { ...request, headers: { 'X-Kite-Version': '3', Authorization: 'token key:token' } },
    ])
  })

  it.each([
    [403, 'TokenException', 'SESSION_EXPIRED'],
    [400, 'InputException', 'BROKER_REFUSED'],
    [429, 'NetworkException', 'BROKER_RATE_LIMITED'],
    [503, 'NetworkException', 'BROKER_UNREACHABLE'],
    [502, 'SomethingNew', 'BROKER_UNREACHABLE'],
    [404, 'SomethingNew', 'BROKER_REFUSED'],
  ])('refused with HTTP %i %s is %s', (status, type, code) => {
    const body = Buffer.from(JSON.stringify({ status: 'error', message: 'No.', error_type: type }))
    const error = master.classify({ status, headers: {}, body })
    expect(error).toMatchObject({ code })
    expect(error.message).toMatch(/^Kite refused the instrument list with HTTP \d+.*: No\.$/)
  })
})

describe('a row', () => {
  it('of a share is an instrument with its symbol as it stands', () => {
    expect(read(GOOD)).toEqual({ found: [good], skipped: [] })
  })

  it('of an option has its underlying, expiry and strike', () => {
    const { found } = read('850691,3323,EURINR26FEB105CE,"EURINR",0,2026-02-25,105.50,0.0025,1,CE,CDS-OPT,CDS')
    expect(found).toEqual([
      {
        exchange: 'CDS',
        symbol: 'EURINR25FEB26105.5CE',
        token: '850691',
        brokerSymbol: 'EURINR26FEB105CE',
        name: 'EURINR',
        kind: 'CE',
        tickSize: 0.0025,
        lotSize: 1,
        expiry: '2026-02-25',
        underlying: 'EURINR',
        strike: 105.5,
      },
    ])
  })

  it('of a future has no strike, whatever the column says', () => {
    const { found } = read('13238786,51714,NIFTY26SEPFUT,NIFTY,0,2026-09-29,0.0,0.1,65,FUT,NFO-FUT,NFO')
    expect(found[0]).toMatchObject({ symbol: 'NIFTY29SEP26FUT', kind: 'FUT', underlying: 'NIFTY' })
    expect(found[0]).not.toHaveProperty('strike')
  })

  it('of an index has no tick size and no lot size where the list says 0', () => {
    const { found } = read('256265,1001,NIFTY 50,NIFTY 50,0.0,,0.0,0.0,0,EQ,INDICES,NSE')
    expect(found).toEqual([
      {
        exchange: 'NSE_INDEX',
        symbol: 'NIFTY',
        token: '256265',
        brokerSymbol: 'NIFTY 50',
        name: 'NIFTY 50',
        kind: 'INDEX',
      },
    ])
  })

  it.each([
    ['the token', 'x,1,A,A,0,,0,0.05,1,EQ,NSE,NSE', 'its token is none'],
    ['a token of 0', '0,1,A,A,0,,0,0.05,1,EQ,NSE,NSE', 'its token is none'],
    ['a token beyond 32 bits', '4294967296,1,A,A,0,,0,0.05,1,EQ,NSE,NSE', 'its token is none'],
    ['the exchange', '1,1,A,A,0,,0,0.05,1,EQ,MF,MF', 'no exchange that clients know, segment "MF"'],
    ['an index of CDS', '1,1,A,A,0,,0,0,0,EQ,INDICES,CDS', 'no exchange that clients know, segment "INDICES"'],
    ['the type', '1,1,A,A,0,,0,0.05,1,XX,NSE,NSE', 'it is of the unknown type "XX"'],
    ['the tick size', '1,1,A,A,0,,0,y,1,EQ,NSE,NSE', 'its tick size or lot size is no number'],
    ['the expiry', '1,1,A26SEPFUT,A,0,29-09-2026,0,0.05,1,FUT,NFO-FUT,NFO', 'its expiry "29-09-2026" is no date'],
    [
      'a day that is none',
      '1,1,A26FEBFUT,A,0,2026-02-30,0,0.05,1,FUT,NFO-FUT,NFO',
      'its expiry "2026-02-30" is no date',
    ],
    ['no expiry', '1,1,A26FEBFUT,A,0,,0,0.05,1,FUT,NFO-FUT,NFO', 'its expiry "" is no date'],
    ['the strike', '1,1,A26SEP0CE,A,0,2026-09-29,0,0.05,1,CE,NFO-OPT,NFO', 'its strike "0" is none'],
    ['the symbol', '1,1,,A,0,,0,0.05,1,EQ,NSE,NSE', 'its symbol "" cannot travel'],
    ['a comma in its name', '1,1,A,A, B AND C,0,,0,0.05,1,EQ,NSE,NSE', 'a line of 13 columns, not 12'],
    ['a quote in the symbol', `1,1,"A""B",A,0,,0,0.05,1,EQ,NSE,NSE`, String.raw`its symbol "A\"B" cannot travel`],
  ])('that is unreadable in %s is left out and told', (_, row, why) => {
    const { found, skipped } = read(row, GOOD)
    expect(found).toEqual([good])
    expect(skipped).toHaveLength(1)
    expect(skipped[0]).toContain(why)
  })

  it('keeps the line of what was left out short and whole', () => {
    const { skipped } = read(`1,1,"A\nB${'C'.repeat(500)}",A,0,,0,0.05,1,XX,NSE,NSE`, GOOD)
    expect(skipped[0]).not.toContain('\n')
    expect(skipped[0]?.length).toBeLessThan(200)
  })
})

describe('the list', () => {
  it.each([
    ['a page', '<html><body>Bad gateway</body></html>', 'it lacks the columns instrument_token, '],
    ['nothing', '', 'it lacks the columns instrument_token, '],
    ['JSON', '{"status":"error"}', 'it lacks the columns instrument_token, '],
    ['other columns', `${HEAD.replace('expiry', 'expires')}\n${GOOD}\n`, 'it lacks the columns expiry and begins with'],
    ['columns alone', `${HEAD}\n`, 'it holds no instrument'],
    ['no readable row', `${HEAD}\nx\n`, 'it holds no instrument'],
  ])('that is %s is refused as a whole', (_, text, why) => {
    expect(() => readText(text)).toThrow(
      expect.objectContaining({ code: 'INSTRUMENTS_MALFORMED', message: expect.stringContaining(why) }),
    )
  })

  it('cut anywhere in its last row is refused before a row is given', () => {
    const text = `${HEAD}\n${GOOD}\n738562,2886,INFY,"INFOSYS",0,,0,0.05,1,EQ,NSE,NSE`
    const lastRow = text.lastIndexOf('\n') + 1
    for (let end = lastRow + 1; end < text.length; end++) {
      const rows = master.parse([Buffer.from(text.slice(0, end))], () => {})[Symbol.iterator]()
      expect(() => rows.next(), text.slice(lastRow, end)).toThrow(/ends in the middle of a row/)
    }
    expect(readText(text).found).toHaveLength(2)
  })

  it('is read alike with other line ends, other columns between, and a mark at its beginning', () => {
    expect(readText(`\uFEFF${HEAD}\r\n${GOOD}\r\n`).found).toEqual([good])
    const more = (row: string, value: string) => `${value},${row},${value}`
    expect(readText(`${more(HEAD, 'new')}\n${more(GOOD, 'x')}\n`).found).toEqual([good])
    expect(readText(`${HEAD}\n\n${GOOD}\n\n`).found).toEqual([good])
  })

  it('loses no more than one row to a quote that never ends', () => {
    const rows = Array.from({ length: 3000 }, (_, n) => `${n * 256 + 1},${n},S${n},"SHARE ${n}",0,,0,0.05,1,EQ,NSE,NSE`)
    rows[100] = '999937,3906,BENT,5" PIPES,0,,0,0.05,1,EQ,NSE,NSE'
    rows[1000] = '999681,3905,BROKEN,"NO END,0,,0,0.05,1,EQ,NSE,NSE'
    rows[2000] = '999425,3904,PARTED,"IN TWO\nLINES",0,,0,0.05,1,EQ,NSE,NSE'
    const { found, skipped } = read(...rows)
    expect(found.find(({ symbol }) => symbol === 'BENT')).toMatchObject({ name: '5" PIPES' })
    const shares = found.filter(
      ({ symbol, token, name }) => symbol === `S${Number(token) >> 8}` && name.startsWith('SHARE'),
    )
    expect([found.length, shares.length]).toEqual([2998, 2997])
    expect(skipped).toEqual([
      'a line that cannot be read (CSV_QUOTE_NOT_CLOSED)',
      'a line that cannot be read (CSV_QUOTE_NOT_CLOSED)',
      'a line of 9 columns, not 12',
    ])
  })

  it('is given as it is read, not at its end', () => {
    const rows = Array.from({ length: 2000 }, (_, n) => `${n * 256 + 1},${n},S${n},"A",0,,0,0.05,1,EQ,NSE,NSE`)
    const skipped: string[] = []
    const list = Buffer.from(`${HEAD}\n${rows.join('\n')}\nnonsense\n`)
    const [first] = master.parse([list], why => skipped.push(why))
    expect(first).toMatchObject({ symbol: 'S0' })
    expect(skipped).toEqual([])
    expect([...master.parse([list], why => skipped.push(why))]).toHaveLength(2000)
    expect(skipped).toEqual(['a line of 1 columns, not 12'])
  })

  it('serves neither of two indices whose names become one symbol', () => {
    const { found, skipped } = read(
      '265,1,NIFTY-X 10,,0,,0,0,0,EQ,INDICES,NSE',
      GOOD,
      '521,2,NIFTY X10,,0,,0,0,0,EQ,INDICES,NSE',
      '777,3,NIFTYX 11,,0,,0,0,0,EQ,INDICES,NSE',
    )
    expect(found.map(({ symbol }) => symbol)).toEqual(['RELIANCE', 'NIFTYX11'])
    expect(skipped).toEqual([
      '"NIFTY-X 10" (token 265): 2 indices would be NSE_INDEX:NIFTYX10',
      '"NIFTY X10" (token 521): 2 indices would be NSE_INDEX:NIFTYX10',
    ])
  })

  it('serves the first of two rows with one symbol or one token, and tells the other', () => {
    const { found, skipped } = read(
      GOOD,
      '738562,2886,RELIANCE,"RELIANCE TOO",0,,0,0.05,1,EQ,NSE,NSE',
      '738561,2885,INFY,"INFOSYS",0,,0,0.05,1,EQ,NSE,NSE',
      '738561,2885,RELIANCE,"RELIANCE INDUSTRIES",0,,0,0.05,1,EQ,BSE,BSE',
      '128053508,500209,RELIANCE,"RELIANCE INDUSTRIES",0,,0,0.05,1,EQ,BSE,BSE',
    )
    expect(found.map(({ exchange, symbol, token }) => [exchange, symbol, token])).toEqual([
      ['NSE', 'RELIANCE', '738561'],
      ['BSE', 'RELIANCE', '128053508'],
    ])
    expect(skipped).toEqual([
      '"RELIANCE" (token 738562): NSE:RELIANCE is token 738561 already',
      `"INFY" (token 738561): its token is another row's already`,
      `"RELIANCE" (token 738561): its token is another row's already`,
    ])
  })
})

interface Published {
  readonly token: string
  readonly symbol: string | null
  readonly brsymbol: string
  readonly exchange: string
  readonly strike: number
  readonly lotsize: number
  readonly tick_size: number
}

describe.runIf(hasRecordings)("OpenAlgo's own reading of the same rows", () => {
  it.each(['instruments_recent', 'instruments_2017'])('of %s is ours, except where it has no symbol', name => {
    const published = recordedJson<Published[]>(`${name}.openalgo.json`)
    const { found, skipped } = readText(recordedBytes(`${name}.csv`))
    expect(skipped).toEqual([])
    const mine = new Map(found.map(one => [one.token, one]))
    for (const one of published) {
      const our = mine.get(one.token.split('::::')[0] ?? '')
      const shown = `${one.exchange}:${one.brsymbol}`
      // A row with an empty name: null is a failure over there, not a value.
      if (one.symbol !== null) expect(our?.symbol, shown).toBe(one.symbol)
      expect(our, shown).toMatchObject({ exchange: one.exchange, brokerSymbol: one.brsymbol })
      expect([our?.strike ?? 0, our?.lotSize ?? 0, our?.tickSize ?? 0], shown).toEqual([
        one.strike,
        one.lotsize,
        one.tick_size,
      ])
    }
    expect(found).toHaveLength(published.length)
  })

  it('has no symbol for contracts without a name, which we name by their own symbol', () => {
    const { found } = readText(recordedBytes('instruments_2017.csv'))
    expect(found.filter(({ expiry }) => expiry).map(({ symbol }) => symbol)).toEqual([
      'BANKNIFTY25JAN1823500CE',
      'ADANIPORTS28DEC17490PE',
      'BANKNIFTY25JAN1823500PE',
      'BANKNIFTY25JAN1823600CE',
      'BANKNIFTY25JAN1823600PE',
      'INDIACEM28DEC17220PE',
      'INDIACEM28DEC17225CE',
      'INDIACEM28DEC17230PE',
    ])
  })
})

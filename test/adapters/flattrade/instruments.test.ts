import { describe, expect, it } from 'vitest'
import { master } from '../../../adapters/flattrade/instruments.ts'
import { settings } from '../../../adapters/flattrade/settings.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'
import { hasRecordings, recordedBytes } from './recordings.ts'

const HEAD = 'Exchange,Token,Lotsize,Symbol,Tradingsymbol,Instrument,Expiry,Strike,Optiontype'
/** Of other brokers of the family: another order, other names, and a comma at the end of each line. */
const OTHER_HEAD = 'Exchange,Token,LotSize,Symbol,TradingSymbol,Expiry,Instrument,OptionType,StrikePrice,TickSize,'
const SHARE = 'NSE,22,1,ACC,ACC-EQ,EQ,,,'

const list = (head: string, ...rows: string[]) => Buffer.from([head, ...rows, ''].join('\n'))

function readBodies(...bodies: Uint8Array[]): { found: Instrument[]; skipped: string[] } {
  const skipped: string[] = []
  const found = [...master.parse(bodies, why => skipped.push(why))]
  return { found, skipped }
}

const read = (...rows: string[]) => readBodies(list(HEAD, ...rows))
const symbolsOf = (found: readonly Instrument[]) => found.map(({ exchange, symbol }) => `${exchange}:${symbol}`)

describe('asking for the lists', () => {
  it('needs no login: one file after the other', () => {
    const requests = master.requests(settings.parse({}), undefined)
    expect(requests).toHaveLength(8)
    expect(requests[0]).toEqual({
      method: 'GET',
      url: 'https://flattrade.s3.ap-south-1.amazonaws.com/scripmaster/NSE_Equity.csv',
    })
    expect(requests.map(({ url }) => url.split('/').at(-1))).toEqual(settings.parse({}).master_files)
  })

  it('takes the files that the settings name', () => {
    const other = settings.parse({ master_url: 'https://api.shoonya.com/', master_files: 'NSE_symbols.txt.zip' })
    expect(master.requests(other, undefined).map(({ url }) => url)).toEqual([
      'https://api.shoonya.com/NSE_symbols.txt.zip',
    ])
  })

  it.each([
    // The store's word for a file that is not there; nobody's login has to do with it.
    [403, 'BROKER_REFUSED'],
    [404, 'BROKER_REFUSED'],
    [429, 'BROKER_RATE_LIMITED'],
    [503, 'BROKER_UNREACHABLE'],
  ])('refused with HTTP %i is %s', (status, code) => {
    const error = master.classify({
      status,
      headers: {},
      body: Buffer.from('<Error><Code>AccessDenied</Code></Error>'),
    })
    expect(error).toMatchObject({
      code,
      message: `Flattrade refused the instrument list with HTTP ${status}`,
    })
  })
})

describe.runIf(hasRecordings)('the rows that were published', () => {
  it('have the symbols that were published with them', () => {
    const { found, skipped } = readBodies(recordedBytes('scripmaster-sample.csv'))
    expect(skipped).toEqual([])
    expect(found).toEqual([
      {
        exchange: 'NSE',
        symbol: 'INFY',
        token: 'NSE|1594',
        brokerSymbol: 'INFY-EQ',
        name: 'INFY',
        kind: 'EQ',
        lotSize: 1,
      },
      {
        exchange: 'NFO',
        symbol: 'INFY27OCT26FUT',
        token: 'NFO|52210',
        brokerSymbol: 'INFY27OCT26F',
        name: 'INFY',
        kind: 'FUT',
        lotSize: 400,
        expiry: '2026-10-27',
        underlying: 'INFY',
      },
      {
        exchange: 'NFO',
        symbol: 'BANKNIFTY29SEP2652800PE',
        token: 'NFO|69681',
        brokerSymbol: 'BANKNIFTY29SEP26P52800',
        name: 'BANKNIFTY',
        kind: 'PE',
        lotSize: 30,
        expiry: '2026-09-29',
        strike: 52_800,
        underlying: 'BANKNIFTY',
      },
    ])
  })
})

describe('a row', () => {
  it.each([
    ['NSE,22,1,ACC,ACC-EQ,EQ,,,', 'NSE:ACC'],
    ['NSE,22,1,A2ZINFRA,A2ZINFRA-BE,BE,,,', 'NSE:A2ZINFRA'],
    ['NSE,22,1,SUBAHOTELS,SUBAHOTELS-SM,SM,,,', 'NSE:SUBAHOTELS-SM'],
    ['NSE,22,1,SGBJUN28,SGBJUN28-GB,GB,,,', 'NSE:SGBJUN28-GB'],
    ['NSE,22,1,BAJAJ-AUTO,BAJAJ-AUTO-EQ,EQ,,,', 'NSE:BAJAJ-AUTO'],
    ['NSE,22,1,M&M,M&M-EQ,EQ,,,', 'NSE:M&M'],
    ['BSE,500410,1,ACC,ACC,A,,,', 'BSE:ACC'],
    ['BSE,500410,1,X,X-BE,A,,,', 'BSE:X-BE'],
    ['NFO,1,75,NIFTY,NIFTY29SEP26F,FUTIDX,29-SEP-2026,0,XX', 'NFO:NIFTY29SEP26FUT'],
    ['NFO,1,75,NIFTY,NIFTY29SEP26F,FUTIDX,29-SEP-2026,,', 'NFO:NIFTY29SEP26FUT'],
    ['NFO,1,75,NIFTY,NIFTY28MAR24C20800,OPTIDX,28-MAR-2024,20800.00,CE', 'NFO:NIFTY28MAR2420800CE'],
    ['NFO,1,75,VEDL,VEDL25APR24C292.5,OPTSTK,25-APR-2024,292.50,CE', 'NFO:VEDL25APR24292.5CE'],
    ['CDS,1,1,USDINR,USDINR19APR24C82,OPTCUR,19-APR-2024,82.0000,CE', 'CDS:USDINR19APR2482CE'],
    ['CDS,1,1,EURINR,EURINR26FEB26C102.25,OPTCUR,26-Feb-2026,102.25,CE', 'CDS:EURINR26FEB26102.25CE'],
    ['MCX,1,10,CRUDEOILM,CRUDEOILM20MAY24,FUTCOM,20-MAY-2024,-0.01,XX', 'MCX:CRUDEOILM20MAY24FUT'],
    ['MCX,1,10,GOLD,GOLD5DEC26P120000,OPTFUT,5-DEC-2026,120000.00,PE', 'MCX:GOLD05DEC26120000PE'],
    ['BFO,1,20,BSXOPT,SENSEX26SEP91000PE,OPTIDX,24-SEP-2026,91000.00,PE', 'BFO:SENSEX24SEP2691000PE'],
    ['BFO,1,30,BKXOPT,BANKEX26SEP66000CE,OPTIDX,24-SEP-2026,66000.00,CE', 'BFO:BANKEX24SEP2666000CE'],
    ['BFO,1,60,SX50OPT,SENSEX5026SEP26000CE,OPTIDX,24-SEP-2026,26000.00,CE', 'BFO:SENSEX5024SEP2626000CE'],
    ['BFO,1,20,BSXFUT,SENSEX26SEPFUT,FUTIDX,24-SEP-2026,0,XX', 'BFO:SENSEX24SEP26FUT'],
    ['BFO,1,20,SENSEX,SENSEX26SEPFUT,FUTIDX,24-SEP-2026,0,XX', 'BFO:SENSEX24SEP26FUT'],
    ['BFO,1,20,RELIANCE,RELIANCE26SEPFUT,FUTSTK,24-SEP-2026,0,XX', 'BFO:RELIANCE24SEP26FUT'],
    ['NSE,26000,1,Nifty 50,Nifty 50,INDEX,,,', 'NSE_INDEX:NIFTY'],
    ['NSE,26009,1,Nifty Bank,Nifty Bank,INDEX,,,', 'NSE_INDEX:BANKNIFTY'],
    ['NSE,26037,1,Nifty Fin,Nifty Fin Service,INDEX,,,', 'NSE_INDEX:FINNIFTY'],
    ['NSE,26013,1,Nifty Next 50,Nifty Next 50,INDEX,,,', 'NSE_INDEX:NIFTYNXT50'],
    ['NSE,26074,1,NIFTY MID SELECT,NIFTY MID SELECT,INDEX,,,', 'NSE_INDEX:MIDCPNIFTY'],
    ['NSE,26017,1,INDIAVIX,India VIX,INDEX,,,', 'NSE_INDEX:INDIAVIX'],
    ['NSE,26029,1,X,Nifty GrowSect-15,INDEX,,,', 'NSE_INDEX:NIFTYGROWSECT15'],
    ['BSE,1,1,SENSEX,BSE SENSEX,UNDIND,,,', 'BSE_INDEX:SENSEX'],
    ['BSE,1,1,SENSEX,SENSEX,UNDIND,,,', 'BSE_INDEX:SENSEX'],
    ['BSE,47,1,SNSX50,S&P BSE SENSEX 50,UNDIND,,,', 'BSE_INDEX:SENSEX50'],
    ['BSE,48,1,SNXT50,S&P BSE SENSEX NEXT 50,UNDIND,,,', 'BSE_INDEX:BSESENSEXNEXT50'],
    ['BSE,12,1,BANKEX,BSE BANKEX,UNDIND,,,', 'BSE_INDEX:BANKEX'],
  ])('%s is %s', (row, symbol) => {
    const { found, skipped } = read(row)
    expect([symbolsOf(found), skipped]).toEqual([[symbol], []])
  })

  it('of an index is asked for under the exchange it is of', () => {
    const { found } = read('NSE,26000,1,Nifty 50,Nifty 50,INDEX,,,', 'BSE,1,1,SENSEX,SENSEX,UNDIND,,,')
    expect(found.map(({ token, kind }) => [token, kind])).toEqual([
      ['NSE|26000', 'INDEX'],
      ['BSE|1', 'INDEX'],
    ])
  })

  it('has no tick size where there is no column for it', () => {
    expect(read(SHARE).found[0]).not.toHaveProperty('tickSize')
  })

  it.each([
    ['NSE,22,1,ACC,,EQ,,,', 'it has no trading symbol'],
    ['NSE,22,1,ACC,nan,EQ,,,', 'it has no trading symbol'],
    ['NSE,,1,ACC,ACC-EQ,EQ,,,', 'its token is none'],
    ['NSE,2.5,1,ACC,ACC-EQ,EQ,,,', 'its token is none'],
    ['XYZ,22,1,ACC,ACC-EQ,EQ,,,', 'no exchange that clients know'],
    ['NFO,1,75,NIFTY,X,FUTIDX,31-FEB-2026,,XX', 'its expiry "31-FEB-2026" is no date'],
    ['NFO,1,75,NIFTY,X,FUTIDX,,,XX', 'its expiry "" is no date'],
    ['NFO,1,75,NIFTY,X,OPTIDX,29-SEP-2026,-0.01,CE', 'its strike "-0.01" is none'],
    ['NFO,1,75,NIFTY,X,OPTIDX,29-SEP-2026,0,PE', 'its strike "0" is none'],
    ['NFO,1,75,NIFTY,X,OPTIDX,29-SEP-2026,1e3,PE', 'its strike "1e3" is none'],
    ['NFO,1,75,NIFTY,X,OPTIDX,29-SEP-2026,100,XX', 'it is of the unknown type "OPTIDX XX"'],
    ['CDS,1,1,USDINR,USDINR,UNDCUR,29-SEP-2026,0,XX', 'it is of the unknown type "UNDCUR XX"'],
    ['MCX,1,1,GOLD,GOLD,UNDCOM,,,', 'it is of the unknown type "UNDCOM "'],
    ['NFO,1,75,,X,FUTIDX,29-SEP-2026,,XX', 'it does not say what it is on'],
  ])('%s is left out, and why is told', (row, why) => {
    const { found, skipped } = read(SHARE, row)
    expect(symbolsOf(found)).toEqual(['NSE:ACC'])
    expect(skipped).toEqual([expect.stringContaining(why)])
  })

  it('of a number that another exchange has, too, is of its own', () => {
    const { found } = read('NSE,1594,1,INFY,INFY-EQ,EQ,,,', 'BSE,1594,1,OTHER,OTHER,A,,,')
    expect(found.map(({ token, symbol }) => [token, symbol])).toEqual([
      ['NSE|1594', 'INFY'],
      ['BSE|1594', 'OTHER'],
    ])
  })
})

describe('two rows', () => {
  it('of one number: the first is served', () => {
    const { found, skipped } = read(SHARE, 'NSE,22,1,XYZ,XYZ-EQ,EQ,,,')
    expect(symbolsOf(found)).toEqual(['NSE:ACC'])
    expect(skipped).toEqual([`"XYZ-EQ" (token NSE|22): its token is another row's already`])
  })

  it('of the series EQ and BE of a share: EQ has its symbol, wherever it stands, and BE the spelling of the broker', () => {
    const { found } = read('NSE,1,1,ACC,ACC-BE,BE,,,', 'NSE,3,1,XYZ,XYZ-BE,BE,,,', 'NSE,2,1,ACC,ACC-EQ,EQ,,,')
    expect(found.map(({ symbol, brokerSymbol }) => [symbol, brokerSymbol])).toEqual([
      ['ACC', 'ACC-EQ'],
      ['ACC-BE', 'ACC-BE'],
      ['XYZ', 'XYZ-BE'],
    ])
  })

  it('of two indices with one name: neither is served', () => {
    const { found, skipped } = read(SHARE, 'NSE,1,1,a,Nifty Fin,INDEX,,,', 'NSE,2,1,a,Nifty Fin Service,INDEX,,,')
    expect(symbolsOf(found)).toEqual(['NSE:ACC'])
    expect(skipped).toHaveLength(2)
  })
})

describe('a list', () => {
  it('of another broker of the family is read by the names of its columns', () => {
    const { found, skipped } = readBodies(
      list(
        OTHER_HEAD,
        'BFO,837931,20,BSXOPT,SENSEX26SEP91000PE,24-SEP-2026,OPTIDX,PE,91000,0.05,',
        'NFO,52210,400,INFY,INFY27OCT26F,27-OCT-2026,FUTSTK,XX,-0.01,0.10,',
      ),
      list('Exchange,Token,LotSize,Symbol,TradingSymbol,Instrument,TickSize,', 'NSE,22,1,ACC,ACC-EQ,EQ,0.05,'),
    )
    expect(skipped).toEqual([])
    expect(found.map(({ symbol, tickSize }) => [symbol, tickSize])).toEqual([
      ['SENSEX24SEP2691000PE', 0.05],
      ['INFY27OCT26FUT', 0.1],
      ['ACC', 0.05],
    ])
  })

  it('may have a comma behind its columns and none behind its rows', () => {
    const text = 'Exchange,Token,LotSize,Symbol,TradingSymbol,Instrument,TickSize,\nNSE,22,1,ACC,ACC-EQ,EQ,0.05\n'
    expect(readBodies(Buffer.from(text))).toMatchObject({ found: [{ symbol: 'ACC', tickSize: 0.05 }], skipped: [] })
  })

  it('may have a mark at its beginning, line ends of Windows, and none after its last line', () => {
    const text = `\uFEFF${HEAD}\r\n${SHARE}\r\nNSE,1594,1,INFY,INFY-EQ,EQ,,,`
    expect(symbolsOf(readBodies(Buffer.from(text)).found)).toEqual(['NSE:ACC', 'NSE:INFY'])
  })

  it.each([
    ['too short', 'NSE,1,1,A,A-EQ', 'a line of 5 columns, not 9'],
    ['too long', 'NSE,1,1,A,A-EQ,EQ,,,,more', 'a line of 10 columns, not 9'],
    ['a quote without its twin', 'NSE,1,1,"A,A-EQ,EQ,,,', ''],
  ])('with a line that is %s loses that line only', (_, line, why) => {
    const { found, skipped } = read(SHARE, line, 'NSE,1594,1,INFY,INFY-EQ,EQ,,,')
    expect(symbolsOf(found)).toEqual(['NSE:ACC', 'NSE:INFY'])
    expect(skipped).toEqual([expect.stringContaining(why)])
  })

  it('may hold a name with a comma, between quotes', () => {
    const { found } = read('NSE,22,1,"ACC, LTD",ACC-EQ,EQ,,,')
    expect(found[0]).toMatchObject({ symbol: 'ACC', name: 'ACC, LTD' })
  })

  it('that ends in the middle of a row was cut', () => {
    expect(() => readBodies(Buffer.from(`${HEAD}\n${SHARE}\nNSE,1594,1,INFY`))).toThrow(
      expect.objectContaining({ code: 'INSTRUMENTS_MALFORMED', message: expect.stringContaining('was cut') }),
    )
  })

  it('of rows that are all wrong, or none, is no list: an exchange would be missing without a word', () => {
    for (const second of [list(HEAD), list(HEAD, 'NSE,22,1,ACC,,EQ,,,')])
      expect(() => readBodies(list(HEAD, SHARE), second)).toThrow(
        expect.objectContaining({
          code: 'INSTRUMENTS_MALFORMED',
          message: expect.stringContaining('file 2 of 2 holds no instrument'),
          next: expect.stringContaining('master_files'),
        }),
      )
  })

  it.each(['', '<html>', 'Exchange,Token\n', '<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>'])(
    'that is none ("%s") is refused',
    text => {
      expect(() => readBodies(Buffer.from(text))).toThrow(expect.objectContaining({ code: 'INSTRUMENTS_MALFORMED' }))
    },
  )

  it('is read in pieces, as it is taken', () => {
    const rows = Array.from({ length: 1000 }, (_, at) => `NSE,${at},1,S${at},S${at}-EQ,EQ,,,`)
    const first = master
      .parse([list(HEAD, ...rows), Buffer.from('no list')], () => {})
      [Symbol.iterator]()
      .next()
    expect(first.value).toMatchObject({ symbol: 'S0' })
  })
})

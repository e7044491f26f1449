import { describe, expect, it } from 'vitest'
import { topicName } from '../../../adapters/fyers/indexnames.ts'
import { master } from '../../../adapters/fyers/instruments.ts'
import { settings } from '../../../adapters/fyers/settings.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'
import { body, epoch, FUTURE, type Listed, line, NIFTY, SHARE } from './masterlist.ts'
import { hasRecordings, recordedJson, recordedText } from './recordings.ts'

function read(...rows: (Listed | string)[]): { instruments: Instrument[]; skipped: string[] } {
  const skipped: string[] = []
  const instruments = [...master.parse([body(...rows)], why => skipped.push(why))]
  return { instruments, skipped }
}

const one = (row: Listed): Instrument | string => {
  const { instruments, skipped } = read(row, {
    ...SHARE,
    fytoken: '10100000000001',
    ticker: 'NSE:ZZZZ-EQ',
    underlying: 'ZZZZ',
  })
  return instruments.find(({ symbol }) => symbol !== 'ZZZZ') ?? skipped[0] ?? 'nothing'
}

const option: Listed = {
  fytoken: '101126072129450',
  ticker: 'NSE:NIFTY2672129450CE',
  underlying: 'NIFTY',
  description: 'NIFTY 26 Jul 21 29450 CE',
  type: '14',
  lot: '65',
  expiry: epoch('2026-07-21'),
  strike: '29450.0',
  option: 'CE',
}

describe('the lists', () => {
  it('are seven files, for everybody', () => {
    const requests = master.requests(settings.parse({}), undefined)
    expect(requests.map(({ url }) => url)).toEqual(
      ['NSE_CM', 'NSE_FO', 'NSE_CD', 'NSE_COM', 'BSE_CM', 'BSE_FO', 'MCX_COM'].map(
        name => `https://public.fyers.in/sym_details/${name}.csv`,
      ),
    )
    expect(requests.every(({ headers }) => headers === undefined)).toBe(true)
  })

  it.runIf(hasRecordings)('as recorded give the symbols, topics and days that are published', () => {
    const { rows } = recordedJson<{
      rows: Record<string, { symbol: string; exchange: string; topic: string; expiry: string; strike?: number }>
    }>('symbol-master-expected.json')
    const instruments = [...master.parse([Buffer.from(recordedText('symbol-master-rows.csv'))], () => {})]
    expect(instruments).toHaveLength(Object.keys(rows).length)
    for (const [ticker, { symbol, exchange, topic, expiry, strike }] of Object.entries(rows)) {
      const found = instruments.find(({ brokerSymbol }) => `NSE:${brokerSymbol}` === ticker)
      expect(found, ticker).toMatchObject({ symbol, exchange, token: topic.slice(3) })
      expect(found?.strike, ticker).toBe(strike)
      expect(found?.expiry ?? '', ticker).toBe(expiry === '' ? '' : '2026-08-25')
    }
  })

  it('that are pages or noise are refused, each of them, and one where nothing is listed is none of those', () => {
    const parse = (...texts: string[]) => [
      ...master.parse(
        texts.map(text => Buffer.from(text)),
        () => {},
      ),
    ]
    for (const text of ['', '\n\n', '<html>Service unavailable</html>', '{"s":"error"}', '\0\x01\x02', 'a,b,c\n'])
      expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'INSTRUMENTS_MALFORMED' }))
    expect(() => parse(line(SHARE), '<html>Service unavailable</html>')).toThrow('<html>Service')
    expect(parse(line(SHARE), '', line(FUTURE))).toHaveLength(2)
  })

  it('lose only the rows that cannot be read, and say which', () => {
    const { instruments, skipped } = read(
      `${line(SHARE)},more`,
      line(SHARE).slice(0, 40),
      NIFTY,
      `fytoken${line(FUTURE)}`,
    )
    expect(instruments.map(({ symbol }) => symbol)).toEqual(['NIFTY'])
    expect(skipped).toEqual([
      'a line of 22 columns, not 21',
      'a line of 7 columns, not 21',
      expect.stringContaining('no fytoken'),
    ])
  })

  it('may end their lines as other systems do, and put names in quotes', () => {
    const quoted = line({ ...SHARE, description: '"STATE BANK, OF INDIA"' })
    const text = `\uFEFF${line(NIFTY)}\r\n\r\n${quoted}\r\n${line(FUTURE)}`
    const instruments = [...master.parse([Buffer.from(text)], () => {})]
    expect(instruments.map(({ symbol }) => symbol)).toEqual(['SBIN', 'NIFTY29SEP26FUT', 'NIFTY'])
    expect(instruments[0]?.name).toBe('STATE BANK, OF INDIA')
  })
})

describe('a row', () => {
  it('of a share has the name of the share', () => {
    expect(one({ ...SHARE, description: 'STATE BANK OF INDIA', tick: '0.1' })).toEqual({
      exchange: 'NSE',
      symbol: 'SBIN',
      token: 'nse_cm|3045',
      brokerSymbol: 'SBIN-EQ',
      name: 'STATE BANK OF INDIA',
      kind: 'EQ',
      tickSize: 0.1,
      lotSize: 1,
    })
  })

  it.each([
    ['NSE:BAJAJ-AUTO-EQ', '10100000016669', 'BAJAJ-AUTO', '0', 'NSE', 'BAJAJ-AUTO'],
    ['NSE:M&M-EQ', '10100000002031', 'M&M', '0', 'NSE', 'M&M'],
    ['NSE:NIFTYBEES-EQ', '101000000010576', 'NIFTYBEES', '9', 'NSE', 'NIFTYBEES'],
    ['NSE:SGBAUG28V-GB', '10100000005550', 'SGBAUG28V', '2', 'NSE', 'SGBAUG28V'],
    ['NSE:IRFC-N2', '10100000005551', 'IRFC', '2', 'NSE', 'IRFC-N2'],
    ['BSE:SBIN-A', '1210000000500112', 'SBIN', '0', 'BSE', 'SBIN'],
    ['BSE:ABB-B', '1210000000500002', 'ABB', '50', 'BSE', 'ABB'],
    ['BSE:SOMEBOND-F', '1210000000900002', 'SOMEBOND', '2', 'BSE', 'SOMEBOND-F'],
  ])('%s is %s…', (ticker, fytoken, underlying, type, exchange, symbol) => {
    expect(one({ ticker, fytoken, underlying, type })).toMatchObject({ exchange, symbol, kind: 'EQ' })
  })

  it('of an index is known by the exchange’s own name for it, which is no part of the list', () => {
    expect(one({ ...NIFTY, description: 'NIFTY50-INDEX' })).toEqual({
      exchange: 'NSE_INDEX',
      symbol: 'NIFTY',
      token: 'nse_cm|Nifty 50',
      brokerSymbol: 'NIFTY50-INDEX',
      name: 'NIFTY50-INDEX',
      kind: 'INDEX',
    })
  })

  it.each([
    ['NSE:NIFTYMIDCAP50-INDEX', 'NIFTYMID50', 'NIFTYMIDCAP50', 'nse_cm|Nifty Midcap 50'],
    ['NSE:NIFTY100 EQL WGT-INDEX', 'NIFTY100 EQL WGT', 'NIFTY100EQLWGT', 'nse_cm|NIFTY100 EQL Wgt'],
    ['NSE:NIFTYNEW-INDEX', 'NIFTYNEW', 'NIFTYNEW', 'nse_cm|NIFTYNEW'],
  ])('%s of NSE is %s, %s', (ticker, underlying, symbol, token) => {
    expect(one({ ...NIFTY, ticker, underlying })).toMatchObject({ exchange: 'NSE_INDEX', symbol, token })
  })

  it.each([
    ['SENSEX', 'SENSEX', 'SENSEX'],
    ['BANKEX', 'BANKEX', 'BANKEX'],
    ['SNXT50', 'BSESENSEXNEXT50', 'SNXT50'],
    ['100', 'BSE100', 'BSE100'],
    ['CG', 'BSECAPITALGOODS', 'BSE CG'],
    ['OILGAS', 'BSEOIL&GAS', 'OILGAS'],
    ['GREENEX', 'BSEGREENEX', 'GREENX'],
    ['SME IPO', 'BSESMEIPO', 'SMEIPO'],
  ])('BSE:%s-INDEX is %s', (name, symbol, topic) => {
    const row = { fytoken: '121000000000001', ticker: `BSE:${name}-INDEX`, underlying: name, type: '10' }
    expect(one(row)).toMatchObject({ exchange: 'BSE_INDEX', symbol, token: `bse_cm|${topic}`, kind: 'INDEX' })
  })

  it('of an index whose topic would look like a share is left out', () => {
    const row = { fytoken: '121000000000001', ticker: 'BSE:1000-INDEX', underlying: '1000', type: '10' }
    expect(one(row)).toContain('nobody knows what the price socket calls this index')
  })

  it('of a future and of an option say day and strike as clients do, whatever ticker and description say', () => {
    expect(one(FUTURE)).toEqual({
      exchange: 'NFO',
      symbol: 'NIFTY29SEP26FUT',
      token: 'nse_fo|68407',
      brokerSymbol: 'NIFTY26SEPFUT',
      name: 'NIFTY',
      underlying: 'NIFTY',
      kind: 'FUT',
      expiry: '2026-09-29',
      tickSize: 0.05,
      lotSize: 65,
    })
    expect(one(option)).toMatchObject({
      symbol: 'NIFTY21JUL2629450CE',
      strike: 29450,
      expiry: '2026-07-21',
      kind: 'CE',
    })
  })

  it.each([
    ['1012261029123', 'NSE:USDINR26OCT83.25CE', 'USDINR', '83.25', 'CE', 'CDS', 'USDINR29OCT2683.25CE', 'cde_fo|123'],
    [
      '1120261029565899',
      'MCX:CRUDEOIL26OCTFUT',
      'CRUDEOIL',
      '-1.0',
      'XX',
      'MCX',
      'CRUDEOIL29OCT26FUT',
      'mcx_fo|565899',
    ],
    ['1211261029860001', 'BSE:SENSEX26OCTFUT', 'SENSEX', '-1.0', '', 'BFO', 'SENSEX29OCT26FUT', 'bse_fo|860001'],
    ['1212261029000007', 'BSE:USDINR26OCTFUT', 'USDINR', '-1.0', '', 'BCD', 'USDINR29OCT26FUT', 'bcs_fo|000007'],
    ['1020261029000007', 'NSE:GOLD26OCTFUT', 'GOLD', '-1.0', 'XX', 'NCO', 'GOLD29OCT26FUT', 'nse_com|000007'],
  ])(
    '%s %s is a contract of its own exchange',
    (fytoken, ticker, underlying, strike, kind, exchange, symbol, token) => {
      // Late in the evening in India, which is the same day in every zone that matters.
      const row = {
        fytoken,
        ticker,
        underlying,
        strike,
        option: kind,
        type: '30',
        expiry: epoch('2026-10-29', '23:30'),
      }
      expect(one(row)).toMatchObject({ exchange, symbol, token, expiry: '2026-10-29' })
    },
  )

  it('of a currency or a commodity leaves the lot out, which is 1 in the list whatever it is', () => {
    const crude = { ...FUTURE, fytoken: '1120260929565899', ticker: 'MCX:CRUDEOIL26SEPFUT', underlying: 'CRUDEOIL' }
    expect(one({ ...crude, lot: '1' })).not.toHaveProperty('lotSize')
    expect(one({ ...crude, lot: '100' })).toMatchObject({ lotSize: 100 })
  })

  it('expires on the day in India, also where that is the day before elsewhere', () => {
    expect(one({ ...FUTURE, expiry: epoch('2026-09-29', '00:30') })).toMatchObject({ expiry: '2026-09-29' })
  })

  it('whose two days disagree is left out, unless it was moved', () => {
    expect(one({ ...FUTURE, expiry: epoch('2026-09-28') })).toContain('2026-09-28, and on 2026-09-29 by its fytoken')
    const moved = { ...FUTURE, expiry: epoch('2026-09-28'), reserved: epoch('2026-09-29') }
    expect(one(moved)).toMatchObject({ expiry: '2026-09-28', symbol: 'NIFTY28SEP26FUT' })
  })

  it.each<[string, Partial<Listed>]>([
    ['no exchange that clients know', { house: '13' }],
    ['no exchange that clients know', { fytoken: '999926092968407' }],
    ['its fytoken is of another segment', { segment: '12' }],
    ['it has no ticker', { ticker: 'NIFTY26SEPFUT' }],
    ['no time', { expiry: '' }],
    ['no time', { expiry: 'soon' }],
    ['unknown kind', { option: 'XE' }],
    ['its strike', { option: 'CE', strike: '-1.0' }],
    ['does not say what it is on', { underlying: '' }],
    ['cannot travel', { underlying: 'nifty\u0007' }],
  ])('is left out and told: %s', (why, wrong) => {
    expect(one({ ...FUTURE, ...wrong })).toContain(why)
  })
})

describe('rows that could be taken for each other', () => {
  it('of a share and its series keep the name for the share, whichever comes first', () => {
    const series = { ...SHARE, fytoken: '10100000009999', ticker: 'NSE:SBIN-BL' }
    for (const rows of [
      [SHARE, series],
      [series, SHARE],
    ])
      expect(new Map(read(...rows).instruments.map(({ symbol, token }) => [symbol, token]))).toEqual(
        new Map([
          ['SBIN', 'nse_cm|3045'],
          ['SBIN-BL', 'nse_cm|9999'],
        ]),
      )
    expect(read(series).instruments[0]?.symbol).toBe('SBIN')
  })

  it('with one token, as an index under two names, are served once', () => {
    const twin = { ...NIFTY, fytoken: '101000000026013' }
    const next = [
      { ...twin, ticker: 'NSE:NIFTYNXT50-INDEX', underlying: 'NIFTYNXT50' },
      { ...twin, ticker: 'NSE:NIFTYNEXT50-INDEX', underlying: 'NIFTYNEXT50' },
    ]
    const { instruments, skipped } = read(...next)
    expect(instruments.map(({ symbol }) => symbol)).toEqual(['NIFTYNXT50'])
    expect(skipped).toEqual([expect.stringContaining('token is another row')])
  })

  it('with one number in two segments are two', () => {
    const other = { ...FUTURE, fytoken: '10112609293045' }
    expect(read(SHARE, other).instruments.map(({ token }) => token)).toEqual(['nse_cm|3045', 'nse_fo|3045'])
  })

  it('with one symbol are one, and the other is told', () => {
    const { instruments, skipped } = read(FUTURE, { ...FUTURE, fytoken: '101126092968408' })
    expect(instruments).toHaveLength(1)
    expect(skipped).toEqual([expect.stringContaining('NFO:NIFTY29SEP26FUT is token nse_fo|')])
  })
})

describe.runIf(hasRecordings)('the topics of indices', () => {
  it('are all that the vendor names', () => {
    const { index_names: names } = recordedJson<{ index_names: Record<string, string> }>('index-names.json')
    expect(Object.keys(names)).toHaveLength(127)
    for (const [ticker, name] of Object.entries(names)) expect(topicName(ticker), ticker).toBe(name)
  })
})

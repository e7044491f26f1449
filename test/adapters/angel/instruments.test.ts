import { describe, expect, it } from 'vitest'
import { master } from '../../../adapters/angel/instruments.ts'
import { settings } from '../../../adapters/angel/settings.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'
import { hasRecordings, recordedJson, recordedText } from './recordings.ts'

type Row = Readonly<Record<string, unknown>>

const row = (fields: Row): Row => ({
  token: '1',
  symbol: 'A-EQ',
  name: 'A',
  expiry: '',
  strike: '-1.000000',
  lotsize: '1',
  instrumenttype: '',
  exch_seg: 'NSE',
  tick_size: '5.000000',
  freeze_qty: '125531',
  is_cas_enabled: false,
  ...fields,
})

const SBIN = row({ token: '3045', symbol: 'SBIN-EQ', name: 'SBIN' })
const sbin = {
  exchange: 'NSE',
  symbol: 'SBIN',
  token: '1|3045',
  brokerSymbol: 'SBIN-EQ',
  name: 'SBIN',
  kind: 'EQ',
  tickSize: 0.05,
  lotSize: 1,
}

/** What a list of these rows gives, and what was left out. */
const read = (...rows: Row[]) => readText(JSON.stringify(rows))

function readText(text: string | Uint8Array): { found: Instrument[]; skipped: string[] } {
  const skipped: string[] = []
  const found = [...master.parse([Buffer.from(text)], why => skipped.push(why))]
  return { found, skipped }
}

const symbols = (...rows: Row[]) => read(...rows).found.map(({ exchange, symbol }) => `${exchange}:${symbol}`)

describe('asking for the list', () => {
  it('needs no login', () => {
    expect(master.requests(settings.parse({}), undefined)).toEqual([
      {
        method: 'GET',
        url: 'https://margincalculator.angelbroking.com/OpenAPI_File/files/OpenAPIScripMaster.json',
        headers: { Accept: 'application/json' },
      },
    ])
  })

  it.each([
    [429, 'BROKER_RATE_LIMITED'],
    [503, 'BROKER_UNREACHABLE'],
    [404, 'BROKER_REFUSED'],
  ])('refused with HTTP %i is %s', (status, code) => {
    expect(master.classify({ status, headers: {}, body: Buffer.from('<html>') })).toMatchObject({ code })
  })
})

describe('a row', () => {
  it('of a share is an instrument without its series, its token with the segment before it, and no strike', () => {
    expect(read(SBIN)).toEqual({ found: [sbin], skipped: [] })
  })

  it('of an option keeps the symbol that NFO has, and its strike is in rupees', () => {
    const nifty = row({
      token: '47163',
      symbol: 'NIFTY15SEP2621900CE',
      name: 'NIFTY',
      expiry: '15SEP2026',
      strike: '2190000.000000',
      lotsize: '65',
      instrumenttype: 'OPTIDX',
      exch_seg: 'NFO',
    })
    expect(read(nifty).found).toEqual([
      {
        exchange: 'NFO',
        symbol: 'NIFTY15SEP2621900CE',
        token: '2|47163',
        brokerSymbol: 'NIFTY15SEP2621900CE',
        name: 'NIFTY',
        kind: 'CE',
        tickSize: 0.05,
        lotSize: 65,
        expiry: '2026-09-15',
        underlying: 'NIFTY',
        strike: 21_900,
      },
    ])
  })

  it.each(['-1.000000', '0.000000', '-1', ''])('of a future has no strike, whatever the list says (%s)', strike => {
    const future = { symbol: 'NIFTY29SEP26FUT', name: 'NIFTY', expiry: '29SEP2026', exch_seg: 'NFO' }
    const [found] = read(row({ ...future, instrumenttype: 'FUTIDX', strike })).found
    expect(found).toMatchObject({ kind: 'FUT', symbol: 'NIFTY29SEP26FUT', expiry: '2026-09-29' })
    expect(found).not.toHaveProperty('strike')
  })

  it.each([
    ['BFO', 'SENSEX24MAR75000PE', 'SENSEX', '28MAR2024', '7500000.000000', 'OPTIDX', 'SENSEX28MAR2475000PE', 75_000],
    ['BFO', 'SENSEX25OCTFUT', 'SENSEX', '30OCT2025', '-1.000000', 'FUTIDX', 'SENSEX30OCT25FUT', undefined],
    ['CDS', 'USDINR21DEC75.25CE', 'USDINR', '29DEC2021', '752500000.000000', 'OPTCUR', 'USDINR29DEC2175.25CE', 75.25],
    ['CDS', 'USDINR21DEC83.05CE', 'USDINR', '29DEC2021', '830500000.000000', 'OPTCUR', 'USDINR29DEC2183.05CE', 83.05],
    ['CDS', 'USDINR21DEC83PE', 'USDINR', '29DEC2021', '830000000.000000', 'OPTCUR', 'USDINR29DEC2183PE', 83],
    ['CDS', 'USDINR21DECFUT', 'USDINR', '29DEC2021', '-1.000000', 'FUTCUR', 'USDINR29DEC21FUT', undefined],
    ['CDS', '726GS203325APRFUT', '726GS2033', '25APR2024', '-1.000000', 'FUTIRC', '726GS203325APR24FUT', undefined],
    ['CDS', '91DTB25APRFUT', '91DTB', '25APR2024', '-1.000000', 'FUTIRT', '91DTB25APR24FUT', undefined],
    ['MCX', 'CRUDEOIL25NOV5000CE', 'CRUDEOIL', '17NOV2025', '500000.000000', 'OPTFUT', 'CRUDEOIL17NOV255000CE', 5000],
    ['MCX', 'GOLDPETAL30SEP25FUT', 'GOLDPETAL', '30SEP2025', '0.000000', 'FUTCOM', 'GOLDPETAL30SEP25FUT', undefined],
    ['NCDEX', 'GUARSEED20OCT2023', 'GUARSEED10', '20OCT2023', '-1.000000', 'FUTCOM', 'GUARSEED1020OCT23FUT', undefined],
    ['NFO', 'VEDL25APR24292.5CE', 'VEDL', '25APR2024', '29250.000000', 'OPTSTK', 'VEDL25APR24292.5CE', 292.5],
  ])(
    'of %s, %s on %s, has the symbol %7$s',
    (exch_seg, symbol, name, expiry, strike, instrumenttype, common, rupees) => {
      const [found] = read(row({ exch_seg, symbol, name, expiry, strike, instrumenttype })).found
      expect([found?.symbol, found?.strike, found?.exchange, found?.brokerSymbol]).toEqual([
        common,
        rupees,
        exch_seg,
        symbol,
      ])
    },
  )

  it('of a currency has its tick in ten-millionths, too', () => {
    const [found] = read(
      row({ exch_seg: 'CDS', expiry: '29DEC2021', instrumenttype: 'FUTCUR', tick_size: '25000.000000' }),
    ).found
    expect(found?.tickSize).toBe(0.0025)
  })

  it.each([
    ['NSE', 'Nifty 50', 'NIFTY', 'NSE_INDEX:NIFTY'],
    ['NSE', 'Nifty 50', 'Nifty 50', 'NSE_INDEX:NIFTY'],
    ['NSE', 'Nifty Bank', 'NIFTY BANK', 'NSE_INDEX:BANKNIFTY'],
    ['NSE', 'Nifty Fin Service', 'Nifty Fin Service', 'NSE_INDEX:FINNIFTY'],
    ['NSE', 'Nifty Next 50', 'Nifty Next 50', 'NSE_INDEX:NIFTYNXT50'],
    ['NSE', 'NIFTY MID SELECT', 'NIFTY MID SELECT', 'NSE_INDEX:MIDCPNIFTY'],
    ['NSE', 'NIFTY MIDCAP SELECT', 'NIFTY MIDCAP SELECT', 'NSE_INDEX:MIDCPNIFTY'],
    ['NSE', 'India VIX', 'INDIA VIX', 'NSE_INDEX:INDIAVIX'],
    ['NSE', 'HangSeng BeES-NAV', '', 'NSE_INDEX:HANGSENGBEESNAV'],
    ['BSE', 'SENSEX', 'SENSEX', 'BSE_INDEX:SENSEX'],
    ['BSE', 'SNSX50', 'SNSX50', 'BSE_INDEX:SENSEX50'],
    ['BSE', 'S&P BSE 100', 'S&P BSE 100', 'BSE_INDEX:BSE100'],
    ['MCX', 'MCXBULLDEX', 'MCXBULLDEX', 'MCX_INDEX:MCXBULLDEX'],
  ])('of the index %s:%s named "%s" is %s', (exch_seg, symbol, name, expected) => {
    expect(symbols(row({ exch_seg, symbol, name, instrumenttype: 'AMXIDX', tick_size: '0.000000' }))).toEqual([
      expected,
    ])
  })

  it('of an index has neither tick nor strike', () => {
    const [found] = read(
      row({ token: '99926000', symbol: 'Nifty 50', name: 'NIFTY', instrumenttype: 'AMXIDX', tick_size: '0' }),
    ).found
    expect(found).toEqual({
      exchange: 'NSE_INDEX',
      symbol: 'NIFTY',
      token: '1|99926000',
      brokerSymbol: 'Nifty 50',
      name: 'NIFTY',
      kind: 'INDEX',
      lotSize: 1,
    })
  })

  it.each([
    ['SBIN-EQ', 'SBIN'],
    ['RAJTV-BE', 'RAJTV'],
    ['NIFTYBEES-MF', 'NIFTYBEES'],
    ['725KA31-SG', '725KA31'],
    ['AMBANIORGO-SM', 'AMBANIORGO-SM'],
    ['ABC-ST', 'ABC-ST'],
    ['SGBJAN29-GB', 'SGBJAN29-GB'],
    ['115VCCL28-N0', '115VCCL28-N0'],
    ['BAJAJ-AUTO-EQ', 'BAJAJ-AUTO'],
    ['M&M-EQ', 'M&M'],
    ['A-EQUITAS-EQ', 'A-EQUITAS'],
    ['X-BEML', 'X-BEML'],
  ])('of the share %s is %s: a series is dropped at the end only', (symbol, common) => {
    expect(symbols(row({ symbol }))).toEqual([`NSE:${common}`])
  })

  it('of what MCX trades on the spot is served under its name', () => {
    expect(symbols(row({ exch_seg: 'MCX', symbol: 'GOLD', instrumenttype: 'COMDTY' }))).toEqual(['MCX:GOLD'])
  })

  it.each([
    ['the segment', { exch_seg: 'NCO' }, 'the stream does not carry the segment "NCO"'],
    ['the segment of another name', { exch_seg: 'constructor' }, 'the stream does not carry the segment'],
    ['the token', { token: 'NSE1' }, 'its token is no number'],
    ['the length of the token', { token: '1'.repeat(26) }, 'its token is no number'],
    ['the type', { instrumenttype: 'UNDCUR' }, 'it is of the unknown type "UNDCUR"'],
    [
      'an option that is neither',
      { instrumenttype: 'OPTIDX', symbol: 'NIFTY15SEP2621900XX' },
      'it is of the unknown type',
    ],
    ['an index of NFO', { instrumenttype: 'AMXIDX', exch_seg: 'NFO' }, 'NFO has no indices that clients know'],
    ['the expiry', { instrumenttype: 'FUTIDX', expiry: '2026-09-15' }, 'its expiry "2026-09-15" is no date'],
    ['a day that is none', { instrumenttype: 'FUTIDX', expiry: '31SEP2026' }, 'its expiry "31SEP2026" is no date'],
    ['the strike', { instrumenttype: 'OPTIDX', symbol: 'XCE', expiry: '15SEP2026' }, 'its strike "-1.000000" is none'],
    ['the name', { instrumenttype: 'FUTIDX', expiry: '15SEP2026', name: '' }, 'it has no name'],
    ['the symbol', { symbol: 'A"B' }, String.raw`its symbol "A\"B" cannot travel`],
    ['an empty symbol', { symbol: '' }, 'its symbol "" cannot travel'],
  ])('that is unreadable in %s is left out and told', (_, fields, why) => {
    const { found, skipped } = read(row(fields), SBIN)
    expect(found).toEqual([sbin])
    expect(skipped).toHaveLength(1)
    expect(skipped[0]).toContain(why)
  })
})

describe('one symbol, one token', () => {
  it('tells the same number in two segments apart', () => {
    const { found } = read(
      row({ token: '1594', symbol: 'INFY-EQ' }),
      row({ token: '1594', symbol: 'INFY', exch_seg: 'BSE' }),
    )
    expect(found.map(({ token }) => token)).toEqual(['1|1594', '3|1594'])
  })

  it('gives the bare symbol to the usual series, wherever it stands, and its own to the other', () => {
    const lesser = row({ token: '7', symbol: 'SBIN-BE', name: 'SBIN' })
    for (const rows of [
      [lesser, SBIN],
      [SBIN, lesser],
    ])
      expect(
        read(...rows)
          .found.map(({ token, symbol }) => `${token} ${symbol}`)
          .sort(),
      ).toEqual(['1|3045 SBIN', '1|7 SBIN-BE'])
  })

  it('serves neither of two indices whose names become one', () => {
    const one = row({ token: '99926001', symbol: 'A', name: 'NIFTY X-1', instrumenttype: 'AMXIDX' })
    const other = row({ token: '99926002', symbol: 'B', name: 'Nifty X1', instrumenttype: 'AMXIDX' })
    const { found, skipped } = read(one, SBIN, other)
    expect(found).toEqual([sbin])
    expect(skipped).toEqual([
      '"A" (token 1|99926001): 2 indices would be NSE_INDEX:NIFTYX1',
      '"B" (token 1|99926002): 2 indices would be NSE_INDEX:NIFTYX1',
    ])
  })

  it('serves the first of two rows with one symbol or one token, and tells the other', () => {
    const { found, skipped } = read(
      SBIN,
      row({ token: '9', symbol: 'SBIN-EQ' }),
      row({ token: '3045', symbol: 'INFY-EQ' }),
    )
    expect(found).toEqual([sbin])
    expect(skipped).toEqual([
      '"SBIN-EQ" (token 1|9): NSE:SBIN is token 1|3045 already',
      `"INFY-EQ" (token 1|3045): its token is another row's already`,
    ])
  })
})

interface Published {
  readonly token: number
  readonly symbol: string
  readonly brsymbol: string
  readonly exchange: string
  readonly expiry: string
  readonly strike: number
  readonly lotsize: number
  readonly instrumenttype: string
  readonly tick_size: number
}

describe.runIf(hasRecordings)("OpenAlgo's own reading of the same rows", () => {
  it('is ours, except for the strike of what has none', () => {
    const published = recordedJson<Published[]>('scripmaster_rows.openalgo.json')
    const { found, skipped } = readText(recordedText('scripmaster_rows.json'))
    expect(skipped).toEqual([])
    expect(found).toHaveLength(published.length)
    for (const one of published) {
      const our = found.find(({ brokerSymbol }) => brokerSymbol === one.brsymbol)
      expect(our?.token).toMatch(new RegExp(`^\\d+\\|${one.token}$`))
      expect(our).toMatchObject({ symbol: one.symbol, exchange: one.exchange, lotSize: one.lotsize })
      expect([our?.strike ?? 0, our?.tickSize ?? 0]).toEqual([Math.max(0, one.strike), one.tick_size])
      if (one.instrumenttype === 'CE') expect(our?.kind).toBe('CE')
    }
  })
})

import { describe, expect, it } from 'vitest'
import { quotes } from '../../../adapters/fyers/quotes.ts'
import { settings } from '../../../adapters/fyers/settings.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'
import { hasRecordings, recordedJson } from './recordings.ts'

const NOW = 1_795_220_416_123_456
const ticket = { app_id: 'ABCD1234-100', access_token: 'head.body.tail', hsm_key: 'key' }

const named = (exchange: Instrument['exchange'], symbol: string, brokerSymbol: string): Instrument => ({
  exchange,
  symbol,
  brokerSymbol,
  token: brokerSymbol,
  name: symbol,
  kind: 'EQ',
})
const SBIN = named('NSE', 'SBIN', 'SBIN-EQ')
const MAHINDRA = named('NSE', 'M&M', 'M&M-EQ')
const NIFTY = named('NSE_INDEX', 'NIFTY', 'NIFTY50-INDEX')
const FUTURE = named('NFO', 'NIFTY29SEP26FUT', 'NIFTY26SEPFUT')
const SENSEX = named('BSE_INDEX', 'SENSEX', 'SENSEX-INDEX')
const CRUDE = named('MCX', 'CRUDEOIL29OCT26FUT', 'CRUDEOIL26OCTFUT')

const answer = (value: unknown, status = 200) => ({
  status,
  headers: {},
  body: new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value)),
})

const entry = (n: string, v: object, s = 'ok') => ({ n, s, v })

describe('asking for quotes', () => {
  it('names tickers, with the house before each', () => {
    const { url, method, headers } = quotes.request(settings.parse({}), ticket, [
      SBIN,
      MAHINDRA,
      NIFTY,
      FUTURE,
      SENSEX,
      CRUDE,
    ])
    expect([method, headers]).toEqual(['GET', { Authorization: 'ABCD1234-100:head.body.tail' }])
    expect(new URL(url).origin + new URL(url).pathname).toBe('https://api-t1.fyers.in/data/quotes')
    expect(new URL(url).searchParams.get('symbols')?.split(',')).toEqual([
      'NSE:SBIN-EQ',
      'NSE:M&M-EQ',
      'NSE:NIFTY50-INDEX',
      'NSE:NIFTY26SEPFUT',
      'BSE:SENSEX-INDEX',
      'MCX:CRUDEOIL26OCTFUT',
    ])
    expect(url).not.toContain('head.body.tail')
  })

  it('stays within 200 a minute', () => {
    expect(quotes.instrumentsPerRequest).toBe(50)
    expect(60_000 / quotes.pauseMs).toBeLessThan(200)
  })
})

describe('an answer', () => {
  it('is in rupees, and its time is the exchange’s', () => {
    const said = { lp: 675.4, open_price: 650, high_price: 680, low_price: 645, prev_close_price: 674.2, atp: 666.5 }
    const body = { s: 'ok', code: 200, d: [entry('NSE:SBIN-EQ', { ...said, volume: 1234567, tt: '1775001600' })] }
    expect(quotes.parse(answer(body), [SBIN], NOW)).toEqual([
      {
        instrument: SBIN,
        tick: {
          ltp: 675.4,
          timestamp: 1775001600_000,
          mode: 'QUOTE',
          open: 650,
          high: 680,
          low: 645,
          previousClose: 674.2,
          averagePrice: 666.5,
          volume: 1234567,
        },
      },
    ])
  })

  it.runIf(hasRecordings)('as documented can be read', () => {
    const { rest_quotes: documented } = recordedJson<{ rest_quotes: object }>('documented-events.json')
    expect(quotes.parse(answer(documented), [SBIN], NOW)).toMatchObject([
      { instrument: SBIN, tick: { ltp: 675.4, previousClose: 674.2, volume: 1234567, timestamp: 1775001600_000 } },
    ])
  })

  it('leaves out what has an error of its own and what nobody asked for, and keeps the rest', () => {
    const body = {
      s: 'ok',
      d: [
        entry('NSE:M&M-EQ', { errmsg: 'invalid symbol', code: -300 }, 'error'),
        7,
        entry('NSE:OTHER-EQ', { lp: 1 }),
        entry('NSE:NIFTY26SEPFUT', { lp: 26000.5 }),
      ],
    }
    const read = quotes.parse(answer(body), [MAHINDRA, FUTURE], NOW)
    expect(read.map(({ instrument, tick }) => [instrument, tick.ltp])).toEqual([[FUTURE, 26000.5]])
  })

  it('says none for a price of 0, and the time of receipt where it has none of its own', () => {
    const body = { s: 'ok', d: [entry('NSE:SBIN-EQ', { lp: 0, open_price: 0, volume: 0, tt: '0' })] }
    expect(quotes.parse(answer(body), [SBIN], NOW)[0]?.tick).toEqual({
      timestamp: 1_795_220_416_123,
      isStampedHere: true,
      mode: 'QUOTE',
      volume: 0,
    })
  })

  it('says nothing of what is empty', () => {
    const body = { s: 'ok', d: [entry('NSE:SBIN-EQ', { lp: 7, volume: null, atp: '', open_price: null, tt: null })] }
    expect(quotes.parse(answer(body), [SBIN], NOW)[0]?.tick).toEqual({
      ltp: 7,
      timestamp: 1_795_220_416_123,
      isStampedHere: true,
      mode: 'QUOTE',
    })
  })

  it.each([
    [200, { s: 'error', code: -17, message: 'token' }, 'SESSION_EXPIRED'],
    [401, { s: 'error', code: -16, message: 'token' }, 'SESSION_EXPIRED'],
    [200, { s: 'error', code: -429, message: 'limit' }, 'BROKER_RATE_LIMITED'],
    [429, '', 'BROKER_RATE_LIMITED'],
    [400, { s: 'error', code: -300, message: 'symbol' }, 'BROKER_REFUSED'],
    [200, { s: 'error', code: -351, message: 'too many' }, 'BROKER_REFUSED'],
    [503, '<html>', 'BROKER_UNREACHABLE'],
    [200, 'what', 'BROKER_REFUSED'],
    [200, { s: 'ok' }, 'BROKER_REFUSED'],
  ])('with HTTP %i and %o is %s', (status, body, code) => {
    expect(() => quotes.parse(answer(body, status), [SBIN], NOW)).toThrow(expect.objectContaining({ code }))
  })
})

import { describe, expect, it } from 'vitest'
import { quotes } from '../../../adapters/flattrade/quotes.ts'
import { settings } from '../../../adapters/flattrade/settings.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'

const ticket = { user_id: 'FT000000', token: 'tokenofatest0004' }
const RECEIVED = Date.parse('2026-11-20T06:00:00Z') * 1000

const nifty: Instrument = {
  exchange: 'NSE_INDEX',
  symbol: 'NIFTY',
  token: 'NSE|26000',
  brokerSymbol: 'Nifty 50',
  name: 'Nifty 50',
  kind: 'INDEX',
}

const answer = {
  request_time: '11:29:59 20-11-2026',
  stat: 'Ok',
  exch: 'NSE',
  token: '26000',
  tsym: 'Nifty 50',
  lp: '26050.15',
  o: '26010.00',
  h: '0.00',
  c: '25990.5',
  v: '7',
  ltt: '11:29:58',
  uc: 'NA',
  pp: '2',
  bp1: '26050.00',
  bq1: '75',
  bo1: '2',
  bp2: '26049.95',
  bq2: '150',
  bo2: '1',
  sp1: '0.00',
  sq1: '0',
  so1: '0',
  So5: '0',
}

const parse = (body: object | string, status = 200, instrument = nifty) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return quotes.parse({ status, headers: {}, body: new TextEncoder().encode(text) }, [instrument], RECEIVED)
}

describe('quotes on request', () => {
  it('are asked for one by one, at most 100 a minute', () => {
    expect([quotes.instrumentsPerRequest, quotes.mode]).toEqual([1, 'DEPTH'])
    expect(60_000 / quotes.pauseMs).toBeLessThanOrEqual(100)
    expect(quotes.request(settings.parse({}), ticket, [nifty])).toEqual({
      method: 'POST',
      url: 'https://piconnect.flattrade.in/PiConnectAPI/GetQuotes',
      headers: { 'Content-Type': 'text/plain' },
      body: 'jData={"uid":"FT000000","exch":"NSE","token":"26000"}&jKey=tokenofatest0004',
    })
  })

  it('say what the broker knows of an instrument', () => {
    expect(parse(answer)).toEqual([
      {
        instrument: nifty,
        tick: {
          ltp: 26_050.15,
          open: 26_010,
          previousClose: 25_990.5,
          volume: 7,
          lastTradeTime: Date.parse('2026-11-20T05:59:58Z'),
          timestamp: RECEIVED / 1000,
          isStampedHere: true,
          isPolled: true,
          mode: 'DEPTH',
          book: {
            buy: [
              { price: 26_050, quantity: 75, orders: 2 },
              { price: 26_049.95, quantity: 150, orders: 1 },
            ],
            sell: [],
          },
        },
      },
    ])
  })

  it('read the last level also as it is documented, with a capital letter', () => {
    const fifth = Object.fromEntries(
      [1, 2, 3, 4, 5].flatMap(at => [
        [`sp${at}`, '1'],
        [`sq${at}`, '1'],
      ]),
    )
    const [said] = parse({ ...answer, ...fifth, So5: '9' })
    expect(said?.tick.book?.sell.at(-1)).toEqual({ price: 1, quantity: 1, orders: 9 })
  })

  it('of another instrument than was asked for are none of this one', () => {
    expect(parse({ ...answer, token: '26009' })).toEqual([])
    expect(parse({ ...answer, exch: 'BSE' })).toEqual([])
  })

  it.each([
    '{"stat":"Not_Ok","emsg":"Error Occurred : 5 \\"no data\\""}',
    '{"stat":"Not_Ok","emsg":"Error Occurred : 5 "no data""}',
  ])('that there are none of is no failure: %s', body => {
    expect(parse(body)).toEqual([])
  })

  it.each([
    ['{"stat":"Not_Ok","emsg":"Session Expired : Invalid Session Key"}', 200, 'SESSION_EXPIRED'],
    ['{"stat":"Not_Ok","emsg":"Request exceeds Limit 10 for user"}', 200, 'BROKER_RATE_LIMITED'],
    ['{"stat":"Not_Ok","emsg":"Error Occurred : 2 "invalid input""}', 200, 'BROKER_REFUSED'],
    ['<html>', 200, 'BROKER_REFUSED'],
    ['[]', 200, 'BROKER_REFUSED'],
    ['', 401, 'SESSION_EXPIRED'],
    ['', 429, 'BROKER_RATE_LIMITED'],
    ['<html>', 502, 'BROKER_UNREACHABLE'],
  ])('refused with %s, HTTP %i, throw %s', (body, status, code) => {
    expect(() => parse(body, status)).toThrow(expect.objectContaining({ code }))
  })

  it('tell the words of a refusal that is no JSON', () => {
    expect(() => parse('{"stat":"Not_Ok","emsg":"Error Occurred : 2 "invalid input""}')).toThrow(
      'Flattrade refused the quotes: Error Occurred : 2 "invalid input"',
    )
  })
})

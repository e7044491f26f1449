import { describe, expect, it } from 'vitest'
import { quotes } from '../../../adapters/angel/quotes.ts'
import { settings } from '../../../adapters/angel/settings.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'
import { hasRecordings, recordedText } from './recordings.ts'

const RECEIVED = 1_795_220_416_000_999
const TICKET = { api_key: 'keyOfApp', client_code: 'A123456', jwt_token: 'jwt.1', feed_token: 'feed.1' }

const instrument = (token: string, exchange: Instrument['exchange'], kind: Instrument['kind']): Instrument => ({
  exchange,
  symbol: token,
  token,
  brokerSymbol: token,
  name: token,
  kind,
})

const sbin = instrument('1|3045', 'NSE', 'EQ')
const nifty = instrument('1|99926000', 'NSE_INDEX', 'INDEX')
const option = instrument('2|47163', 'NFO', 'CE')
const dollar = instrument('13|1594', 'CDS', 'FUT')

const answer = (body: string, status = 200) => ({ status, headers: {}, body: Buffer.from(body) })
const fetched = (...list: object[]) =>
  answer(JSON.stringify({ status: true, message: 'SUCCESS', errorcode: '', data: { fetched: list, unfetched: [] } }))

/** As the documentation shows it, mode FULL; rupees. */
const full = {
  exchange: 'NSE',
  tradingSymbol: 'SBIN-EQ',
  symbolToken: '3045',
  ltp: 568.2,
  open: 567.4,
  high: 569.35,
  low: 566.1,
  close: 567.4,
  lastTradeQty: 1,
  exchFeedTime: '15-Apr-2026 14:23:53',
  exchTradeTime: '15-Apr-2026 14:23:51',
  netChange: 0.8,
  percentChange: 0.14,
  avgPrice: 567.83,
  tradeVolume: 3_556_150,
  opnInterest: 81_872_000,
  lowerCircuit: 510.7,
  upperCircuit: 624.1,
  totBuyQuan: 839_549,
  totSellQuan: 1_284_767,
  '52WeekLow': 430.7,
  '52WeekHigh': 629.55,
  depth: {
    buy: [
      { price: 568.2, quantity: 511, orders: 2 },
      { price: 0, quantity: 0, orders: 0 },
    ],
    sell: [{ price: 568.25, quantity: 3348, orders: 5 }],
  },
}

describe('asking for quotes', () => {
  it('names instruments by their exchange, fifty a second at most', () => {
    expect(quotes.request(settings.parse({}), TICKET, [sbin, option, nifty, dollar])).toMatchObject({
      method: 'POST',
      url: 'https://apiconnect.angelone.in/rest/secure/angelbroking/market/v1/quote',
      headers: { Authorization: 'Bearer jwt.1', 'X-PrivateKey': 'keyOfApp', 'Content-Type': 'application/json' },
      body: '{"mode":"FULL","exchangeTokens":{"NSE":["3045","99926000"],"NFO":["47163"],"CDS":["1594"]}}',
    })
    expect([quotes.instrumentsPerRequest, quotes.pauseMs, quotes.mode]).toEqual([50, 1000, 'DEPTH'])
  })
})

describe('the answer', () => {
  it('is in rupees, its times are those of India, and a share has no open interest', () => {
    expect(quotes.parse(fetched(full), [sbin], RECEIVED)).toEqual([
      {
        instrument: sbin,
        tick: {
          ltp: 568.2,
          timestamp: Date.parse('2026-04-15T14:23:53+05:30'),
          mode: 'DEPTH',
          lastTradeTime: Date.parse('2026-04-15T14:23:51+05:30'),
          open: 567.4,
          high: 569.35,
          low: 566.1,
          previousClose: 567.4,
          volume: 3_556_150,
          lastQuantity: 1,
          averagePrice: 567.83,
          totalBuyQuantity: 839_549,
          totalSellQuantity: 1_284_767,
          upperCircuit: 624.1,
          lowerCircuit: 510.7,
          book: {
            buy: [{ price: 568.2, quantity: 511, orders: 2 }],
            sell: [{ price: 568.25, quantity: 3348, orders: 5 }],
          },
        },
      },
    ])
  })

  it('has the open interest of a contract', () => {
    const one = { ...full, exchange: 'NFO', symbolToken: '47163' }
    expect(quotes.parse(fetched(one), [option], RECEIVED)[0]?.tick.openInterest).toBe(81_872_000)
  })

  it('says nothing for what an index does not have', () => {
    const none = { avgPrice: 0, tradeVolume: 0, lastTradeQty: 0, totBuyQuan: 0, totSellQuan: 0, opnInterest: 0 }
    const times = { exchTradeTime: '01-Jan-1970 05:30:00' }
    const index = { ...full, ...none, ...times, symbolToken: '99926000', upperCircuit: 0, lowerCircuit: 0 }
    expect(quotes.parse(fetched(index), [nifty], RECEIVED)[0]?.tick).toEqual({
      ltp: 568.2,
      timestamp: Date.parse('2026-04-15T14:23:53+05:30'),
      mode: 'DEPTH',
      open: 567.4,
      high: 569.35,
      low: 566.1,
      previousClose: 567.4,
    })
  })

  it('without a time has that of its receipt', () => {
    for (const exchFeedTime of ['', '01-Jan-1970 05:30:00', 'yesterday', null])
      expect(quotes.parse(fetched({ ...full, exchFeedTime }), [sbin], RECEIVED)[0]?.tick).toMatchObject({
        timestamp: 1_795_220_416_000,
        isStampedHere: true,
      })
  })

  it('leaves out what was not asked for, what was not found, and what cannot be read', () => {
    const strange = { ...full, exchange: 'NYSE' }
    const bse = { ...full, exchange: 'BSE' }
    expect(quotes.parse(fetched(strange, bse, { exchange: 'NSE' }, full), [sbin, option], RECEIVED)).toHaveLength(1)
    expect(quotes.parse(fetched(), [sbin], RECEIVED)).toEqual([])
  })

  it.runIf(hasRecordings)('as recorded in mode LTP is the last price', () => {
    const bank = instrument('1|99926009', 'NSE_INDEX', 'INDEX')
    const recorded = answer(recordedText('rest_market_quote_ltp.json'))
    const tick = { timestamp: 1_795_220_416_000, isStampedHere: true, mode: 'LTP' }
    expect(quotes.parse(recorded, [nifty, bank], RECEIVED)).toEqual([
      { instrument: nifty, tick: { ...tick, ltp: 24_223 } },
      { instrument: bank, tick: { ...tick, ltp: 56_303.85 } },
    ])
  })

  it.each([
    [200, '{"success":false,"message":"Invalid Token","errorCode":"AG8001","data":""}', 'SESSION_EXPIRED'],
    [200, '{"status":false,"message":"Token missing","errorcode":"AG8003","data":null}', 'SESSION_EXPIRED'],
    [403, 'Access denied because of exceeding access rate', 'BROKER_RATE_LIMITED'],
    [401, '', 'SESSION_EXPIRED'],
    [200, '<html>', 'BROKER_REFUSED'],
    [200, '{"status":true,"data":null}', 'BROKER_REFUSED'],
    [502, '', 'BROKER_UNREACHABLE'],
  ])('with HTTP %i and %s is %s', (status, body, code) => {
    expect(() => quotes.parse(answer(body, status), [sbin], RECEIVED)).toThrow(expect.objectContaining({ code }))
  })
})

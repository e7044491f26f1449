import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import OpenAlgo from 'openalgo'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { holds } from '../../support/holds.ts'
import { askApi } from '../../support/near.ts'
import { type ProxyRig, startRig } from '../../support/proxy.ts'
import { tickOf } from '../../support/proxyfeed.ts'

const QUOTE = {
  open: 2870,
  high: 2899.9,
  low: 2861.05,
  ltp: 2885,
  ask: 2886,
  bid: 2884,
  prev_close: 2868.4,
  volume: 4_312_980,
  oi: 0,
}

const { ask: _, bid: __, ...DAY } = QUOTE

const BOOK = {
  ...DAY,
  ltq: 12,
  totalbuyqty: 312_400,
  totalsellqty: 298_100,
  bids: [1, 2, 3, 4, 5].map(level => ({ price: 2885 - level, quantity: 40 * level })),
  asks: [1, 2, 3, 4, 5].map(level => ({ price: 2885 + level, quantity: 15 * level })),
}

let rig: ProxyRig
let host: string

beforeAll(async () => {
  rig = await startRig({ proxy: { requestsBurst: 1000 } })
  host = rig.url.replace('ws', 'http')
  rig.feed.set('NSE', 'RELIANCE', tickOf(2885))
  rig.feed.set('NSE', 'TCS', tickOf(2885))
  rig.feed.set('NSE_INDEX', 'NIFTY', { ltp: 24_800, timestamp: 1_795_220_416_120 })
})

afterAll(() => rig.close())

const ask = (name: string, body: object) => askApi(rig, `/api/v1/${name}`, { key: '', body })
const asAlice = (name: string, body: object) => ask(name, { apikey: rig.keys.alice, ...body })

describe('OpenAlgo’s requests for prices', () => {
  it('are answered in its shapes', async () => {
    const named = { symbol: 'RELIANCE', exchange: 'NSE' }
    expect(await asAlice('quotes', named)).toEqual({ status: 200, body: { status: 'success', data: QUOTE } })
    expect(await asAlice('depth', named)).toEqual({ status: 200, body: { status: 'success', data: BOOK } })
    const symbols = [named, { symbol: 'NOSUCH', exchange: 'NSE' }, { symbol: 'TCS', exchange: 'NSE' }]
    expect(await asAlice('multiquotes', { symbols })).toEqual({
      status: 200,
      body: {
        status: 'success',
        results: [
          { ...named, data: QUOTE },
          { symbol: 'NOSUCH', exchange: 'NSE', error: 'Symbol NOSUCH not found for exchange NSE' },
          { symbol: 'TCS', exchange: 'NSE', data: QUOTE },
        ],
      },
    })
  })

  it('get 0 for what a source does not say, as there', async () => {
    const { body } = await asAlice('depth', { symbol: 'NIFTY', exchange: 'NSE_INDEX' })
    const none = Array.from({ length: 5 }, () => ({ price: 0, quantity: 0 }))
    expect(body.data).toMatchObject({ ltp: 24_800, open: 0, bids: none, asks: none })
  })

  it.each([
    ['a bad key', 'quotes', { apikey: 'wrong', symbol: 'TCS', exchange: 'NSE' }, 403, 'Invalid openalgo apikey'],
    ['no key', 'quotes', { symbol: 'TCS', exchange: 'NSE' }, 400, { apikey: ['Missing data for required field.'] }],
  ])('with %s are refused in its words', async (_, name, body, status, message) => {
    expect(await ask(name, body)).toEqual({ status, body: { status: 'error', message } })
  })

  it.each([
    ['no symbol', 'quotes', { exchange: 'NSE' }, 400, { symbol: ['Missing data for required field.'] }],
    ['an unknown symbol', 'quotes', { symbol: 'XX', exchange: 'NSE' }, 400, 'Symbol XX not found for exchange NSE'],
    ['an unknown exchange', 'depth', { symbol: 'TCS', exchange: 'NYSE' }, 400, /^Unknown exchange NYSE/],
    ['no symbols', 'multiquotes', { symbols: [] }, 400, { symbols: [expect.any(String)] }],
    ['what is not served', 'history', { symbol: 'TCS', exchange: 'NSE' }, 404, /^history is not served here/],
    ['orders', 'placeorder', { symbol: 'TCS', exchange: 'NSE' }, 404, /No key can trade/],
  ])('with %s are refused in its shape', async (_, name, rest, status, message) => {
    const answer = await asAlice(name, rest)
    expect([answer.status, answer.body.status]).toEqual([status, 'error'])
    if (message instanceof RegExp) expect(answer.body.message).toMatch(message)
    else expect(answer.body.message).toEqual(message)
  })

  it('with unknown symbols only say of each what is wrong', async () => {
    const symbols = [{ symbol: 'NOSUCH', exchange: 'NSE' }]
    const error = 'Symbol NOSUCH not found for exchange NSE'
    expect(await asAlice('multiquotes', { symbols })).toEqual({
      status: 400,
      body: { status: 'error', message: error, invalid_symbols: [{ ...symbols[0], error }] },
    })
  })
})

describe('the library for Node', () => {
  it('gets quotes and depth with its own requests', async () => {
    const client = new OpenAlgo(rig.keys.alice, host)
    const post = (name: string, rest: object) =>
      client._post(`${client.baseUrl}${name}`, { apikey: client.apiKey, ...rest })
    const named = { symbol: 'RELIANCE', exchange: 'NSE' }
    expect(await post('quotes', named)).toEqual({ status: 'success', data: QUOTE })
    expect(await post('depth', named)).toEqual({ status: 'success', data: BOOK })
    expect(await post('multiquotes', { symbols: [named] })).toMatchObject({ results: [{ ...named, data: QUOTE }] })
  })
})

it('the requests of the library for Python, replayed, read quotes, many quotes and depth as it does', async () => {
  const script = new URL('../../support/openalgorequests.py', import.meta.url).pathname
  const parts = [script, host, rig.keys.alice, 'RELIANCE', 'TCS']
  const { stdout } = await promisify(execFile)('/usr/bin/python3', parts)
  const told = JSON.parse(stdout)
  expect(told).toHaveLength(2)
  for (const { quotes, depth, multiquotes, unknown } of told) {
    expect([quotes, depth]).toEqual([
      { status: 'success', data: QUOTE },
      { status: 'success', data: BOOK },
    ])
    expect(multiquotes.results.map(({ symbol }: { symbol: string }) => symbol)).toEqual(['RELIANCE', 'TCS'])
    expect(unknown).toMatchObject({ status: 'error', code: 400, error_type: 'http_error' })
  }
})

it('a price that is not of now is an error there, for no field could say so', async () => {
  rig.feed.enter('down')
  await holds(async () => {
    const { status, body } = await asAlice('quotes', { symbol: 'RELIANCE', exchange: 'NSE' })
    expect([status, body.message]).toEqual([
      500,
      expect.stringMatching(/^NSE:RELIANCE has no price of now: down.* s old$/),
    ])
  })
  const { body } = await asAlice('multiquotes', { symbols: [{ symbol: 'RELIANCE', exchange: 'NSE' }] })
  expect(body.results[0]).toMatchObject({ symbol: 'RELIANCE', error: expect.stringContaining('no price of now') })
})

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { readPayload } from '../../proxy/foreign.ts'
import { TickwireError } from '../../shared/errors.ts'
import type { TestClient } from '../support/client.ts'
import { feedRecord, type ProxyRig, startRig } from '../support/proxy.ts'

const NOW = 1_795_220_416_500

const read = (payload: unknown) => readPayload(Buffer.from(JSON.stringify(payload)), NOW)

describe('the payload of a foreign publisher', () => {
  it('needs nothing but a price; its time is then the time of receipt', () => {
    expect(read({ ltp: 12.5 })).toEqual({ ltp: 12.5, timestamp: NOW })
  })

  it('takes the fields of the client protocol, under either of their names', () => {
    const quantities = { volume: 5, oi: 6, total_buy_quantity: 7, total_sell_quantity: 8 }
    const prices = { open: 1, high: 2, low: 3, close: 4, upper_circuit: 9, lower_circuit: 1 }
    const depth = { buy: [{ price: 11, quantity: 3, orders: 2 }], sell: [{ price: 12, quantity: 4 }] }
    const rest = { last_quantity: 9, average_price: 10, timestamp: NOW - 5, ltt: NOW - 7 }
    expect(read({ ltp: 11.5, ...prices, ...quantities, ...rest, depth, mode: 3, token: 'x' })).toEqual({
      ltp: 11.5,
      open: 1,
      high: 2,
      low: 3,
      previousClose: 4,
      upperCircuit: 9,
      lowerCircuit: 1,
      volume: 5,
      openInterest: 6,
      totalBuyQuantity: 7,
      totalSellQuantity: 8,
      lastQuantity: 9,
      averagePrice: 10,
      timestamp: NOW - 5,
      lastTradeTime: NOW - 7,
      book: { buy: [{ price: 11, quantity: 3, orders: 2 }], sell: [{ price: 12, quantity: 4 }] },
    })
    expect(read({ ltp: 1, last_trade_quantity: 2, avg_trade_price: 3 })).toMatchObject({
      lastQuantity: 2,
      averagePrice: 3,
    })
  })

  it('reads seconds as seconds, and takes null for absent', () => {
    expect(read({ ltp: 1, timestamp: 1_795_220_416, volume: null, depth: null })).toEqual({
      ltp: 1,
      timestamp: 1_795_220_416_000,
    })
  })

  it.each([
    ['no JSON', 'x', 'not JSON'],
    ['an array', '[]', 'must be a JSON object'],
    ['no price', '{}', 'needs a number "ltp"'],
    ['a price as text', '{"ltp":"1"}', '"ltp" must be a finite number'],
    ['an infinite price', '{"ltp":1e999}', '"ltp" must be a finite number'],
    ['a broken volume', '{"ltp":1,"volume":1.5}', '"volume" must be a whole number'],
    ['a negative quantity', '{"ltp":1,"oi":-1}', '"oi" must be a whole number'],
    ['a book that is none', '{"ltp":1,"depth":7}', '"depth.buy" must be an array'],
    ['a level without quantity', '{"ltp":1,"depth":{"buy":[{"price":1}],"sell":[]}}', 'needs price and quantity'],
    ['a level that is none', '{"ltp":1,"depth":{"buy":[null],"sell":[]}}', 'needs price and quantity'],
  ])('is refused, naming the field: %s', (_, text, message) => {
    const refused = () => readPayload(Buffer.from(text), NOW)
    expect(refused).toThrow(TickwireError)
    expect(refused).toThrow(message)
  })
})

describe('a foreign publisher on the bus', () => {
  let rig: ProxyRig
  let client: TestClient

  beforeAll(async () => {
    rig = await startRig({ feeds: [feedRecord('PYFEED', { adapter: 'python', kind: 'external' })] })
  })

  beforeEach(async () => {
    client = await rig.enter()
  })

  afterEach(() => client.close())
  afterAll(() => rig.close())

  const publish = (topic: string, payload: object) =>
    rig.exchange.publishPlain(topic, Buffer.from(JSON.stringify(payload)))

  const subscribe = async (symbol: string, mode: number) => {
    const reply = await client.ask({ action: 'subscribe', symbol, exchange: 'NSE', mode })
    expect(reply).toMatchObject({ status: 'success', subscriptions: [{ symbol, broker: 'python' }] })
  }

  it('reaches a client as if an adapter of ours had sent it', async () => {
    await subscribe('ACME', 2)
    publish('PYFEED_NSE_ACME_QUOTE', { ltp: 5, volume: 7, timestamp: NOW })
    const frame = await client.tick('the tick', () => true)
    const place = { symbol: 'ACME', exchange: 'NSE', mode: 2 }
    const data = { ...place, ltp: 5, volume: 7, timestamp: NOW }
    expect(frame.text).toBe(JSON.stringify({ type: 'market_data', ...place, data, broker: 'python' }))
  })

  it('needs no instrument list, so any symbol will do, even one that objects have by nature', async () => {
    for (const symbol of ['__proto__', 'constructor', 'toString', 'A B_C']) {
      await subscribe(symbol, 1)
      const escaped = symbol.replace(/[^A-Z0-9]/g, char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
      publish(`PYFEED_NSE_${escaped}_LTP`, { ltp: 5 })
      const frame = await client.tick(symbol, one => one.symbol === symbol)
      expect(frame.data).toMatchObject({ symbol, ltp: 5 })
    }
    expect(await client.ask({ action: 'unsubscribe_all' })).toMatchObject({ successful: { length: 4 } })
  })

  it('gives depth only in mode 3', async () => {
    await subscribe('BOOKED', 2)
    await subscribe('BOOKED', 3)
    const depth = { buy: [{ price: 1, quantity: 2 }], sell: [] }
    publish('PYFEED_NSE_BOOKED_QUOTE', { ltp: 5, depth })
    publish('PYFEED_NSE_BOOKED_DEPTH', { ltp: 6, depth })
    await client.tick('the depth frame', ({ mode }) => mode === 3)
    expect(client.ticks.map(({ text }) => text.includes('"depth":'))).toEqual([false, true])
  })

  it('comes after a feed that lists the symbol', async () => {
    const reply = await client.ask({ action: 'subscribe', symbol: 'TCS', exchange: 'NSE' })
    expect(reply).toMatchObject({ subscriptions: [{ broker: 'testbroker' }] })
  })

  it('is live once it has ticked', async () => {
    await subscribe('LIVELY', 1)
    publish('PYFEED_NSE_LIVELY_LTP', { ltp: 5 })
    await vi.waitFor(async () => {
      const { feeds } = await rig.status()
      expect(feeds.find(({ name }) => name === 'PYFEED')).toMatchObject({ state: 'live', external: true })
    })
  })

  it('cannot speak for a feed of ours, nor with nonsense', async () => {
    await client.ask({ action: 'subscribe', symbol: 'TCS', exchange: 'NSE', mode: 1 })
    await subscribe('ACME', 1)
    const { malformed = 0 } = (await rig.status()).bus
    publish('TESTFEED_NSE_TCS_LTP', { ltp: 666 })
    publish('PYFEED_NSE_ACME_LTP', { ltp: '666' })
    publish('PYFEED_NSE_ACME_LTP', { ltp: 5 })
    await client.tick('the good tick', () => true)
    expect(client.ticks).toHaveLength(1)
    expect((await rig.status()).bus.malformed).toBe(malformed + 1)
  })
})

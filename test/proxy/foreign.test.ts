import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readPayload } from '../../proxy/payload.ts'
import { systemClock } from '../../shared/clock.ts'
import { TickwireError } from '../../shared/errors.ts'
import type { InstrumentKind } from '../../shared/market/instrument.ts'
import { writeInstruments } from '../../shared/store/instruments.ts'
import type { Frame, TestClient } from '../support/client.ts'
import { holds } from '../support/holds.ts'
import { equity, feedRecord, type ProxyRig, startRig } from '../support/proxy.ts'

const NOW = 1_795_220_416_500

const read = (payload: unknown, kind: InstrumentKind = 'EQ') =>
  readPayload(Buffer.from(JSON.stringify(payload)), { kind, now: NOW, maxAgeMs: 1000 })

describe('the payload of a foreign publisher', () => {
  it('needs nothing but a price; its time is then the time of receipt', () => {
    expect(read({ ltp: 12.5 })).toEqual({ ltp: 12.5, timestamp: NOW })
  })

  it('takes the fields of the client protocol, under either of their names', () => {
    const quantities = { volume: 5, oi: 6, total_buy_quantity: 7, total_sell_quantity: 8 }
    const prices = { open: 1, high: 3, low: 2, close: 4, upper_circuit: 9, lower_circuit: 1 }
    const depth = { buy: [{ price: 11, quantity: 3, orders: 2 }], sell: [{ price: 12, quantity: 4 }] }
    const rest = { last_quantity: 9, average_price: 10, timestamp: NOW - 5, ltt: NOW - 7 }
    expect(read({ ltp: 11.5, ...prices, ...quantities, ...rest, depth, mode: 3, token: 'x' })).toEqual({
      ltp: 11.5,
      open: 1,
      high: 3,
      low: 2,
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

  it('may say that it was polled', () => {
    expect(read({ ltp: 1, polled: true })).toEqual({ ltp: 1, timestamp: NOW, isPolled: true })
    expect(read({ ltp: 1, polled: false })).toEqual({ ltp: 1, timestamp: NOW })
  })

  it('takes the best prices where there is no book', () => {
    expect(read({ ltp: 1, bid_price: 0.95, bid_size: 3, ask_price: 1.05, ask_size: 4 }).book).toEqual({
      buy: [{ price: 0.95, quantity: 3 }],
      sell: [{ price: 1.05, quantity: 4 }],
    })
    expect(read({ ltp: 1, bid_price: 0.95, bid_size: 3 }).book?.sell).toEqual([])
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
    ['a price of 0', '{"ltp":0}', '"ltp" must be above 0'],
    ['a price below 0', '{"ltp":-1}', '"ltp" must be above 0'],
    ['a time that is none', '{"ltp":1,"timestamp":1.5}', '"timestamp" must be seconds or milliseconds since 1970'],
    ['a time of trade that is none', '{"ltp":1,"ltt":0}', '"ltt" must be seconds or milliseconds since 1970'],
    ['a price of a minute ago', `{"ltp":1,"timestamp":${NOW - 60_000}}`, '"timestamp" is 60.0 s old'],
    ['a price of more than a second ago', `{"ltp":1,"timestamp":${NOW - 1001}}`, '"timestamp" is 1.0 s old'],
    ['a trade of the future', `{"ltp":1,"ltt":${NOW + 6000}}`, '"ltt" is 6 s ahead of the clock'],
    ['a high below the low', '{"ltp":5,"high":1,"low":9}', '"high" must not be below "low"'],
    ['a price of the future', `{"ltp":1,"timestamp":${NOW + 600_000}}`, '"timestamp" is 600 s ahead of the clock'],
    ['a volume no number can hold', '{"ltp":1,"volume":1e18}', '"volume" must be a whole number'],
    ['a broken volume', '{"ltp":1,"volume":1.5}', '"volume" must be a whole number'],
    ['a negative quantity', '{"ltp":1,"oi":-1}', '"oi" must be a whole number'],
    ['a book that is none', '{"ltp":1,"depth":7}', '"depth.buy" must be an array'],
    ['a best price without its size', '{"ltp":1,"ask_price":1}', '"ask_price" and "ask_size" come together'],
    ['a level without quantity', '{"ltp":1,"depth":{"buy":[{"price":1}],"sell":[]}}', 'needs price and quantity'],
    ['a level that is none', '{"ltp":1,"depth":{"buy":[null],"sell":[]}}', 'needs price and quantity'],
  ])('is refused, naming the field: %s', (_, text, message) => {
    const refused = () => readPayload(Buffer.from(text), { kind: 'EQ', now: NOW, maxAgeMs: 1000 })
    expect(refused).toThrow(TickwireError)
    expect(refused).toThrow(message)
  })
})

it('the price of a future may be below 0', () => {
  expect(read({ ltp: -37.63 }, 'FUT').ltp).toBe(-37.63)
})

describe('a foreign publisher on the bus', () => {
  const symbols = ['ACME', 'BOOKED', 'LIVELY', '__proto__', 'constructor', 'toString', 'A B_C']

  let rig: ProxyRig
  let client: TestClient

  beforeAll(async () => {
    const external = { adapter: 'python', kind: 'external', modes: ['LTP', 'QUOTE', 'DEPTH'] } as const
    const feeds = [feedRecord('PYFEED', external), feedRecord('LTPFEED', { ...external, modes: ['LTP'] })]
    rig = await startRig({ feeds, lists: { PYFEED: symbols.map(equity), LTPFEED: [equity('THIN')] } })
  })

  beforeEach(async () => {
    client = await rig.enter()
  })

  afterEach(() => client.close())
  afterAll(() => rig.close())

  const say = (topic: string, payload: object) => rig.exchange.publishPlain(topic, Buffer.from(JSON.stringify(payload)))

  /** Says them once more where the machine stood still meanwhile: what may have waited is dropped. */
  const publish = (...messages: readonly Parameters<typeof say>[]) =>
    holds(async () => {
      const { stale } = (await rig.status()).bus
      for (const message of messages) say(...message)
      expect((await rig.status()).bus.stale).toBe(stale)
    })

  const subscribe = async (symbol: string, mode: number) => {
    const reply = await client.ask({ action: 'subscribe', symbol, exchange: 'NSE', mode })
    expect(reply).toMatchObject({ status: 'success', subscriptions: [{ symbol, broker: 'python' }] })
  }

  const stateOf = (state: string) =>
    holds(async () => {
      const { feeds } = await rig.status()
      expect(feeds.find(({ name }) => name === 'PYFEED')).toMatchObject({ state, external: true })
    })

  it('reaches a client as if an adapter of ours had sent it', async () => {
    await subscribe('ACME', 2)
    const timestamp = systemClock.now()
    await publish(['PYFEED_NSE_ACME_QUOTE', { ltp: 5, volume: 7, timestamp }])
    const frame = await client.tick('the tick', () => true)
    const place = { symbol: 'ACME', exchange: 'NSE', mode: 2 }
    const data = { ...place, ltp: 5, volume: 7, timestamp }
    expect(frame.text).toBe(JSON.stringify({ type: 'market_data', ...place, data, broker: 'python' }))
  })

  it('may list any symbol, even one that objects have by nature', async () => {
    for (const symbol of symbols.slice(3)) {
      await subscribe(symbol, 1)
      const escaped = symbol.replace(/[^A-Z0-9]/g, char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
      await publish([`PYFEED_NSE_${escaped}_LTP`, { ltp: 5 }])
      const frame = await client.tick(symbol, one => one.symbol === symbol)
      expect(frame.data).toMatchObject({ symbol, ltp: 5 })
    }
    expect(await client.ask({ action: 'unsubscribe_all' })).toMatchObject({ successful: { length: 4 } })
  })

  it('gives depth only in mode 3', async () => {
    await subscribe('BOOKED', 2)
    await subscribe('BOOKED', 3)
    const depth = { buy: [{ price: 1, quantity: 2 }], sell: [] }
    await publish(['PYFEED_NSE_BOOKED_QUOTE', { ltp: 5, depth }], ['PYFEED_NSE_BOOKED_DEPTH', { ltp: 6, depth }])
    await client.tick('the depth frame', ({ mode }) => mode === 3)
    expect(client.ticks.map(({ text }) => text.includes('"depth":'))).toEqual([false, true])
  })

  it('is not heard with what is older than what it said last', async () => {
    await subscribe('ACME', 1)
    const now = systemClock.now()
    await publish(
      ['PYFEED_NSE_ACME_LTP', { ltp: 100, timestamp: now }],
      ['PYFEED_NSE_ACME_LTP', { ltp: 99, timestamp: now - 500 }],
      ['PYFEED_NSE_ACME_LTP', { ltp: 101, timestamp: now }],
    )
    await client.tick('the newest', ({ data }) => (data as { ltp: number }).ltp === 101)
    expect(client.ticks.map(({ data }) => (data as { ltp: number }).ltp)).toEqual([100, 101])
    expect((await rig.status()).ticks.late).toBe(1)
  })

  it('begins a new epoch when a topic was let go in between: its numbers begin anew', async () => {
    await client.ask({ action: 'authenticate', api_key: rig.keys.alice, features: ['seq'] })
    const places: Frame[] = []
    for (const ltp of [7, 8]) {
      await subscribe('ACME', 1)
      await publish(['PYFEED_NSE_ACME_LTP', { ltp }])
      places.push(await client.tick('the tick', ({ data }) => (data as { ltp: number }).ltp === ltp))
      await client.ask({ action: 'unsubscribe_all' })
    }
    expect(places.map(({ seq }) => seq)).toEqual([1, 1])
    expect(Number(places[1]?.epoch)).toBeGreaterThan(Number(places[0]?.epoch))
  })

  it('is not heard of a symbol that it lists no more', async () => {
    await subscribe('LIVELY', 1)
    await publish(['PYFEED_NSE_LIVELY_LTP', { ltp: 1 }])
    await client.tick('the first', () => true)
    await writeInstruments(rig.folder, 'PYFEED', symbols.filter(one => one !== 'LIVELY').map(equity), systemClock)
    await subscribe('ACME', 1)
    await holds(async () => {
      const before = client.ticks.length
      say('PYFEED_NSE_LIVELY_LTP', { ltp: 2 })
      say('PYFEED_NSE_ACME_LTP', { ltp: 3 })
      await holds(() => expect(client.ticks.length).toBeGreaterThan(before), 1000)
      expect(client.ticks.slice(before).map(({ symbol }) => symbol)).toEqual(['ACME'])
    })
    await writeInstruments(rig.folder, 'PYFEED', symbols.map(equity), systemClock)
  })

  it('is asked for nothing that it does not list or offer', async () => {
    const ask = (symbol: string, mode: number) => client.ask({ action: 'subscribe', symbol, exchange: 'NSE', mode })
    expect(await ask('NOPE', 1)).toMatchObject({
      subscriptions: [{ status: 'error', message: expect.stringContaining('NOPE not found') }],
    })
    expect(await ask('THIN', 3)).toMatchObject({
      subscriptions: [{ status: 'error', message: expect.stringContaining('Depth is not offered') }],
    })
    expect(await ask('THIN', 1)).toMatchObject({ subscriptions: [{ status: 'success' }] })
  })

  it('that has not ticked for two seconds leaves no price to those who come then', async () => {
    await subscribe('LIVELY', 1)
    await publish(['PYFEED_NSE_LIVELY_LTP', { ltp: 5 }])
    await client.tick('the tick', () => true)
    const second = await rig.enter()
    await second.ask({ action: 'subscribe', symbol: 'LIVELY', exchange: 'NSE', mode: 1 })
    await second.tick('the snapshot', () => true)
    second.close()
    await stateOf('quiet')
    const late = await rig.enter()
    await late.ask({ action: 'subscribe', symbol: 'LIVELY', exchange: 'NSE', mode: 1 })
    await publish(['PYFEED_NSE_LIVELY_LTP', { ltp: 6 }])
    const first = await late.tick('the new price', () => true)
    expect(first.data).toMatchObject({ ltp: 6 })
    late.close()
  })

  it('comes after a feed that lists the symbol', async () => {
    const reply = await client.ask({ action: 'subscribe', symbol: 'TCS', exchange: 'NSE' })
    expect(reply).toMatchObject({ subscriptions: [{ broker: 'testbroker' }] })
  })

  it('is live once it has ticked', async () => {
    await subscribe('LIVELY', 1)
    await publish(['PYFEED_NSE_LIVELY_LTP', { ltp: 5 }])
    await stateOf('live')
  })

  it('cannot speak for a feed of ours, nor with nonsense', async () => {
    await client.ask({ action: 'subscribe', symbol: 'TCS', exchange: 'NSE', mode: 1 })
    await subscribe('ACME', 1)
    const { malformed = 0 } = (await rig.status()).bus
    await publish(
      ['TESTFEED_NSE_TCS_LTP', { ltp: 666 }],
      ['PYFEED_NSE_ACME_LTP', { ltp: '666' }],
      ['PYFEED_NSE_ACME_LTP', { ltp: 5 }],
    )
    await client.tick('the good tick', () => true)
    expect(client.ticks).toHaveLength(1)
    expect((await rig.status()).bus.malformed).toBe(malformed + 1)
  })
})

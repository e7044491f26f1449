import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../support/bus.ts'
import type { Frame, TestClient } from '../support/client.ts'
import { feedRecord, OPTION, type ProxyRig, type RigOptions, startRig } from '../support/proxy.ts'
import { tickOf } from '../support/proxyfeed.ts'

let rig: ProxyRig

const start = async (options?: RigOptions) => {
  rig = await startRig(options)
}

afterEach(() => rig.close())

const ltpOf = ({ data }: Frame): number => (data as { ltp: number }).ltp
const withLtp = (ltp: number) => (frame: Frame) => ltpOf(frame) === ltp
const modesOf = (frames: readonly Frame[]) => frames.map(({ mode }) => mode)

async function subscribe(client: TestClient, symbol: string, mode: number, exchange = 'NSE'): Promise<void> {
  const reply = await client.ask({ action: 'subscribe', symbol, exchange, mode })
  expect(reply.status).toBe('success')
}

/** Nothing is on the way to this client any more. */
async function quiet(client: TestClient): Promise<void> {
  const status = await rig.status()
  await client.settled()
  expect(status.clients.waitingBytes).toBe(0)
}

describe('a tick', () => {
  beforeEach(() => start())

  it('arrives once for each mode held, trimmed to it, the mode an integer', async () => {
    const client = await rig.enter()
    for (const mode of [1, 2, 3]) await subscribe(client, 'RELIANCE', mode)
    for (const mode of ['LTP', 'QUOTE', 'DEPTH']) await rig.feed.wanted(`NSE_RELIANCE_${mode}`)
    rig.feed.tick('NSE', 'RELIANCE', tickOf(2885.3))
    await client.tick('the depth frame', ({ mode }) => mode === 3)
    await quiet(client)
    expect(modesOf(client.ticks)).toEqual([1, 2, 3])
    const [ltp, quote, depth] = client.ticks
    const place = { symbol: 'RELIANCE', exchange: 'NSE' }
    const times = { ltt: 1_795_220_416_000, timestamp: 1_795_220_416_120 }
    expect(ltp?.text).toBe(
      JSON.stringify({
        type: 'market_data',
        ...place,
        mode: 1,
        data: { ...place, mode: 1, ltp: 2885.3, ...times },
        broker: 'testbroker',
      }),
    )
    expect(quote?.data).toMatchObject({ ...place, mode: 2, open: 2870, volume: 4_312_980, bid_size: 40, ...times })
    expect(quote?.text).not.toContain('"depth')
    expect(depth?.data).toMatchObject({ ...place, mode: 3, open: 2870, depth_level: 5 })
    expect(depth?.text).toContain('"depth":{"buy":[{"price":2884.3,"quantity":40,"orders":1},')
  })

  it('reaches only those who hold its symbol, and only in the modes they hold', async () => {
    const [one, two] = [await rig.enter(), await rig.enter()]
    await subscribe(one, 'RELIANCE', 1)
    await subscribe(two, 'TCS', 3)
    await rig.feed.wanted('NSE_RELIANCE_LTP')
    await rig.feed.wanted('NSE_TCS_DEPTH')
    rig.feed.tick('NSE', 'RELIANCE', tickOf(1))
    rig.feed.tick('NSE', 'TCS', tickOf(2))
    await Promise.all([one.tick('RELIANCE', withLtp(1)), two.tick('TCS', withLtp(2))])
    await Promise.all([quiet(one), quiet(two)])
    expect(one.ticks.map(({ symbol, mode }) => [symbol, mode])).toEqual([['RELIANCE', 1]])
    expect(two.ticks.map(({ symbol, mode }) => [symbol, mode])).toEqual([['TCS', 3]])
  })

  it.each([
    ['RELIANCE-EQ', 'NSE', 'RELIANCE', 2, 'NSE_RELIANCE_QUOTE'],
    ['RELIANCE:20', 'NSE', 'RELIANCE', 3, 'NSE_RELIANCE_DEPTH'],
    ['RELIANCE-EQ:20', 'NSE', 'RELIANCE', 3, 'NSE_RELIANCE_DEPTH'],
    ['Nifty 50', 'NSE_INDEX', 'NIFTY', 2, 'NSE_INDEX_NIFTY_QUOTE'],
    ['M&M', 'NSE', 'M&M', 2, 'NSE_M&M_QUOTE'],
    [OPTION, 'NFO', OPTION, 1, `NFO_${OPTION}_LTP`],
  ])('bears the symbol as subscribed, in both places: %s', async (symbol, exchange, common, mode, topic) => {
    const client = await rig.enter()
    await subscribe(client, symbol, mode, exchange)
    await rig.feed.wanted(topic)
    rig.feed.tick(exchange, common, tickOf(7))
    const frame = await client.tick('the tick', withLtp(7))
    expect(frame).toMatchObject({ symbol, exchange, mode, data: { symbol, exchange, mode, ltp: 7 } })
    const keys = Object.keys(JSON.parse(frame.text))
    expect(keys).toEqual(['type', 'symbol', 'exchange', 'mode', 'data', 'broker'])
  })

  it('comes under every spelling a client holds', async () => {
    const [one, two] = [await rig.enter(), await rig.enter()]
    await subscribe(one, 'RELIANCE', 2)
    await subscribe(one, 'RELIANCE-EQ', 2)
    await subscribe(two, 'RELIANCE-EQ', 2)
    await rig.feed.wanted('NSE_RELIANCE_QUOTE')
    rig.feed.tick('NSE', 'RELIANCE', tickOf(7))
    await two.tick('the tick', withLtp(7))
    await Promise.all([quiet(one), quiet(two)])
    expect(one.ticks).toHaveLength(2)
    expect(new Set(one.ticks.map(({ symbol }) => symbol))).toEqual(new Set(['RELIANCE', 'RELIANCE-EQ']))
    expect(two.ticks.map(({ symbol }) => symbol)).toEqual(['RELIANCE-EQ'])
  })

  it('is shared: one client letting go leaves the other its ticks, the last one ends the wish', async () => {
    const [one, two] = [await rig.enter(), await rig.enter()]
    for (const client of [one, two]) await subscribe(client, 'TCS', 2)
    await one.ask({ action: 'unsubscribe', symbol: 'TCS', exchange: 'NSE' })
    await rig.feed.wanted('NSE_TCS_QUOTE')
    rig.feed.tick('NSE', 'TCS', tickOf(5))
    await two.tick('the tick', withLtp(5))
    await quiet(one)
    expect(one.ticks).toEqual([])
    two.close()
    await rig.feed.unwanted('NSE_TCS_QUOTE')
  })

  it('is not repeated to who subscribes twice', async () => {
    const client = await rig.enter()
    for (let time = 0; time < 3; time++) await subscribe(client, 'TCS', 2)
    await rig.feed.wanted('NSE_TCS_QUOTE')
    rig.feed.tick('NSE', 'TCS', tickOf(5))
    await client.tick('the tick', withLtp(5))
    await quiet(client)
    expect(client.ticks).toHaveLength(1)
  })
})

describe('the last known value', () => {
  beforeEach(() => start())

  it('comes after the reply, from the feed for the first client and from memory for the next', async () => {
    rig.feed.set('NSE', 'TCS', tickOf(3))
    for (let round = 0; round < 2; round++) {
      const client = await rig.enter()
      await subscribe(client, 'TCS', 2)
      await client.tick('the snapshot', withLtp(3))
      await quiet(client)
      expect(client.frames.map(({ type }) => type)).toEqual(['auth', 'subscribe', 'market_data', 'pong'])
    }
  })

  it('is the newest one, spelled as this client subscribed', async () => {
    const one = await rig.enter()
    await subscribe(one, 'TCS', 3)
    await rig.feed.wanted('NSE_TCS_DEPTH')
    for (const ltp of [1, 2, 3]) rig.feed.tick('NSE', 'TCS', tickOf(ltp))
    await one.tick('the last', withLtp(3))
    const two = await rig.enter()
    await subscribe(two, 'TCS-EQ:50', 3)
    await quiet(two)
    expect(two.ticks).toHaveLength(1)
    expect(two.ticks[0]).toMatchObject({ symbol: 'TCS-EQ:50', data: { symbol: 'TCS-EQ:50', ltp: 3 } })
  })

  it('comes again to a client that lets go and subscribes in one breath', async () => {
    const client = await rig.enter()
    rig.feed.set('NSE', 'TCS', tickOf(3))
    await subscribe(client, 'TCS', 2)
    await client.tick('the snapshot', withLtp(3))
    client.send({ action: 'unsubscribe_all' })
    client.send({ action: 'subscribe', symbol: 'TCS', exchange: 'NSE', mode: 2 })
    await until('a second snapshot', () => client.ticks.length === 2)
    expect(client.frames.at(-1)).toMatchObject({ type: 'market_data', data: { ltp: 3 } })
  })

  it('comes to a client that comes back', async () => {
    rig.feed.set('NSE', 'TCS', tickOf(3))
    const one = await rig.enter()
    await subscribe(one, 'TCS', 2)
    await one.tick('the snapshot', withLtp(3))
    one.close()
    const two = await rig.enter()
    await subscribe(two, 'TCS', 2)
    await two.tick('the snapshot', withLtp(3))
  })
})

describe('what the feed offers', () => {
  it('decides about modes: one that is not offered is refused item by item', async () => {
    await start({ modes: ['LTP', 'QUOTE'] })
    const client = await rig.enter()
    const reply = await client.ask({ action: 'subscribe', symbol: 'TCS', exchange: 'NSE', mode: 3 })
    const item = { status: 'error', message: 'Depth is not offered by testbroker' }
    expect(reply).toMatchObject({ status: 'partial', subscriptions: [item] })
  })

  it.each([
    ['depth', { symbol: 'TCS', depth: 20 }],
    ['depth_level', { symbol: 'TCS', depth_level: 30 }],
    ['the suffix', { symbol: 'TCS:20' }],
  ])('decides about depth: %s is answered with what will be delivered', async (_, wish) => {
    await start({ modes: ['LTP', 'QUOTE', 'DEPTH', 'BOOK20'] })
    const client = await rig.enter()
    const reply = await client.ask({ action: 'subscribe', exchange: 'NSE', mode: 3, ...wish })
    expect(reply).toMatchObject({
      subscriptions: [{ symbol: wish.symbol, status: 'success', mode: 'Depth', depth: 20 }],
    })
    await rig.feed.wanted('NSE_TCS_BOOK20')
    rig.feed.tick('NSE', 'TCS', tickOf(4))
    expect(await client.tick('the book', withLtp(4))).toMatchObject({ mode: 3, symbol: wish.symbol })
  })

  it('asking for another depth of what is held changes the subscription', async () => {
    await start({ modes: ['DEPTH', 'BOOK20'] })
    const client = await rig.enter()
    await subscribe(client, 'TCS', 3)
    await rig.feed.wanted('NSE_TCS_DEPTH')
    await client.ask({ action: 'subscribe', symbol: 'TCS', exchange: 'NSE', mode: 3, depth: 20 })
    await rig.feed.wanted('NSE_TCS_BOOK20')
    await rig.feed.unwanted('NSE_TCS_DEPTH')
    expect((await rig.status()).clients.subscriptions).toBe(1)
  })

  it('the exchange is checked against the closed list', async () => {
    await start()
    const client = await rig.enter()
    const reply = await client.ask({ action: 'subscribe', symbol: 'TCS', exchange: 'NASDAQ' })
    expect(JSON.stringify(reply)).toContain('Unknown exchange NASDAQ; use one of NSE, BSE, NFO,')
  })
})

describe('several feeds of one user', () => {
  it('greet with the one registered first, whatever its name', async () => {
    await start({ feeds: [feedRecord('AFEED', { adapter: 'otherbroker' })] })
    const client = await rig.connect()
    const welcome = await client.ask({ action: 'authenticate', api_key: rig.keys.alice })
    expect(welcome.broker).toBe('testbroker')
  })
})

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ROOT } from '../support/source.ts'
import { eventually } from '../support/system.ts'
import { fullPacket, ltpPacket } from './kite/packet.ts'
import { KiteEmulator } from './kite/server.ts'
import { KiteClient, type KiteTick } from './kiteclient.ts'

let emulator: KiteEmulator
let client: KiteClient

beforeEach(async () => {
  emulator = await KiteEmulator.start({ tickMs: 0, heartbeatMs: 100, recorded: false })
  emulator.login()
  client = new KiteClient()
})
afterEach(async () => {
  client.close()
  await emulator.close()
})

async function connected(): Promise<void> {
  client.connect(emulator)
  await eventually(() => client.heard('connect'))
}

const last = (token: number): KiteTick | undefined => client.ticks.findLast(tick => tick.instrument_token === token)

const recorded = join(ROOT, '../shared/fixtures/brokers/zerodha')

describe("the broker's own client", () => {
  it.runIf(existsSync(recorded))('reads the recorded packets as they were published', async () => {
    await emulator.close()
    emulator = await KiteEmulator.start({ tickMs: 20 })
    emulator.login()
    await connected()
    client.subscribe([884737, 408065])
    client.subscribe([256265], 'full')
    client.subscribe([31132428], 'ltp')
    await eventually(() => client.ticks.filter(tick => tick.instrument_token === 31132428).length > 3)
    const published = (name: string) => JSON.parse(readFileSync(join(recorded, name), 'utf8'))
    const [quote] = published('frame_quote_884737.expected.json').packets
    expect(last(884737)).toMatchObject({
      last_price: quote.last_price,
      ohlc: quote.ohlc,
      volume_traded: quote.volume_traded,
    })
    const infy = published('ticker_quote.json')
    expect(last(408065)).toMatchObject({
      last_price: infy.last_price,
      average_traded_price: infy.average_price,
      ohlc: infy.ohlc,
    })
    const [nifty] = published('index_rebuilt.json').vectors
    expect(last(256265)).toMatchObject({ last_price: nifty.last_price, ohlc: nifty.ohlc, change: nifty.change_percent })
    // This client divides commodities of the NSE by 100; the wire is right.
    const [aluminium] = published('divisors.json')
    expect(emulator.lastFrame(31132428)?.toString('hex')).toBe(aluminium.ltp_frame_hex)
  })

  it('connects, subscribes, changes modes and unsubscribes, and hears of orders', async () => {
    await connected()
    const sbin = emulator.row('NSE:SBIN').token
    client.subscribe([sbin])
    expect((await eventually(() => last(sbin))).mode).toBe('quote')
    client.subscribe([sbin], 'full')
    await eventually(() => last(sbin)?.mode === 'full')
    client.subscribe([sbin], 'ltp')
    await eventually(() => last(sbin)?.mode === 'ltp')
    client.unsubscribe([sbin])
    await eventually(() => emulator.connections[0]?.subscribed.size === 0)
    expect(emulator.connections[0]?.requests.at(-1)).toEqual({ a: 'unsubscribe', v: [sbin] })
    emulator.faults.order({ order_id: '77' })
    const order = await eventually(() => client.events.find(event => event.kind === 'order_update'))
    expect(order.what).toMatchObject({ order_id: '77', status: 'COMPLETE', user_id: 'AB1234' })
  })

  it('reads every field of a full packet as it was meant', async () => {
    await connected()
    client.subscribe([408065], 'full')
    await eventually(() => last(408065)?.mode === 'full')
    const level = (price: number, n: number) => ({ price, quantity: 100 + n, orders: n })
    const bids = [1573.1, 1573.05, 1573, 1572.95, 1572.9].map((price, n) => level(price, n + 1))
    const asks = [1573.2, 1573.25, 1573.3, 1573.35, 1573.4].map((price, n) => level(price, n + 6))
    emulator.push([
      fullPacket({
        token: 408065,
        lastPrice: 1573.15,
        lastQuantity: 7,
        averagePrice: 1570.33,
        volume: 1_175_986,
        buyQuantity: 256_511,
        sellQuantity: 360_503,
        open: 1569.15,
        high: 1575,
        low: 1561.05,
        close: 1567.8,
        lastTradeTime: 1_795_220_415,
        exchangeTime: 1_795_220_416,
        openInterest: 21,
        openInterestHigh: 22,
        openInterestLow: 20,
        bids,
        asks,
      }),
    ])
    await eventually(() => last(408065)?.last_traded_quantity === 7)
    expect(last(408065)).toMatchObject({
      tradable: true,
      mode: 'full',
      last_price: 1573.15,
      average_traded_price: 1570.33,
      volume_traded: 1_175_986,
      total_buy_quantity: 256_511,
      total_sell_quantity: 360_503,
      oi: 21,
      oi_day_high: 22,
      oi_day_low: 20,
      ohlc: { open: 1569.15, high: 1575, low: 1561.05, close: 1567.8 },
      last_trade_time: new Date(1_795_220_415_000),
      exchange_timestamp: new Date(1_795_220_416_000),
      depth: { buy: bids, sell: asks },
    })
  })

  it('reads the snapshots of every kind of instrument as the market has them', async () => {
    await connected()
    const keys = ['NSE:INFY', 'BSE:SBIN', 'NSE:NIFTY 50', 'NSE:INDIA VIX', 'MCX:MCXBULLDEX']
    const ofSegments = ['NFO-FUT', 'NFO-OPT', 'BFO-OPT', 'CDS-OPT', 'BCD-FUT', 'MCX-FUT']
    const rows = [
      ...keys.map(key => emulator.row(key)),
      ...ofSegments.flatMap(segment => emulator.rows.find(row => row.segment === segment) ?? []),
    ]
    client.subscribe(
      rows.map(row => row.token),
      'full',
    )
    await eventually(() => rows.every(row => last(row.token)?.mode === 'full'))
    for (const row of rows) {
      const tick = last(row.token)
      expect(tick?.tradable, row.symbol).toBe(row.segment !== 'INDICES')
      // The walk begins at the nearest price that the instrument can have.
      expect(tick?.last_price, row.symbol).toBeCloseTo(row.contract.price, row.tickSize >= 0.5 ? 0 : 1)
      expect(tick?.exchange_timestamp, row.symbol).toBeInstanceOf(Date)
      expect(tick?.depth?.buy.length, row.symbol).toBe(row.segment === 'INDICES' ? undefined : 5)
    }
  })

  it('parses what the emulator says it sent last', async () => {
    await connected()
    client.subscribe([779_521], 'full')
    await eventually(() => last(779_521)?.mode === 'full')
    client.parse(emulator.lastFrame(779_521) ?? Buffer.alloc(0))
    const [parsed] = await eventually(() => client.parsed.length > 0 && client.parsed)
    expect(parsed).toEqual([last(779_521)])
  })

  it('stays connected on heartbeats alone, which are no ticks to it', async () => {
    await connected()
    await eventually(() => (emulator.connections[0]?.sent.heartbeats ?? 0) > 5)
    emulator.faults.textMessage({ text: 'a word' })
    client.subscribe([408065], 'ltp')
    await eventually(() => client.ticks.length > 1)
    emulator.push([ltpPacket({ token: 408065, lastPrice: 1 })])
    await eventually(() => last(408065)?.last_price === 1)
    expect(client.heard('close')).toBe(false)
  })

  it('is refused with a wrong token, and beyond three connections', async () => {
    client.connect(emulator, '0'.repeat(32))
    const error = await eventually(() => client.events.find(event => event.kind === 'error'))
    expect(error.what).toContain('403')
    emulator.faults.tooManyConnections()
    const other = new KiteClient()
    try {
      other.connect(emulator)
      const busy = await eventually(() => other.events.find(event => event.kind === 'error'))
      expect(busy.what).toContain('429')
    } finally {
      other.close()
    }
  })
})

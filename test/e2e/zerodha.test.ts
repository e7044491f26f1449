import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fullPacket, message } from '../emulators/kite/packet.ts'
import { KiteClient, type KiteTick } from '../emulators/kiteclient.ts'
import { KiteSystem } from '../support/kite.ts'
import type { MarketFrame } from '../support/openalgo.ts'
import { ROOT } from '../support/source.ts'
import { eventually } from '../support/system.ts'

/** Recorded by others; not part of the repository, and not needed. */
const RECORDED = join(ROOT, '../shared/fixtures/brokers/zerodha')
const recorded = (name: string) => JSON.parse(readFileSync(join(RECORDED, name), 'utf8'))

let all: KiteSystem
let vendor: KiteClient

beforeAll(async () => {
  // No market of its own: what is sent is what was recorded, and what a test pushes.
  all = await KiteSystem.start({ tickMs: 0 })
  vendor = new KiteClient()
}, 60_000)

afterAll(async () => {
  vendor?.close()
  await all?.close()
})

/** What a Quote frame says, under the names of the broker's own client. */
const quoteOf = ({ data }: MarketFrame) => ({
  last_price: data.ltp,
  last_traded_quantity: data.last_quantity,
  average_traded_price: data.average_price,
  volume_traded: data.volume,
  total_buy_quantity: data.total_buy_quantity,
  total_sell_quantity: data.total_sell_quantity,
  ohlc: { open: data.open, high: data.high, low: data.low, close: data.close },
})

const vendorQuoteOf = (tick: KiteTick) => ({
  last_price: tick.last_price,
  last_traded_quantity: tick.last_traded_quantity,
  average_traded_price: tick.average_traded_price,
  volume_traded: tick.volume_traded,
  total_buy_quantity: tick.total_buy_quantity,
  total_sell_quantity: tick.total_sell_quantity,
  ohlc: tick.ohlc,
})

/** What the vendor's parser makes of a message. */
async function vendorReads(frame: Uint8Array): Promise<KiteTick> {
  const before = vendor.parsed.length
  vendor.parse(frame)
  const [tick] = await eventually(() => vendor.parsed[before])
  if (!tick) throw new Error('the vendor reads nothing')
  return tick
}

describe.runIf(existsSync(RECORDED))('recorded Kite frames, to an unmodified client through real processes', () => {
  it('are the quote of TATAMOTORS to the last digit', async () => {
    const frame = await all.first('Quote', 'TATAMOTORS', 'NSE')
    const {
      mode: _,
      instrument_token: __,
      exchange_segment: ___,
      change_percent,
      ...expected
    } = recorded('frame_quote_884737.expected.json').packets[0]
    expect(quoteOf(frame)).toEqual(expected)
    expect(frame.data.change_percent).toBeCloseTo(change_percent, 2)
    expect(frame).toMatchObject({ exchange: 'NSE', broker: 'zerodha', mode: 2 })
  })

  it('are its last price in LTP, and nothing else', async () => {
    const frame = await all.first('LTP', 'TATAMOTORS', 'NSE')
    expect(frame.data.ltp).toBe(recorded('frame_ltp_884737.expected.json').packets[0].last_price)
    expect(Object.keys(frame.data)).toEqual(['symbol', 'exchange', 'mode', 'ltp', 'timestamp'])
  })

  it('are the quote of INFY to the last digit', async () => {
    const frame = await all.first('Quote', 'INFY', 'NSE')
    const tick = recorded('ticker_quote.json')
    expect(quoteOf(frame)).toEqual({
      last_price: tick.last_price,
      last_traded_quantity: tick.last_quantity,
      average_traded_price: tick.average_price,
      volume_traded: tick.volume,
      total_buy_quantity: tick.buy_quantity,
      total_sell_quantity: tick.sell_quantity,
      ohlc: tick.ohlc,
    })
  })

  it('are the NIFTY with its open, high, low and close in their places, and the exchange’s time', async () => {
    const frame = await all.first('Depth', 'NIFTY', 'NSE_INDEX')
    const [tick] = recorded('index_rebuilt.json').vectors
    const { open, high, low, close, ltp, timestamp } = frame.data
    expect({ open, high, low, close }).toEqual(tick.ohlc)
    expect([ltp, timestamp]).toEqual([tick.last_price, tick.exchange_timestamp_epoch_s * 1000])
    expect(frame.data).not.toHaveProperty('volume')
    expect(frame.data).not.toHaveProperty('depth')
  })

  it('are the price of an NCO contract, divided by ten thousand', async () => {
    const [contract] = recorded('divisors.json')
    const row = all.kite.rows.find(({ token }) => token === contract.instrument_token)
    const day = row?.expiry.split('-') ?? []
    const month = 'JAN,FEB,MAR,APR,MAY,JUN,JUL,AUG,SEP,OCT,NOV,DEC'.split(',')[Number(day[1]) - 1]
    const symbol = `${row?.name}${day[2]}${month}${day[0]?.slice(2)}FUT`
    expect((await all.first('LTP', symbol, 'NCO')).data.ltp).toBe(contract.price)
  })
})

describe('a full packet, through real processes', () => {
  const now = Math.floor(Date.parse('2026-11-20T09:45:00Z') / 1000)
  const level = (price: number, quantity: number, orders: number) => ({ price, quantity, orders })
  const packet = (token: number) =>
    fullPacket({
      token,
      lastPrice: 960.15,
      lastQuantity: 25,
      averagePrice: 957.83,
      volume: 3_000_123,
      buyQuantity: 812_345,
      sellQuantity: 912_346,
      open: 951.2,
      high: 963.95,
      low: 948.05,
      close: 949.9,
      lastTradeTime: now - 2,
      openInterest: 0,
      openInterestHigh: 0,
      openInterestLow: 0,
      exchangeTime: now,
      bids: [
        level(960.1, 120, 3),
        level(960.05, 431, 9),
        level(960, 2210, 41),
        level(959.95, 77, 1),
        level(959.9, 5, 1),
      ],
      asks: [level(960.2, 61, 2), level(960.25, 388, 7), level(960.3, 1020, 17)],
    })

  it('gives the depth, the quote and the times that the broker’s own client reads from the same bytes', async () => {
    await all.first('Depth', 'SBIN', 'NSE')
    const { token } = all.kite.row('NSE:SBIN')
    const bytes = packet(token)
    expect(all.kite.push([bytes])).toBe(1)
    const tick = await vendorReads(message([bytes]))
    const frame = await eventually(() => all.frames('SBIN', 3).find(({ data }) => data.ltp === 960.15))
    const isLevel = ({ quantity, price, orders }: { quantity: number; price: number; orders: number }) =>
      quantity + price + orders > 0
    expect(frame.data.depth).toEqual({
      buy: tick.depth?.buy.filter(isLevel),
      sell: tick.depth?.sell.filter(isLevel),
    })
    expect(quoteOf(frame)).toEqual(vendorQuoteOf(tick))
    expect([frame.data.timestamp, frame.data.ltt]).toEqual([
      tick.exchange_timestamp?.getTime(),
      tick.last_trade_time?.getTime(),
    ])
    const seen = all.charts.depths.findLast(({ symbol }) => symbol === 'SBIN')?.depth
    expect(seen?.bids.map(({ price, qty }) => [price, qty])).toEqual(
      tick.depth?.buy.map(({ price, quantity }) => [price, quantity]),
    )
  })

  it('serves who wants Quote and who wants LTP as well, from one subscription at the broker', async () => {
    await all.first('LTP', 'SBIN', 'NSE')
    await all.first('Quote', 'SBIN', 'NSE')
    const { token } = all.kite.row('NSE:SBIN')
    const before = [1, 2, 3].map(mode => all.frames('SBIN', mode).length)
    all.kite.push([packet(token)])
    await eventually(() => [1, 2, 3].every((mode, nth) => all.frames('SBIN', mode).length > (before[nth] ?? 0)))
    const [ltp, quote] = [all.frames('SBIN', 1).at(-1), all.frames('SBIN', 2).at(-1)]
    expect(ltp?.data).not.toHaveProperty('volume')
    expect(quote?.data).not.toHaveProperty('depth')
    expect(quote?.data.volume).toBe(3_000_123)
    const modes = all.kite.open.flatMap(one => [...one.subscribed].filter(([key]) => key === token))
    expect(modes).toEqual([[token, 'full']])
  })
})

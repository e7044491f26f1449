import { describe, expect, it } from 'vitest'
import { Hops, lagWords, waterfall } from '../../../proxy/dashboard/lag/hops.ts'
import { Minute } from '../../../proxy/dashboard/lag/minute.ts'
import { Offset } from '../../../proxy/dashboard/lag/offset.ts'
import type { MarketFrame } from '../../../proxy/dashboard/protocol.ts'

const spread = (p50: number) => ({ p50, p95: p50 * 2, mean: p50 })

describe('the last minute', () => {
  it('gives the middle and the slow end of what was measured in it', () => {
    const minute = new Minute()
    for (let ms = 1; ms <= 20; ms++) minute.add(ms, 500 * ms)
    expect(minute.spread(10_000)).toEqual({ p50: 11, p95: 20, mean: 10.5 })
  })

  it('forgets what is older', () => {
    const minute = new Minute()
    minute.add(900, 1000)
    minute.add(5, 60_500)
    expect(minute.spread(60_600)?.p95).toBe(900)
    expect(minute.spread(61_000)).toEqual({ p50: 5, p95: 5, mean: 5 })
    expect(minute.spread(200_000)).toBeUndefined()
  })

  it('keeps no more of a wild second than of a calm one', () => {
    const minute = new Minute()
    for (let nth = 0; nth < 100_000; nth++) minute.add(1, 1000)
    minute.add(9, 2000)
    expect(minute.spread(2000)).toMatchObject({ mean: (40 + 9) / 41 })
  })

  it('is told second by second, with holes where nothing came', () => {
    const minute = new Minute()
    minute.add(7, 58_000)
    const seconds = minute.seconds(60_000)
    expect(seconds).toHaveLength(59)
    expect(seconds.flatMap((one, nth) => (one ? [[nth, one.p50]] : []))).toEqual([[57, 7]])
  })
})

describe('the waterfall', () => {
  it('puts each hop where the one before it ends', () => {
    const falls = waterfall({ exchange: spread(6), adapter: spread(1), bus: spread(1), proxy: spread(2) })
    expect(falls.map(({ hop, from, part }) => [hop, from, part])).toEqual([
      ['exchange', 0, 0.6],
      ['adapter', 0.6, 0.1],
      ['bus', 0.7, 0.1],
      ['proxy', expect.closeTo(0.8), 0.2],
    ])
  })

  it('gives no bar to what runs backwards, and still tells it', () => {
    const [exchange, proxy] = waterfall({ exchange: spread(-30), proxy: spread(2) })
    expect([exchange?.part, exchange?.spread.p50, proxy?.from, proxy?.part]).toEqual([0, -30, 0, 1])
  })

  it('leaves out hops that nobody stamps', () => {
    expect(waterfall({})).toEqual([])
  })

  it('writes lags in the unit that fits, negative ones with their sign', () => {
    expect([0.123, 4.56, 87.4, 1204, -30].map(lagWords)).toEqual(['0.12 ms', '4.6 ms', '87 ms', '1.20 s', '-30 ms'])
  })
})

describe('the hops of a frame', () => {
  const frame = (rest: Partial<MarketFrame> = {}): MarketFrame => ({
    type: 'market_data',
    exchange: 'NSE',
    symbol: 'TCS',
    mode: 2,
    broker: 'simulator',
    data: { ltp: 1, timestamp: 1000 },
    stamps: { adapter: 1004, published: 1005, proxy: 1007 },
    ...rest,
  })

  it('are the differences of its stamps', () => {
    const hops = new Hops()
    hops.take(frame(), 1010, 0)
    const { exchange, adapter, bus, proxy } = hops.hops
    expect([exchange, adapter, bus, proxy, hops.total].map(one => one.spread(0)?.p50)).toEqual([4, 1, 2, 3, 10])
  })

  it('of a value that is repeated say nothing', () => {
    const hops = new Hops()
    hops.take(frame({ snapshot: true }), 90_000, 0)
    expect(hops.total.spread(0)).toBeUndefined()
  })

  it('are coarse until an exchange says more than whole seconds', () => {
    const hops = new Hops()
    hops.take(frame(), 1010, 0)
    expect(hops.isCoarse).toBe(true)
    hops.take(frame({ data: { timestamp: 1001 } }), 1010, 0)
    expect(hops.isCoarse).toBe(false)
  })
})

describe("the server's clock", () => {
  it('is known best by the question that came back soonest', () => {
    const offset = new Offset()
    offset.take(1000, 5700, 1400)
    offset.take(2000, 6505, 2010)
    offset.take(3000, 7900, 3800)
    expect(offset.best).toEqual({ offsetMs: 4500, roundMs: 10 })
  })

  it('is measured anew: what is long ago does not count', () => {
    const offset = new Offset()
    offset.take(0, 100, 2)
    for (let nth = 1; nth <= 8; nth++) offset.take(nth * 1000, nth * 1000 + 500, nth * 1000 + 10)
    expect(offset.best?.offsetMs).toBe(495)
  })

  it('is not known until it is measured again, when a clock was set', () => {
    const offset = new Offset()
    offset.take(1000, 5700, 1010)
    offset.forget()
    expect(offset.best).toBeUndefined()
  })
})

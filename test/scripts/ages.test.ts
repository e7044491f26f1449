import { describe, expect, it } from 'vitest'
import { Ages } from '../../scripts/ages.ts'
import { distributionOf } from '../../scripts/distribution.ts'

const tick = (timestamp: number, rest: object = {}) => ({
  type: 'market_data',
  symbol: 'SBIN',
  exchange: 'NSE',
  mode: 2,
  data: { ltp: 1, timestamp },
  ...rest,
})

describe('the ages of ticks', () => {
  it('are of every hop that is stamped, in the order of the way', () => {
    const ages = new Ages()
    ages.take(tick(1000, { stamps: { adapter: 1010.5, published: 1011, proxy: 1013 } }), 1014.25)
    expect(ages.hops().map(({ hop, p50Ms }) => [hop, p50Ms])).toEqual([
      ['exchange→client', 14.25],
      ['exchange→adapter', 10.5],
      ['adapter→bus', 0.5],
      ['bus→proxy', 2],
      ['proxy→client', 1.25],
    ])
  })

  it('are of the whole way only where nothing is stamped', () => {
    const ages = new Ages()
    ages.take(tick(1000), 1005)
    expect(ages.hops()).toMatchObject([{ hop: 'exchange→client', count: 1, p50Ms: 5, negative: 0 }])
  })

  it('leave out last values, and tell those that came before they left', () => {
    const ages = new Ages()
    ages.take(tick(1, { snapshot: true }), 99_999)
    ages.take(tick(1000), 990)
    ages.take({ type: 'pong' }, 1)
    expect([ages.ticks, ages.repeated, ages.symbols]).toEqual([1, 1, 1])
    expect(ages.hops()).toMatchObject([{ minMs: -10, negative: 1 }])
  })
})

describe('a distribution', () => {
  it('has figures that were measured, by nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, at) => 100 - at)
    expect(distributionOf(hundred)).toEqual({
      count: 100,
      minMs: 1,
      avgMs: 50.5,
      p50Ms: 50,
      p95Ms: 95,
      p99Ms: 99,
      maxMs: 100,
    })
    expect(distributionOf([3])).toMatchObject({ minMs: 3, p50Ms: 3, p99Ms: 3, maxMs: 3 })
  })

  it('is nothing of nothing', () => {
    expect(distributionOf([])).toBeUndefined()
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Exchange } from '../../../adapters/simulator/exchange.ts'
import { UNIVERSE } from '../../../adapters/simulator/universe.ts'
import { keyOf, STAMP, seriesOf, type Untimed, untimed, updates } from './series.ts'

const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const middle = ({ book }: Untimed): number =>
  ((book?.buy[0]?.price ?? Number.NaN) + (book?.sell[0]?.price ?? Number.NaN)) / 2

describe('a seed', () => {
  test('gives the same ticks every time', () => {
    fc.assert(
      fc.property(seeds, seed => {
        expect(updates(seed, 300)).toEqual(updates(seed, 300))
      }),
      { numRuns: 5 },
    )
  })

  test('gives these ticks on every machine and in every release that lists the same', () => {
    const ticks = updates(1, 20_000).slice(UNIVERSE.length)
    const some = [ticks[0], ticks[1], ticks[9999], ticks[19_999]]
    expect(some.map(update => update && [keyOf(update.instrument), update.tick.ltp])).toEqual([
      ['NFO:BANKNIFTY30NOV4955600PE', 1209.3],
      ['NSE:HDFCLIFE', 754.05],
      ['BSE:INFY', 1532.1],
      ['NSE_INDEX:MIDCPNIFTY', 12_821.55],
    ])
  })

  test('gives other ticks than its neighbour, in another order', () => {
    const [one, two] = [updates(1, 500), updates(2, 500)]
    const same = one.filter((update, at) => update.instrument === two[at]?.instrument)
    expect(same.length).toBeLessThan(UNIVERSE.length + 100)
    expect(one.map(update => update.tick.ltp)).not.toEqual(two.map(update => update.tick.ltp))
  })

  test('decides everything but the stamps', () => {
    const [early, late] = [new Exchange(5), new Exchange(5)]
    for (let nth = 0; nth < 1000; nth++) {
      const a = early.next(STAMP)
      const b = late.next({ timestamp: nth, receivedAt: 1000 * nth })
      expect(a.instrument).toBe(b.instrument)
      expect(untimed(a.tick)).toEqual(untimed(b.tick))
      expect([b.tick.timestamp, b.receivedAt]).toEqual([nth, 1000 * nth])
      if (b.instrument.kind !== 'INDEX') expect(b.tick.lastTradeTime).toBe(nth)
    }
  })

  test('goes on the same way whether or not anyone looks at the values', () => {
    const [watched, alone] = [new Exchange(9), new Exchange(9)]
    for (let nth = 0; nth < 500; nth++) {
      watched.values(STAMP)
      expect(watched.next(STAMP)).toEqual(alone.next(STAMP))
    }
  })
})

describe('the order of ticks', () => {
  test('begins with one value of every instrument', () => {
    const opening = new Exchange(1).values(STAMP)
    expect(opening.map(update => update.instrument)).toEqual(UNIVERSE.map(listing => listing.instrument))
  })

  test('gives every instrument its weight in each round', () => {
    const exchange = new Exchange(1)
    for (let round = 0; round < 3; round++) {
      const counts = new Map<string, number>()
      for (let nth = 0; nth < exchange.roundLength; nth++) {
        const key = keyOf(exchange.next(STAMP).instrument)
        counts.set(key, (counts.get(key) ?? 0) + 1)
      }
      expect(counts).toEqual(new Map(UNIVERSE.map(({ instrument, weight }) => [keyOf(instrument), weight])))
    }
  })

  test('lets every instrument tick within four seconds at the default rate', () => {
    expect((2 * new Exchange(1).roundLength) / 250).toBeLessThan(4)
  })
})

describe('prices', () => {
  const series = seriesOf(1, 100_000)
  const of = (key: string): Untimed[] => series.get(key) ?? []

  test('move, all of them', () => {
    for (const [key, ticks] of series) expect(new Set(ticks.map(tick => tick.ltp)).size, key).toBeGreaterThan(5)
  })

  test('of a future follow the index at a distance', () => {
    const [spot, future] = [of('NSE_INDEX:NIFTY').at(-1), of('NFO:NIFTY30NOV49FUT').at(-1)]
    expect((future?.ltp ?? 0) / (spot?.ltp ?? 0)).toBeCloseTo(1.004, 3)
  })

  test('of a share are the same on both exchanges, but for the spread', () => {
    const [nse, bse] = [of('NSE:RELIANCE').at(-1), of('BSE:RELIANCE').at(-1)]
    expect(Math.abs((nse?.ltp ?? 0) / (bse?.ltp ?? 0) - 1)).toBeLessThan(0.002)
  })

  test('stay near the previous close for ever, and inside the circuits', () => {
    const exchange = new Exchange(3)
    for (let nth = 0; nth < 300_000; nth++) exchange.next(STAMP)
    for (const { instrument, tick } of exchange.values(STAMP)) {
      const {
        ltp = Number.NaN,
        previousClose = Number.NaN,
        upperCircuit = Infinity,
        lowerCircuit = 0,
        high = 0,
        low = 0,
      } = tick
      if (instrument.kind === 'EQ' || instrument.exchange === 'CDS')
        expect(Math.abs(ltp / previousClose - 1), instrument.symbol).toBeLessThan(0.06)
      expect(low).toBeGreaterThan(lowerCircuit)
      expect(high).toBeLessThan(upperCircuit)
    }
  })

  test.each([
    ['NFO:NIFTY30NOV4924800CE', 'NSE_INDEX:NIFTY', 1],
    ['NFO:NIFTY30NOV4924800PE', 'NSE_INDEX:NIFTY', -1],
    ['NFO:BANKNIFTY30NOV4955200CE', 'NSE_INDEX:BANKNIFTY', 1],
    ['NFO:ITC30NOV49407.5PE', 'NSE:ITC', -1],
  ])('of %s move with %s, in direction %i', (option, underlying, direction) => {
    let [spot, spotBefore, before] = [0, 0, 0]
    let [together, spotSquares, optionSquares] = [0, 0, 0]
    for (const { instrument, tick } of updates(1, 100_000)) {
      const key = keyOf(instrument)
      if (key === underlying) spot = tick.ltp ?? Number.NaN
      if (key !== option) continue
      const [spotMove, move] = [spot - spotBefore, middle(tick) - before]
      if (before > 0) {
        together += spotMove * move
        spotSquares += spotMove ** 2
        optionSquares += move ** 2
      }
      spotBefore = spot
      before = middle(tick)
    }
    expect((direction * together) / Math.sqrt(spotSquares * optionSquares)).toBeGreaterThan(0.8)
  })
})

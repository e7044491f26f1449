import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aggregate, type Candle, merge } from '../../../../proxy/dashboard/chart/candles.ts'
import { Minutes } from '../../../../proxy/dashboard/chart/minutes.ts'
import { startOf, TIMEFRAMES } from '../../../../proxy/dashboard/chart/timeframes.ts'

const OPEN = Date.parse('2026-11-23T09:15:00+05:30')
const MINUTE = 60_000

function candlesOf(ticks: readonly { at: number; price: number; volume: number }[]): Candle[] {
  const minutes = new Minutes('NSE')
  for (const one of ticks) minutes.add({ ...one, isContinuous: true })
  return minutes.candles()
}

const day = fc
  .array(
    fc.record({
      after: fc.integer({ min: 1, max: 600_000 }),
      price: fc.integer({ min: 1, max: 9999 }),
      traded: fc.nat(500),
    }),
    { minLength: 1, maxLength: 150 },
  )
  .map(steps => {
    let [at, volume] = [OPEN, 0]
    return steps.map(({ after, price, traded }) => {
      at += after
      volume += traded
      return { at, price, volume }
    })
  })

describe('longer candles', () => {
  it('are what the ticks themselves would give, in every length', () => {
    fc.assert(
      fc.property(day, fc.constantFrom(...TIMEFRAMES), fc.constantFrom('NSE', 'MCX'), (ticks, timeframe, exchange) => {
        const startOfOne = ({ at }: { at: number }) => startOf(at, timeframe, exchange)
        const expected = [...new Set(ticks.map(startOfOne))].map(start => {
          const its = ticks.filter(one => startOfOne(one) === start).map(({ price }) => price)
          return { start, open: its[0], high: Math.max(...its), low: Math.min(...its), close: its.at(-1) }
        })
        expect(aggregate(candlesOf(ticks), timeframe, exchange)).toMatchObject(expected)
      }),
    )
  })

  it('have the volume of their minutes', () => {
    fc.assert(
      fc.property(day, fc.constantFrom(...TIMEFRAMES), (ticks, timeframe) => {
        const sum = (candles: readonly Candle[]) => candles.reduce((total, { volume }) => total + volume, 0)
        const minutes = candlesOf(ticks)
        expect(sum(aggregate(minutes, timeframe, 'NSE'))).toBe(sum(minutes))
      }),
    )
  })

  it('are partial where one of their minutes is', () => {
    const ticks = [0, 1, 2, 3, 4, 5].map(minute => ({ at: OPEN + minute * MINUTE, price: 100, volume: 0 }))
    expect(aggregate(candlesOf(ticks), '3m', 'NSE').map(({ isPartial }) => isPartial)).toEqual([true, false])
  })
})

describe('the day of a commodity exchange', () => {
  const from = Date.parse('2026-11-24T09:00:00+05:30')
  const seen = (days: number) => {
    const minutes = new Minutes('MCX')
    const before = { at: from - 86_400_000, price: 50, volume: 9, isContinuous: true }
    minutes.add(before)
    for (let day = 0; day < days; day++)
      for (let nth = 0; nth < 895; nth++)
        minutes.add({ ...before, at: from + day * 86_400_000 + nth * MINUTE, price: 100 + nth, volume: nth })
    return aggregate(minutes.candles(), '1D', 'MCX')
  }

  it('is one whole candle, from the first trade to the last', () => {
    expect(seen(1).at(-1)).toMatchObject({ open: 100, low: 100, close: 994, volume: 894, isPartial: false })
  })

  it('is partial when its first minutes had to go, and the next one is whole', () => {
    expect(seen(2).map(({ isPartial }) => isPartial)).toEqual([true, false])
  })
})

describe('candles by two who saw the same instrument', () => {
  it('are those of one who saw all of it', () => {
    fc.assert(
      fc.property(day, fc.nat(150), (ticks, cut) => {
        const before = ticks.slice(0, cut + 1)
        const after = ticks.slice(cut)
        const prices = (candles: readonly Candle[]) =>
          candles.map(({ start, open, high, low, close }) => ({ start, open, high, low, close }))
        const merged = merge(candlesOf(before), after.length > 0 ? candlesOf(after) : [])
        expect(prices(merged)).toEqual(prices(candlesOf(ticks)))
      }),
    )
  })

  it('are whole where one of them saw all', () => {
    const ticks = [0, 1, 2].map(minute => ({ at: OPEN + minute * MINUTE, price: 100, volume: 0 }))
    const merged = merge(candlesOf(ticks), candlesOf(ticks.slice(1)))
    expect(merged.map(({ isPartial }) => isPartial)).toEqual([true, false, false])
  })
})

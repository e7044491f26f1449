import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Candle } from '../../../../proxy/dashboard/chart/candles.ts'
import { Minutes, type Sighting } from '../../../../proxy/dashboard/chart/minutes.ts'

const OPEN = Date.parse('2026-11-23T09:15:00+05:30')
const MINUTE = 60_000
const DAY = 86_400_000

const tick = (seconds: number, price: number, volume?: number, isContinuous = true): Sighting => ({
  at: OPEN + seconds * 1000,
  price,
  ...(volume !== undefined && { volume }),
  isContinuous,
})

function candlesOf(...ticks: readonly Sighting[]): Candle[] {
  const minutes = new Minutes('NSE')
  for (const one of ticks) minutes.add(one)
  return minutes.candles()
}

const shown = (candles: readonly Candle[]) =>
  candles.map(({ start, open, high, low, close, volume }) => [(start - OPEN) / MINUTE, open, high, low, close, volume])

/** Moments in any order, prices in paise, steps of the day's volume. */
const anyTicks = fc
  .array(fc.record({ second: fc.integer({ min: 0, max: 3600 }), paise: fc.integer({ min: 1, max: 500_000 }) }), {
    minLength: 1,
    maxLength: 200,
  })
  .map(all => all.map(({ second, paise }) => tick(second, paise / 100)))

const inOrder = fc
  .array(fc.record({ after: fc.integer({ min: 0, max: 90 }), traded: fc.integer({ min: 0, max: 1000 }) }), {
    minLength: 1,
    maxLength: 200,
  })
  .map(steps => {
    let [second, volume] = [0, 5000]
    return steps.map(({ after, traded }) => {
      second += after
      volume += traded
      return tick(second, 100, volume)
    })
  })

describe('candles of a minute', () => {
  it('open with the first price, close with the last one, and reach as far as any', () => {
    expect(shown(candlesOf(tick(1, 100), tick(20, 104), tick(40, 98), tick(59, 101), tick(60, 102)))).toEqual([
      [0, 100, 104, 98, 101, 0],
      [1, 102, 102, 102, 102, 0],
    ])
  })

  it('put a tick that comes late where it belongs', () => {
    const late = candlesOf(tick(10, 100), tick(50, 103), tick(70, 110), tick(30, 107), tick(5, 99), tick(55, 101))
    expect(shown(late)).toEqual([
      [0, 99, 107, 99, 101, 0],
      [1, 110, 110, 110, 110, 0],
    ])
  })

  it('have a place for a late one of a minute that had none', () => {
    expect(shown(candlesOf(tick(10, 100), tick(130, 103), tick(70, 90))).map(([minute]) => minute)).toEqual([0, 1, 2])
  })

  it('say when a candle before the last one was changed', () => {
    const minutes = new Minutes('NSE')
    for (const one of [tick(10, 100), tick(70, 101), tick(71, 102)]) minutes.add(one)
    expect(minutes.revision).toBe(0)
    minutes.add(tick(11, 99))
    expect(minutes.revision).toBe(1)
  })

  it('are kept for the longest day of an exchange, and not for ever', () => {
    const minutes = new Minutes('MCX')
    for (let nth = 0; nth < 3000; nth++) minutes.add(tick(nth * 60, nth))
    const candles = minutes.candles()
    expect(candles.length).toBeGreaterThan(15 * 60)
    expect(candles.length).toBeLessThanOrEqual(1000)
    expect(candles.at(-1)?.close).toBe(2999)
    expect(candles.map(({ isCut }) => isCut).indexOf(true)).toBe(0)
    const starts = candles.map(({ start }) => start)
    expect(starts).toEqual(starts.toSorted((a, b) => a - b))
  })

  it('hold for any ticks in any order: low, open, close and high', () => {
    fc.assert(
      fc.property(anyTicks, ticks => {
        const candles = candlesOf(...ticks)
        for (const { start, open, high, low, close } of candles) {
          const its = ticks.filter(({ at }) => Math.floor(at / MINUTE) * MINUTE === start).map(({ price }) => price)
          expect([low, high]).toEqual([Math.min(...its), Math.max(...its)])
          expect(its).toEqual(expect.arrayContaining([open, close]))
        }
        const starts = candles.map(({ start }) => start)
        expect(starts).toEqual(
          [...new Set(ticks.map(({ at }) => Math.floor(at / MINUTE) * MINUTE))].sort((a, b) => a - b),
        )
      }),
    )
  })

  it('are the same whatever the order, where no two ticks are of one moment', () => {
    fc.assert(
      fc.property(anyTicks, fc.infiniteStream(fc.nat()), (ticks, random) => {
        const single = [...new Map(ticks.map(one => [one.at, one])).values()].sort((a, b) => a.at - b.at)
        const mixed = single
          .map(one => ({ one, key: random.next().value }))
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => one)
        expect(shown(candlesOf(...mixed))).toEqual(shown(candlesOf(...single)))
      }),
    )
  })
})

describe('the volume of candles', () => {
  it('is what the day’s volume grew by; what came before the first tick is of none', () => {
    expect(shown(candlesOf(tick(1, 100, 5000), tick(30, 100, 5040), tick(61, 100, 5100))).map(row => row[5])).toEqual([
      40, 60,
    ])
  })

  it('adds up to what was traded, whatever the ticks', () => {
    fc.assert(
      fc.property(inOrder, ticks => {
        const sum = candlesOf(...ticks).reduce((total, { volume }) => total + volume, 0)
        expect(sum).toBe((ticks.at(-1)?.volume ?? 0) - (ticks[0]?.volume ?? 0))
      }),
    )
  })

  it('is not counted twice when several modes tell of the same trade, nor for a tick that comes late', () => {
    const [first, next] = [tick(1, 100, 5000), tick(2, 101, 5030)]
    expect(shown(candlesOf(first, next, next, tick(2, 101), first))).toEqual([[0, 100, 101, 100, 101, 30]])
  })

  it('begins anew with the day, of what was seen from its beginning', () => {
    const morning = { at: OPEN + DAY, price: 100, volume: 70, isContinuous: true }
    expect(candlesOf(tick(0, 100, 5000), morning).map(({ volume }) => volume)).toEqual([0, 70])
    expect(candlesOf(tick(0, 100, 5000), { ...morning, isContinuous: false }).map(({ volume }) => volume)).toEqual([
      0, 0,
    ])
  })

  it.each([
    ['NSE', '09:19:59', 70],
    ['NSE', '09:20:00', 0],
    ['MCX', '09:04:59', 70],
    ['MCX', '09:15:00', 0],
    ['NSE', '11:15:00', 0],
  ])('of a day on %s that is first seen at %s is %d: of later nobody knows when it was', (exchange, time, volume) => {
    const minutes = new Minutes(exchange)
    minutes.add(tick(0, 100, 5000))
    minutes.add({ at: Date.parse(`2026-11-24T${time}+05:30`), price: 100, volume: 70, isContinuous: true })
    expect(minutes.candles()[1]).toMatchObject({ volume, isPartial: volume === 0 })
  })

  it('is not that of the day before, told again in the morning', () => {
    const early = { at: OPEN + DAY - 20 * MINUTE, price: 100, volume: 5000, isContinuous: true }
    expect(candlesOf(tick(0, 100, 5000), early).map(({ volume }) => volume)).toEqual([0, 0])
  })

  it('leaves a hole out also when a tick without volume came first behind it', () => {
    const candles = candlesOf(tick(1, 100, 5000), tick(2400, 100, undefined, false), tick(2401, 100, 9000))
    expect(candles[1]).toMatchObject({ volume: 0, isPartial: true })
  })

  it('makes no spike of another broker’s higher count, and goes on from it', () => {
    const [a, b] = [{ source: 'a' }, { source: 'b' }]
    const later = (seconds: number, volume: number) => ({ ...tick(seconds, 100, volume), ...b })
    const noticed = [{ ...tick(1, 100, 5000), ...a }, { ...later(5, 90_000), isContinuous: false }, later(6, 90_010)]
    expect(candlesOf(...noticed)[0]?.volume).toBe(10)
    const unnoticed = [{ ...tick(1, 100, 5000), ...a }, later(90, 90_000), later(91, 90_010)]
    expect(candlesOf(...unnoticed)[1]?.volume).toBe(10)
  })

  it('is counted by one of two sources that come side by side', () => {
    const of = (source: string, seconds: number, volume: number) => ({ ...tick(seconds, 100, volume), source })
    expect(candlesOf(of('a', 1, 500), of('b', 1, 900), of('a', 2, 510), of('b', 2, 910))[0]?.volume).toBe(10)
  })

  it('goes on from a correction downwards', () => {
    expect(shown(candlesOf(tick(1, 100, 5000), tick(2, 100, 4000), tick(3, 100, 4010)))[0]?.[5]).toBe(10)
  })

  it('gives nothing of a hole of minutes to the candle behind it, but of a short one', () => {
    expect(shown(candlesOf(tick(1, 100, 5000), tick(600, 100, 9000, false), tick(601, 100, 9005)))[1]?.[5]).toBe(5)
    expect(shown(candlesOf(tick(1, 100, 5000), tick(61, 100, 5100, false)))[1]?.[5]).toBe(100)
  })

  it('is all of it for who was there and saw that nothing was traded for long', () => {
    expect(shown(candlesOf(tick(1, 100, 5000), tick(600, 100, 9000)))[1]?.[5]).toBe(4000)
  })
})

describe('a candle that was not seen as a whole', () => {
  it('is marked: the first one, and one with a hole', () => {
    const candles = candlesOf(tick(20, 100), tick(61, 100), tick(121, 100), tick(140, 100, undefined, false))
    expect(candles.map(({ isPartial }) => isPartial)).toEqual([true, false, true])
  })
})

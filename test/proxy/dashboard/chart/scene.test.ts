import { describe, expect, it } from 'vitest'
import type { Candle } from '../../../../proxy/dashboard/chart/candles.ts'
import type { Outage } from '../../../../proxy/dashboard/chart/outages.ts'
import { movedSlots, sceneOf, slotAt } from '../../../../proxy/dashboard/chart/scene.ts'

const MINUTE = 60_000
const at = (time: string, day = '2026-11-23') => Date.parse(`${day}T${time}+05:30`)
const OPEN = at('09:15:00')

const candle = (start: number): Candle => ({
  start,
  open: 100,
  high: 101,
  low: 99,
  close: 100,
  volume: 1,
  firstAt: start,
  lastAt: start + 59_000,
  isPartial: false,
})
const minutes = (...nths: readonly number[]) => nths.map(nth => candle(OPEN + nth * MINUTE))
const scene = (candles: readonly Candle[], outages: readonly Outage[], now = OPEN + 10 * MINUTE) =>
  sceneOf(candles, outages, { timeframe: '1m', exchange: 'NSE', now })

describe('what the chart draws', () => {
  it('leaves no room for minutes without a trade', () => {
    const { slots, hatched } = scene(minutes(0, 1, 5), [])
    expect(slots.map(({ start }) => (start - OPEN) / MINUTE)).toEqual([0, 1, 5])
    expect(hatched).toEqual([])
  })

  it('leaves room for those of an outage, and hatches all of it', () => {
    const outage = { from: OPEN + 1.5 * MINUTE, to: OPEN + 4.25 * MINUTE, why: 'the broker closed the connection' }
    const { slots, hatched } = scene(minutes(0, 1, 4, 5), [outage])
    expect(slots.map(({ candle: one }) => one !== undefined)).toEqual([true, true, false, false, true, true])
    // Places count in the middle of slots: the second half of slot 1 to the first quarter of slot 4.
    expect(hatched).toEqual([{ from: 1, to: 3.75, why: outage.why }])
  })

  it('hatches to this moment what still lasts', () => {
    const { hatched, slots } = scene(minutes(0, 1), [{ from: OPEN + 2 * MINUTE, to: undefined, why: 'down' }])
    expect(slots).toHaveLength(10)
    expect(hatched).toMatchObject([{ from: 1.5, to: 9.5 }])
  })

  it('hatches a part of one candle', () => {
    const { hatched } = scene(minutes(0, 1), [{ from: OPEN + 15_000, to: OPEN + 30_000, why: 'down' }])
    expect(hatched).toMatchObject([{ from: -0.25, to: 0 }])
  })

  it('shows nothing of an outage before the first candle, and does not fill the picture with a long one', () => {
    expect(scene(minutes(5), [{ from: OPEN, to: OPEN + MINUTE, why: 'down' }])).toMatchObject({ hatched: [] })
    const night = { from: OPEN + MINUTE, to: OPEN + 900 * MINUTE, why: 'down' }
    expect(scene([...minutes(0), candle(OPEN + 900 * MINUTE)], [night]).slots.length).toBeLessThan(130)
  })

  it('breaks between two days, not within one', () => {
    const next = candle(at('09:15:00', '2026-11-24'))
    expect(scene([...minutes(0, 1, 200), next], []).breaks).toEqual([2.5])
    const wanted = { timeframe: '1D', exchange: 'NSE', now: next.start } as const
    expect(sceneOf([candle(at('00:00:00')), candle(at('00:00:00', '2026-11-24'))], [], wanted).breaks).toEqual([])
  })

  it('tells of a place what is there, and why not', () => {
    const drawn = scene(minutes(0, 1, 4), [{ from: OPEN + 2 * MINUTE, to: OPEN + 4 * MINUTE, why: 'down' }])
    expect(slotAt(drawn, 0)).toMatchObject({ slot: { candle: { start: OPEN } }, why: undefined })
    expect(slotAt(drawn, 2.3)).toMatchObject({ slot: { candle: undefined }, why: 'down' })
    expect(slotAt(drawn, 99)).toMatchObject({ slot: undefined })
  })
})

describe('what the chart draws anew', () => {
  const slot = (nth: number, high?: number) => {
    const start = OPEN + nth * MINUTE
    return { start, candle: high === undefined ? undefined : { ...candle(start), high } }
  }

  it('is the last candle alone where only that has moved, and those begun since', () => {
    const [first, last, moved, next] = [slot(0, 10), slot(1, 10), slot(1, 11), slot(2, 12)]
    expect(movedSlots([first, last], [first, moved])).toEqual([moved])
    expect(movedSlots([first, last], [first, moved, next])).toEqual([moved, next])
    expect(movedSlots([first, last], [first, last])).toEqual([])
  })

  it('is everything at first, where an earlier one has moved, and where one is gone', () => {
    expect(movedSlots([], [slot(0, 10)])).toBeUndefined()
    expect(movedSlots([slot(0, 10), slot(1, 10)], [slot(0, 11), slot(1, 10)])).toBeUndefined()
    expect(movedSlots([slot(0, 10), slot(1, 10)], [slot(0, 10)])).toBeUndefined()
  })

  it('is everything where a candle took the place of an empty one behind it', () => {
    expect(movedSlots([slot(0, 10), slot(2)], [slot(0, 10), slot(1, 10)])).toBeUndefined()
    expect(movedSlots([slot(0, 10), slot(2)], [slot(0, 10), slot(1, 10), slot(2)])).toBeUndefined()
  })
})

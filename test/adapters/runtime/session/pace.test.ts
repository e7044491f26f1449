import { expect, it } from 'vitest'
import { Pace } from '../../../../adapters/runtime/session/pace.ts'

/** Ticks every so many milliseconds, from one time to another. */
function tick(pace: Pace, everyMs: number, from: number, to: number): Pace {
  for (let at = from; at <= to; at += everyMs) pace.ticked(at)
  return pace
}

it('expects of what ticks ten times a second a tick in each second', () => {
  expect(tick(new Pace(), 100, 0, 300_000).expectedIn(300_000, 325_000)).toBeCloseTo(25, 0)
})

it('knows a tick every ten seconds, and a minute of silence before', () => {
  const pace = tick(new Pace(), 10_000, 0, 600_000)
  expect(pace.expectedIn(600_000, 700_000)).toBeCloseTo(10, 0)
  pace.ticked(660_000)
  expect(pace.longestGap).toBe(60_000)
})

it('expects less and less of what has said nothing for long', () => {
  const pace = tick(new Pace(), 1000, 0, 300_000)
  expect(pace.expectedIn(900_000, 925_000)).toBeLessThan(0.5)
})

it('takes a burst within a second for one tick', () => {
  const pace = new Pace()
  for (let nth = 0; nth < 1000; nth++) pace.ticked(500)
  expect(pace.expectedIn(1000, 26_000)).toBeLessThan(2)
})

it('calls dense what ticks about every second and has done so for a while', () => {
  expect(tick(new Pace(), 1000, 0, 60_000).isDense).toBe(true)
  expect(tick(new Pace(), 1000, 0, 20_000).isDense).toBe(false)
  expect(tick(new Pace(), 3000, 0, 600_000).isDense).toBe(false)
})

it('keeps what it learned while a connection is away, and does not take that time for a silence', () => {
  const pace = tick(new Pace(), 1000, 0, 300_000)
  pace.resume(360_000)
  pace.ticked(361_000)
  expect(pace.longestGap).toBe(1000)
  expect(pace.expectedIn(361_000, 386_000)).toBeGreaterThan(20)
})

it('forgets all in another phase', () => {
  const pace = tick(new Pace(), 1000, 0, 300_000)
  pace.forget()
  expect([pace.expectedIn(300_000, 325_000), pace.isDense, pace.longestGap]).toEqual([0, false, 0])
})

it('finds some seconds odd for what never pauses, also after a few hiccups, and nothing before it knows enough', () => {
  const pace = tick(new Pace(), 20, 0, 3000)
  expect(pace.oddGap(500)).toBe(Number.POSITIVE_INFINITY)
  tick(pace, 20, 3000, 60_000)
  expect(pace.oddGap(500)).toBeLessThan(10_000)
  for (let nth = 1; nth <= 12; nth++) tick(pace, 20, 60_000 + nth * 2000, 61_600 + nth * 2000)
  expect(pace.isSteady).toBe(true)
  expect(pace.oddGap(500)).toBeLessThan(60_000)
})

it('finds no minute odd for what pauses for minutes', () => {
  const pace = new Pace()
  let at = 0
  for (let nth = 0; nth < 300; nth++) {
    at += 300 * 2 ** (nth % 9)
    pace.ticked(at)
  }
  expect(pace.oddGap(500)).toBeGreaterThan(300_000)
})

it('takes a silence that is excused for none of its own', () => {
  const pace = tick(new Pace(), 1000, 0, 300_000)
  pace.excuse()
  tick(pace, 1000, 330_000, 360_000)
  expect(pace.longestGap).toBe(1000)
})

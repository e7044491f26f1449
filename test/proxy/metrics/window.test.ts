import { expect, it } from 'vitest'
import { addLengths, figuresOf } from '../../../proxy/metrics/hops.ts'
import { Window } from '../../../proxy/metrics/window.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { countOf, Histogram } from '../../../shared/histogram.ts'

it('tells of growing counts what is of the last minute', () => {
  const clock = new ManualClock()
  const hop = new Histogram()
  hop.observe(7)
  const window = new Window(clock, () => ({ hop: hop.read() }))
  const recent = () => countOf(window.recent().hop ?? [])
  expect(recent()).toBe(0)
  hop.observe(5)
  clock.advance(50_000)
  hop.observe(5)
  expect(recent()).toBe(2)
  clock.advance(20_000)
  expect(recent()).toBe(1)
  clock.advance(60_000)
  expect(recent()).toBe(0)
  window.close()
})

it('a stretch that nothing took has no milliseconds', () => {
  const lengths = addLengths([{ bus_proxy: [3000, 40, 3] }, { bus_proxy: [1000, 40, 1] }])
  const [first, , third] = figuresOf(lengths, lengths)
  expect(first).toEqual({ hop: 'exchange_adapter', count: 0, sinceStart: { count: 0 } })
  expect(third).toMatchObject({ hop: 'bus_proxy', count: 4, sinceStart: { count: 4 } })
  expect(third?.p50Ms).toBeGreaterThan(1)
  expect(third?.p99Ms).toBeGreaterThanOrEqual(third?.p50Ms ?? 0)
})

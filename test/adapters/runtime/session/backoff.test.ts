import fc from 'fast-check'
import { expect, it } from 'vitest'
import { backoff, rateLimitPause } from '../../../../adapters/runtime/session/backoff.ts'

it('draws every pause anew between nothing and a ceiling that doubles to 4 s', () => {
  expect([1, 2, 3, 4, 9].map(tries => backoff(tries, 0, 1))).toEqual([1000, 2000, 4000, 4000, 4000])
  expect(backoff(4, 0, 0.25)).toBe(1000)
  expect(backoff(4, 0, 0)).toBe(0)
})

it('lets nobody wait more than 4 s for a broker that was away for half a minute, nor ever more than a minute', () => {
  const tries = fc.integer({ min: 1, max: 1000 })
  const random = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(tries, fc.integer({ min: 0, max: 32_000 }), random, (nth, outageMs, draw) => {
      const ms = backoff(nth, outageMs, draw)
      expect(ms >= 0 && ms <= 4000).toBe(true)
    }),
  )
  fc.assert(
    fc.property(tries, fc.nat(), random, (nth, outageMs, draw) => {
      expect(backoff(nth, outageMs, draw)).toBeLessThanOrEqual(60_000)
    }),
  )
  expect(backoff(100, 86_400_000, 1)).toBe(60_000)
})

it('leaves a broker that says "too many" alone for at least a minute, or for at least as long as it says', () => {
  expect([rateLimitPause(undefined, 0), rateLimitPause(undefined, 1)]).toEqual([60_000, 65_000])
  expect([rateLimitPause(2000, 0), rateLimitPause(2000, 1)]).toEqual([2000, 4000])
  expect(rateLimitPause(120_000, 0)).toBe(120_000)
  expect([rateLimitPause(0, 0), rateLimitPause(1e13, 1)]).toEqual([1000, 3_605_000])
})

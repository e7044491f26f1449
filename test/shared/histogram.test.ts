import { describe, expect, it } from 'vitest'
import { bucketsOf, countOf, endOf, Histogram, merge, quantile, since, sumOf } from '../../shared/histogram.ts'

const bucketOf = (micros: number): number => [...bucketsOf(of(micros))][0]?.[0] ?? Number.NaN

const of = (...micros: number[]) => {
  const histogram = new Histogram()
  for (const one of micros) histogram.observe(one)
  return histogram.read()
}

describe('a histogram', () => {
  it('counts a duration in the bucket that ends behind it and no more than a quarter of it later', () => {
    for (const micros of [0, 1, 3, 4, 5, 7, 8, 100, 999, 1000, 65_535, 65_536, 1e6, 6e7, 4e9]) {
      const bucket = bucketOf(micros)
      const start = bucket === 0 ? 0 : endOf(bucket - 1)
      expect(start, `${micros}`).toBeLessThanOrEqual(micros)
      expect(endOf(bucket), `${micros}`).toBeGreaterThan(micros)
      expect(endOf(bucket) - start, `${micros}`).toBeLessThanOrEqual(Math.max(1, start / 4))
    }
  })

  it('takes what never was for no time, and what is longer than it can tell for the longest', () => {
    expect(of(-5, Number.NaN)).toEqual([0, 0, 2])
    expect(endOf(bucketOf(1e12))).toBe(2 ** 32)
  })

  it('tells how long all together took, and how many they were', () => {
    const counted = of(10, 20, 30.4)
    expect([sumOf(counted), countOf(counted)]).toEqual([60, 3])
  })

  it('tells quantiles as exactly as its buckets are', () => {
    const counted = of(...Array.from({ length: 1000 }, (_, at) => at + 1))
    for (const [part, exact] of [
      [0.5, 500],
      [0.95, 950],
      [0.99, 990],
    ] as const) {
      const told = quantile(counted, part) ?? 0
      expect(Math.abs(told - exact) / exact).toBeLessThan(0.1)
    }
    expect(quantile([0], 0.5)).toBeUndefined()
  })

  it('tells what came since, and several together', () => {
    const histogram = new Histogram()
    histogram.observe(5)
    const before = histogram.read()
    histogram.observe(5)
    histogram.observe(1000)
    const after = histogram.read()
    expect(since(after, before)).toEqual(of(5, 1000))
    expect(merge([before, since(after, before)])).toEqual(after)
    expect(since(after, after)).toEqual([0])
  })
})

import { describe, expect, it } from 'vitest'
import { extentOf, gapAt, isWorthAsking, poolSize, scrollTo } from '../../../../proxy/dashboard/watch/viewport.ts'

const view = { height: 400, rowHeight: 26, count: 2000, margin: 8 }

describe('the rows that have to stand there', () => {
  it('are those in view and a few more on either side', () => {
    expect(extentOf({ ...view, top: 0 })).toEqual({ first: 0, last: 24 })
    expect(extentOf({ ...view, top: 2600 })).toEqual({ first: 92, last: 124 })
    expect(extentOf({ ...view, top: 2000 * 26 - 400 })).toEqual({ first: 1976, last: 2000 })
  })

  it('cover what is seen wherever it is scrolled to, and fit into the pool', () => {
    for (const height of [26, 100, 399, 400, 1080])
      for (let top = -50; top < 2000 * 26 + 50; top += 97) {
        const { first, last } = extentOf({ ...view, height, top })
        const seen = Math.min(Math.max(0, top), 2000 * 26 - height)
        expect(first * 26).toBeLessThanOrEqual(seen)
        expect(last * 26).toBeGreaterThanOrEqual(seen + height)
        expect(last - first).toBeLessThanOrEqual(poolSize({ ...view, height }))
      }
  })

  it('are all of a list shorter than what is seen, and none of an empty one', () => {
    expect(extentOf({ ...view, top: 0, count: 3 })).toEqual({ first: 0, last: 3 })
    expect(extentOf({ ...view, top: 900, count: 3 })).toEqual({ first: 0, last: 3 })
    expect(extentOf({ ...view, top: 0, count: 0 })).toEqual({ first: 0, last: 0 })
  })

  it('come into view by the shortest way, and stay where they are seen whole', () => {
    expect(scrollTo(3, { ...view, top: 0 })).toBeUndefined()
    expect(scrollTo(0, { ...view, top: 13 })).toBe(0)
    expect(scrollTo(15, { ...view, top: 0 })).toBe(16)
    expect(scrollTo(100, { ...view, top: 0 })).toBe(2226)
  })

  it('have gaps between them that a pointer is nearest to', () => {
    expect([-40, 0, 12, 14, 39, 40, 9999].map(y => gapAt(y, 26, 5))).toEqual([0, 0, 0, 1, 2, 2, 5])
  })
})

describe('a row', () => {
  it('is asked for once the list stands still, or once it has been there for a while', () => {
    const since = 1000
    expect(isWorthAsking(since, since, since + 100)).toBe(false)
    expect(isWorthAsking(since, since, since + 150)).toBe(true)
    // The list goes on under it.
    expect(isWorthAsking(since, since + 190, since + 200)).toBe(false)
    expect(isWorthAsking(since, since + 290, since + 300)).toBe(true)
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { depthWords, isIndex, ladderOf, realDepth, rowsOf } from '../../../../proxy/dashboard/depth/ladder.ts'

const level = (price: number, quantity: number, orders = 1) => ({ price, quantity, orders })
const book = {
  buy: [level(99.95, 300, 4), level(99.9, 100), level(99.85, 50)],
  sell: [level(100.05, 150), level(100.1, 600, 9)],
}

describe('the ladder', () => {
  it('has a bar for each level, in proportion to the longest of both sides', () => {
    const ladder = ladderOf({ depth: book }, 5, false)
    expect(ladder?.buy.map(({ quantity, share }) => [quantity, share])).toEqual([
      [300, 0.5],
      [100, 1 / 6],
      [50, 1 / 12],
    ])
    expect(ladder?.sell.map(({ price, orders, share }) => [price, orders, share])).toEqual([
      [100.05, 1, 0.25],
      [100.1, 9, 1],
    ])
  })

  it('sums up to each level when it is cumulative, and its totals stay what they are', () => {
    const ladder = ladderOf({ depth: book }, 5, true)
    expect(ladder?.buy.map(({ quantity }) => quantity)).toEqual([300, 400, 450])
    expect(ladder?.sell.at(-1)).toMatchObject({ quantity: 750, share: 1 })
    expect([ladder?.shownBuy, ladder?.shownSell]).toEqual([450, 750])
  })

  it('tells the spread without digits that no price has, and in percent of the middle', () => {
    const ladder = ladderOf({ depth: book }, 5, false)
    expect(ladder?.spread).toBe(0.1)
    expect(ladder?.spreadPercent).toBeCloseTo(0.1, 10)
  })

  it('shows no more levels than are wanted, and counts those that are there', () => {
    const ladder = ladderOf({ depth: book }, 2, false)
    expect([ladder?.buy.length, ladder?.shownBuy, ladder?.levels]).toEqual([2, 400, 2])
    expect(ladderOf({ depth: book }, 20, false)?.levels).toBe(3)
  })

  it('has no spread when a side is empty, also when a source fills it with zeros', () => {
    const zeros = Array.from({ length: 5 }, () => level(0, 0, 0))
    for (const sell of [[], zeros]) {
      const ladder = ladderOf({ depth: { ...book, sell } }, 5, false)
      expect([ladder?.sell, ladder?.spread, ladder?.spreadPercent]).toEqual([[], undefined, undefined])
    }
  })

  it('is one of prices below zero as well', () => {
    const depth = { buy: [level(-10.5, 3)], sell: [level(-10, 4), level(0, 0)] }
    expect(ladderOf({ depth }, 5, false)).toMatchObject({ shownBuy: 3, shownSell: 4, spread: 0.5, levels: 1 })
    expect(ladderOf({ depth }, 5, false)?.spreadPercent).toBeCloseTo(4.878, 3)
  })

  it('is none where a frame has no book', () => expect(ladderOf({ ltp: 100 }, 5, false)).toBeUndefined())

  it('holds for any book: shares within 0 and 1, sums of what is shown', () => {
    const side = fc.array(fc.record({ price: fc.integer({ min: 0, max: 1000 }), quantity: fc.nat(100_000) }), {
      maxLength: 60,
    })
    fc.assert(
      fc.property(side, side, fc.constantFrom(5, 20, 30, 50), fc.boolean(), (buy, sell, most, isCumulative) => {
        const ladder = ladderOf({ depth: { buy, sell } }, most, isCumulative)
        const rungs = [...(ladder?.buy ?? []), ...(ladder?.sell ?? [])]
        for (const { share } of rungs) expect(share >= 0 && share <= 1).toBe(true)
        if (rungs.some(({ quantity }) => quantity > 0)) expect(Math.max(...rungs.map(({ share }) => share))).toBe(1)
        const shown = buy.filter(({ price }) => price > 0).slice(0, most)
        expect(ladder?.shownBuy).toBe(shown.reduce((sum, { quantity }) => sum + quantity, 0))
        if (isCumulative && ladder?.buy.length) expect(ladder.buy.at(-1)?.quantity).toBe(ladder.shownBuy)
      }),
    )
  })
})

describe('how deep a book is', () => {
  it('is said as it was granted, not as it was asked', () => {
    expect(depthWords(20, undefined, undefined)).toBe('asking…')
    expect(depthWords(20, 20, 20)).toBe('20 levels')
    expect(depthWords(20, 5, 5)).toBe('5 of 20 asked')
    expect(depthWords(50, 20, 17)).toBe('20 of 50 asked (17 filled)')
    expect(depthWords(20, 0, undefined)).toBe('no book')
  })

  it('is said by the frames of a source that took over, which has answered nothing', () => {
    expect(depthWords(20, realDepth(undefined, { depth_level: 5 }), 5)).toBe('5 of 20 asked')
    expect(depthWords(20, realDepth(20, { depth_level: 17 }), 17)).toBe('20 levels (17 filled)')
    expect([rowsOf(20, 5), rowsOf(20, 3), rowsOf(20, 17), rowsOf(5, 20), rowsOf(20, undefined)]).toEqual([
      5, 5, 20, 5, 20,
    ])
  })

  it('is nothing for an index', () => {
    expect(['NSE_INDEX', 'BSE_INDEX', 'NSE', 'NFO'].map(isIndex)).toEqual([true, true, false, false])
  })
})

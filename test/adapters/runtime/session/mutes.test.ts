import { describe, expect, it } from 'vitest'
import { at, type Fault, openDay } from './day.ts'

const LIMIT_MS = 30_000
/** Long enough to have learned how all tick. */
const BEFORE_MS = 300_000

/** How long after it began each fault was told of its instruments or of the feed, and what was told before. */
async function live(seed: number, begin: number, fault: Fault, of: string) {
  const day = openDay(seed, begin, fault)
  await day.until(fault.at + LIMIT_MS, () => day.doubts.some(doubt => doubt.of === of))
  const before = day.doubts.filter(doubt => doubt.at < fault.at)
  const told = day.doubts.find(doubt => doubt.at >= fault.at && doubt.of === of)
  return { before, after: told && told.at - fault.at }
}

/** Times of the day with a market that trades, spread over it by the seed. */
const some = (seed: number): number => at(9, 25) + ((seed * 7_919_113) % (at(15, 10) - at(9, 25)))

describe('a broker that goes on with heartbeats and says no price', () => {
  it.each([1, 2, 3, 4, 5, 6])('is told of within 30 s at any time of the day (seed %i)', async seed => {
    const { before, after } = await live(seed, some(seed) - BEFORE_MS, { at: some(seed), what: 'all' }, 'feed')
    expect(before).toEqual([])
    expect(after).toBeLessThanOrEqual(LIMIT_MS)
  })

  it.each([1, 2, 3])('is told of on each of three connections (number %i)', async number => {
    const fault = { at: some(number + 20), what: number - 1 }
    const { before, after } = await live(number, some(number + 20) - BEFORE_MS, fault, 'feed')
    expect(before).toEqual([])
    expect(after).toBeLessThanOrEqual(LIMIT_MS)
  })

  it.each([0, 1000, 4000, 12_000, 40_000])('is told of within 30 s also %i ms after the open', async ms => {
    const { before, after } = await live(7, at(8, 50), { at: at(9, 15) + ms, what: 'all' }, 'feed')
    expect(before).toEqual([])
    expect(after).toBeLessThanOrEqual(LIMIT_MS)
  })

  it('is told of within 30 s in the evening of the metals', async () => {
    const { before, after } = await live(9, at(20), { at: at(20, 10), what: 2 }, 'feed')
    expect(before).toEqual([])
    expect(after).toBeLessThanOrEqual(LIMIT_MS)
  })
})

describe('one instrument that falls silent while the others go on', () => {
  it.each(['INDEX0', 'LIQUID5', 'FUTURE2', 'METAL0'])(
    'is told of within 30 s where it ticks each second: %s',
    async symbol => {
      const fault = { at: at(11, 7), what: symbol }
      const { before, after } = await live(3, at(11), fault, `NSE:${symbol}`)
      expect(before).toEqual([])
      expect(after).toBeLessThanOrEqual(LIMIT_MS)
    },
  )

  it('is told of right after the open where it is an index', async () => {
    const { before, after } = await live(4, at(8, 50), { at: at(9, 15), what: 'INDEX1' }, 'NSE:INDEX1')
    expect(before).toEqual([])
    expect(after).toBeLessThanOrEqual(LIMIT_MS)
  })

  it('is no news of an option that few trade', async () => {
    const { before, after } = await live(5, at(11), { at: at(11, 7), what: 'OPTION3' }, 'NSE:OPTION3')
    expect([before, after]).toEqual([[], undefined])
  })
})

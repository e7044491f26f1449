import { describe, expect, it } from 'vitest'
import { at, openDay } from './day.ts'

const SEEDS = [1, 2, 3]

describe('a whole day without a fault', () => {
  it.each(SEEDS)(
    'raises no doubt, of the feed or of an instrument (seed %i)',
    async seed => {
      const day = openDay(seed, at(0, 1))
      await day.until(at(6))
      day.tickets.login('two')
      await day.until(at(24))
      expect(day.doubts).toEqual([])
      expect(day.reports()).toBeGreaterThan(100)
    },
    240_000,
  )
})

it('holds no more after twelve hours of wishes that come and go', async () => {
  const day = openDay(4, at(10))
  const held = () => ({ ...day.feed.watched, states: day.standings.size })
  await day.until(at(10, 5))
  const before = held()
  for (let minute = 5; minute < 720; minute += 5) {
    day.wish(minute % 2 === 0 ? 30 : 50)
    await day.until(at(10, minute + 2))
    day.wish()
    await day.until(at(10, minute + 5))
  }
  expect(held()).toEqual(before)
  expect(day.doubts).toEqual([])
}, 240_000)

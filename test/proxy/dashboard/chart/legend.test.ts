import { expect, it } from 'vitest'
import { legendOf } from '../../../../proxy/dashboard/chart/legend.ts'

const start = Date.parse('2026-11-23T22:28:00+05:30')
const [firstAt, lastAt] = [start + 24_000, start + 59_000]
const candle = { start, open: 200, high: 203, low: 199, close: 201, volume: 1200, firstAt, lastAt, isPartial: true }

it('the words above the chart are short: minutes without seconds, another day with its date', () => {
  const words = (now: number) => legendOf(candle, 2, now).map(pair => pair.join(''))
  expect(words(lastAt)).toEqual([
    '22:28',
    'O200.00',
    'H203.00',
    'L199.00',
    'C201.00',
    '+1.00 (+0.50%)',
    'Vol1,200',
    'part, from 22:28:24',
  ])
  expect(words(start + 86_400_000).at(-1)).toBe('part, from 23 Nov 22:28')
})

import { expect, it } from 'vitest'
import { formatChange, formatCount, formatPrice, formatSpan } from '../../scripts/figures.ts'

it('prices have Indian grouping, two decimals, or four where the price has them', () => {
  expect([1480, 1234567.5, 83.1225, 0.05].map(formatPrice)).toEqual(['1,480.00', '12,34,567.50', '83.1225', '0.05'])
})

it('changes have a sign', () => {
  expect([2.3, -2.3, 0].map(formatChange)).toEqual(['+2.30', '-2.30', '0.00'])
})

it('spans have one unit', () => {
  expect([0, 420, 12_345, 600_000, 10_800_000, 259_200_000].map(formatSpan)).toEqual([
    '0.0 s',
    '0.4 s',
    '12 s',
    '10 m',
    '3 h',
    '3 d',
  ])
})

it('what is absent stays absent, and zero is zero', () => {
  expect([formatPrice, formatChange, formatCount, formatSpan].map(format => format(undefined))).toEqual(
    Array(4).fill(undefined),
  )
  expect(formatCount(0)).toBe('0')
})

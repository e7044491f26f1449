import { expect, test } from 'vitest'
import { Sfc32, wander } from '../../../adapters/simulator/random.ts'

const draw = (seed: number, count: number): number[] => {
  const random = new Sfc32(seed)
  return Array.from({ length: count }, () => random.bits())
}

test('a seed gives the same numbers in every release', () => {
  expect(draw(1, 4)).toEqual([52_107_484, 3_520_520, 3_760_476_048, 677_231_255])
})

test('neighbouring seeds have nothing in common', () => {
  const other = new Set(draw(2, 1000))
  expect(draw(1, 1000).filter(bits => other.has(bits))).toEqual([])
})

test('numbers fill their range evenly', () => {
  const random = new Sfc32(7)
  const counts = [0, 0, 0, 0, 0]
  for (let nth = 0; nth < 50_000; nth++) {
    const pick = random.below(5)
    counts[pick] = (counts[pick] ?? Number.NaN) + 1
  }
  expect(counts).toHaveLength(5)
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500)
})

test('a signed number lies on either side of 0', () => {
  const random = new Sfc32(7)
  const numbers = Array.from({ length: 10_000 }, () => random.signed())
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(-1)
  expect(Math.max(...numbers)).toBeLessThan(1)
  expect(Math.abs(numbers.reduce((sum, number) => sum + number, 0) / numbers.length)).toBeLessThan(0.03)
})

test('a walk moves by at most its reach and comes back from afar', () => {
  const random = new Sfc32(3)
  let value = 0.05
  let longest = 0
  for (let nth = 0; nth < 200_000; nth++) {
    const next = wander(value, 0.0001, random)
    longest = Math.max(longest, Math.abs(next - value))
    value = next
  }
  expect(longest).toBeLessThan(0.00012)
  expect(Math.abs(value)).toBeLessThan(0.02)
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DerivedModel, Listing } from '../../../adapters/simulator/listing.ts'
import { averageRupees, derivedValue, rupees, stepOf, stepsIn } from '../../../adapters/simulator/pricing.ts'
import { UNIVERSE } from '../../../adapters/simulator/universe.ts'

const underlying = UNIVERSE[0] as Listing
const option = (right: 'CE' | 'PE', strike = 100): DerivedModel => ({
  kind: 'option',
  underlying,
  premium: 0,
  strike,
  right,
  deviation: 0.2,
})

describe('prices on the grid', () => {
  test('print as the exchange writes them', () => {
    expect(String(rupees(57_706, stepOf(0.05)))).toBe('2885.3')
    expect(String(rupees(35_269, stepOf(0.0025)))).toBe('88.1725')
    expect(String(rupees(5582, stepOf(1)))).toBe('5582')
  })

  test('come back as the whole number of steps they were made of', () => {
    const steps = fc.integer({ min: 1, max: 10_000_000 })
    const sizes = fc.constantFrom(0.0025, 0.01, 0.05, 0.1, 0.2, 0.5, 1, 5)
    fc.assert(
      fc.property(steps, sizes, (count, size) => {
        const price = rupees(count, stepOf(size))
        expect(price).toBe(Number(price.toFixed(4)))
        expect(Math.round(stepsIn(price, stepOf(size)))).toBe(count)
      }),
    )
  })

  test('average to paise, and to four decimals where the grid is finer', () => {
    expect(averageRupees(28_853.333, stepOf(0.1))).toBe(2885.33)
    expect(averageRupees(35_269.4, stepOf(0.0025))).toBe(88.1735)
  })
})

describe('options', () => {
  test('cost what Black says', () => {
    expect(derivedValue(option('CE'), 100)).toBeCloseTo(7.96557, 4)
    expect(derivedValue(option('CE'), 110)).toBeCloseTo(14.29, 1)
    expect(derivedValue(option('PE'), 100)).toBeCloseTo(7.96557, 4)
  })

  test('keep put-call parity at every price', () => {
    fc.assert(
      fc.property(fc.double({ min: 50, max: 200, noNaN: true }), spot => {
        const difference = derivedValue(option('CE'), spot) - derivedValue(option('PE'), spot)
        expect(difference).toBeCloseTo(spot - 100, 6)
      }),
    )
  })

  test('rise with the underlying as calls and fall as puts', () => {
    for (let spot = 80; spot < 125; spot++) {
      expect(derivedValue(option('CE'), spot + 1)).toBeGreaterThan(derivedValue(option('CE'), spot))
      expect(derivedValue(option('PE'), spot + 1)).toBeLessThan(derivedValue(option('PE'), spot))
    }
  })
})

test('a future stands its premium above the underlying', () => {
  expect(derivedValue({ kind: 'follow', underlying, premium: 0.004 }, 25_000)).toBeCloseTo(25_100, 8)
})

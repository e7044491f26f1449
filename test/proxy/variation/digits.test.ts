import fc from 'fast-check'
import { expect, it } from 'vitest'
import { writeDigits } from '../../../proxy/variation/digits.ts'

const EDGES = [0, 9, 10, 99_999_999, 100_000_000, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 1e10, 9_999_999_999, 5e10, 2 ** 53 - 1]

it('a number is written where it ends, and nothing beside it', () => {
  const number = fc.oneof(fc.constantFrom(...EDGES), fc.maxSafeNat())
  fc.assert(
    fc.property(number, fc.nat(4), (value, behind) => {
      const target = Buffer.alloc(24, '.')
      const end = target.length - behind
      const at = writeDigits(target, value, end)
      expect(target.toString()).toBe(`${'.'.repeat(at)}${value}${'.'.repeat(behind)}`)
      expect(end - at).toBe(String(value).length)
    }),
  )
})

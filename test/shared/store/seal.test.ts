import fc from 'fast-check'
import { expect, test } from 'vitest'
import { keyDigest, type SealedPlace, seal, unseal } from '../../../shared/store/seal.ts'

const KEY = Buffer.alloc(32, 7)
const PLACE: SealedPlace = { account: 'ASHA', field: 'credentials' }
const place = fc.record({
  account: fc.stringMatching(/^[A-Z0-9-]{1,32}$/),
  field: fc.constantFrom('credentials' as const, 'ticket' as const),
})

test('whatever is sealed for a place opens there, and at no other', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), place, place, (text, mine, other) => {
      const sealed = seal(KEY, mine, text)
      expect(unseal(KEY, mine, sealed)).toBe(text)
      const isSame = mine.account === other.account && mine.field === other.field
      expect(unseal(KEY, other, sealed) === undefined).toBe(!isSame)
    }),
  )
})

test('a record with any bit changed, cut or lengthened does not open', () => {
  const sealed = seal(KEY, PLACE, 'hush')
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const changed = Buffer.from(sealed)
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    expect(unseal(KEY, PLACE, changed), `bit ${bit}`).toBeUndefined()
  }
  for (let length = 0; length < sealed.length; length++)
    expect(unseal(KEY, PLACE, sealed.subarray(0, length)), `${length} bytes`).toBeUndefined()
  expect(unseal(KEY, PLACE, Buffer.concat([sealed, Buffer.of(0)]))).toBeUndefined()
})

test('the same text is never sealed the same way twice, and another key opens nothing', () => {
  const nonces = new Set(Array.from({ length: 1000 }, () => seal(KEY, PLACE, 'hush').subarray(0, 12).toString('hex')))
  expect(nonces.size).toBe(1000)
  expect(unseal(Buffer.alloc(32, 8), PLACE, seal(KEY, PLACE, 'hush'))).toBeUndefined()
})

test('the digest of a key tells it from another one and does not hold it', () => {
  expect(keyDigest(KEY)).toEqual(keyDigest(Buffer.from(KEY)))
  expect(keyDigest(KEY)).not.toEqual(keyDigest(Buffer.alloc(32, 8)))
  expect(keyDigest(KEY).includes(KEY.subarray(0, 4))).toBe(false)
})

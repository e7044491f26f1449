import { expect, test } from 'vitest'
import { crc32 } from '../../shared/checksum.ts'

test.each([
  ['', 0],
  ['123456789', 0xcbf43926],
  ['The quick brown fox jumps over the lazy dog', 0x414fa339],
])('the CRC-32 of %j is the one everybody computes', (text, expected) => {
  expect(crc32(Buffer.from(text))).toBe(expected)
})

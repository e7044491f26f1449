import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { digestKey, newKey, readKey } from '../../shared/key.ts'

const KEY = /^tw_live_([0-9A-Za-z]{10})_[0-9A-Za-z]{43}[0-9A-Za-z]{6}$/

test('a new key has its published form and reads back to its id', () => {
  const { id, text } = newKey()
  expect(text.reveal()).toMatch(KEY)
  expect(readKey(text.reveal())).toEqual({ kind: 'own', id })
  expect(text.reveal()).not.toBe(newKey().text.reveal())
})

test('the random part uses the whole alphabet evenly', () => {
  const counts = new Map<string, number>()
  for (let round = 0; round < 2000; round++) {
    const secret = newKey().text.reveal().slice(19, 62)
    for (const char of secret) counts.set(char, (counts.get(char) ?? 0) + 1)
  }
  expect(counts.size).toBe(62)
  const expected = (2000 * 43) / 62
  for (const count of counts.values()) expect(Math.abs(count - expected)).toBeLessThan(expected * 0.2)
})

test('one changed character is noticed without asking the store', () => {
  const text = newKey().text.reveal()
  const change = fc.tuple(fc.nat({ max: text.length - 1 }), fc.constantFrom('0', 'A', 'z', '_'))
  fc.assert(
    fc.property(change, ([at, char]) => {
      const changed = text.slice(0, at) + char + text.slice(at + 1)
      expect(readKey(changed) !== undefined).toBe(changed === text)
    }),
  )
})

test('the check of a known key is the CRC-32 of what stands before it', () => {
  const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  const body = `tw_live_0123456789_${'a'.repeat(43)}`
  let rest = crc32(body)
  let check = ''
  for (let place = 0; place < 6; place++) {
    check = alphabet[rest % 62] + check
    rest = Math.floor(rest / 62)
  }
  expect(readKey(body + check)).toEqual({ kind: 'own', id: '0123456789' })
})

test.each([
  ['nothing', ''],
  ['another prefix', `tw_test_0123456789_${'a'.repeat(49)}`],
  ['63 hex characters', 'a'.repeat(63)],
  ['65 hex characters', 'a'.repeat(65)],
  ['64 other characters', 'g'.repeat(64)],
  ['a line end behind it', `${'a'.repeat(64)}\n`],
])('%s is no key', (_, text) => {
  expect(readKey(text)).toBeUndefined()
})

test('64 hex characters in either case are a foreign key', () => {
  expect(readKey('aB'.repeat(32))).toEqual({ kind: 'foreign' })
})

test('a digest depends on the pepper and on every character', () => {
  const [one, other] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
  const digest = digestKey(one, 'key')
  expect(digest).toHaveLength(32)
  expect(digestKey(one, 'key')).toEqual(digest)
  expect(digestKey(other, 'key')).not.toEqual(digest)
  expect(digestKey(one, 'keY')).not.toEqual(digest)
})

import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { digestKey, newKey } from '../../../shared/key.ts'
import { KeyRing } from '../../../shared/store/keyring.ts'
import type { KeyRecord } from '../../../shared/store/keys.ts'
import { readPepper } from '../../../shared/store/pepper.ts'
import { temporaryFolder } from '../../support/datafolder.ts'
import { failure } from '../../support/failure.ts'

const PEPPER = Buffer.alloc(32, 7)

const recordOf = (id: string, text: string, change: Partial<KeyRecord> = {}): KeyRecord => ({
  id,
  userId: 'trader',
  label: 'bot',
  digest: digestKey(PEPPER, text),
  origin: 'created',
  scopes: [],
  createdAt: 1,
  ...change,
})

test('a key is found by its whole text, in whatever state it is', () => {
  const { id, text } = newKey()
  const record = recordOf(id, text.reveal(), { revokedAt: 2, expiresAt: 1 })
  expect(new KeyRing([record], PEPPER).find(text.reveal())).toBe(record)
})

test('a right id with a wrong secret is not found', () => {
  const [one, other] = [newKey(), newKey()]
  const ring = new KeyRing([recordOf(one.id, other.text.reveal())], PEPPER)
  expect(ring.find(one.text.reveal())).toBeUndefined()
})

test('an unknown id, a text that is no key, and another pepper find nothing', () => {
  const { id, text } = newKey()
  const ring = new KeyRing([recordOf(id, text.reveal())], PEPPER)
  expect(ring.find(newKey().text.reveal())).toBeUndefined()
  expect(ring.find('')).toBeUndefined()
  expect(ring.find(text.reveal().slice(0, -1))).toBeUndefined()
  expect(new KeyRing([recordOf(id, text.reveal())], Buffer.alloc(32, 8)).find(text.reveal())).toBeUndefined()
})

test('a foreign key matches only imported records', () => {
  const text = 'ab'.repeat(32)
  const imported = recordOf('aaaaaaaaaa', text, { origin: 'imported' })
  expect(new KeyRing([imported], PEPPER).find(text)).toBe(imported)
  expect(new KeyRing([recordOf('aaaaaaaaaa', text)], PEPPER).find(text)).toBeUndefined()
})

test('the pepper is made once, for its owner to read, and nothing is left beside it', () => {
  const folder = temporaryFolder()
  const pepper = readPepper(folder)
  expect(pepper).toHaveLength(32)
  expect(readPepper(folder)).toEqual(pepper)
  expect(readFileSync(folder.pepperFile)).toEqual(pepper)
  expect(statSync(folder.pepperFile).mode & 0o777).toBe(0o400)
  expect(readdirSync(folder.root).sort()).toEqual(['instruments', 'pepper.key', 'run'])
})

test('a pepper others can read is refused with the command to type', () => {
  const folder = temporaryFolder()
  readPepper(folder)
  chmodSync(folder.pepperFile, 0o440)
  expect(failure(() => readPepper(folder))).toMatchObject({
    code: 'FOLDER_UNUSABLE',
    next: expect.stringContaining(`chmod 400 ${folder.pepperFile}`),
  })
})

test('a pepper of another length is refused', () => {
  const folder = temporaryFolder()
  writeFileSync(folder.pepperFile, 'short', { mode: 0o400 })
  expect(failure(() => readPepper(folder)).code).toBe('STORE_CORRUPT')
})

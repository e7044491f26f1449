import { expect, onTestFinished, test } from 'vitest'
import { Secret } from '../../../shared/secret.ts'
import { ControlStore } from '../../../shared/store/control.ts'
import { openSqlite } from '../../../shared/store/sqlite.ts'
import { temporaryFolder } from '../../support/datafolder.ts'
import { failure } from '../../support/failure.ts'

const NOW = 1_795_220_416_000
const HOUR = 3_600_000
const BOUNDS = { exchanges: ['NSE'], symbols: ['NIFTY*'], quota: { connections: 2 } } as const

function openKeys() {
  const folder = temporaryFolder()
  const store = ControlStore.open(folder)
  const file = openSqlite(folder.controlDb)
  onTestFinished(() => {
    store.close()
    file.close()
  })
  store.users.ensure('trader', NOW)
  return { store, keys: store.keys, ring: () => store.keyRing(), file }
}

const wish = { userId: 'trader', label: 'bot', now: NOW }

test('a key is bound when it is made, and is so when it is read back', () => {
  const { keys, ring } = openKeys()
  const { record } = keys.create({ ...wish, bounds: BOUNDS })
  expect(record.bounds).toEqual(BOUNDS)
  expect([keys.list(), ring().get(record.id), keys.get(record.id)]).toEqual([[record], record, record])
  expect('bounds' in keys.create({ ...wish, bounds: {} }).record).toBe(false)
})

test('bounds that are none are not written', () => {
  const { keys } = openKeys()
  expect(() => keys.create({ ...wish, bounds: { symbols: [''] } })).toThrow()
  expect(keys.list()).toEqual([])
})

test('what of a key is named changes, all of it or nothing', () => {
  const { keys } = openKeys()
  const { record } = keys.create({ ...wish, bounds: BOUNDS })
  const { id } = record
  const changed = keys.alter(id, {
    bounds: now => ({ ...now, exchanges: ['NFO'] }),
    expiresAt: NOW + 5,
    scopes: ['orders'],
  })
  expect(changed).toMatchObject({ bounds: { ...BOUNDS, exchanges: ['NFO'] }, expiresAt: NOW + 5, scopes: ['orders'] })
  expect(keys.get(id)).toEqual(changed)
  expect(keys.alter(id, { expiresAt: 'never', bounds: () => ({}) })).toEqual({
    ...changed,
    bounds: undefined,
    expiresAt: undefined,
  })
  const before = keys.get(id)
  expect(failure(() => keys.alter(id, { expiresAt: NOW + 9, feeds: ['NONE'] })).code).toBe('FEED_UNKNOWN')
  expect(keys.get(id)).toEqual(before)
  expect(keys.alter('nosuchkey0', {})).toBeUndefined()
})

test('a revoked key stays as it is', () => {
  const { keys } = openKeys()
  const { id } = keys.create(wish).record
  keys.revoke(id, NOW)
  expect(failure(() => keys.alter(id, { expiresAt: 'never' }))).toMatchObject({ code: 'KEY_INVALID' })
})

test('an imported key is bound in the same way, also when it comes again', () => {
  const { keys } = openKeys()
  const key = new Secret('0f'.repeat(32))
  expect(keys.importForeign({ ...wish, key, bounds: BOUNDS }).bounds).toEqual(BOUNDS)
  expect(keys.importForeign({ ...wish, key }).bounds).toEqual(BOUNDS)
  const again = keys.importForeign({ ...wish, key, bounds: { modes: ['LTP'] }, expiresAt: NOW + 1 })
  expect(again).toMatchObject({ bounds: { ...BOUNDS, modes: ['LTP'] }, expiresAt: NOW + 1 })
})

test.each([['{"symbols":[]}'], ['{"trade":true}'], ['{'], ['null'], ['']])(
  'a key whose bounds are damaged (%j) may have nothing, says so, and leaves the others alone',
  text => {
    const { keys, ring, file, store } = openKeys()
    const [damaged, other] = [keys.create({ ...wish, bounds: BOUNDS }), keys.create(wish)]
    const { id } = damaged.record
    file.prepare('UPDATE api_keys SET bounds = ? WHERE id = ?').run(text, id)
    const keyRing = ring()
    expect(keyRing.faulty.map(record => [record.id, record.fault?.code])).toEqual([[id, 'STORE_CORRUPT']])
    expect(keyRing.get(id)?.fault).toMatchObject({
      message: expect.stringContaining(id),
      next: expect.stringContaining(`tickwire key revoke ${id}`),
    })
    const bounds = keyRing.boundsOf(id)
    expect([bounds?.permits('NSE', 'NIFTY'), bounds?.reads('LTP'), bounds?.admits('127.0.0.1')]).toEqual([
      false,
      false,
      false,
    ])
    expect(keyRing.find(other.key.reveal())).toEqual(other.record)
    expect(failure(() => keys.alter(id, { bounds: () => ({}) })).code).toBe('STORE_CORRUPT')
    expect(failure(() => store.rotation.rotate(id, { overlapMs: 0, now: NOW })).code).toBe('STORE_CORRUPT')
    expect(keys.revoke(id, NOW)).toBe(true)
  },
)

test('the use of a key is written once an hour, and not while another process writes', () => {
  const { keys, file } = openKeys()
  const { id } = keys.create(wish).record
  file.exec('BEGIN IMMEDIATE')
  expect(keys.saveUse(id, NOW)).toBe(false)
  file.exec('COMMIT')
  expect(keys.get(id)?.lastUsedAt).toBeUndefined()
  expect(keys.saveUse(id, NOW)).toBe(true)
  expect(keys.saveUse(id, NOW + HOUR - 1)).toBe(true)
  expect(keys.get(id)?.lastUsedAt).toBe(NOW)
  keys.saveUse(id, NOW + HOUR)
  expect(keys.get(id)?.lastUsedAt).toBe(NOW + HOUR)
})

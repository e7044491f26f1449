import { expect, onTestFinished, test } from 'vitest'
import { Secret } from '../../../shared/secret.ts'
import { ControlStore } from '../../../shared/store/control.ts'
import { temporaryFolder } from '../../support/datafolder.ts'
import { failure } from '../../support/failure.ts'

const NOW = 1_795_220_416_000
const DAY = 86_400_000
const BOUNDS = { exchanges: ['NSE'], addresses: ['10.0.0.0/8'] } as const

function openStore() {
  const store = ControlStore.open(temporaryFolder())
  onTestFinished(() => store.close())
  store.users.ensure('trader', NOW)
  const wish = { userId: 'trader', adapter: 'broker', kind: 'builtin', settings: {}, enabled: true } as const
  store.feeds.add({ ...wish, name: 'ONE', createdAt: NOW })
  return store
}

const wish = { userId: 'trader', label: 'bot', scopes: ['orders'], feeds: ['ONE'], bounds: BOUNDS, now: NOW } as const

test('a successor is as wide as the key it takes over from, which ends after the overlap', () => {
  const { keys, rotation } = openStore()
  const { record, key } = keys.create({ ...wish, expiresAt: NOW + 30 * DAY })
  const rotated = rotation.rotate(record.id, { overlapMs: 600_000, now: NOW + DAY })
  const { old, record: next, key: nextKey } = rotated ?? expect.fail('nothing was rotated')
  const own = { id: next.id, digest: next.digest, createdAt: NOW + DAY, expiresAt: NOW + 31 * DAY, parentId: record.id }
  expect(next).toEqual({ ...record, ...own })
  expect(old).toEqual({ ...record, expiresAt: NOW + DAY + 600_000 })
  expect([next.id === record.id, nextKey.reveal() === key.reveal()]).toEqual([false, false])
  expect(keys.list()).toEqual([old, next])
})

test('both keys are good during the overlap', () => {
  const store = openStore()
  const { record, key } = store.keys.create(wish)
  const next = store.rotation.rotate(record.id, { overlapMs: 1000, now: NOW })
  const ring = store.keyRing()
  expect(ring.find(key.reveal())).toMatchObject({ id: record.id, expiresAt: NOW + 1000 })
  expect(ring.find(next?.key.reveal() ?? '')).toEqual(next?.record)
  expect('expiresAt' in (next?.record ?? {})).toBe(false)
})

test('an overlap never lengthens a life, and none ends it at once', () => {
  const { keys, rotation } = openStore()
  const short = keys.create({ ...wish, expiresAt: NOW + 10 }).record
  expect(rotation.rotate(short.id, { overlapMs: DAY, now: NOW })?.old.expiresAt).toBe(NOW + 10)
  const long = keys.create(wish).record
  expect(rotation.rotate(long.id, { overlapMs: 0, now: NOW })?.old.expiresAt).toBe(NOW)
})

test('a key is rotated once, unless its successor was revoked; the successor can be rotated, too', () => {
  const { keys, rotation } = openStore()
  const { id } = keys.create(wish).record
  const rotate = (which: string) => rotation.rotate(which, { overlapMs: DAY, now: NOW })?.record.id ?? ''
  const next = rotate(id)
  expect(failure(() => rotate(id))).toMatchObject({ code: 'USAGE', next: `tickwire key rotate ${next}` })
  const third = rotate(next)
  expect(keys.get(third)?.parentId).toBe(next)
  keys.revoke(next, NOW)
  expect(keys.get(rotate(id))?.parentId).toBe(id)
})

test('what has ended hands nothing on, and what is not there neither', () => {
  const { keys, rotation } = openStore()
  const rotate = (id: string) => rotation.rotate(id, { overlapMs: 0, now: NOW })
  const [revoked, expired] = [keys.create(wish).record, keys.create({ ...wish, expiresAt: NOW }).record]
  keys.revoke(revoked.id, NOW)
  expect(failure(() => rotate(revoked.id))).toMatchObject({
    code: 'KEY_INVALID',
    message: `Key ${revoked.id} is revoked`,
  })
  expect(failure(() => rotate(expired.id)).message).toContain('is expired')
  expect(rotate('nosuchkey0')).toBeUndefined()
})

test('an imported key hands on to one of our own', () => {
  const { keys, rotation } = openStore()
  const old = keys.importForeign({ ...wish, key: new Secret('0f'.repeat(32)) })
  expect(rotation.rotate(old.id, { overlapMs: 0, now: NOW })?.record).toMatchObject({
    origin: 'created',
    bounds: BOUNDS,
    feeds: ['ONE'],
  })
})

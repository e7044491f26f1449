import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readKey } from '../../../shared/key.ts'
import { Secret } from '../../../shared/secret.ts'
import { ControlStore } from '../../../shared/store/control.ts'
import { temporaryFolder } from '../../support/datafolder.ts'
import { failure } from '../../support/failure.ts'

const NOW = 1_795_220_416_000
const DAY = 86_400_000
const FOREIGN = new Secret('0f'.repeat(32))

function openKeys() {
  const folder = temporaryFolder()
  const store = ControlStore.open(folder)
  onTestFinished(() => store.close())
  store.users.ensure('trader', NOW)
  store.users.ensure('asha', NOW)
  return { folder, keys: store.keys, feeds: store.feeds, ring: () => store.keyRing() }
}

test('a created key is given once and recognised afterwards', () => {
  const { keys, ring } = openKeys()
  const { key, record } = keys.create({ userId: 'trader', label: 'Bot on the laptop', expiresAt: NOW + DAY, now: NOW })
  expect(readKey(key.reveal())).toEqual({ kind: 'own', id: record.id })
  expect(keys.list()).toEqual([record])
  expect(record).toMatchObject({ userId: 'trader', origin: 'created', createdAt: NOW, expiresAt: NOW + DAY })
  expect('revokedAt' in record).toBe(false)
  expect(ring().find(key.reveal())).toEqual(record)
  expect(ring().get(record.id)).toEqual(record)
})

test('no file of the folder holds a key', () => {
  const { folder, keys } = openKeys()
  const { key } = keys.create({ userId: 'trader', label: 'bot', now: NOW })
  keys.importForeign({ userId: 'trader', label: 'old', key: FOREIGN, now: NOW })
  const files = readdirSync(folder.root, { withFileTypes: true }).filter(entry => entry.isFile())
  expect(files.map(entry => entry.name)).toContain('control.db-wal')
  for (const { name } of files) {
    const bytes = readFileSync(join(folder.root, name))
    expect([name, bytes.includes(key.reveal().slice(19)), bytes.includes(FOREIGN.reveal())]).toEqual([
      name,
      false,
      false,
    ])
  }
})

test('a revoked key keeps its record and its first time', () => {
  const { keys, ring } = openKeys()
  const { key, record } = keys.create({ userId: 'trader', label: 'bot', now: NOW })
  expect(keys.revoke(record.id, NOW + 1)).toBe(true)
  expect(keys.revoke(record.id, NOW + 2)).toBe(true)
  expect(ring().find(key.reveal())?.revokedAt).toBe(NOW + 1)
  expect(keys.revoke('nosuchkey0', NOW)).toBe(false)
})

test('a key reads prices only, unless told otherwise when it is made or later', () => {
  const { keys, ring } = openKeys()
  const wish = { userId: 'trader', label: 'bot', now: NOW }
  const [plain, orders] = [keys.create(wish), keys.create({ ...wish, scopes: ['orders'] })]
  const scopes = (id: string) => ring().get(id)?.scopes
  expect([plain, orders].map(({ record }) => [record.scopes, scopes(record.id)])).toEqual([
    [[], []],
    [['orders'], ['orders']],
  ])
  for (let time = 0; time < 2; time++) expect(keys.change(plain.record.id, 'orders', true)).toBe(true)
  expect(keys.change(orders.record.id, 'orders', false)).toBe(true)
  expect([plain, orders].map(({ record }) => scopes(record.id))).toEqual([['orders'], []])
  expect(keys.change('nosuchkey0', 'orders', true)).toBe(false)
})

test('a ticket has every scope, and nobody changes it', () => {
  const { keys, ring } = openKeys()
  const ticket = keys.mintTicket({ userId: 'trader', ttlMs: 60_000, now: NOW })
  const record = ring().find(ticket.reveal())
  expect(record?.scopes).toEqual(['orders', 'admin'])
  expect(keys.change(record?.id ?? '', 'orders', false)).toBe(false)
})

test('importing a key again adds the scopes that are named, and takes none away', () => {
  const { keys, ring } = openKeys()
  const wish = { userId: 'trader', label: 'old', key: FOREIGN, now: NOW }
  expect(keys.importForeign(wish).scopes).toEqual([])
  expect(keys.importForeign({ ...wish, scopes: ['orders'] }).scopes).toEqual(['orders'])
  expect(keys.importForeign(wish).scopes).toEqual(['orders'])
  expect(ring().find(FOREIGN.reveal())?.scopes).toEqual(['orders'])
})

test.each(['', 'x'.repeat(65), 'two\nlines', '\u001b[31mred'])('the label %j is refused', label => {
  const { keys } = openKeys()
  expect(failure(() => keys.create({ userId: 'trader', label, now: NOW })).code).toBe('USAGE')
})

test('a ticket works like a key, is listed only when asked for, and goes when it is over', () => {
  const { keys, ring } = openKeys()
  const ticket = keys.mintTicket({ userId: 'trader', ttlMs: 60_000, now: NOW })
  expect(keys.list()).toEqual([])
  expect(keys.list({ tickets: true })).toHaveLength(1)
  expect(ring().find(ticket.reveal())).toMatchObject({ origin: 'ticket', expiresAt: NOW + 60_000 })
  keys.mintTicket({ userId: 'trader', ttlMs: 60_000, now: NOW + 59_999 })
  expect(ring().find(ticket.reveal())).toBeDefined()
  keys.mintTicket({ userId: 'trader', ttlMs: 60_000, now: NOW + 60_000 })
  expect(ring().find(ticket.reveal())).toBeUndefined()
})

test('minting a ticket sweeps out those that are over, and no keys', () => {
  const { keys } = openKeys()
  const { record } = keys.create({ userId: 'trader', label: 'bot', expiresAt: NOW, now: NOW })
  keys.mintTicket({ userId: 'trader', ttlMs: 1000, now: NOW })
  keys.mintTicket({ userId: 'trader', ttlMs: 1000, now: NOW + 3 * DAY })
  const left = keys.list({ tickets: true })
  expect(left.map(({ id, createdAt }) => (id === record.id ? 'key' : createdAt))).toEqual(['key', NOW + 3 * DAY])
})

test('a foreign key can be imported, again without effect, and is recognised with its case', () => {
  const { keys, ring } = openKeys()
  const upper = new Secret('0F'.repeat(32))
  const record = keys.importForeign({ userId: 'trader', label: 'old bot', key: FOREIGN, now: NOW })
  expect(keys.importForeign({ userId: 'trader', label: 'again', key: FOREIGN, now: NOW + 1 })).toEqual(record)
  expect(record).toMatchObject({ origin: 'imported', label: 'old bot' })
  expect(ring().find(FOREIGN.reveal())).toEqual(record)
  expect(ring().find(upper.reveal())).toBeUndefined()
})

test('a foreign key has one user, one shape, and stays revoked', () => {
  const { keys } = openKeys()
  const record = keys.importForeign({ userId: 'trader', label: 'old', key: FOREIGN, now: NOW })
  const wish = { userId: 'trader', label: 'x', key: FOREIGN, now: NOW }
  expect(failure(() => keys.importForeign({ ...wish, userId: 'asha' })).code).toBe('KEY_EXISTS')
  const short = failure(() => keys.importForeign({ ...wish, key: new Secret('canary') }))
  expect(short.code).toBe('KEY_INVALID')
  expect(short.message).not.toContain('canary')
  keys.revoke(record.id, NOW)
  expect(failure(() => keys.importForeign(wish)).message).toContain('revoked')
})

function withFeeds() {
  const open = openKeys()
  const feed = (name: string, userId: string) =>
    open.feeds.add({ name, userId, adapter: 'broker', kind: 'builtin', settings: {}, enabled: true, createdAt: NOW })
  feed('ONE', 'trader')
  feed('TWO', 'trader')
  feed('HERS', 'asha')
  return open
}

test('a key takes its prices from all feeds of its user, unless it names some, in its order', () => {
  const { keys, ring } = withFeeds()
  const wish = { userId: 'trader', label: 'bot', now: NOW }
  const [all, some] = [keys.create(wish), keys.create({ ...wish, feeds: ['TWO', 'ONE'] })]
  expect([all, some].map(({ record }) => [record.feeds, ring().get(record.id)?.feeds])).toEqual([
    [undefined, undefined],
    [
      ['TWO', 'ONE'],
      ['TWO', 'ONE'],
    ],
  ])
  expect(keys.choose(all.record.id, ['ONE'])).toBe(true)
  expect(keys.choose(some.record.id, undefined)).toBe(true)
  expect(keys.list().map(({ feeds }) => feeds)).toEqual(expect.arrayContaining([['ONE'], undefined]))
  expect(keys.choose('nosuchkey0', ['ONE'])).toBe(false)
})

test('an imported key may name its feeds, too, also when it comes again', () => {
  const { keys } = withFeeds()
  const wish = { userId: 'trader', label: 'old', key: FOREIGN, now: NOW }
  expect(keys.importForeign({ ...wish, feeds: ['ONE'] }).feeds).toEqual(['ONE'])
  expect(keys.importForeign(wish).feeds).toEqual(['ONE'])
  expect(keys.importForeign({ ...wish, feeds: ['TWO', 'ONE'] }).feeds).toEqual(['TWO', 'ONE'])
  expect(keys.list()[0]?.feeds).toEqual(['TWO', 'ONE'])
})

test.each([
  [['NONE'], 'FEED_UNKNOWN', 'There is no feed NONE', 'use one of: ONE, TWO'],
  [['ONE', 'HERS'], 'FEED_UNKNOWN', 'Feed HERS belongs to another user, not to trader', 'use one of: ONE, TWO'],
  [['ONE', 'ONE'], 'USAGE', 'A key needs at least one feed, and each one once', undefined],
  [[], 'USAGE', 'A key needs at least one feed, and each one once', undefined],
])('a key cannot have the feeds %j, and nothing is changed', (feeds, code, message, next) => {
  const { keys } = withFeeds()
  const wish = { userId: 'trader', label: 'bot', now: NOW }
  const refused = failure(() => keys.create({ ...wish, feeds }))
  expect(refused).toMatchObject({ code, message, ...(next && { next }) })
  expect(keys.list()).toEqual([])
  const { record } = keys.create(wish)
  expect(failure(() => keys.choose(record.id, feeds)).code).toBe(code)
  expect(keys.list()).toEqual([record])
})

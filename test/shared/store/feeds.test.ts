import { expect, onTestFinished, test } from 'vitest'
import { ControlStore } from '../../../shared/store/control.ts'
import type { FeedRecord } from '../../../shared/store/feeds.ts'
import { openSqlite } from '../../../shared/store/sqlite.ts'
import { temporaryFolder } from '../../support/datafolder.ts'
import { failure } from '../../support/failure.ts'

const ALPHA: FeedRecord = {
  name: 'ALPHA',
  userId: 'trader',
  adapter: 'alpha',
  kind: 'builtin',
  settings: { rate: 250, seed: 1 },
  enabled: true,
  createdAt: 5,
}
const BETA: FeedRecord = { ...ALPHA, name: 'BETA', adapter: 'beta', kind: 'folder', path: '/opt/beta', enabled: false }

function openFeeds() {
  const store = ControlStore.open(temporaryFolder())
  onTestFinished(() => store.close())
  store.users.ensure('trader', 1)
  store.users.ensure('asha', 1)
  return store.feeds
}

test('registered feeds come back as they were, by name', () => {
  const feeds = openFeeds()
  feeds.add(BETA)
  feeds.add(ALPHA)
  expect(feeds.list()).toEqual([ALPHA, BETA])
  expect(feeds.get('BETA')).toEqual(BETA)
  expect(feeds.get('GAMMA')).toBeUndefined()
})

test('a damaged row is named, with what mends it', () => {
  const folder = temporaryFolder()
  const store = ControlStore.open(folder)
  store.users.ensure('trader', 1)
  store.feeds.add(ALPHA)
  openSqlite(folder.controlDb).exec("UPDATE feeds SET settings = '{'")
  expect(failure(() => store.feeds.list())).toMatchObject({
    code: 'STORE_CORRUPT',
    message: expect.stringContaining('ALPHA'),
    next: expect.stringContaining('adapter remove ALPHA'),
  })
  store.feeds.remove('ALPHA')
  expect(store.feeds.list()).toEqual([])
  store.close()
})

test('the same feed again changes nothing, whatever the order of its settings and its switch', () => {
  const feeds = openFeeds()
  feeds.add(ALPHA)
  feeds.setEnabled('ALPHA', false, 7)
  feeds.add({ ...ALPHA, settings: { seed: 1, rate: 250 }, createdAt: 99 })
  expect(feeds.list()).toEqual([{ ...ALPHA, enabled: false, switchedAt: 7 }])
})

test.each([
  ['settings', { settings: { rate: 1, seed: 1 } }],
  ['adapter', { adapter: 'beta' }],
  ['user', { userId: 'asha' }],
  ['path', { path: '/opt/alpha' }],
])('another %s under a taken name is refused with a way out', (what, change) => {
  const feeds = openFeeds()
  feeds.add(ALPHA)
  const error = failure(() => feeds.add({ ...ALPHA, ...change }))
  expect(error).toMatchObject({ code: 'FEED_EXISTS', next: expect.stringContaining('tickwire adapter remove ALPHA') })
  expect(error.message).toMatch(new RegExp(`with another ${what}$`))
  expect(feeds.list()).toEqual([ALPHA])
})

test('an external feed may change its modes', () => {
  const feeds = openFeeds()
  const external: FeedRecord = { ...ALPHA, kind: 'external', modes: ['LTP'], settings: {} }
  feeds.add(external)
  feeds.add({ ...external, modes: ['LTP', 'DEPTH'] })
  expect(feeds.list()).toEqual([{ ...external, modes: ['LTP', 'DEPTH'] }])
  expect(failure(() => feeds.add({ ...external, modes: ['LTP', 'DEPTH'], userId: 'asha' })).message).toMatch(
    /external .* with another user$/,
  )
})

test.each(['alpha', 'ALPHA_2', 'NSE', 'LANE', '', 'A'.repeat(33)])('%j cannot be the name of a feed', name => {
  expect(failure(() => openFeeds().add({ ...ALPHA, name })).code).toBe('USAGE')
})

test('a feed of an unknown user is refused', () => {
  expect(failure(() => openFeeds().add({ ...ALPHA, userId: 'nobody' })).code).toBe('NOT_FOUND')
})

test('a feed can be switched off and on, and removed', () => {
  const feeds = openFeeds()
  feeds.add(ALPHA)
  feeds.setEnabled('ALPHA', false, 7)
  expect(feeds.get('ALPHA')).toEqual({ ...ALPHA, enabled: false, switchedAt: 7 })
  feeds.setEnabled('ALPHA', true, 8)
  expect(feeds.get('ALPHA')).toEqual({ ...ALPHA, switchedAt: 8 })
  feeds.remove('ALPHA')
  expect(feeds.list()).toEqual([])
})

test('an unknown feed is refused, and the known ones are named', () => {
  const feeds = openFeeds()
  expect(failure(() => feeds.remove('ALFA'))).toMatchObject({ code: 'FEED_UNKNOWN', next: 'tickwire adapter add NAME' })
  feeds.add(ALPHA)
  expect(failure(() => feeds.setEnabled('ALFA', true, 1)).next).toBe('use one of: ALPHA')
})

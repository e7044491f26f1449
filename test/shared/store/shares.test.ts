import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { ControlStore } from '../../../shared/store/control.ts'
import { temporaryFolder } from '../../support/datafolder.ts'
import { failure } from '../../support/failure.ts'
import { feedRecord } from '../../support/proxy.ts'

let store: ControlStore

beforeEach(() => {
  store = ControlStore.open(temporaryFolder())
  onTestFinished(() => store.close())
  for (const user of ['alice', 'bob']) store.users.ensure(user, 1)
  store.feeds.add(feedRecord('FEED'))
})

test('a feed is shared once with each user, and unshared once', () => {
  expect([store.shares.add('FEED', 'bob', 5), store.shares.add('FEED', 'bob', 6)]).toEqual([true, false])
  expect(store.shares.list()).toEqual([{ feed: 'FEED', userId: 'bob', createdAt: 5 }])
  expect([store.shares.remove('FEED', 'bob'), store.shares.remove('FEED', 'bob')]).toEqual([true, false])
  expect(store.shares.list()).toEqual([])
})

test('only feeds and users that are there share, and nobody with himself', () => {
  expect(failure(() => store.shares.add('NONE', 'bob', 1)).code).toBe('FEED_UNKNOWN')
  expect(failure(() => store.shares.remove('NONE', 'bob')).code).toBe('FEED_UNKNOWN')
  expect(failure(() => store.shares.add('FEED', 'carol', 1)).code).toBe('NOT_FOUND')
  expect(failure(() => store.shares.add('FEED', 'alice', 1)).code).toBe('USAGE')
})

test('a feed that is removed takes its shares along: who gets the name later shares nothing', () => {
  store.shares.add('FEED', 'bob', 1)
  store.feeds.remove('FEED')
  store.feeds.add(feedRecord('FEED'))
  expect(store.shares.list()).toEqual([])
})

test('a key may name a feed that is shared with its user, and no other one of somebody else', () => {
  store.feeds.add(feedRecord('OTHER'))
  store.feeds.add(feedRecord('OWN', { userId: 'bob' }))
  store.shares.add('FEED', 'bob', 1)
  const create = (feeds: string[]) => store.keys.create({ userId: 'bob', label: 'bot', feeds, now: 1 }).record.feeds
  expect(create(['FEED', 'OWN'])).toEqual(['FEED', 'OWN'])
  expect(failure(() => create(['OTHER']))).toMatchObject({ code: 'FEED_UNKNOWN', next: 'use one of: OWN, FEED' })
})

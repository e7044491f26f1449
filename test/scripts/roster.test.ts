import { describe, expect, it } from 'vitest'
import { adapterPlace, planFeeds } from '../../scripts/roster.ts'
import { type FeedRecord, isBrokerValid } from '../../shared/store/feeds.ts'
import { failure } from '../support/failure.ts'

/** One user has it all. */
const ALONE = { group: undefined, configFile: '/nowhere' }

const feed = (name: string, change: Partial<FeedRecord> = {}): FeedRecord => ({
  name,
  userId: 'trader',
  adapter: 'simulator',
  kind: 'builtin',
  settings: {},
  enabled: true,
  createdAt: 1,
  ...change,
})

const running = (...feeds: FeedRecord[]) => new Map(feeds.map(one => [one.name, one]))
const names = (feeds: readonly FeedRecord[]) => feeds.map(one => one.name)

describe('the plan of feeds', () => {
  it('starts what is registered and stops what is not any more', () => {
    const plan = planFeeds(running(feed('OLD'), feed('SAME')), [feed('SAME'), feed('NEW')], undefined)
    expect(names(plan.start)).toEqual(['NEW'])
    expect(plan.stop).toEqual(['OLD'])
  })

  it('starts a feed anew whose registration changed', () => {
    const plan = planFeeds(running(feed('A')), [feed('A', { settings: { rate: 5 } })], undefined)
    expect(plan.stop).toEqual(['A'])
    expect(names(plan.start)).toEqual(['A'])
  })

  it('starts a feed anew that was switched on again, however fast', () => {
    const plan = planFeeds(running(feed('A')), [feed('A', { switchedAt: 5 })], undefined)
    expect(plan.stop).toEqual(['A'])
    expect(names(plan.start)).toEqual(['A'])
  })

  it('leaves out what is disabled or runs elsewhere', () => {
    const registered = [feed('OFF', { enabled: false }), feed('PY', { kind: 'external' })]
    expect(planFeeds(running(feed('OFF')), registered, undefined)).toEqual({ start: [], stop: ['OFF'], barred: [] })
  })

  it('bars a broker that VALID_BROKERS leaves out', () => {
    const plan = planFeeds(running(), [feed('A'), feed('B', { adapter: 'other' })], ['other'])
    expect(names(plan.start)).toEqual(['B'])
    expect(names(plan.barred)).toEqual(['A'])
    expect(isBrokerValid({ kind: 'builtin', adapter: 'anything' }, undefined)).toBe(true)
    expect(isBrokerValid({ kind: 'external', adapter: 'python' }, ['simulator'])).toBe(true)
  })

  it('finds an adapter by its name or its folder, and has none for an external feed', () => {
    expect(adapterPlace(feed('A'), ALONE)).toEqual({ kind: 'builtin', adapter: 'simulator' })
    expect(adapterPlace(feed('A', { kind: 'folder', path: '/x' }), ALONE)).toEqual({ kind: 'folder', path: '/x' })
    expect(failure(() => adapterPlace(feed('A', { kind: 'external' }), ALONE))).toMatchObject({ code: 'USAGE' })
  })
})

import { expect, it } from 'vitest'
import type { FeedView } from '../../proxy/feeds.ts'
import { lookUpListed } from '../../proxy/listing.ts'
import { type Route, refused } from '../../proxy/routing.ts'
import { ManualClock } from '../../shared/clock.ts'

type Has = (feed: string, passedMs: number) => boolean

const FOUND = { ok: true } as Route

/**
 * How long a client waits that asks for what only NEW lists, by steps of 100 ms: up to a minute. `others`: what else its
 * message names. And how often all of it was looked up.
 */
function waits(views: readonly Partial<FeedView>[], has: Has = () => false, others: readonly Route[] = []) {
  const clock = new ManualClock(0)
  const feeds = views as readonly FeedView[]
  let looks = 0
  function* lookUp(): Generator<undefined, readonly Route[]> {
    looks++
    yield
    const unlisted = feeds.map(({ name }) => name).filter(name => !has(name, clock.monotonic()))
    return [unlisted.includes('NEW') ? { ...refused('not loaded yet', 'new'), unlisted } : FOUND, ...others]
  }
  const instruments = { has: (feed: string) => has(feed, clock.monotonic()) }
  for (const ms of lookUpListed(lookUp, () => feeds, { clock, instruments })) {
    clock.advance(ms ?? 0)
    if (clock.monotonic() > 60_000) break
  }
  return { ms: clock.monotonic(), looks }
}

const NEW = { name: 'NEW', state: 'starting', since: 0 } as const
const OLD = { name: 'OLD', state: 'live', since: 0 } as const

it('waits for the list of a feed that has just begun, and goes on when it is there', () => {
  expect(waits([NEW], (_, passedMs) => passedMs >= 1500)).toEqual({ ms: 1500, looks: 2 })
})

it('waits for the list of a feed that is live already, whose file was looked at before it was there', () => {
  for (const state of ['live', 'quiet'] as const)
    expect(waits([{ ...NEW, state }], (_, passedMs) => passedMs >= 100)).toEqual({ ms: 100, looks: 2 })
})

it('waits also where another feed has its list, which does not name what is asked for', () => {
  expect(waits([OLD, NEW], (feed, passedMs) => feed === 'OLD' || passedMs >= 1500)).toEqual({ ms: 1500, looks: 2 })
})

it('waits no longer than ten seconds from its start', () => {
  expect(waits([OLD, NEW], feed => feed === 'OLD')).toEqual({ ms: 10_000, looks: 2 })
})

it('does not wait where everything is found, whatever else is still to come', () => {
  expect(waits([OLD, { ...NEW, name: 'LATE' }], feed => feed === 'OLD')).toEqual({ ms: 0, looks: 1 })
})

it('does not wait for what no list will tell, where nothing starts, nor without a feed', () => {
  const wrong = refused('Unknown exchange X', 'new')
  expect(waits([OLD, { ...NEW, name: 'LATE' }], feed => feed === 'OLD', [wrong]).ms).toBe(0)
  expect(waits([{ ...NEW, state: 'auth_required' }]).ms).toBe(0)
  expect(waits([]).ms).toBe(0)
})

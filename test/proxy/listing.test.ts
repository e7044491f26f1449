import { expect, it } from 'vitest'
import type { FeedView } from '../../proxy/feeds.ts'
import { firstList } from '../../proxy/listing.ts'
import { ManualClock } from '../../shared/clock.ts'

/** How long a client waits for the first list, by steps of 100 ms: up to a minute. */
function waits(
  views: readonly Partial<FeedView>[],
  has: (feed: string, passedMs: number) => boolean = () => false,
): number {
  const clock = new ManualClock(0)
  const feeds = views as readonly FeedView[]
  const instruments = {
    has: (feed: string) => has(feed, clock.monotonic()),
    find: () => undefined,
    findTwin: () => undefined,
  }
  for (const ms of firstList(() => feeds, { clock, instruments })) {
    clock.advance(ms)
    if (clock.monotonic() > 60_000) break
  }
  return clock.monotonic()
}

const NEW = { name: 'NEW', state: 'starting', since: 0 } as const

it('waits for the list of a feed that has just begun, and goes on when it is there', () => {
  expect(waits([NEW], (_, passedMs) => passedMs >= 1500)).toBe(1500)
})

it('waits no longer than ten seconds from its start', () => {
  expect(waits([NEW])).toBe(10_000)
})

it('does not wait where some list is there, where nothing starts, nor without a feed', () => {
  expect(waits([NEW, { name: 'OLD', state: 'live', since: 0 }], feed => feed === 'OLD')).toBe(0)
  expect(waits([{ ...NEW, state: 'auth_required' }])).toBe(0)
  expect(waits([])).toBe(0)
})

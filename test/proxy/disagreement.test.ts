import { beforeEach, describe, expect, it } from 'vitest'
import { EVERY } from '../../proxy/delivery.ts'
import { Disagreement } from '../../proxy/disagreement.ts'
import type { Channel } from '../../proxy/fanout/channel.ts'
import { Hub } from '../../proxy/fanout/hub.ts'
import type { FeedView } from '../../proxy/feeds.ts'
import { ManualClock } from '../../shared/clock.ts'
import { formatTopic } from '../../shared/market/topic.ts'
import { keptLog } from '../support/log.ts'
import { equity } from '../support/proxy.ts'
import { PLAIN, tickOf } from './fanout/frames.ts'
import { Inbox } from './fanout/inbox.ts'

const LABELS: Record<string, string> = { REAL: 'live', OTHER: 'live', MADE: 'simulated', UP: 'simulated' }

let clock: ManualClock
let hub: Hub
let disagreement: Disagreement

beforeEach(() => {
  clock = new ManualClock()
  hub = new Hub({ demand: { want: () => {}, drop: () => {}, resync: () => {} }, clock, resumeBytes: 0 })
  const views = () =>
    Object.entries(LABELS).map(([name, label]) => ({ name, label, userId: 'alice' }) as unknown as FeedView)
  disagreement = new Disagreement({ clock, log: keptLog().log, hub, feeds: { views }, percent: 1 })
})

/** Somebody holds TCS of these feeds, which go on saying these prices for some seconds; what was told. */
function told(prices: Record<string, number>): number {
  const parts = (feed: string) => ({ feed, exchange: 'NSE', symbol: 'TCS', mode: 'LTP' }) as const
  for (const feed of Object.keys(prices)) {
    const served = { parts: parts(feed), topic: formatTopic(parts(feed)), broker: 'any', instrument: equity('TCS') }
    hub.join(served, { variation: PLAIN, delivery: EVERY }, new Inbox().outbox)
  }
  for (let sequence = 1; sequence <= 6; sequence++) {
    for (const [feed, ltp] of Object.entries(prices)) {
      const { header, payload } = tickOf('TCS', ltp, { sequence, receivedAt: clock.micros() })
      hub.deliver(hub.find(formatTopic(parts(feed))) as Channel, header, payload)
    }
    clock.advance(1000)
  }
  return disagreement.events(new Set(Object.keys(prices))).length
}

describe('two prices of one instrument', () => {
  it.each([
    ['of two brokers', { REAL: 100, OTHER: 102 }, 1],
    ['of two brokers that are near each other', { REAL: 100, OTHER: 100.9 }, 0],
    ['of two that make them up', { MADE: 100, UP: 102 }, 1],
    ['of which one is made up', { REAL: 100, MADE: 300 }, 0],
  ])('%s', (_, prices, count) => {
    expect(told(prices)).toBe(count)
  })
})

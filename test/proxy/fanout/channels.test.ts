import { beforeEach, describe, expect, it } from 'vitest'
import type { Channel } from '../../../proxy/fanout/channel.ts'
import { Channels } from '../../../proxy/fanout/channels.ts'
import { Rings } from '../../../proxy/fanout/ring.ts'
import type { Member } from '../../../proxy/fanout/variant.ts'
import { ManualClock } from '../../../shared/clock.ts'
import type { TopicMode } from '../../../shared/market/mode.ts'
import { formatTopic } from '../../../shared/market/topic.ts'
import { PLAIN } from './frames.ts'

let clock: ManualClock
let rings: Rings
let channels: Channels
/** What was said to be wanted, and no more. */
let demand: string[]

beforeEach(() => {
  clock = new ManualClock()
  rings = new Rings(1_000_000)
  demand = []
  channels = new Channels({
    demand: {
      want: (_, topic) => void demand.push(`+${topic}`),
      drop: (_, topic) => void demand.push(`-${topic}`),
      resync: () => undefined,
    },
    clock,
    rings,
  })
})

const served = (feed: string, mode: TopicMode = 'LTP') => {
  const parts = { feed, exchange: 'NSE', symbol: 'TCS', mode } as const
  return { parts, topic: formatTopic(parts), broker: feed.toLowerCase() }
}

/** Somebody takes hold of a topic; gives how to let it go. */
function hold(feed: string, { mode = 'LTP', resumes = false }: { mode?: TopicMode; resumes?: boolean } = {}) {
  const channel: Channel = channels.open(served(feed, mode))
  if (resumes) channel.ring ??= rings.open()
  const variant = channel.variant(PLAIN)
  const nothing = { taker: undefined, hearsGaps: false, listener: undefined, at: -1 }
  const member: Member = { ...nothing, take: () => {}, release: () => {}, miss: () => {} }
  variant.add(member)
  return () => {
    variant.remove(member)
    channel.tidy()
    channels.release(channel)
  }
}

const beside = (one: string, other: string) => channels.accompany(served(one).topic, served(other))

describe('a topic', () => {
  it('is wanted once, and until the last one lets it go', () => {
    const [first, second] = [hold('ONE'), hold('ONE')]
    first()
    expect([demand, channels.size]).toEqual([['+ONE_NSE_TCS_LTP'], 1])
    second()
    expect([demand, channels.size]).toEqual([['+ONE_NSE_TCS_LTP', '-ONE_NSE_TCS_LTP'], 0])
  })

  it('is found by its feed and by its instrument, and counted if it is a deep book', () => {
    const leave = hold('ONE', { mode: 'BOOK20' })
    hold('ONE')
    hold('TWO')
    const { feed, exchange, symbol } = served('ONE').parts
    const topics = (those: Iterable<Channel>) => [...those].map(one => one.served.topic)
    expect(topics(channels.of('ONE'))).toEqual(['ONE_NSE_TCS_BOOK20', 'ONE_NSE_TCS_LTP'])
    expect(topics(channels.ofInstrument({ feed, exchange, symbol }))).toEqual(['ONE_NSE_TCS_LTP', 'ONE_NSE_TCS_BOOK20'])
    expect([channels.books('ONE'), channels.books('TWO')]).toEqual([1, 0])
    leave()
    expect(channels.books('ONE')).toBe(0)
  })
})

describe('what is wanted beside a topic', () => {
  it('is wanted as long as somebody holds that, also when both want each other', () => {
    const leave = hold('ONE')
    beside('ONE', 'TWO')
    beside('ONE', 'TWO')
    const leaveOther = hold('TWO')
    beside('TWO', 'ONE')
    leave()
    expect(channels.size).toBe(2)
    leaveOther()
    expect(demand).toEqual(['+ONE_NSE_TCS_LTP', '+TWO_NSE_TCS_LTP', '-ONE_NSE_TCS_LTP', '-TWO_NSE_TCS_LTP'])
  })

  it('stays although it was kept for a while only, and is kept for a while again when that is over', () => {
    hold('TWO', { resumes: true })()
    const leave = hold('ONE')
    beside('ONE', 'TWO')
    clock.advance(60_000)
    expect(demand).toEqual(['+TWO_NSE_TCS_LTP', '+ONE_NSE_TCS_LTP'])
    leave()
    clock.advance(29_999)
    expect(channels.size).toBe(1)
    clock.advance(1)
    expect(demand.slice(2)).toEqual(['-ONE_NSE_TCS_LTP', '-TWO_NSE_TCS_LTP'])
  })
})

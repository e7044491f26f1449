import { beforeEach, describe, expect, it } from 'vitest'
import { EVERY } from '../../proxy/delivery.ts'
import { Hub } from '../../proxy/fanout/hub.ts'
import type { FeedView } from '../../proxy/feeds.ts'
import { Shelf } from '../../proxy/shelf.ts'
import { ManualClock } from '../../shared/clock.ts'
import { parseTopic } from '../../shared/market/topic.ts'
import { PLAIN } from './fanout/frames.ts'
import { Inbox } from './fanout/inbox.ts'

let hub: Hub
let shelf: Shelf

beforeEach(() => {
  hub = new Hub({
    demand: { want: () => {}, drop: () => {}, resync: () => {} },
    clock: new ManualClock(),
    resumeBytes: 0,
  })
  shelf = new Shelf(hub)
})

/** A feed whose account may have so many books; it says that it uses `used`. */
function feed(limit: number, used?: number, name = 'FEED'): FeedView {
  const limits = { instruments: { used: 0, limit: 3000 }, books: { used: used ?? 0, limit } }
  if (used !== undefined) shelf.heard({ feed: name, limits })
  return { name, status: { limits } } as FeedView
}
const topicOf = (symbol: string, mode = 'BOOK50', name = 'FEED') => `${name}_NSE_${symbol}_${mode}`
const hold = (topic: string) =>
  hub.join(
    { topic, parts: parseTopic(topic), broker: 'testbroker' },
    { variation: PLAIN, delivery: EVERY },
    new Inbox().outbox,
  )

describe('there is room for a deep book', () => {
  it('as long as the account has some left, what this message was granted included', () => {
    const five = feed(5, 3)
    const hasRoom = shelf.open()
    expect(['A', 'B', 'C', 'A'].map(symbol => hasRoom(five, topicOf(symbol)))).toEqual([true, true, false, true])
    expect(shelf.open()(five, topicOf('C'))).toBe(true)
  })

  it('always, for one that is held already', () => {
    const full = feed(5, 5)
    const held = hold(topicOf('TCS'))
    expect(shelf.open()(full, topicOf('TCS'))).toBe(true)
    hub.leave(held)
    expect(shelf.open()(full, topicOf('TCS'))).toBe(false)
  })

  it('not beyond what is held here and elsewhere, before and after the feed has counted it', () => {
    const four = feed(4, 2)
    const books = ['A', 'B'].map(symbol => hold(topicOf(symbol)))
    hold(topicOf('C', 'DEPTH'))
    hold(topicOf('D', 'BOOK50', 'OTHER'))
    expect(shelf.open()(four, topicOf('E'))).toBe(false)
    feed(4, 4)
    expect(shelf.open()(four, topicOf('E'))).toBe(false)
    for (const one of books) hub.leave(one)
    expect(shelf.open()(four, topicOf('E'))).toBe(true)
    feed(4, 2)
    const hasRoom = shelf.open()
    expect(['E', 'F', 'G'].map(symbol => hasRoom(four, topicOf(symbol)))).toEqual([true, true, false])
  })

  it('in each feed by itself', () => {
    const [one, other] = [feed(1, 0), feed(1, 0, 'OTHER')]
    const hasRoom = shelf.open()
    expect(hasRoom(one, topicOf('A'))).toBe(true)
    expect(hasRoom(other, topicOf('A', 'BOOK50', 'OTHER'))).toBe(true)
    expect(hasRoom(one, topicOf('B'))).toBe(false)
  })

  it('without end, where a feed names no limit', () => {
    const unlimited = { name: 'FEED', status: undefined } as FeedView
    shelf.heard({ feed: 'FEED' })
    const hasRoom = shelf.open()
    expect(['A', 'B', 'C'].every(symbol => hasRoom(unlimited, topicOf(symbol)))).toBe(true)
  })
})

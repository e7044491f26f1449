import { pino } from 'pino'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Fault } from '../../bus/guard.ts'
import { MemoryExchange } from '../../bus/memory.ts'
import { EVERY } from '../../proxy/delivery.ts'
import { Hub } from '../../proxy/fanout/hub.ts'
import { Feeds } from '../../proxy/feeds.ts'
import { Foreign } from '../../proxy/foreign.ts'
import { Inbound } from '../../proxy/inbound.ts'
import { Meters } from '../../proxy/metrics/meters.ts'
import { Orders } from '../../proxy/orders.ts'
import { Shelf } from '../../proxy/shelf.ts'
import { States } from '../../proxy/states.ts'
import { Wanted } from '../../proxy/wanted.ts'
import { ManualClock, systemClock } from '../../shared/clock.ts'
import { parseTopic } from '../../shared/market/topic.ts'
import { guarded } from '../support/identity.ts'
import { equity, feedRecord } from '../support/proxy.ts'
import { FakeFeed, tickOf } from '../support/proxyfeed.ts'
import { PLAIN } from './fanout/frames.ts'
import { Inbox } from './fanout/inbox.ts'

const PROXY = 'P-1'
const TOPIC = 'FEED_NSE_TCS_LTP'

let clock: ManualClock
let exchange: MemoryExchange
let feeds: Feeds
let hub: Hub
let inbound: Inbound
let feed: FakeFeed
let foreign: Foreign
let inbox: Inbox
/** What was dropped as somebody else's: feed and fault. */
let strangers: string[]

/** Everything published so far has been received. */
const settled = () => new Promise<void>(resolve => void systemClock.soon(resolve))

beforeEach(async () => {
  clock = new ManualClock()
  exchange = new MemoryExchange()
  strangers = []
  const onDropped = (name: string, fault: Fault) => void strangers.push(`${name} ${fault}`)
  const bus = guarded(exchange.open(), clock, { name: PROXY, role: 'proxy', onDropped })
  const log = pino({ enabled: false })
  const wanted = new Wanted(bus, clock, PROXY)
  hub = new Hub({ demand: wanted, clock, resumeBytes: 0 })
  feeds = new Feeds({ clock, onChange: () => {}, isAsked: () => true })
  const instruments = { mark: () => 'the list', find: () => equity('TCS') }
  foreign = new Foreign({ hub, feeds, instruments, clock, maxAgeMs: 5000 })
  const orders = new Orders(bus, log)
  inbound = new Inbound({
    bus,
    clock,
    log,
    proxy: PROXY,
    maxAgeMs: 5000,
    meters: new Meters(clock),
    hub,
    feeds,
    wanted,
    foreign,
    orders,
    shelf: new Shelf(hub),
    states: new States({ hub, feeds, wanted, clock }),
    strangers: { drop: onDropped },
  })
  const records = [feedRecord('FEED'), feedRecord('EXT', { kind: 'external' })]
  feeds.register(records)
  wanted.register(feeds.views())
  feed = new FakeFeed({ exchange, clock, name: 'FEED', broker: 'testbroker' })
  inbox = new Inbox()
  const wish = { variation: PLAIN, delivery: EVERY }
  for (const topic of [TOPIC, 'EXT_NSE_TCS_LTP'])
    hub.join({ topic, parts: parseTopic(topic), broker: 'testbroker' }, wish, inbox.outbox)
  await settled()
  clock.advance(20)
  await settled()
})

const tick = async (ltp: number) => {
  feed.tick('NSE', 'TCS', tickOf(ltp))
  await settled()
}
const prices = () => inbox.said.map(text => Number(text.split(' ')[1]))
const resync = () => feed.sets.at(-1)?.resync

describe('what comes from the bus', () => {
  it('is delivered when it is in order', async () => {
    for (const ltp of [1, 2, 3]) await tick(ltp)
    feed.status()
    await settled()
    expect(prices()).toEqual([1, 2, 3])
    expect(inbound.counts).toEqual({ lostLanes: 0, gaps: 0, stale: 0, fenced: 0, malformed: 0 })
  })

  it('is dropped when it was received too long ago, however fresh its message, and asked for again', async () => {
    await tick(1)
    feed.ageMs = 6000
    await tick(2)
    feed.ageMs = 0
    expect(prices()).toEqual([1])
    expect(inbound.counts.stale).toBe(1)
    clock.advance(20)
    await settled()
    expect(resync()).toBe(1)
    expect(prices()).toEqual([1, 2])
  })

  it('is heard again after a message in its lane that was not its own', async () => {
    await tick(1)
    const lane = feed.lanes.get(PROXY)
    if (!lane) throw new Error('no lane')
    const { sequence } = lane
    lane.sequence = 2 ** 50
    await tick(666)
    lane.sequence = sequence
    await tick(2)
    expect(prices().at(-1)).toBe(666)
    feed.status()
    await settled()
    await tick(3)
    expect(prices().at(-1)).toBe(3)
  })

  it('is dropped in the plain form while it may have waited: no feed was heard', async () => {
    feed.status()
    await settled()
    const say = (ltp: number) => exchange.publishPlain('EXT_NSE_TCS_LTP', Buffer.from(JSON.stringify({ ltp })))
    say(1)
    await settled()
    feed.mute()
    clock.advance(1500)
    say(2)
    await settled()
    feed.speak()
    say(3)
    await settled()
    clock.advance(300)
    say(4)
    await settled()
    expect(prices()).toEqual([1, 4])
    expect(inbound.counts.stale).toBe(2)
  })

  it('is dropped when it comes twice', async () => {
    await tick(1)
    const lane = feed.lanes.get(PROXY)
    if (lane) lane.sequence--
    await tick(2)
    expect(prices()).toEqual([1])
    expect(inbound.counts.fenced).toBe(1)
  })

  it('is taken from the new publisher as soon as it speaks in the lane, and the old one’s last status is ignored', async () => {
    for (const ltp of [1, 2, 3]) await tick(ltp)
    const [old, lane] = [feed.epoch, feed.lanes.get(PROXY)]
    feed.epoch++
    if (lane) lane.sequence = 0
    await tick(4)
    feed.epoch = old
    if (lane) lane.sequence = 77
    feed.status()
    await settled()
    expect(prices()).toEqual([1, 2, 3, 4])
    expect(inbound.counts).toMatchObject({ lostLanes: 0, fenced: 0 })
  })

  it('is taken from an older epoch again two seconds after the newer one fell silent', async () => {
    await tick(1)
    feed.epoch -= 1000
    feed.lanes.clear()
    feed.status()
    await settled()
    await tick(2)
    expect(prices()).toEqual([1])
    clock.advance(2500)
    feed.status()
    await settled()
    clock.advance(20)
    await settled()
    await tick(3)
    expect(prices().at(-1)).toBe(3)
    expect(feeds.view('FEED')?.state).toBe('live')
  })

  it('counts a hole that a heartbeat shows once, however often it is repeated', async () => {
    await tick(1)
    feed.lose(2)
    for (let at = 0; at < 3; at++) feed.status()
    await settled()
    clock.advance(20)
    await settled()
    expect(inbound.counts.lostLanes).toBe(2)
    expect(resync()).toBe(1)
    // What follows continues behind the hole.
    await tick(2)
    expect(inbound.counts.lostLanes).toBe(2)
  })

  it('tells a feed that forgot this proxy what it wants', async () => {
    feed.lanes.clear()
    feed.status()
    await settled()
    expect(feed.lanes.get(PROXY)?.topics).toEqual(new Set([TOPIC]))
  })

  it('is delivered as far as it can be read', async () => {
    feed.set('NSE', 'TCS', tickOf(9))
    const { topic, body } = feed.record(TOPIC)
    feed.send(PROXY, [
      { topic, body },
      { topic, body: body.subarray(0, 20) },
    ])
    await settled()
    expect(prices()).toEqual([9])
    expect(inbound.counts.malformed).toBe(1)
    await tick(10)
    expect(prices()).toEqual([9, 10])
  })

  it('is not taken in the plain form from a feed of ours', () => {
    for (const topic of [TOPIC, 'EXT_NSE_TCS_LTP', 'EXT_NSE_NIL_LTP']) foreign.receive(topic, Buffer.from('{"ltp":6}'))
    expect(prices()).toEqual([6])
    expect(feeds.view('FEED')?.lastTickAt).toBeUndefined()
  })

  it('may be a tick by itself, from a foreign publisher that knows our header', async () => {
    feed.set('NSE', 'TCS', tickOf(5))
    const { body } = feed.record(TOPIC)
    feed.publish('EXT_NSE_TCS_LTP', body)
    await settled()
    expect(prices()).toEqual([5])
    expect(feeds.view('EXT')?.state).toBe('live')
    clock.advance(6000)
    feed.publish('EXT_NSE_TCS_LTP', body)
    await settled()
    expect(inbound.counts.stale).toBe(1)
  })

  it('is never another feed’s: neither in its lane nor in its status', async () => {
    feed.set('NSE', 'TCS', tickOf(6))
    const { body } = feed.record(TOPIC)
    feed.send(PROXY, [{ topic: 'EXT_NSE_TCS_LTP', body }])
    feed.facts = { feed: 'EXT' }
    feed.status()
    await settled()
    expect(prices()).toEqual([])
    expect(feeds.view('EXT')?.state).toBe('quiet')
    expect(inbound.counts.malformed).toBe(2)
  })

  it('is dropped and told when it comes without a seal in the name of a feed that has a key', async () => {
    feed.set('NSE', 'TCS', tickOf(6))
    const { body } = feed.record(TOPIC)
    const rogue = exchange.open()
    for (const topic of ['STATUS_FEED', 'STATES_FEED', `LANE_FEED_${PROXY}`]) rogue.publish(topic, body)
    // No external feed any more, and its topics are still subscribed.
    feeds.register([feedRecord('FEED'), feedRecord('EXT')])
    rogue.publish('EXT_NSE_TCS_LTP', body)
    exchange.publishPlain('EXT_NSE_TCS_LTP', Buffer.from('{"ltp":6}'))
    await settled()
    expect(prices()).toEqual([])
    expect(strangers).toEqual([...Array(3).fill('FEED unsigned'), ...Array(2).fill('EXT unsigned')])
  })
})

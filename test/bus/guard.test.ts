import * as fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Bus, BusMessage } from '../../bus/bus.ts'
import { MemoryExchange } from '../../bus/memory.ts'
import { ManualClock, systemClock } from '../../shared/clock.ts'
import { listen } from '../support/bus.ts'
import { guarded } from '../support/identity.ts'

const [STATUS, CONTROL, LANE] = ['STATUS_FEED', 'CONTROL_FEED', 'LANE_FEED_P-1']

let clock: ManualClock
let exchange: MemoryExchange
/** What everybody can read on the bus, seal and all. */
let wire: BusMessage[]
/** Somebody who can write on it. */
let rogue: Bus
let feed: Bus
let proxy: Bus
let heard: BusMessage[]
let dropped: string[]

const settled = () => new Promise<void>(resolve => void systemClock.soon(resolve))
const bytes = (text: string) => Buffer.from(text)
const texts = () => heard.map(({ body }) => body.toString())

function openFeed(name = 'FEED'): Bus {
  const bus = guarded(exchange.open(), clock, { name, role: 'feed' })
  bus.onMessage(() => {})
  bus.subscribe(`CONTROL_${name}`)
  return bus
}

beforeEach(() => {
  clock = new ManualClock()
  exchange = new MemoryExchange()
  rogue = exchange.open()
  rogue.subscribePrefix('')
  wire = listen(rogue)
  dropped = []
  const onDropped = (name: string, fault: string) => void dropped.push(`${name} ${fault}`)
  proxy = guarded(exchange.open(), clock, { name: 'P-1', role: 'proxy', onDropped })
  for (const prefix of ['STATUS_', 'STATES_', 'ORDERS_', 'LANE_']) proxy.subscribePrefix(prefix)
  heard = listen(proxy)
  feed = openFeed()
})

/** A feed that knows the proxy, and has sent it a lane message. */
async function acquaint(): Promise<void> {
  proxy.publish(CONTROL, bytes('wanted'))
  await settled()
  feed.publish(LANE, bytes('one'))
  await settled()
}

/** What went over the wire on a topic, newest last. */
const sent = (topic: string) => wire.filter(message => message.topic === topic).map(({ body }) => Buffer.from(body))
const last = (topic: string) => sent(topic).at(-1) ?? Buffer.alloc(0)

describe('behind a guard', () => {
  it('what a registered feed signs arrives as it was said', async () => {
    feed.publish(STATUS, bytes('live'))
    await settled()
    expect(heard).toEqual([{ topic: STATUS, body: bytes('live'), plain: false }])
    expect(last(STATUS).length).toBeGreaterThan(4)
    expect(dropped).toEqual([])
  })

  it('a lane arrives whole and in order, also when nothing else of its feed was heard before', async () => {
    await acquaint()
    feed.publish(LANE, bytes('two'))
    await settled()
    expect(texts()).toEqual(['one', 'two'])
    expect(dropped).toEqual([])
  })

  it('a lane goes nowhere before its proxy has said who it is', async () => {
    feed.publish(LANE, bytes('one'))
    await settled()
    expect(sent(LANE)).toEqual([])
  })

  it('a restarted feed is heard at once, and the old process until it ends', async () => {
    await acquaint()
    const second = openFeed()
    await settled()
    proxy.publish(CONTROL, bytes('wanted'))
    await settled()
    second.publish(LANE, bytes('new'))
    feed.publish(LANE, bytes('old'))
    await settled()
    expect(texts()).toEqual(['one', 'new', 'old'])
  })

  it('a feed that never restarts is heard after its clock was set', async () => {
    feed.publish(STATUS, bytes('one'))
    await settled()
    clock.advance(3_600_000)
    feed.publish(STATUS, bytes('two'))
    await settled()
    expect(texts()).toEqual(['one', 'two'])
  })
})

describe('a stranger on the bus', () => {
  it('is dropped when nothing is signed, in one frame or in the plain form', async () => {
    for (const topic of [STATUS, 'STATES_FEED', 'ORDERS_FEED', LANE]) rogue.publish(topic, bytes('{}'))
    exchange.publishPlain(STATUS, bytes('{}'))
    await settled()
    expect(heard).toEqual([])
    expect(dropped).toEqual(Array(5).fill('FEED unsigned'))
  })

  it('is dropped with a key of his own, whatever name he gives', async () => {
    const liar = guarded(rogue, clock, { name: 'OTHER', role: 'feed' })
    liar.publish(STATUS, bytes('live'))
    await settled()
    expect(dropped).toEqual(['FEED forged'])
  })

  it('says nothing new by saying again what was said', async () => {
    await acquaint()
    feed.publish(STATUS, bytes('live'))
    await settled()
    const before = texts()
    const said = wire.slice()
    for (const message of said) rogue.publish(message.topic, message.body)
    await settled()
    expect(texts()).toEqual(before)
    expect(dropped).toEqual(['FEED repeated', 'FEED repeated', 'FEED repeated'])
  })

  it('cannot use yesterday’s words on a proxy that has just started', async () => {
    feed.publish(STATUS, bytes('live'))
    await settled()
    const words = last(STATUS)
    clock.advance(31_000)
    const onDropped = (name: string, fault: string) => void dropped.push(`${name} ${fault}`)
    const fresh = guarded(exchange.open(), clock, { name: 'P-2', role: 'proxy', onDropped })
    fresh.subscribe(STATUS)
    const said = listen(fresh)
    rogue.publish(STATUS, words)
    await settled()
    expect(said).toEqual([])
    expect(dropped).toContain('FEED untimely')
  })

  it('cannot move a message to another topic, lane or feed', async () => {
    await acquaint()
    feed.publish(STATUS, bytes('live'))
    feed.publish(LANE, bytes('two'))
    await settled()
    const before = texts()
    rogue.publish('STATES_FEED', last(STATUS))
    rogue.publish('STATUS_OTHER', last(STATUS))
    rogue.publish('LANE_FEED_P-2', last(LANE))
    rogue.publish('LANE_OTHER_P-1', last(LANE))
    await settled()
    expect(texts()).toEqual(before)
    expect(dropped).toEqual(['FEED repeated', 'OTHER forged', 'FEED forged', 'OTHER unmet'])
  })

  it('gets nothing through by changing any one bit', async () => {
    await acquaint()
    feed.publish(STATUS, bytes('live'))
    feed.publish(LANE, bytes('two'))
    await settled()
    const before = texts()
    const originals = [STATUS, LANE].map(topic => [topic, last(topic)] as const)
    for (const [topic, original] of originals)
      for (let bit = 0; bit < original.length * 8; bit++) {
        const changed = Buffer.from(original)
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        rogue.publish(topic, changed)
      }
    await settled()
    expect(texts()).toEqual(before)
    expect(dropped).toHaveLength(originals.reduce((sum, [, { length }]) => sum + length * 8, 0))
  })

  it('gets nothing through by cutting a message short', async () => {
    await acquaint()
    feed.publish(STATUS, bytes('live'))
    await settled()
    const before = texts()
    for (const topic of [STATUS, LANE]) {
      const whole = last(topic)
      for (let length = 0; length < whole.length; length++) rogue.publish(topic, whole.subarray(0, length))
    }
    await settled()
    expect(texts()).toEqual(before)
  })

  it('gets nothing through with random bytes', async () => {
    await acquaint()
    const before = texts()
    const topics = fc.constantFrom(STATUS, LANE, 'STATES_FEED', 'ORDERS_FEED', 'LANE_', 'LANE_X', 'STATUS_')
    const ends = fc.constantFrom([], [1], [2])
    fc.assert(
      fc.property(topics, fc.uint8Array({ maxLength: 400 }), ends, (topic, head, end) =>
        rogue.publish(topic, Buffer.from([...head, ...end])),
      ),
      { numRuns: 2000 },
    )
    await settled()
    expect(texts()).toEqual(before)
    expect(dropped.length).toBeGreaterThanOrEqual(2000)
  })

  it('makes no lane and no wish at a feed: only a registered proxy does', async () => {
    const asked: string[] = []
    feed.onMessage(({ body }) => asked.push(body.toString()))
    rogue.publish(CONTROL, bytes('{"topics":[]}'))
    guarded(rogue, clock, { name: 'FEED', role: 'feed' }).publish(CONTROL, bytes('mine'))
    proxy.publish(CONTROL, bytes('wanted'))
    await settled()
    expect(asked).toEqual(['wanted'])
  })
})

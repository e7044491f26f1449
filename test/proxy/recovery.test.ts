import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../support/bus.ts'
import type { Frame, TestClient } from '../support/client.ts'
import { holds } from '../support/holds.ts'
import { type ProxyRig, type Status, startRig, stateOf } from '../support/proxy.ts'
import { tickOf } from '../support/proxyfeed.ts'

const TCS = { symbol: 'TCS', exchange: 'NSE', mode: 2 }

let rig: ProxyRig
let client: TestClient

beforeEach(async () => {
  rig = await startRig()
  client = await rig.enter()
  await client.ask({ action: 'subscribe', ...TCS })
  await rig.feed.wanted('NSE_TCS_QUOTE')
})

afterEach(() => rig.close())

const ltps = (frames: readonly Frame[]) => frames.map(({ data }) => (data as { ltp: number }).ltp)
const price = (ltp: number) => client.tick(`price ${ltp}`, ({ data }) => (data as { ltp: number }).ltp === ltp)
const tick = (ltp: number) => rig.feed.tick('NSE', 'TCS', tickOf(ltp))
const resyncs = () => rig.feed.sets.at(-1)?.resync
const eventually = (what: string, fits: (status: Status) => boolean) =>
  holds(async () => expect(fits(await rig.status()), what).toBe(true))

/** What a client that comes now is given, before anything else happens. */
async function firstSight(): Promise<number[]> {
  const late = await rig.enter()
  await late.ask({ action: 'subscribe', ...TCS })
  await late.settled()
  return ltps(late.ticks)
}

describe('a hole in the lane', () => {
  it('is counted and answered with fresh values', async () => {
    tick(1)
    await price(1)
    rig.feed.lose(3)
    rig.feed.set('NSE', 'RELIANCE', tickOf(50))
    tick(2)
    await price(2)
    await until('a resync is asked for', () => resyncs() === 1)
    const { bus, ticks } = await rig.status()
    expect(bus).toMatchObject({ lostLanes: 3, malformed: 0, fenced: 0 })
    expect(ticks.lost).toBe(0)
  })

  it('is known within a second even when silence follows', async () => {
    tick(1)
    await price(1)
    rig.feed.set('NSE', 'TCS', tickOf(2))
    rig.feed.lose()
    rig.feed.status()
    await price(2)
    expect((await rig.status()).bus.lostLanes).toBe(1)
  })

  it('right after another is answered as well, in its time', async () => {
    for (const round of [1, 2]) {
      rig.feed.lose()
      rig.feed.status()
      await eventually('the loss is counted', ({ bus }) => bus.lostLanes === round)
    }
    await until('a second resync is asked for', () => resyncs() === 2)
  })
})

describe('a feed that lost one of its connections', () => {
  it('gives nobody the last value of what is dark, and the adapter’s own of what is not', async () => {
    await client.ask({ action: 'subscribe', symbol: 'RELIANCE', exchange: 'NSE', mode: 2 })
    await rig.feed.wanted('NSE_RELIANCE_QUOTE')
    tick(1)
    rig.feed.tick('NSE', 'RELIANCE', tickOf(50))
    await price(50)
    rig.feed.forget('NSE', 'TCS')
    rig.feed.enter('suspect')
    await until('a resync is asked for', () => resyncs() === 1)
    expect(await firstSight()).toEqual([])
    const late = await rig.enter()
    await late.ask({ action: 'subscribe', symbol: 'RELIANCE', exchange: 'NSE', mode: 2 })
    await holds(() => expect(ltps(late.ticks)).toEqual([50]))
  })
})

describe('a publisher that was replaced', () => {
  it('is not heard any more', async () => {
    tick(1)
    await price(1)
    rig.feed.restart()
    await rig.feed.wanted('NSE_TCS_QUOTE')
    tick(2)
    await price(2)
    const lane = [...rig.feed.lanes.values()][0]
    rig.feed.epoch--
    tick(3)
    rig.feed.status()
    rig.feed.epoch++
    if (lane) lane.sequence--
    tick(4)
    await price(4)
    expect(ltps(client.ticks)).toEqual([1, 2, 4])
    expect((await rig.status()).bus).toMatchObject({ fenced: 1, lostLanes: 0 })
  })

  it('takes its values with it: nobody is given them as the present', async () => {
    tick(1)
    await price(1)
    rig.feed.restart()
    await rig.feed.wanted('NSE_TCS_QUOTE')
    expect(await firstSight()).toEqual([])
    tick(2)
    await price(2)
    expect(await firstSight()).toEqual([2])
  })

  it('is told the whole set again, without a client acting', async () => {
    rig.feed.restart()
    await rig.feed.wanted('NSE_TCS_QUOTE')
  })
})

describe('what is too old', () => {
  it('is dropped, counted, and asked for again', async () => {
    rig.feed.lagMs = rig.config.proxy.maxAgeMs + 1000
    tick(1)
    // That one message only: the answer to the resync comes before anybody has looked.
    rig.feed.lagMs = 0
    await eventually('the stale message is counted', ({ bus }) => bus.stale === 1)
    await until('a resync is asked for', () => resyncs() === 1)
    await price(1)
    expect(ltps(client.ticks)).toEqual([1])
  })
})

describe('a feed that is not up', () => {
  it('is down after 2 s without a word; its last values are nobody’s, and its return brings fresh ones', async () => {
    tick(1)
    await price(1)
    rig.feed.mute()
    await eventually('the feed is down', status => stateOf(status) === 'down')
    expect(await firstSight()).toEqual([])
    expect(await client.ask({ action: 'get_broker_info' })).toMatchObject({ adapter_status: 'disconnected' })
    rig.feed.set('NSE', 'TCS', tickOf(2))
    rig.feed.speak()
    await price(2)
    expect(await client.ask({ action: 'get_broker_info' })).toMatchObject({ adapter_status: 'connected' })
    expect(await firstSight()).toEqual([2])
  })

  it.each(['down', 'auth_required', 'parked'] as const)('by its own word (%s) has no last values', async state => {
    tick(1)
    await price(1)
    rig.feed.enter(state)
    await eventually(`the feed is ${state}`, status => stateOf(status) === state)
    expect(await firstSight()).toEqual([])
    // Its own last values are as old: they are not asked for when it returns.
    rig.feed.enter('live')
    await eventually('the feed is live', status => stateOf(status) === 'live')
    const [other] = rig.feed.sets.splice(0, rig.feed.sets.length).slice(-1)
    await client.ask({ action: 'subscribe', symbol: 'RELIANCE', exchange: 'NSE' })
    await until('the set is announced again', () => resyncs() !== undefined)
    expect([other?.resync, resyncs()]).toEqual([0, 0])
    tick(2)
    await price(2)
    expect(ltps(client.ticks)).toEqual([1, 2])
  })
})

describe('what nobody here holds', () => {
  it('is dropped and counted', async () => {
    for (const lane of rig.feed.lanes.values()) lane.topics.add('TESTFEED_NSE_TCS_LTP')
    tick(1)
    await price(1)
    await client.settled()
    expect(client.ticks).toHaveLength(1)
    expect((await rig.status()).ticks).toMatchObject({ ticks: 1, unheld: 1 })
  })
})

describe('what is no message', () => {
  it.each([
    ['a lane message', 'LANE'],
    ['a status', 'STATUS'],
  ])('%s that makes no sense is counted and hurts nobody', async (_, kind) => {
    const proxy = [...rig.feed.lanes.keys()][0] ?? ''
    const topic = kind === 'LANE' ? `LANE_TESTFEED_${proxy}` : 'STATUS_TESTFEED'
    for (const body of ['', 'nonsense', '{}', '\u0009'.repeat(200)]) rig.feed.publish(topic, Buffer.from(body))
    tick(1)
    await price(1)
    expect((await rig.status()).bus.malformed).toBe(4)
  })
})

import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../shared/clock.ts'
import { until } from '../support/bus.ts'
import { holds } from '../support/holds.ts'
import { equity, feedRecord, OPTION } from '../support/proxy.ts'
import { FakeFeed } from '../support/proxyfeed.ts'
import {
  becomeSuspect,
  begin,
  closeFirst,
  end,
  enter,
  first,
  moment,
  notice,
  price,
  rig,
  said,
  second,
  TCS,
} from './twofeeds.ts'

afterEach(end)

describe('when the first feed of a key fails', () => {
  it.each([
    ['goes down', () => first.enter('down')],
    ['is suspect', becomeSuspect],
    ['wants a login', () => first.enter('auth_required')],
    ['says nothing any more', () => first.mute()],
  ])('because it %s, the next one takes over, without a price that came before or steps back', async (_, fail) => {
    await begin()
    const [classic, curious] = [await enter(), await enter(['source'])]
    for (const client of [classic, curious]) await client.ask({ action: 'subscribe', ...TCS })
    await first.wanted('NSE_TCS_QUOTE')
    first.tick('NSE', 'TCS', moment(10, 1))
    first.tick('NSE', 'TCS', moment(11, 2))
    await Promise.all([classic, curious].map(client => price(client, 11)))
    // What the other broker knows is of the same second.
    second.set('NSE', 'TCS', moment(11, 2))
    expect(second.sets.at(-1)?.topics ?? []).toEqual([])
    fail()
    await second.wanted('NSE_TCS_QUOTE')
    // Wanted as soon as one of them has moved.
    await Promise.all([classic, curious].map(client => client.settled()))
    second.tick('NSE', 'TCS', moment(9, 1))
    second.tick('NSE', 'TCS', moment(12, 2, 900))
    second.tick('NSE', 'TCS', moment(13, 3))
    second.tick('NSE', 'TCS', moment(14, 4))
    await Promise.all([classic, curious].map(client => price(client, 14)))
    expect(said(classic).slice(2)).toEqual(['testbroker 10', 'testbroker 11', 'otherbroker 13', 'otherbroker 14'])
    expect(said(curious).slice(2)).toEqual([
      'testbroker 10',
      'testbroker 11',
      'source from TESTFEED to otherbroker',
      'otherbroker 13',
      'otherbroker 14',
    ])
  })

  it('tells who asked which source it is and why, in its own spelling', async () => {
    await begin()
    const client = await enter(['source'])
    await client.ask({ action: 'subscribe', symbol: 'TCS-EQ', exchange: 'NSE', mode: 1 })
    first.enter('down')
    const told = await notice(client)
    expect(told.text).toBe(
      '{"type":"source","symbol":"TCS-EQ","exchange":"NSE","mode":1,"broker":"otherbroker","feed":"SECOND","was":"TESTFEED","reason":"TESTFEED is down"}',
    )
    await second.wanted('NSE_TCS_LTP')
    second.tick('NSE', 'TCS', moment(5, 1))
    expect((await price(client, 5)).symbol).toBe('TCS-EQ')
  })

  it('the last one comes back when it has been healthy for a while, the same way', async () => {
    await begin()
    const client = await enter(['source'])
    await client.ask({ action: 'subscribe', ...TCS })
    await first.wanted('NSE_TCS_QUOTE')
    first.enter('down')
    await second.wanted('NSE_TCS_QUOTE')
    // Its return must be seen.
    await first.wanted('NSE_TCS_QUOTE')
    second.tick('NSE', 'TCS', moment(20, 5))
    await price(client, 20)
    first.enter('live')
    first.tick('NSE', 'TCS', moment(19, 4))
    await second.unwanted('NSE_TCS_QUOTE')
    first.tick('NSE', 'TCS', moment(21, 6))
    await price(client, 21)
    expect(said(client).slice(2)).toEqual([
      'source from TESTFEED to otherbroker',
      'otherbroker 20',
      'source from SECOND to testbroker',
      'testbroker 21',
    ])
    expect(client.frames.findLast(({ type }) => type === 'source')?.reason).toBe('TESTFEED is healthy again')
  })

  it('a client that counts sees another epoch, and no gap', async () => {
    await begin()
    const client = await enter(['seq', 'count', 'gap'])
    await client.ask({ action: 'subscribe', ...TCS })
    await first.wanted('NSE_TCS_QUOTE')
    first.tick('NSE', 'TCS', moment(10, 1))
    await price(client, 10)
    first.enter('down')
    await second.wanted('NSE_TCS_QUOTE')
    for (const [ltp, at] of [
      [9, 0],
      [11, 2],
      [12, 3],
    ] as const)
      second.tick('NSE', 'TCS', moment(ltp, at))
    await price(client, 12)
    const places = client.ticks.map(({ epoch, seq, count, snapshot }) => [epoch, seq, count, snapshot])
    expect(places).toEqual([
      [first.epoch, 1, 1, undefined],
      [second.epoch, 2, 1, undefined],
      [second.epoch, 3, 1, undefined],
    ])
    expect(client.frames.filter(({ type }) => type === 'gap')).toEqual([])
  })

  it('who comes now is served by the next one at once', async () => {
    await begin()
    first.enter('down')
    const client = await enter()
    await holds(async () => expect((await rig.status()).feeds[0]?.state).toBe('down'))
    const { subscriptions } = await client.ask({ action: 'subscribe', ...TCS })
    expect(subscriptions).toMatchObject([{ status: 'success', broker: 'otherbroker' }])
    second.tick('NSE', 'TCS', moment(1, 1))
    await price(client, 1)
  })

  it('what only that one lists stays with it', async () => {
    await begin()
    const client = await enter(['source'])
    await client.ask({ action: 'subscribe', symbol: OPTION, exchange: 'NFO', mode: 2 })
    await client.ask({ action: 'subscribe', ...TCS })
    first.enter('down')
    await notice(client)
    await first.wanted(`NFO_${OPTION}_QUOTE`)
    first.enter('live')
    first.tick('NFO', OPTION, moment(7, 1))
    await price(client, 7)
  })

  it('who named a broker stays there', async () => {
    await begin()
    const [pinned, other] = [await enter(['source']), await enter(['source'])]
    const reply = await pinned.ask({ action: 'subscribe', symbols: [{ ...TCS, broker: 'testbroker' }] })
    expect(reply.subscriptions).toMatchObject([{ status: 'success', broker: 'testbroker' }])
    await other.ask({ action: 'subscribe', ...TCS })
    first.enter('down')
    await notice(other)
    first.enter('live')
    first.tick('NSE', 'TCS', moment(3, 1))
    await price(pinned, 3)
    expect(said(pinned)).not.toContain('source from TESTFEED to otherbroker')
    const wrong = await pinned.ask({ action: 'subscribe', ...TCS, broker: 'nobody' })
    expect(wrong.subscriptions).toMatchObject([
      { status: 'error', message: 'nobody is none of the feeds of this key; use one of TESTFEED, SECOND' },
    ])
    const feed = await pinned.ask({ action: 'subscribe', ...TCS, mode: 1, broker: 'second' })
    expect(feed.subscriptions).toMatchObject([{ status: 'success', broker: 'otherbroker' }])
  })
})

describe('a warm standby', () => {
  it('is wanted before it is needed, so that its last value is there at once', async () => {
    await begin({ proxy: { standby: 'warm' } })
    const client = await enter(['source', 'seq'])
    await client.ask({ action: 'subscribe', ...TCS })
    await Promise.all([first.wanted('NSE_TCS_QUOTE'), second.wanted('NSE_TCS_QUOTE')])
    first.tick('NSE', 'TCS', moment(10, 1))
    await price(client, 10)
    second.tick('NSE', 'TCS', moment(11, 2))
    await holds(async () => expect((await rig.status()).ticks.ticks).toBe(2))
    first.enter('down')
    expect((await price(client, 11)).snapshot).toBe(true)
    await client.ask({ action: 'unsubscribe_all' })
    await Promise.all([first.unwanted('NSE_TCS_QUOTE'), second.unwanted('NSE_TCS_QUOTE')])
  })
})

describe('the feeds of a key', () => {
  it('are used in its order, and a change reaches what it holds', async () => {
    await begin()
    const { id } = rig.store.keys.list().find(({ label, userId }) => label === 'test' && userId === 'alice') ?? {
      id: '',
    }
    rig.store.keys.choose(id, ['SECOND', 'TESTFEED'])
    const client = await enter(['source'])
    expect(client.frames[0]?.broker).toBe('otherbroker')
    const reply = await client.ask({ action: 'subscribe', ...TCS })
    expect(reply.subscriptions).toMatchObject([{ broker: 'otherbroker' }])
    await client.ask({ action: 'subscribe', symbol: 'INFY', exchange: 'NSE', mode: 2 })
    await second.wanted('NSE_INFY_QUOTE')
    rig.store.keys.choose(id, ['TESTFEED'])
    const told = await notice(client)
    expect(told).toMatchObject({ feed: 'TESTFEED', reason: 'SECOND is no longer among the feeds of this key' })
    // The other feed alone lists it, and is none of this key any more.
    await second.unwanted('NSE_INFY_QUOTE')
    const gone = await client.ask({ action: 'subscribe', symbol: 'INFY', exchange: 'NSE', mode: 2 })
    expect(gone.subscriptions).toMatchObject([{ status: 'error' }])
  })

  it('that are removed hand over what they served, and a real one takes it from a simulated one', async () => {
    await begin()
    const client = await enter(['source'])
    await client.ask({ action: 'subscribe', ...TCS })
    await first.wanted('NSE_TCS_QUOTE')
    rig.store.feeds.remove('TESTFEED')
    await second.wanted('NSE_TCS_QUOTE')
    second.tick('NSE', 'TCS', moment(1, 1))
    await price(client, 1)
    rig.store.feeds.add(feedRecord('THIRD', { adapter: 'otherbroker', createdAt: 9000 }))
    const third = new FakeFeed({ exchange: rig.exchange, clock: systemClock, name: 'THIRD', broker: 'otherbroker' })
    closeFirst(() => third.close())
    third.facts = { label: 'live' }
    third.status()
    const { writeInstruments } = await import('../../shared/store/instruments.ts')
    await writeInstruments(rig.folder, 'THIRD', [equity('TCS')], systemClock)
    third.enter('suspect')
    third.enter('live')
    await third.wanted('NSE_TCS_QUOTE')
    await until('the other is let go', () => !second.sets.at(-1)?.topics.includes('SECOND_NSE_TCS_QUOTE'))
  })
})

describe('two feeds that differ', () => {
  it('are told to who wants to know, in the log of events too, and so is the end of it', async () => {
    await begin({ proxy: { standby: 'warm', disagreementPercent: 1 } })
    const [curious, classic] = [await enter(['source']), await enter()]
    for (const client of [curious, classic])
      for (const mode of [1, 2]) await client.ask({ action: 'subscribe', ...TCS, symbol: 'TCS-EQ', mode })
    await Promise.all([first.wanted('NSE_TCS_QUOTE'), second.wanted('NSE_TCS_QUOTE')])
    const goOn = (one: number, other: number) => {
      first.tick('NSE', 'TCS', moment(one, 1))
      second.tick('NSE', 'TCS', moment(other, 1))
    }
    const told = () => curious.frames.filter(({ type }) => type === 'disagreement')
    const beats = setInterval(() => goOn(100, told().length === 0 ? 102 : 100.5), 200)
    closeFirst(async () => clearInterval(beats))
    await until('both words', () => told().length === 2, 15_000)
    const about = { symbol: 'TCS-EQ', exchange: 'NSE', percent: 1 }
    expect(told()).toMatchObject([
      { ...about, state: 'begun' },
      { ...about, state: 'over' },
    ])
    const prices = told()[0]?.prices as { feed: string; ltp: number }[]
    expect(prices.map(({ feed, ltp }) => `${feed} ${ltp}`).sort()).toEqual(['SECOND 102', 'TESTFEED 100'])
    expect(classic.frames.some(({ type }) => type === 'disagreement')).toBe(false)
    const { events } = (await rig.status()) as unknown as { events: { text: string }[] }
    expect(events.map(({ text }) => text)).toEqual(
      expect.arrayContaining([expect.stringContaining('prices of NSE:TCS are more than 1 % apart: ')]),
    )
  }, 20_000)
})

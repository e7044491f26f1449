import { beforeEach, describe, expect, it } from 'vitest'
import type { Health } from '../../proxy/choice.ts'
import { Failover } from '../../proxy/failover.ts'
import type { Channel } from '../../proxy/fanout/channel.ts'
import type { Hold } from '../../proxy/fanout/hold.ts'
import { Hub } from '../../proxy/fanout/hub.ts'
import type { Features } from '../../proxy/features.ts'
import type { FeedView } from '../../proxy/feeds.ts'
import { Holdings } from '../../proxy/holdings.ts'
import { route } from '../../proxy/routing.ts'
import { ManualClock } from '../../shared/clock.ts'
import { equity } from '../support/proxy.ts'
import { tickOf } from './fanout/frames.ts'
import { Inbox } from './fanout/inbox.ts'

const SYMBOLS = ['TCS', 'INFY']
const FAILBACK_MS = 30_000

let clock: ManualClock
let states: Map<string, FeedView['state']>
/** Of single instruments of a feed; else they are as the feed is. */
let single: Map<string, Health>
let failover: Failover
let hub: Hub
let holdings: Holdings
/** Feeds whose prices are made up. */
let pretended: Set<string>
let inbox: Inbox
let looks: number

const views = (): FeedView[] =>
  [...states].map(
    ([name, state]) =>
      ({
        name,
        broker: name.toLowerCase(),
        state,
        label: pretended.has(name) ? 'simulated' : 'live',
      }) as unknown as FeedView,
  )
const instruments = {
  has: () => true,
  find: (_: string, __: string, symbol: string) => (SYMBOLS.includes(symbol) ? equity(symbol) : undefined),
  findTwin: (_: string, { symbol }: { symbol: string }) => equity(symbol),
}

beforeEach(() => begin())

function begin(features: Partial<Features> = {}): void {
  clock = new ManualClock()
  states = new Map([
    ['ONE', 'live'],
    ['TWO', 'live'],
    ['THREE', 'live'],
  ])
  single = new Map()
  pretended = new Set()
  inbox = new Inbox({ source: true, ...features })
  looks = 0
  const demand = { want: () => undefined, drop: () => undefined, resync: () => undefined }
  hub = new Hub({ demand, clock, resumeBytes: 0 })
  holdings = new Holdings(hub, inbox.outbox)
  failover = new Failover({
    clock,
    hub,
    instruments,
    shelf: { open: () => () => true },
    feeds: { views },
    healthOf: ({ name, state }, _, symbol) =>
      state === 'live' ? (single.get(`${name} ${symbol}`) ?? 'good') : state === 'down' ? 'bad' : 'doubtful',
    failbackMs: FAILBACK_MS,
    isWarm: false,
    onDue: () => {
      looks++
      for (const _ of failover.reroute(holdings, views()));
    },
    onSettled: before => holdings.endGuards(before),
  })
  const symbols = SYMBOLS.map(symbol => ({ form: 'item' as const, symbol, exchange: 'NSE' }))
  const routes = symbols.map(one =>
    route({ ...one, mode: 'LTP', depth: 5 }, views(), instruments, () => true, failover.outlook(undefined)),
  )
  holdings.subscribe(symbols, { mode: 'LTP' }, routes)
  clock.advance(1000)
}

function enter(feed: string, state: FeedView['state']): void {
  states.set(feed, state)
  failover.look()
  clock.advance(0)
}

/** Who serves a symbol now. */
const at = (symbol = 'TCS') => holdings.sourceOf({ form: 'item', symbol, exchange: 'NSE' }, 'LTP')?.feed

/** Of the same second as all others. */
function tick(feed: string, ltp: number, sequence = 1): void {
  const { header, payload } = tickOf('TCS', ltp, { sequence })
  hub.deliver(hub.find(`${feed}_NSE_TCS_LTP`) as Channel, header, payload)
}

const prices = () => inbox.said.filter(text => !text.startsWith('{'))

/** The sources told, of one symbol. */
const path = (symbol = 'TCS') =>
  inbox.said
    .filter(text => text.startsWith('{'))
    .map(text => JSON.parse(text))
    .filter(one => one.type === 'source' && one.symbol === symbol)
    .map(({ feed }) => feed)

describe('a source', () => {
  it('that fails is left at once, and for good as long as it is not healthy for 30 s', () => {
    enter('ONE', 'down')
    expect(at()).toBe('TWO')
    enter('ONE', 'live')
    clock.advance(FAILBACK_MS - 2000)
    expect(at()).toBe('TWO')
    clock.advance(3000)
    expect([at(), path()]).toEqual(['ONE', ['TWO', 'ONE']])
  })

  it('that flaps gets nobody back', () => {
    enter('ONE', 'down')
    for (let time = 0; time < 20; time++) {
      enter('ONE', 'live')
      clock.advance(FAILBACK_MS - 5000)
      enter('ONE', time % 2 ? 'down' : 'suspect')
      clock.advance(2000)
    }
    expect(path()).toEqual(['TWO'])
  })

  it('that is doubtful soon after a change is kept for 5 s, one that is dead is not', () => {
    enter('ONE', 'down')
    enter('TWO', 'suspect')
    expect(at()).toBe('TWO')
    clock.advance(6000)
    expect(at()).toBe('THREE')
    enter('THREE', 'down')
    expect(at()).toBe('TWO')
  })

  it('is left by one instrument when it fails for that only', () => {
    single.set('ONE TCS', 'doubtful')
    failover.instrumentMoved('ONE', 'NSE', 'TCS', 'doubtful')
    clock.advance(0)
    expect([at('TCS'), at('INFY')]).toEqual(['TWO', 'ONE'])
    single.delete('ONE TCS')
    failover.instrumentMoved('ONE', 'NSE', 'TCS', 'good')
    clock.advance(FAILBACK_MS - 1000)
    expect(at('TCS')).toBe('TWO')
    clock.advance(2000)
    expect([at('TCS'), path()]).toEqual(['ONE', ['TWO', 'ONE']])
    expect(inbox.said.some(text => text.includes('ONE has no healthy prices of it'))).toBe(true)
  })

  it('of which nobody heard any more, because nobody wanted it, is as good as its feed after a while', () => {
    const moves = (feed: string, health: Health) => {
      single.set(`${feed} TCS`, health)
      failover.instrumentMoved(feed, 'NSE', 'TCS', health)
      clock.advance(6000)
    }
    moves('ONE', 'bad')
    moves('TWO', 'bad')
    expect(at()).toBe('THREE')
    moves('ONE', 'good')
    clock.advance(FAILBACK_MS)
    expect(at()).toBe('ONE')
    // It is back, and nobody is told.
    single.delete('TWO TCS')
    clock.advance(FAILBACK_MS / 2)
    moves('ONE', 'bad')
    expect(at()).toBe('THREE')
    moves('ONE', 'good')
    clock.advance(2 * FAILBACK_MS)
    moves('ONE', 'bad')
    expect(at()).toBe('TWO')
  })

  it('that was made up says nothing of the real one after it, also when it is gone', () => {
    pretended = new Set(['ONE'])
    failover.look()
    tick('ONE', 10)
    states.delete('ONE')
    failover.look()
    failover.changed()
    clock.advance(0)
    tick('TWO', 20)
    expect(prices()).toEqual(['TCS 10', 'TCS 20'])
    // Two real ones are compared.
    enter('TWO', 'down')
    tick('THREE', 30)
    expect([at(), prices()]).toEqual(['THREE', ['TCS 10', 'TCS 20']])
  })

  it.each([
    ['who counts is shown what it held back', { seq: true }, 'is of now', ['TCS 10', 'TCS 20', 'TCS 30']],
    ['who counts is not shown what is of now no more', { seq: true }, 'has fallen', ['TCS 10', 'TCS 30']],
    ['who cannot tell it from a new one is not shown it', {}, 'is of now', ['TCS 10', 'TCS 30']],
  ] as const)('that has nothing newer is believed after 10 s: %s', (_, features, second, expected) => {
    begin(features)
    tick('ONE', 10)
    enter('ONE', 'down')
    tick('TWO', 20)
    if (second === 'has fallen') hub.forget('TWO')
    clock.advance(12_000)
    tick('TWO', 30, 2)
    expect(prices()).toEqual(expected)
  })

  describe('to which a client comes back', () => {
    const only = (...feeds: string[]) => {
      begin({ seq: true, gap: true, resume: true })
      for (const name of states.keys()) if (!feeds.includes(name)) states.delete(name)
      failover.look()
    }
    const gaps = () =>
      inbox.said.filter(text => text.includes('"gap"')).map(text => JSON.parse(text) as Record<string, unknown>)

    it.each([
      ['soon', 0],
      ['after its patience with the other one', 12_000],
    ])('before that gave anything, tells what it said meanwhile: %s', (_, ms) => {
      only('ONE', 'TWO')
      tick('ONE', 10)
      enter('ONE', 'suspect')
      clock.advance(ms)
      // Somebody else holds it, or it is wanted beside the other one.
      tick('ONE', 11, 2)
      tick('ONE', 12, 3)
      enter('ONE', 'live')
      enter('TWO', 'down')
      tick('ONE', 13, 4)
      expect(path()).toEqual(['TWO', 'ONE'])
      expect(gaps()).toMatchObject([{ epoch: 1, from: 2, to: 3, lost: 2 }])
      expect(prices()).toEqual(['TCS 10', 'TCS 12', 'TCS 13'])
    })

    it('after the other one gave something, begins a new sum', () => {
      only('ONE', 'TWO')
      tick('ONE', 10)
      enter('ONE', 'down')
      clock.advance(12_000)
      tick('TWO', 20)
      tick('ONE', 11, 2)
      enter('ONE', 'live')
      enter('TWO', 'down')
      expect([path(), gaps()]).toEqual([['TWO', 'ONE'], []])
    })

    it('from where it was when it came back and found it gone, tells what is missing since', () => {
      only('ONE', 'TWO')
      const [hold] = [...(hub.find('ONE_NSE_TCS_LTP') as Channel).variants].flatMap(({ members }) => members)
      hub.resume(hold as Hold, { epoch: 1, seq: 1 })
      enter('ONE', 'suspect')
      enter('ONE', 'live')
      enter('TWO', 'down')
      const { header, payload } = tickOf('TCS', 12, { sequence: 25, snapshot: true })
      hub.deliver(hub.find('ONE_NSE_TCS_LTP') as Channel, header, payload)
      expect(path()).toEqual(['TWO', 'ONE'])
      expect(gaps()).toMatchObject([{ epoch: 1, from: 2, to: 25, lost: 24 }])
    })
  })

  it('that is the only one makes no client look for another', () => {
    for (const feed of ['TWO', 'THREE']) states.delete(feed)
    failover.look()
    const before = looks
    enter('ONE', 'suspect')
    failover.instrumentMoved('ONE', 'NSE', 'TCS', 'bad')
    enter('ONE', 'live')
    clock.advance(60_000)
    expect(looks).toBe(before)
    states.set('TWO', 'live')
    enter('ONE', 'down')
    expect([looks > before, at()]).toEqual([true, 'TWO'])
  })

  it('is kept when nobody is better, and not looked at all the time', () => {
    for (const feed of ['TWO', 'THREE', 'ONE']) enter(feed, 'down')
    const before = looks
    clock.advance(20_000)
    expect([at(), path()]).toEqual(['ONE', []])
    expect(looks - before).toBeLessThan(6)
    enter('THREE', 'live')
    expect(at()).toBe('THREE')
  })
})

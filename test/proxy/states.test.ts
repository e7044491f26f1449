import { beforeEach, describe, expect, it } from 'vitest'
import { EVERY } from '../../proxy/delivery.ts'
import { Hub } from '../../proxy/fanout/hub.ts'
import { Feeds } from '../../proxy/feeds.ts'
import { States } from '../../proxy/states.ts'
import { ManualClock } from '../../shared/clock.ts'
import type { FeedStatus } from '../../shared/control.ts'
import { parseTopic } from '../../shared/market/topic.ts'
import { formatStates, type StateGroup, type StateReport } from '../../shared/states.ts'
import { feedRecord } from '../support/proxy.ts'
import { PLAIN, tickOf } from './fanout/frames.ts'
import { Inbox } from './fanout/inbox.ts'

const MODES = ['LTP'] as 'LTP'[]
const NAMED = { version: 1, feed: 'FEED', broker: 'testbroker', label: 'live', modes: MODES, state: 'live' } as const
const EMPTY = { epoch: 1, ticks: 0, wanted: 0, confirmed: 0, rejected: [], lanes: {} }

let clock: ManualClock
let hub: Hub
let feeds: Feeds
let states: States
/** How often all of it was asked for. */
let asked: number
let facts: Partial<FeedStatus>

beforeEach(() => {
  clock = new ManualClock(1_795_220_000_000)
  asked = 0
  facts = { states: 0 }
  hub = new Hub({ demand: { want: () => {}, drop: () => {}, resync: () => {} }, clock, resumeBytes: 0 })
  feeds = new Feeds({ clock, onChange: view => states.look(view), isAsked: () => true })
  states = new States({ hub, feeds, wanted: { restate: () => void asked++ }, clock })
  feeds.register([feedRecord('FEED'), feedRecord('EXT', { kind: 'external' })])
  states.register(feeds.views())
})

const beat = (rest: Partial<FeedStatus> = {}) => {
  facts = { ...facts, ...rest }
  const now = clock.now()
  const status: FeedStatus = { ...NAMED, ...EMPTY, since: now, at: now, ...facts }
  if (feeds.accept(status)) states.heard(status)
}

const group = (state: StateGroup['state'], names: readonly string[], rest: Partial<StateGroup> = {}): StateGroup => ({
  state,
  since: clock.now(),
  label: 'live',
  instruments: names.map(name => ({ name })),
  ...rest,
})

/** The next change, unless it says otherwise. */
const report = (groups: StateGroup[], rest: Partial<StateReport> = {}) => {
  const revision = rest.revision ?? (facts.states ?? 0) + 1
  facts = { ...facts, states: Math.max(revision, facts.states ?? 0) }
  const body: StateReport = { version: 1, feed: 'FEED', epoch: 1, revision, whole: false, groups, gone: [] }
  states.receive(rest.feed ?? 'FEED', formatStates({ ...body, ...rest }))
}

const client = () => new Inbox({ state: true })
const hold = (inbox: Inbox, topic: string, symbol?: string) => {
  const served = { topic, parts: parseTopic(topic), broker: 'testbroker' }
  return hub.join(served, { variation: { ...PLAIN, symbol }, delivery: EVERY }, inbox.outbox)
}
const told = ({ said }: Inbox) => said.splice(0).map(text => JSON.parse(text))
const shortly = (inbox: Inbox) => told(inbox).map(({ symbols, symbol, state }) => `${symbols ?? symbol} ${state}`)

describe('a report', () => {
  it('is told once per client and spelling, whatever number of modes it holds; a classic client hears nothing', () => {
    beat()
    const [one, two, classic] = [client(), client(), new Inbox()]
    for (const mode of ['LTP', 'QUOTE', 'DEPTH']) hold(one, `FEED_NSE_TCS_${mode}`)
    hold(one, 'FEED_NSE_TCS_LTP', 'TCS-EQ')
    hold(two, 'FEED_NSE_TCS_LTP', 'TCS-EQ')
    hold(two, 'FEED_NSE_SBIN_LTP')
    hold(classic, 'FEED_NSE_TCS_LTP')
    report([group('live', ['NSE:TCS'])])
    expect(shortly(one)).toEqual(['TCS live', 'TCS-EQ live'])
    expect(shortly(two)).toEqual(['TCS-EQ live'])
    expect(classic.said).toEqual([])
    expect(states.counts).toMatchObject({ stateReports: 1, stateNotices: 2 })
  })

  it('says everything there is to know, and leaves out what there is not', () => {
    beat()
    const one = client()
    hold(one, 'FEED_NSE_TCS_LTP')
    hold(one, 'FEED_NSE_SBIN_LTP')
    const since = clock.now()
    clock.advance(100)
    const instruments = [{ name: 'NSE:TCS', lastTickAt: since - 400 }]
    report([group('refused', [], { since, code: 'NO_ACCESS', reason: 'not in your plan', instruments })])
    expect(one.said).toEqual([
      JSON.stringify({
        type: 'state',
        symbol: 'TCS',
        exchange: 'NSE',
        state: 'refused',
        code: 'NO_ACCESS',
        reason: 'not in your plan',
        since,
        last_tick_at: since - 400,
        age_ms: 500,
        label: 'live',
        broker: 'testbroker',
        feed: 'FEED',
      }),
    ])
  })

  it('is no news when only its times differ', () => {
    beat()
    const one = client()
    hold(one, 'FEED_NSE_TCS_LTP')
    report([group('live', ['NSE:TCS'])])
    clock.advance(1000)
    report([group('live', ['NSE:TCS'])])
    expect(shortly(one)).toEqual(['TCS live'])
  })

  it('is one message for each feed when everything held of it moves alike', () => {
    beat()
    const one = client()
    for (const name of ['TCS', 'SBIN']) hold(one, `FEED_NSE_${name}_LTP`)
    report([group('suspect', ['NSE:TCS', 'NSE:SBIN', 'NSE:OTHER'], { reason: 'its connection is silent' })])
    expect(told(one)).toMatchObject([{ symbols: '*', state: 'suspect', reason: 'its connection is silent' }])
    report([group('live', ['NSE:TCS'])])
    expect(shortly(one)).toEqual(['TCS live'])
  })

  it('tells the age of the newest tick that came, not of the one that the last heartbeat knew', () => {
    beat()
    const one = client()
    for (const name of ['TCS', 'SBIN']) hold(one, `FEED_NSE_${name}_LTP`)
    clock.advance(400)
    const channel = hub.find('FEED_NSE_TCS_LTP')
    const { header, payload } = tickOf('TCS', 5, { sequence: 1, receivedAt: clock.micros() })
    if (channel) hub.deliver(channel, header, payload)
    one.said.splice(0)
    report([group('live', ['NSE:TCS', 'NSE:SBIN'])])
    expect(told(one)).toMatchObject([{ symbols: '*', state: 'live', last_tick_at: clock.now(), age_ms: 0 }])
  })

  it('that was missed is asked for, until all of it has come', () => {
    beat()
    const one = client()
    for (const name of ['TCS', 'SBIN']) hold(one, `FEED_NSE_${name}_LTP`)
    report([group('live', ['NSE:TCS'])], { revision: 3 })
    expect(asked).toBe(1)
    beat()
    expect(asked).toBe(2)
    report([group('quiet', ['NSE:TCS']), group('live', ['NSE:SBIN'])], { revision: 3, whole: true })
    beat()
    expect(asked).toBe(2)
    expect(shortly(one)).toEqual(['TCS live', 'TCS quiet', 'SBIN live'])
  })

  it('that was missed is known from the heartbeat, too', () => {
    beat({ states: 2 })
    expect(asked).toBe(1)
  })

  it('of a feed nobody registered, of a foreign one, of an older publisher and twice is ignored', () => {
    beat()
    const one = client()
    hold(one, 'FEED_NSE_TCS_LTP')
    report([group('live', ['NSE:TCS'])])
    report([group('down', ['NSE:TCS'])], { feed: 'NOBODY' })
    report([group('down', ['NSE:TCS'])], { feed: 'EXT' })
    report([group('down', ['NSE:TCS'])], { epoch: 0 })
    report([group('down', ['NSE:TCS'])], { revision: 1 })
    expect(shortly(one)).toEqual(['TCS live'])
  })

  it('of a new publisher voids what the old one said', () => {
    beat()
    report([group('live', ['NSE:TCS', 'NSE:SBIN'])])
    facts = { states: 0, epoch: 2 }
    report([group('live', ['NSE:SBIN'])], { epoch: 2, revision: 1 })
    expect(states.stateOf('FEED', 'NSE', 'SBIN')?.state).toBe('live')
    expect(states.stateOf('FEED', 'NSE', 'TCS')?.state).toBe('accepted')
  })

  it.each(['its heartbeat', 'its first report'])('of a new publisher voids it for clients too, with %s', first => {
    beat()
    const one = client()
    hold(one, 'FEED_NSE_TCS_LTP')
    report([group('quiet', ['NSE:TCS'])])
    facts = { states: 0, epoch: 2 }
    if (first === 'its heartbeat') beat()
    else report([group('live', ['NSE:SBIN'])], { epoch: 2 })
    expect(shortly(one)).toEqual(['TCS quiet', 'TCS accepted'])
  })

  it('that is no report is refused', () => {
    expect(() => states.receive('FEED', Buffer.from('{}'))).toThrow(/report of states is wrong/)
    const other = formatStates({ version: 1, feed: 'B', epoch: 1, revision: 1, whole: true, groups: [], gone: [] })
    expect(() => states.receive('FEED', other)).toThrow('states of B on the topic of FEED')
  })
})

describe('a feed as a whole', () => {
  it('goes before what it reported, in one message to each client, and gives way again', () => {
    beat()
    const [one, two] = [client(), client()]
    for (const name of ['TCS', 'SBIN']) for (const inbox of [one, two]) hold(inbox, `FEED_NSE_${name}_LTP`)
    report([group('live', ['NSE:TCS'])])
    report([group('quiet', ['NSE:SBIN'])])
    told(one)
    const before = states.counts.stateNotices
    clock.advance(2500)
    expect(told(one)).toEqual([
      expect.objectContaining({ symbols: '*', state: 'down', reason: 'no heartbeat from its process for 2 s' }),
    ])
    expect(states.counts.stateNotices).toBe(before + 1)
    expect(states.stateOf('FEED', 'NSE', 'TCS')).toMatchObject({ state: 'down' })
    beat()
    expect(shortly(one)).toEqual(['TCS live', 'SBIN quiet'])
    expect(shortly(two).at(-1)).toBe('SBIN quiet')
  })

  it.each([
    ['down', 'down', 'the broker closed the connection', 'the broker closed the connection'],
    ['auth_required', 'down', undefined, 'its feed has no session with the broker'],
    ['parked', 'down', undefined, 'its feed is parked'],
    ['starting', 'accepted', 'signing in', 'signing in'],
  ] as const)('that is %s makes everything %s', (state, ofAll, reason, said) => {
    beat()
    const one = client()
    hold(one, 'FEED_NSE_TCS_LTP')
    beat({ state, ...(reason && { reason }) })
    expect(told(one)).toMatchObject([{ symbols: '*', state: ofAll, reason: said }])
    beat({ reason: 'the same in other words' })
    expect(one.said).toEqual([])
    expect(states.stateOf('FEED', 'NSE', 'TCS')?.reason).toBe('the same in other words')
  })

  it('that reports no instruments is all there is to know', () => {
    facts = {}
    beat()
    const one = client()
    hold(one, 'FEED_NSE_TCS_LTP')
    beat({ state: 'suspect', reason: 'silent for 25 s' })
    expect(shortly(one)).toEqual(['* suspect'])
  })

  it('of a program of another language is live after a tick, then quiet, then suspect', () => {
    const one = client()
    hold(one, 'EXT_NSE_TCS_LTP')
    feeds.tickSeen('EXT')
    clock.advance(60_000)
    expect(shortly(one)).toEqual(['* live', '* quiet', '* suspect'])
  })

  it('says nothing twice when what it reported is the same', () => {
    beat()
    const one = client()
    for (const name of ['TCS', 'SBIN']) hold(one, `FEED_NSE_${name}_LTP`)
    beat({ state: 'down', reason: 'the broker closed the connection' })
    report([group('down', ['NSE:TCS', 'NSE:SBIN'], { reason: 'no connection' })])
    beat({ state: 'quiet', reason: undefined })
    report([group('confirmed', ['NSE:TCS'])])
    expect(shortly(one)).toEqual(['* down', 'TCS confirmed'])
  })

  it('that is removed is told as down', () => {
    beat()
    const one = client()
    hold(one, 'FEED_NSE_TCS_LTP')
    const rest = [feedRecord('EXT', { kind: 'external' })]
    for (let time = 0; time < 2; time++) {
      feeds.register(rest)
      states.register(feeds.views())
    }
    expect(told(one)).toMatchObject([{ symbols: '*', state: 'down', reason: 'its feed was removed or disabled' }])
  })
})

it('who comes hears how each instrument stands, each spelling once', () => {
  beat()
  report([group('live', ['NSE:TCS'])])
  const one = client()
  states.greet([hold(one, 'FEED_NSE_TCS_LTP'), hold(one, 'FEED_NSE_TCS_QUOTE'), hold(one, 'FEED_NSE_SBIN_LTP')])
  states.greet([hold(new Inbox(), 'FEED_NSE_TCS_LTP')])
  expect(shortly(one)).toEqual(['TCS live', 'SBIN accepted'])
})

it('the fall of a feed that 1,000 clients hold 50 instruments of is one message made, and one for each client', () => {
  beat()
  const clients = Array.from({ length: 1000 }, client)
  for (const inbox of clients) for (let nth = 0; nth < 50; nth++) hold(inbox, `FEED_NSE_S${nth}_LTP`)
  states.counts.stateNotices = 0
  beat({ state: 'down', reason: 'the broker closed the connection' })
  expect(states.counts.stateNotices).toBe(1)
  expect(clients.every(({ frames }) => frames.length === 1 && frames[0] === clients[0]?.frames[0])).toBe(true)
})

import { beforeEach, describe, expect, it, vi } from 'vitest'
import { SET_EXPIRY_MS, SET_HEARTBEAT_MS } from '../../../shared/control.ts'
import { formatFrame } from '../../../shared/market/frame.ts'
import { equity, FEED, NIFTY, RELIANCE, rig, TCS, topicOf } from './rig.ts'

vi.mock('../../../shared/market/frame.ts', { spy: true })

beforeEach(() => void vi.mocked(formatFrame).mockClear())

const ltps = (records: { frame: { data: { ltp: number } } }[]) => records.map(({ frame }) => frame.data.ltp)
const sequences = (records: { header: { sequence: number } }[]) => records.map(({ header }) => header.sequence)

describe('what nobody wants', () => {
  it('is neither encoded nor published', () => {
    const { bus, clock, offer } = rig()
    offer(RELIANCE, 100)
    clock.advance(10)
    expect(formatFrame).not.toHaveBeenCalled()
    expect(bus.messages).toEqual([])
  })

  it('is encoded once for any number of lanes', () => {
    const { bus, clock, offer } = rig()
    for (const proxy of ['P1', 'P2', 'P3']) bus.want(proxy, 1, [topicOf('RELIANCE')])
    offer(RELIANCE, 100)
    clock.advance(0)
    expect(formatFrame).toHaveBeenCalledTimes(1)
    for (const proxy of ['P1', 'P2', 'P3']) expect(ltps(bus.lane(proxy))).toEqual([100])
  })
})

describe('live ticks', () => {
  it('carry the sequence of their topic, the epoch and the time of receipt', () => {
    const { bus, clock, offer, publisher } = rig()
    bus.want('P1', 1, [topicOf('RELIANCE'), topicOf('TCS')])
    const receivedAt = clock.micros()
    offer(RELIANCE, 100)
    offer(TCS, 200)
    offer(RELIANCE, 101)
    clock.advance(0)
    const records = bus.lane('P1')
    expect(records.map(({ topic, header }) => [topic, header.sequence])).toEqual([
      [topicOf('RELIANCE'), 1],
      [topicOf('TCS'), 1],
      [topicOf('RELIANCE'), 2],
    ])
    for (const { header } of records)
      expect(header).toMatchObject({ snapshot: false, epoch: publisher.epoch, receivedAt })
  })

  it('of one turn travel as one lane message, of the next turn as the next', () => {
    const { bus, clock, offer } = rig()
    bus.want('P1', 1, [topicOf('RELIANCE')])
    offer(RELIANCE, 100)
    offer(RELIANCE, 101)
    clock.advance(1)
    offer(RELIANCE, 102)
    clock.advance(1)
    expect(bus.lane('P1').map(({ laneSequence }) => laneSequence)).toEqual([1, 1, 2])
  })

  it('make a frame for each wanted mode from one update', () => {
    const { bus, clock, offer } = rig()
    bus.want('P1', 1, [topicOf('RELIANCE'), topicOf('RELIANCE', 'QUOTE'), topicOf('RELIANCE', 'DEPTH')])
    offer(RELIANCE, 100, {
      volume: 7,
      book: { buy: [{ price: 99, quantity: 1 }], sell: [{ price: 101, quantity: 2 }] },
    })
    clock.advance(0)
    expect(bus.lane('P1').map(({ frame }) => [frame.mode, Object.keys(frame.data)])).toEqual([
      [1, expect.not.arrayContaining(['volume'])],
      [2, expect.arrayContaining(['volume', 'bid_price'])],
      [3, expect.arrayContaining(['volume', 'depth'])],
    ])
    expect(sequences(bus.lane('P1'))).toEqual([1, 1, 1])
  })

  it('point at the symbol inside the frame', () => {
    const { bus, clock, offer } = rig({ instruments: [equity('M&M')] })
    bus.demand(`${topicOf('M&M', 'QUOTE')}\0`)
    offer(equity('M&M'), 100)
    clock.advance(0)
    const body = bus.messages[0]?.body ?? Buffer.alloc(0)
    const [{ header } = expect.fail('nothing published')] = bus.direct(topicOf('M&M', 'QUOTE'))
    for (const at of [header.symbolAt, header.dataSymbolAt])
      expect(body.toString('latin1', 32 + at, 32 + at + header.symbolLength)).toBe('M&M')
  })

  it('keep counting while nobody wants the topic for a while', () => {
    const { bus, clock, offer } = rig()
    bus.want('P1', 1, [topicOf('RELIANCE')])
    offer(RELIANCE, 100)
    bus.want('P1', 2, [])
    offer(RELIANCE, 101)
    bus.want('P1', 3, [topicOf('RELIANCE')])
    offer(RELIANCE, 102)
    clock.advance(0)
    expect(bus.lane('P1').map(({ header, frame }) => [header.sequence, header.snapshot, frame.data.ltp])).toEqual([
      [1, false, 100],
      [1, true, 101],
      [2, false, 102],
    ])
  })

  it('are taken from a copy of a listed instrument too', () => {
    const { bus, clock, offer } = rig()
    bus.want('P1', 1, [topicOf('RELIANCE')])
    offer({ ...RELIANCE }, 100)
    clock.advance(0)
    expect(ltps(bus.lane('P1'))).toEqual([100])
  })

  it('stay as they were published when more follow', () => {
    const { bus, clock, offer } = rig()
    bus.want('P1', 1, [topicOf('RELIANCE')])
    bus.demand(`${topicOf('RELIANCE')}\0`)
    for (let ltp = 1; ltp <= 5; ltp++) {
      offer(RELIANCE, ltp)
      clock.advance(1)
    }
    expect(ltps(bus.lane('P1'))).toEqual([1, 2, 3, 4, 5])
    expect(ltps(bus.direct(topicOf('RELIANCE')))).toEqual([1, 2, 3, 4, 5])
  })
})

describe('updates that may not be published', () => {
  it('older than the last one of their instrument are dropped and counted; equally old ones are not', () => {
    const { bus, clock, offer, publisher } = rig()
    bus.want('P1', 1, [topicOf('RELIANCE')])
    offer(RELIANCE, 100)
    offer(RELIANCE, 99, { timestamp: clock.now() - 1 })
    offer(TCS, 200, { timestamp: clock.now() - 1 })
    offer(RELIANCE, 101)
    clock.advance(0)
    expect(ltps(bus.lane('P1'))).toEqual([100, 101])
    expect(publisher.counts()).toEqual({ ticks: 3, late: 1, invalid: 0, unknown: 0 })
  })

  it('out of bounds are dropped and leave the last value alone', () => {
    const { bus, clock, offer, publisher } = rig()
    offer(RELIANCE, 100)
    offer(RELIANCE, Number.NaN)
    offer(RELIANCE, -1)
    bus.want('P1', 1, [topicOf('RELIANCE')])
    clock.advance(0)
    expect(ltps(bus.lane('P1'))).toEqual([100])
    expect(publisher.counts()).toMatchObject({ ticks: 1, invalid: 2 })
  })

  it('of an instrument that was not listed are dropped', () => {
    const { offer, publisher } = rig()
    offer(equity('UNLISTED'), 100)
    expect(publisher.counts()).toMatchObject({ ticks: 0, unknown: 1 })
  })

  it('are told once in the log, not once each', () => {
    const { lines, offer } = rig()
    for (let again = 0; again < 5; again++) offer(RELIANCE, -1)
    expect(lines).toMatchObject([{ level: 'warn', details: { kind: 'invalid', symbol: 'RELIANCE' } }])
  })
})

describe('snapshots', () => {
  it('come before the live ticks, and never after a newer one', () => {
    const { bus, clock, offer } = rig()
    offer(RELIANCE, 100)
    bus.want('P1', 1, [topicOf('RELIANCE')])
    offer(RELIANCE, 101)
    bus.want('P1', 2, [topicOf('RELIANCE'), topicOf('RELIANCE', 'QUOTE')])
    offer(RELIANCE, 102)
    clock.advance(0)
    expect(
      bus.lane('P1').map(({ topic, header, frame }) => [topic.split('_').at(-1), header.snapshot, frame.data.ltp]),
    ).toEqual([
      ['LTP', true, 100],
      ['LTP', false, 101],
      ['QUOTE', true, 101],
      ['LTP', false, 102],
      ['QUOTE', false, 102],
    ])
  })

  it('repeat the sequence of the last publication, 0 when there was none', () => {
    const { bus, clock, offer } = rig()
    offer(RELIANCE, 100)
    bus.want('P1', 1, [topicOf('RELIANCE')])
    offer(RELIANCE, 101)
    offer(RELIANCE, 102)
    bus.want('P2', 1, [topicOf('RELIANCE')])
    offer(RELIANCE, 103)
    clock.advance(0)
    expect(sequences(bus.lane('P1'))).toEqual([0, 1, 2, 3])
    expect(bus.lane('P2').map(({ header }) => [header.sequence, header.snapshot])).toEqual([
      [2, true],
      [3, false],
    ])
  })

  it('show when their tick was received', () => {
    const { bus, clock, offer } = rig()
    const receivedAt = clock.micros()
    offer(RELIANCE, 100)
    clock.advance(5000)
    bus.want('P1', 1, [topicOf('RELIANCE')])
    clock.advance(0)
    expect(bus.lane('P1')[0]?.header.receivedAt).toBe(receivedAt)
    expect(bus.lane('P1')[0]?.frame.data).toMatchObject({ timestamp: receivedAt / 1000 })
  })

  it('are not made up for an instrument without a value', () => {
    const { bus, clock } = rig()
    bus.want('P1', 1, [topicOf('RELIANCE')])
    clock.advance(10)
    expect(bus.lane('P1')).toEqual([])
  })

  it('go to the proxy that asked, not to the others', () => {
    const { bus, clock, offer } = rig()
    offer(RELIANCE, 100)
    offer(TCS, 200)
    bus.want('P1', 1, [topicOf('RELIANCE')])
    bus.want('P2', 1, [topicOf('TCS')])
    clock.advance(0)
    expect(ltps(bus.lane('P1'))).toEqual([100])
    expect(ltps(bus.lane('P2'))).toEqual([200])
  })

  it('of the whole set follow a resync, in that proxy’s lane only', () => {
    const { bus, clock, offer } = rig()
    offer(RELIANCE, 100)
    offer(TCS, 200)
    for (const proxy of ['P1', 'P2']) bus.want(proxy, 1, [topicOf('RELIANCE'), topicOf('TCS')])
    clock.advance(1)
    bus.want('P1', 1, [topicOf('RELIANCE'), topicOf('TCS')], { resync: 1 })
    clock.advance(1)
    expect(ltps(bus.lane('P1'))).toEqual([100, 200, 100, 200])
    expect(bus.lane('P1').every(({ header }) => header.snapshot)).toBe(true)
    expect(ltps(bus.lane('P2'))).toEqual([100, 200])
  })

  it('go out again when the receiver of a lane is connected after its set was known', () => {
    const { bus, clock, offer } = rig()
    offer(RELIANCE, 100)
    bus.want('P1', 1, [topicOf('RELIANCE')])
    clock.advance(1)
    bus.demand(`LANE_${FEED}_P1\0`)
    clock.advance(1)
    expect(bus.lane('P1').map(({ laneSequence, frame }) => [laneSequence, frame.data.ltp])).toEqual([
      [1, 100],
      [2, 100],
    ])
  })
})

describe('subscription sets', () => {
  it('are whole: what a newer set leaves out is no longer sent', () => {
    const { bus, clock, offer } = rig()
    bus.want('P1', 1, [topicOf('RELIANCE'), topicOf('TCS')])
    bus.want('P1', 2, [topicOf('TCS')])
    offer(RELIANCE, 100)
    offer(TCS, 200)
    clock.advance(0)
    expect(ltps(bus.lane('P1'))).toEqual([200])
  })

  it('of an older revision undo nothing', () => {
    const { bus, clock, offer } = rig()
    bus.want('P1', 2, [topicOf('TCS')])
    bus.want('P1', 1, [topicOf('RELIANCE')])
    offer(RELIANCE, 100)
    offer(TCS, 200)
    clock.advance(0)
    expect(ltps(bus.lane('P1'))).toEqual([200])
  })

  it('that only repeat what is known send nothing again', () => {
    const { bus, clock, offer } = rig()
    offer(RELIANCE, 100)
    for (let beat = 0; beat < 3; beat++) bus.want('P1', 1, [topicOf('RELIANCE')])
    clock.advance(0)
    expect(ltps(bus.lane('P1'))).toEqual([100])
  })

  it('of one proxy do not touch the lane of another', () => {
    const { bus, clock, offer } = rig()
    bus.want('P1', 1, [topicOf('RELIANCE')])
    bus.want('P2', 1, [topicOf('RELIANCE')])
    bus.want('P1', 2, [])
    offer(RELIANCE, 100)
    clock.advance(0)
    expect(bus.lane('P1')).toEqual([])
    expect(ltps(bus.lane('P2'))).toEqual([100])
  })

  it('of a proxy that fell silent are forgotten, and its lane with them', () => {
    const { bus, clock, offer, publisher } = rig()
    bus.want('P1', 1, [topicOf('RELIANCE')])
    clock.advance(SET_HEARTBEAT_MS)
    bus.want('P2', 1, [topicOf('RELIANCE')])
    clock.advance(SET_EXPIRY_MS - SET_HEARTBEAT_MS)
    publisher.expire()
    offer(RELIANCE, 100)
    clock.advance(0)
    expect(bus.lane('P1')).toEqual([])
    expect(ltps(bus.lane('P2'))).toEqual([100])
    expect(publisher.laneSequences()).toEqual({ P2: 1 })
  })

  it('of a proxy that comes back go on with its lane sequence and begin with snapshots', () => {
    const { bus, clock, offer, publisher } = rig()
    bus.want('P1', 1, [topicOf('RELIANCE')])
    offer(RELIANCE, 100)
    clock.advance(SET_EXPIRY_MS)
    publisher.expire()
    bus.want('P1', 1, [topicOf('RELIANCE')])
    clock.advance(0)
    expect(bus.lane('P1').map(({ laneSequence, header }) => [laneSequence, header.snapshot])).toEqual([
      [1, false],
      [2, true],
    ])
  })

  it('that cannot be read, or name another feed, are ignored', () => {
    const { bus, clock, lines, offer, publisher } = rig()
    bus.arrive(`CONTROL_${FEED}`, Buffer.from('{"version":1'))
    bus.arrive(`CONTROL_${FEED}`, Buffer.from('{"version":2}'))
    bus.want('P1', 1, [topicOf('RELIANCE')], { feed: 'OTHER' })
    offer(RELIANCE, 100)
    clock.advance(0)
    expect(publisher.laneSequences()).toEqual({})
    expect(lines.map(({ text }) => text)).toEqual(['subscription set ignored', 'subscription set ignored'])
  })
})

describe('direct demand', () => {
  it('for one topic gets the last value as a snapshot, then the live ticks', () => {
    const { bus, offer } = rig()
    offer(RELIANCE, 100)
    bus.demand(`${topicOf('RELIANCE')}\0`)
    offer(RELIANCE, 101)
    bus.demand(`${topicOf('RELIANCE')}\0`, false)
    offer(RELIANCE, 102)
    expect(
      bus.direct(topicOf('RELIANCE')).map(({ header, frame }) => [header.sequence, header.snapshot, frame.data.ltp]),
    ).toEqual([
      [0, true, 100],
      [1, false, 101],
    ])
  })

  it('shares the sequence with the lanes', () => {
    const { bus, clock, offer } = rig()
    bus.want('P1', 1, [topicOf('RELIANCE')])
    offer(RELIANCE, 100)
    bus.demand(`${topicOf('RELIANCE')}\0`)
    offer(RELIANCE, 101)
    clock.advance(0)
    expect(sequences(bus.lane('P1'))).toEqual([1, 2])
    expect(sequences(bus.direct(topicOf('RELIANCE')))).toEqual([1, 2])
  })

  it.each(['', FEED, `${FEED}_`, `${FEED}_NSE_`])('for the prefix "%s" gets every mode of what it covers', prefix => {
    const { bus, offer } = rig()
    offer(RELIANCE, 99)
    bus.demand(prefix)
    offer(RELIANCE, 100)
    offer(TCS, 200)
    for (const symbol of ['RELIANCE', 'TCS'])
      for (const mode of ['LTP', 'QUOTE', 'DEPTH']) expect(sequences(bus.direct(topicOf(symbol, mode)))).toEqual([1])
  })

  it('for a prefix leaves out what it does not cover, and ends', () => {
    const { bus, offer } = rig()
    bus.demand(`${FEED}_NSE_INDEX_`)
    offer(RELIANCE, 100)
    offer(NIFTY, 24_800)
    bus.demand(`${FEED}_NSE_INDEX_`, false)
    offer(NIFTY, 24_801)
    expect(bus.messages.map(({ topic }) => topic)).toEqual(
      ['LTP', 'QUOTE', 'DEPTH'].map(mode => `${FEED}_NSE_INDEX_NIFTY_${mode}`),
    )
  })

  it('for one topic outlives a prefix that covered it too', () => {
    const { bus, offer } = rig()
    bus.demand(`${topicOf('RELIANCE')}\0`)
    bus.demand('')
    bus.demand('', false)
    offer(RELIANCE, 100)
    expect(bus.messages.map(({ topic }) => topic)).toEqual([topicOf('RELIANCE')])
  })

  it('for other feeds and for control topics is none of its business', () => {
    const { bus, offer, publisher } = rig()
    for (const filter of ['OTHER_NSE_RELIANCE_LTP\0', `CONTROL_${FEED}\0`, 'STATUS_', 'OTHER_']) bus.demand(filter)
    offer(RELIANCE, 100)
    expect(bus.messages).toEqual([])
    expect(publisher.instruments().size).toBe(0)
    expect(publisher.rejected()).toEqual([])
  })
})

it('leaves the bus when it is closed, sending what the lanes hold', () => {
  const { bus, offer, publisher } = rig()
  bus.want('P1', 1, [topicOf('RELIANCE')])
  offer(RELIANCE, 100)
  expect(bus.subscribed).toEqual(new Set([`CONTROL_${FEED}`]))
  publisher.close()
  expect(ltps(bus.lane('P1'))).toEqual([100])
  expect(bus.subscribed).toEqual(new Set())
})

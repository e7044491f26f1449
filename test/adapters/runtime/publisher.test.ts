import { beforeEach, describe, expect, it, vi } from 'vitest'
import { writePayload } from '../../../shared/market/frame.ts'
import { equity, ltps, RELIANCE, rig, sequences, TCS, topicOf } from './rig.ts'

vi.mock('../../../shared/market/frame.ts', { spy: true })

beforeEach(() => void vi.mocked(writePayload).mockClear())

describe('what nobody wants', () => {
  it('is neither encoded nor published', () => {
    const { bus, clock, offer } = rig()
    offer(RELIANCE, 100)
    clock.advance(10)
    expect(writePayload).not.toHaveBeenCalled()
    expect(bus.messages).toEqual([])
  })

  it('is encoded once for any number of lanes', () => {
    const { bus, clock, offer } = rig()
    for (const proxy of ['P1', 'P2', 'P3']) bus.want(proxy, 1, [topicOf('RELIANCE')])
    offer(RELIANCE, 100)
    clock.advance(0)
    expect(writePayload).toHaveBeenCalledTimes(1)
    for (const proxy of ['P1', 'P2', 'P3']) expect(ltps(bus.lane(proxy))).toEqual([100])
  })
})

describe('live ticks', () => {
  it('carry the sequence of their topic, the epoch and the time of receipt', () => {
    const { bus, clock, epoch, offer } = rig()
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
    for (const { header } of records) expect(header).toMatchObject({ snapshot: false, epoch, receivedAt })
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
      [2, true, 101],
      [3, false, 102],
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

  it('are not those that change what was said, whatever time they tell: they carry the newest time', () => {
    const { bus, clock, offer, publisher } = rig()
    bus.want('P1', 1, [topicOf('RELIANCE')])
    const timestamp = clock.now()
    offer(RELIANCE, 100)
    const change = { instrument: RELIANCE, receivedAt: clock.micros(), isChange: true }
    publisher.offer({ ...change, tick: { ltp: 101, timestamp: timestamp - 5000 } })
    clock.advance(0)
    expect(bus.lane('P1').map(({ frame }) => frame.data)).toMatchObject([
      { ltp: 100, timestamp },
      { ltp: 101, timestamp },
    ])
  })

  it('older by more than a minute are those of a source whose clock was set back, and go out', () => {
    const { offer, publisher, clock } = rig()
    offer(RELIANCE, 100)
    offer(RELIANCE, 99, { timestamp: clock.now() - 60_000 })
    offer(RELIANCE, 98, { timestamp: clock.now() - 60_001 })
    offer(RELIANCE, 97, { timestamp: clock.now() - 60_001 })
    expect(publisher.counts()).toMatchObject({ ticks: 3, late: 1 })
  })

  it('stamped with their receipt are late neither to the exchange’s time nor make it late', () => {
    const { offer, publisher, clock } = rig()
    const exchangeTime = clock.now() - 900
    offer(RELIANCE, 100, { isStampedHere: true })
    offer(RELIANCE, 101, { timestamp: exchangeTime })
    offer(RELIANCE, 102, { isStampedHere: true })
    offer(RELIANCE, 103, { timestamp: exchangeTime })
    offer(RELIANCE, 104, { timestamp: exchangeTime - 1 })
    expect(publisher.counts()).toMatchObject({ ticks: 4, late: 1 })
  })

  it('that run ahead of our clock do not make those of the present late', () => {
    const { offer, publisher, clock } = rig()
    offer(RELIANCE, 100, { timestamp: clock.now() + 30_000 })
    clock.advance(1)
    offer(RELIANCE, 101)
    expect(publisher.counts()).toMatchObject({ ticks: 2, late: 0 })
  })

  it('are not late to what was forgotten: a new connection begins with what the broker knows', () => {
    const { offer, publisher, clock } = rig()
    offer(RELIANCE, 100)
    publisher.forget([RELIANCE])
    offer(RELIANCE, 101, { timestamp: clock.now() - 5000 })
    expect(publisher.counts()).toMatchObject({ ticks: 2, late: 0 })
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

  it('from the future are dropped, and do not make those of the present late', () => {
    const { bus, clock, offer, publisher } = rig()
    bus.want('P1', 1, [topicOf('RELIANCE')])
    offer(RELIANCE, 999, { timestamp: clock.micros() })
    offer(RELIANCE, 100)
    clock.advance(0)
    expect(ltps(bus.lane('P1'))).toEqual([100])
    expect(publisher.counts()).toEqual({ ticks: 1, late: 0, invalid: 1, unknown: 0 })
  })

  it('of an instrument that was not listed are dropped', () => {
    const { offer, publisher } = rig()
    offer(equity('UNLISTED'), 100)
    expect(publisher.counts()).toMatchObject({ ticks: 0, unknown: 1 })
  })

  it('are told once in the log, not once each, with what a person needs to see why', () => {
    const { clock, lines, offer } = rig()
    const times = { timestamp: clock.now(), receivedAt: clock.micros() }
    for (let again = 0; again < 5; again++) offer(RELIANCE, -1)
    expect(lines).toMatchObject([
      { level: 'warn', details: { kind: 'invalid', symbol: 'RELIANCE', ltp: -1, ...times } },
    ])
  })
})

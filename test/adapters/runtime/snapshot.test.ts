import { describe, expect, it } from 'vitest'
import { FEED, ltps, RELIANCE, rig, sequences, TCS, topicOf } from './rig.ts'

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

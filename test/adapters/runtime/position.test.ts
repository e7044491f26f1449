import { describe, expect, it } from 'vitest'
import { FEED, RELIANCE, rig, sequences, TCS, topicOf } from './rig.ts'

const told = (positions: ReturnType<ReturnType<typeof rig>['bus']['positions']>) =>
  positions.map(({ topic, header }) => [topic, header.sequence])

describe('a position', () => {
  it('answers for a topic that never had a value', () => {
    const { bus, clock, epoch } = rig()
    bus.want('P1', 1, [topicOf('RELIANCE')])
    clock.advance(0)
    expect(told(bus.positions('P1'))).toEqual([[topicOf('RELIANCE'), 0]])
    expect(bus.positions('P1')[0]?.header).toMatchObject({ epoch, snapshot: false, receivedAt: 0 })
  })

  it('is not given where there is a value', () => {
    const { bus, clock, offer } = rig()
    offer(RELIANCE, 100)
    bus.want('P1', 1, [topicOf('RELIANCE')])
    bus.want('P1', 1, [topicOf('RELIANCE')], { resync: 1 })
    clock.advance(0)
    expect(sequences(bus.lane('P1'))).toEqual([0, 0])
    expect(bus.positions('P1')).toEqual([])
  })

  it.each(['a resync', 'a reconnection', 'a return after silence'])(
    'answers for values that were forgotten: after %s',
    how => {
      const { bus, clock, offer, publisher, audience } = rig()
      const topics = [topicOf('RELIANCE'), topicOf('TCS')]
      bus.want('P1', 1, topics)
      for (const price of [100, 101, 102]) offer(RELIANCE, price)
      offer(TCS, 200)
      publisher.forget([RELIANCE])
      clock.advance(0)
      const before = bus.positions('P1').length
      if (how === 'a resync') bus.want('P1', 1, topics, { resync: 1 })
      if (how === 'a reconnection') bus.demand(`LANE_${FEED}_P1\0`)
      if (how === 'a return after silence') {
        clock.advance(8000)
        audience.expire()
        bus.want('P1', 1, topics)
      }
      clock.advance(0)
      expect(told(bus.positions('P1')).slice(before)).toEqual([[topicOf('RELIANCE'), 3]])
      expect(bus.lane('P1').at(-1)).toMatchObject({ topic: topicOf('TCS'), header: { snapshot: true, sequence: 1 } })
    },
  )

  it('answers where the last value says less than the topic promises', () => {
    const { bus, clock, offer } = rig()
    const topics = [topicOf('RELIANCE', 'QUOTE'), topicOf('RELIANCE', 'LTP')]
    bus.want('P1', 1, topics)
    offer(RELIANCE, 100, { volume: 7 })
    offer(RELIANCE, 101, { mode: 'LTP' })
    bus.want('P1', 1, topics, { resync: 1 })
    clock.advance(0)
    expect(told(bus.positions('P1')).at(-1)).toEqual([topicOf('RELIANCE', 'QUOTE'), 1])
    expect(bus.lane('P1').at(-1)).toMatchObject({ topic: topicOf('RELIANCE', 'LTP'), header: { sequence: 2 } })
  })

  it('stands in the lane between the ticks before and after it', () => {
    const { bus, clock, offer, publisher } = rig()
    bus.want('P1', 1, [topicOf('RELIANCE')])
    offer(RELIANCE, 100)
    publisher.forget()
    bus.want('P1', 1, [topicOf('RELIANCE')], { resync: 1 })
    offer(RELIANCE, 101)
    clock.advance(0)
    expect(bus.records('P1').map(({ header }) => [header.position, header.sequence])).toEqual([
      [true, 0],
      [false, 1],
      [true, 1],
      [false, 2],
    ])
  })

  it('is no message of its own: who subscribes to a topic itself hears values only', () => {
    const { bus, clock } = rig()
    bus.demand(`${topicOf('RELIANCE')}\0`)
    clock.advance(0)
    expect(bus.direct(topicOf('RELIANCE'))).toEqual([])
  })
})

describe('the sequence of a topic', () => {
  it('counts what was published, for whomever', () => {
    const { bus, clock, offer } = rig()
    bus.want('P1', 1, [topicOf('RELIANCE')])
    offer(RELIANCE, 100)
    bus.want('P2', 1, [topicOf('RELIANCE')])
    offer(RELIANCE, 101)
    bus.want('P1', 2, [])
    offer(RELIANCE, 102)
    bus.want('P1', 3, [topicOf('RELIANCE')])
    offer(RELIANCE, 103)
    clock.advance(0)
    expect(sequences(bus.lane('P1'))).toEqual([1, 2, 3, 4])
    expect(sequences(bus.lane('P2'))).toEqual([1, 2, 3, 4])
  })

  it('goes on when the last lane left and came back, also after it was forgotten', () => {
    const { bus, clock, offer, audience } = rig()
    bus.want('P1', 1, [topicOf('RELIANCE')])
    offer(RELIANCE, 100)
    bus.want('P1', 2, [])
    offer(RELIANCE, 101)
    clock.advance(8000)
    audience.expire()
    bus.want('P1', 3, [topicOf('RELIANCE')])
    offer(RELIANCE, 102)
    clock.advance(0)
    expect(bus.lane('P1').map(({ header }) => [header.snapshot, header.sequence])).toEqual([
      [false, 1],
      [true, 2],
      [false, 3],
    ])
  })

  it('counts nothing that the topic could not have shown', () => {
    const { bus, clock, offer } = rig()
    const quote = topicOf('RELIANCE', 'QUOTE')
    bus.want('P1', 1, [quote])
    offer(RELIANCE, 100, { volume: 7 })
    bus.want('P1', 2, [])
    offer(RELIANCE, 101, { mode: 'LTP' })
    bus.want('P1', 3, [quote])
    clock.advance(0)
    expect(told(bus.positions('P1')).at(-1)).toEqual([quote, 1])
  })
})

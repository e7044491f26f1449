import { describe, expect, it } from 'vitest'
import { SET_EXPIRY_MS, SET_HEARTBEAT_MS } from '../../../shared/control.ts'
import { FEED, ltps, RELIANCE, rig, TCS, topicOf } from './rig.ts'

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
    const { audience, bus, clock, offer } = rig()
    bus.want('P1', 1, [topicOf('RELIANCE')])
    clock.advance(SET_HEARTBEAT_MS)
    bus.want('P2', 1, [topicOf('RELIANCE')])
    clock.advance(SET_EXPIRY_MS - SET_HEARTBEAT_MS)
    audience.expire()
    offer(RELIANCE, 100)
    clock.advance(0)
    expect(bus.lane('P1')).toEqual([])
    expect(ltps(bus.lane('P2'))).toEqual([100])
    expect(audience.laneSequences()).toEqual({ P2: 2 })
  })

  it('of a proxy that comes back go on with its lane sequence and begin with snapshots', () => {
    const { audience, bus, clock, offer } = rig()
    bus.want('P1', 1, [topicOf('RELIANCE')])
    offer(RELIANCE, 100)
    clock.advance(SET_EXPIRY_MS)
    audience.expire()
    bus.want('P1', 1, [topicOf('RELIANCE')])
    clock.advance(0)
    expect(bus.lane('P1').map(({ laneSequence, header }) => [laneSequence, header.snapshot])).toEqual([
      [1, false],
      [2, true],
    ])
  })

  it('that cannot be read, or name another feed, are ignored', () => {
    const { audience, bus, clock, lines, offer } = rig()
    bus.arrive(`CONTROL_${FEED}`, Buffer.from('{"version":1'))
    bus.arrive(`CONTROL_${FEED}`, Buffer.from('{"version":2}'))
    bus.want('P1', 1, [topicOf('RELIANCE')], { feed: 'OTHER' })
    offer(RELIANCE, 100)
    clock.advance(0)
    expect(audience.laneSequences()).toEqual({})
    expect(lines.map(({ text }) => text)).toEqual(['subscription set ignored'])
    clock.advance(10_000)
    bus.arrive(`CONTROL_${FEED}`, Buffer.from('{'))
    expect(lines.at(-1)).toMatchObject({ text: 'subscription set ignored', details: { malformed: 3 } })
  })
})

it('an audience that is closed sends what its lanes hold, and hears no more sets', () => {
  const { audience, bus, offer } = rig()
  bus.want('P1', 1, [topicOf('RELIANCE')])
  offer(RELIANCE, 100)
  expect(bus.subscribed).toContain(`CONTROL_${FEED}`)
  audience.close()
  expect(ltps(bus.lane('P1'))).toEqual([100])
  expect(bus.subscribed).not.toContain(`CONTROL_${FEED}`)
})

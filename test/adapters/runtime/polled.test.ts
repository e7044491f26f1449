import { describe, expect, it } from 'vitest'
import { ltps, RELIANCE, rig, topicOf } from './rig.ts'

describe('a value that was polled', () => {
  it('does not make ticks of the stream late, and is late to them itself', () => {
    const { clock, bus, offer, publisher } = rig()
    bus.want('P1', 1, [topicOf('RELIANCE')])
    const now = clock.now()
    offer(RELIANCE, 100, { timestamp: now, isPolled: true })
    offer(RELIANCE, 101, { timestamp: now - 2000 })
    offer(RELIANCE, 99, { timestamp: now - 3000, isPolled: true })
    clock.advance(1)
    expect(ltps(bus.lane('P1'))).toEqual([100, 101])
    expect(publisher.counts()).toMatchObject({ ticks: 2, late: 1 })
  })

  it('goes to topics that want more than it says, now and as a snapshot: there is no more to wait for', () => {
    const { clock, bus, offer } = rig()
    bus.want('P1', 1, [topicOf('RELIANCE', 'DEPTH')])
    offer(RELIANCE, 100, { mode: 'QUOTE', isPolled: true })
    clock.advance(1)
    bus.want('P2', 1, [topicOf('RELIANCE', 'DEPTH')])
    clock.advance(1)
    expect([ltps(bus.lane('P1')), ltps(bus.lane('P2'))]).toEqual([[100], [100]])
  })

  it('does not shorten the patience with a stream that is asked for more', () => {
    const { clock, bus, offer } = rig()
    bus.want('P1', 1, [topicOf('RELIANCE', 'DEPTH')])
    offer(RELIANCE, 100, { mode: 'QUOTE', isPolled: true })
    offer(RELIANCE, 101, { mode: 'QUOTE' })
    clock.advance(1)
    expect(ltps(bus.lane('P1'))).toEqual([100])
  })
})

it('when an instrument was heard of last is known as long as its value is', () => {
  const { clock, offer, publisher } = rig()
  expect(publisher.receivedAt(RELIANCE)).toBeUndefined()
  offer(RELIANCE, 100)
  expect(publisher.receivedAt(RELIANCE)).toBe(clock.micros())
  publisher.forget()
  expect(publisher.receivedAt(RELIANCE)).toBeUndefined()
})

import { beforeEach, describe, expect, it } from 'vitest'
import { Pacer } from '../../../proxy/fanout/pacer.ts'
import { tickMaker, variantOf } from './frames.ts'
import { gapOf, HubRig } from './hubrig.ts'
import { Inbox } from './inbox.ts'

let rig: HubRig

beforeEach(() => {
  rig = new HubRig()
})

describe('a client that wants only the newest', () => {
  it('gets one in each interval, the last one always, and how many it stands for', () => {
    const inbox = new Inbox()
    rig.join(inbox, {}, { policy: 'latest', intervalMs: 100 })
    for (const sequence of [1, 2, 3]) rig.deliver(sequence, { sequence })
    expect(inbox.said).toEqual(['TCS 1'])
    rig.clock.advance(100)
    expect(inbox.said).toEqual(['TCS 1', 'TCS 3', 'after 1'])
    expect(inbox.counts.folded).toBe(1)
    rig.clock.advance(99)
    rig.deliver(4, { sequence: 4 })
    expect(inbox.said).toHaveLength(3)
    rig.clock.advance(1)
    expect(inbox.said.slice(3)).toEqual(['TCS 4'])
    rig.clock.advance(1000)
    rig.deliver(5, { sequence: 5 })
    expect(inbox.said.slice(4)).toEqual(['TCS 5'])
  })

  it('gets what waits before it hears of a hole behind it', () => {
    const inbox = new Inbox({ gap: true })
    rig.join(inbox, {}, { policy: 'latest', intervalMs: 100 })
    for (const sequence of [1, 2, 5]) rig.deliver(sequence, { sequence })
    expect(inbox.said).toEqual(['TCS 1', 'TCS 2', gapOf(3, 4)])
    rig.clock.advance(100)
    expect(inbox.said.slice(3)).toEqual(['TCS 5'])
  })

  it('gets what waits when it leaves', () => {
    const inbox = new Inbox()
    const hold = rig.join(inbox, {}, { policy: 'latest', intervalMs: 100 })
    for (const sequence of [1, 2]) rig.deliver(sequence, { sequence })
    rig.hub.leave(hold)
    expect(inbox.said).toEqual(['TCS 1', 'TCS 2'])
    rig.clock.advance(100)
    expect(inbox.said).toHaveLength(2)
  })

  it('gets the last one in time, whoever began to wait before', () => {
    const pacer = new Pacer(rig.clock)
    const [one, two] = [new Inbox(), new Inbox()]
    const [early, late] = [pacer.open(one.outbox, 100), pacer.open(two.outbox, 100)]
    const make = tickMaker(variantOf('TCS'))
    early.take(make(1))
    rig.clock.advance(50)
    late.take(make(1))
    late.take(make(2))
    early.take(make(2))
    rig.clock.advance(50)
    expect([one.said, two.said]).toEqual([['TCS 1', 'TCS 2'], ['TCS 1']])
    rig.clock.advance(50)
    expect(two.said).toEqual(['TCS 1', 'TCS 2'])
  })

  it('shares a timer with all of the same interval', () => {
    const inboxes = Array.from({ length: 50 }, () => new Inbox())
    for (const inbox of inboxes) rig.join(inbox, {}, { policy: 'latest', intervalMs: 100 })
    for (const sequence of [1, 2]) rig.deliver(sequence, { sequence })
    rig.clock.advance(100)
    expect(new Set(inboxes.map(({ said }) => said.join()))).toEqual(new Set(['TCS 1,TCS 2']))
  })
})

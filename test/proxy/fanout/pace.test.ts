import { beforeEach, describe, expect, it } from 'vitest'
import { Pacer } from '../../../proxy/fanout/pacer.ts'
import { ManualClock } from '../../../shared/clock.ts'
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

  it('shares a timer with all of the same interval', () => {
    const inboxes = Array.from({ length: 50 }, () => new Inbox())
    for (const inbox of inboxes) rig.join(inbox, {}, { policy: 'latest', intervalMs: 100 })
    for (const sequence of [1, 2]) rig.deliver(sequence, { sequence })
    rig.clock.advance(100)
    expect(new Set(inboxes.map(({ said }) => said.join()))).toEqual(new Set(['TCS 1,TCS 2']))
  })

  it('gets each topic at its own time, whichever began to wait first', () => {
    const clock = new ManualClock()
    const [pacer, inbox] = [new Pacer(clock), new Inbox()]
    const [tcs, sbin] = [pacer.open(inbox.outbox, 100), pacer.open(inbox.outbox, 100)]
    const [tickOfTcs, tickOfSbin] = [tickMaker(variantOf('TCS')), tickMaker(variantOf('SBIN'))]
    tcs.take(tickOfTcs(1))
    clock.advance(50)
    sbin.take(tickOfSbin(1))
    sbin.take(tickOfSbin(2))
    clock.advance(40)
    tcs.take(tickOfTcs(2))
    clock.advance(10)
    expect(inbox.said).toEqual(['TCS 1', 'SBIN 1', 'TCS 2'])
    clock.advance(50)
    expect(inbox.said.slice(3)).toEqual(['SBIN 2'])
  })

  it('gets at once what comes just after a timer that fired a little early', () => {
    const clock = new ManualClock()
    const [inbox, next] = [new Inbox(), tickMaker(variantOf('TCS'))]
    const tcs = new Pacer(clock).open(inbox.outbox, 100)
    tcs.take(next(1))
    clock.advance(99)
    tcs.fall(tcs.dueAt, clock.monotonic())
    tcs.take(next(2))
    expect(inbox.said).toEqual(['TCS 1', 'TCS 2'])
  })
})

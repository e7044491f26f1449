import { beforeEach, describe, expect, it } from 'vitest'
import { gapOf, HubRig } from './hubrig.ts'
import { Inbox } from './inbox.ts'

let rig: HubRig

beforeEach(() => {
  rig = new HubRig()
})

describe('a client that comes back', () => {
  const back = () => {
    const inbox = new Inbox({ gap: true, resume: true, seq: true })
    return { inbox, hold: rig.join(inbox, { seq: true }) }
  }

  it('gets everything since it left, as long as somebody else kept the topic', () => {
    rig.join(new Inbox({ resume: true }))
    for (const sequence of [1, 2, 3, 4]) rig.deliver(sequence, { sequence })
    const { inbox, hold } = back()
    expect(rig.hub.canResume(hold, { epoch: 1, seq: 2 })).toBe(true)
    rig.hub.resume(hold, { epoch: 1, seq: 2 })
    rig.deliver(5, { sequence: 5 })
    expect(inbox.said).toEqual(['TCS 3', 'TCS 4', 'TCS 5'])
  })

  it('gets it for half a minute though nobody else did', () => {
    const first = back()
    for (const sequence of [1, 2]) rig.deliver(sequence, { sequence })
    rig.hub.leave(first.hold)
    rig.deliver(3, { sequence: 3 })
    rig.clock.advance(29_999)
    const { inbox, hold } = back()
    rig.hub.resume(hold, { epoch: 1, seq: 2 })
    expect(inbox.said).toEqual(['TCS 3'])
    expect(rig.demand).toEqual([`+TESTFEED ${rig.topic}`])
    rig.hub.leave(hold)
    rig.clock.advance(30_000)
    expect(rig.demand).toEqual([`+TESTFEED ${rig.topic}`, `-TESTFEED ${rig.topic}`])
  })

  it('has missed nothing when it knows the last one', () => {
    rig.join(new Inbox({ resume: true }))
    rig.deliver(1, { sequence: 7 })
    const { inbox, hold } = back()
    expect(rig.hub.canResume(hold, { epoch: 1, seq: 7 })).toBe(true)
    rig.hub.resume(hold, { epoch: 1, seq: 7 })
    expect(inbox.said).toEqual([])
  })

  it('is told the range, and the last value, when something of it is gone', () => {
    rig.join(new Inbox({ resume: true }))
    for (const sequence of [1, 2, 5, 6]) rig.deliver(sequence, { sequence })
    for (const [epoch, seq, gap] of [
      [1, 2, gapOf(3, 6)],
      [0, 4, gapOf(5, undefined, 0)],
    ] as const) {
      const { inbox, hold } = back()
      expect(rig.hub.canResume(hold, { epoch, seq })).toBe(false)
      rig.hub.resume(hold, { epoch, seq })
      expect(inbox.said).toEqual([gap, 'TCS 6'])
      expect(inbox.frames[0]?.stands).toBe(0)
    }
  })

  it('is told it when the feed says how far the topic is, if nobody knew', () => {
    const { inbox, hold } = back()
    rig.hub.resume(hold, { epoch: 1, seq: 3 })
    expect(inbox.said).toEqual([])
    rig.deliver(6, { sequence: 6, snapshot: true })
    expect(inbox.said).toEqual([gapOf(4, 6), 'TCS 6'])
    const other = back()
    rig.deliver(7, { sequence: 7 })
    expect(other.inbox.said).toEqual(['TCS 7'])
  })

  it('is told nothing of what it has left before the feed spoke', () => {
    const { inbox, hold } = back()
    rig.join(new Inbox())
    rig.hub.resume(hold, { epoch: 1, seq: 3 })
    rig.hub.leave(hold)
    rig.deliver(6, { sequence: 6, snapshot: true })
    expect(inbox.said).toEqual([])
  })

  it('is told it though it wants it in another way by then', () => {
    const { inbox, hold } = back()
    rig.hub.resume(hold, { epoch: 1, seq: 3 })
    const other = rig.join(inbox, { seq: true }, { policy: 'latest' })
    rig.hub.leave(hold, other)
    rig.deliver(6, { sequence: 6, snapshot: true })
    expect(inbox.said).toEqual([gapOf(4, 6), 'TCS 6'])
  })
})

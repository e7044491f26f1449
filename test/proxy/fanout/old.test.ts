import { beforeEach, describe, expect, it } from 'vitest'
import type { TickHeader } from '../../../bus/message.ts'
import { HubRig } from './hubrig.ts'
import { Inbox } from './inbox.ts'

const STALE = { snapshot: true, stale: true }

let rig: HubRig

beforeEach(() => {
  rig = new HubRig()
  rig.clock.advance(100_000)
})

/** A value received `ago` milliseconds before now. */
const deliver = (ltp: number, header: Partial<TickHeader> & { sequence: number }, ago = 0) =>
  rig.deliver(ltp, { receivedAt: rig.clock.micros() - ago * 1000, ...header })

const messages = ({ frames }: Inbox) =>
  frames.map(({ bytes }) => JSON.parse(bytes.toString().slice(bytes.indexOf('{'))) as Record<string, unknown>)

/** What a client that comes now is given: one that hears how things stand, and a classic one. */
function comers(): { told: unknown[]; classic: unknown[] } {
  const given = (state: boolean) => {
    const inbox = new Inbox({ state })
    const hold = rig.join(inbox, { state })
    rig.hub.snapshot(hold)
    rig.hub.leave(hold)
    return messages(inbox).map(({ data, snapshot, stale }) => ({
      ltp: (data as { ltp: number }).ltp,
      ...(snapshot !== undefined && { snapshot }),
      ...(stale !== undefined && { stale }),
    }))
  }
  return { told: given(true), classic: given(false) }
}

describe('a value that is no longer the present', () => {
  it('is given, marked, to who hears how things stand, and to nobody else, until a newer one comes', () => {
    rig.join(new Inbox())
    deliver(5, { sequence: 1 })
    expect(comers()).toEqual({ told: [{ ltp: 5 }], classic: [{ ltp: 5 }] })
    rig.hub.forget('TESTFEED')
    expect(comers()).toEqual({ told: [{ ltp: 5, ...STALE }], classic: [] })
    deliver(6, { sequence: 2 })
    expect(comers()).toEqual({ told: [{ ltp: 6 }], classic: [{ ltp: 6 }] })
  })

  it('is not given again to who has it when its feed says that it is still the last, and is to who went without', () => {
    const first = new Inbox()
    rig.join(first)
    deliver(5, { sequence: 1 }, 7000)
    const again = () => deliver(5, { sequence: 1, snapshot: true }, 7000)
    rig.hub.forget('TESTFEED')
    again()
    expect(first.said).toEqual(['TCS 5'])
    expect(comers()).toEqual({ told: [{ ltp: 5 }], classic: [{ ltp: 5 }] })
    rig.hub.forget('TESTFEED')
    const second = new Inbox()
    rig.hub.snapshot(rig.join(second))
    again()
    expect(second.said).toEqual(['TCS 5'])
  })

  it('is what a publisher leaves that was replaced, or a hole', () => {
    rig.join(new Inbox())
    deliver(5, { sequence: 1 })
    rig.hub.replace('TESTFEED')
    expect(comers()).toEqual({ told: [{ ltp: 5, ...STALE }], classic: [] })
    deliver(6, { sequence: 4, epoch: 2 })
    rig.position({ sequence: 9, epoch: 2 })
    expect(comers()).toEqual({ told: [{ ltp: 6, ...STALE }], classic: [] })
  })

  it('stands for no publication, whatever was folded', () => {
    const inbox = new Inbox({ state: true, count: true })
    const hold = rig.join(inbox, { state: true, count: true })
    deliver(5, { sequence: 1 })
    rig.hub.forget('TESTFEED')
    rig.hub.snapshot(hold)
    const [, old] = inbox.frames
    expect(messages(inbox)[1]).toMatchObject({ ...STALE, count: 0 })
    expect(old && hold.variant.recount(old, 3)).toBeUndefined()
  })
})

describe('a value older than the last', () => {
  it('of another publisher is given to nobody, live or later', () => {
    const inbox = new Inbox()
    rig.join(inbox)
    deliver(5, { sequence: 1 })
    rig.hub.replace('TESTFEED')
    deliver(4, { sequence: 0, epoch: 2, snapshot: true }, 1000)
    expect(inbox.said).toEqual(['TCS 5'])
    expect(rig.hub.counts.late).toBe(1)
    expect(comers()).toEqual({ told: [{ ltp: 5, ...STALE }], classic: [] })
    deliver(6, { sequence: 1, epoch: 2 })
    expect(inbox.said).toEqual(['TCS 5', 'TCS 6'])
  })

  it('does not stop the ticks of one whose clock was set back', () => {
    const inbox = new Inbox()
    rig.join(inbox)
    deliver(5, { sequence: 1 })
    deliver(6, { sequence: 1, epoch: 2 }, 50_000)
    expect(inbox.said).toEqual(['TCS 5', 'TCS 6'])
  })
})

describe('a value of a feed that is not up', () => {
  it('is of now when it comes, to a classic client for 5 s, and marked for who hears how things stand', () => {
    const inbox = new Inbox()
    rig.join(inbox)
    rig.hub.attend('TESTFEED', false)
    deliver(5, { sequence: 1 })
    expect(inbox.said).toEqual(['TCS 5'])
    rig.clock.advance(4900)
    expect(comers()).toEqual({ told: [{ ltp: 5, ...STALE }], classic: [{ ltp: 5 }] })
    rig.clock.advance(200)
    expect(comers()).toEqual({ told: [{ ltp: 5, ...STALE }], classic: [] })
    rig.hub.attend('TESTFEED', true)
    expect(comers()).toEqual({ told: [{ ltp: 5, ...STALE }], classic: [] })
  })
})

describe('the last value of a market that is closed', () => {
  const keep = (header: Partial<TickHeader> = {}) =>
    deliver(7, { sequence: 0, snapshot: true, kept: true, receivedAt: 1, ...header })

  it('comes to everybody, marked for who hears how things stand, also while its feed is not up', () => {
    const [told, classic] = [new Inbox({ state: true }), new Inbox()]
    rig.join(told, { state: true })
    rig.join(classic)
    rig.hub.attend('TESTFEED', false)
    keep()
    rig.hub.forget('TESTFEED')
    expect(messages(told)).toMatchObject([STALE])
    expect(messages(classic)[0]).not.toHaveProperty('stale')
    expect(comers()).toEqual({ told: [{ ltp: 7, ...STALE }], classic: [{ ltp: 7 }] })
  })

  it('is asked for anew when it was not confirmed for a minute: the market may have opened', () => {
    rig.join(new Inbox())
    keep()
    rig.clock.advance(59_000)
    keep()
    rig.clock.advance(59_000)
    expect(comers().classic).toEqual([{ ltp: 7 }])
    rig.clock.advance(2000)
    expect(comers()).toEqual({ told: [{ ltp: 7, ...STALE }], classic: [] })
    expect(rig.demand.at(-1)).toBe('?TESTFEED')
    keep()
    expect(comers().classic).toEqual([{ ltp: 7 }])
  })

  it('is over when its feed says that there is none any more', () => {
    rig.join(new Inbox())
    keep()
    rig.position({ sequence: 0 })
    expect(comers()).toEqual({ told: [{ ltp: 7, ...STALE }], classic: [] })
  })
})

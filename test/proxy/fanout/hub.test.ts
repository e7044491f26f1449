import { beforeEach, describe, expect, it } from 'vitest'
import type { TickHeader } from '../../../bus/message.ts'
import { type Delivery, EVERY } from '../../../proxy/delivery.ts'
import type { Hold } from '../../../proxy/fanout/hold.ts'
import { Hub } from '../../../proxy/fanout/hub.ts'
import type { Variation } from '../../../proxy/variant.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { PLAIN, servedOf, tickOf } from './frames.ts'
import { Inbox } from './inbox.ts'

const SERVED = servedOf('TCS')
const { topic: TOPIC } = SERVED

let hub: Hub
let demand: string[]
let clock: ManualClock

beforeEach(() => {
  demand = []
  clock = new ManualClock()
  const wanted = {
    want: (feed: string, topic: string) => void demand.push(`+${feed} ${topic}`),
    drop: (feed: string, topic: string) => void demand.push(`-${feed} ${topic}`),
  }
  hub = new Hub({ demand: wanted, clock, resumeBytes: 1_000_000 })
})

function deliver(ltp: number, header: Partial<TickHeader> & { sequence: number }): void {
  const tick = tickOf('TCS', ltp, header)
  take(tick.header, tick.payload)
  // The bus may use its buffer again.
  tick.payload.fill(0)
}

function take(header: TickHeader, payload: Buffer): void {
  const channel = hub.find(TOPIC)
  if (channel) hub.deliver(channel, header, payload)
}

const join = (inbox: Inbox, variation: Partial<Variation> = {}, delivery: Partial<Delivery> = {}): Hold =>
  hub.join(SERVED, { variation: { ...PLAIN, ...variation }, delivery: { ...EVERY, ...delivery } }, inbox.outbox)

const position = (header: Partial<TickHeader> & { sequence: number }) =>
  take({ ...tickOf('TCS', 0, header).header, position: true }, Buffer.alloc(0))

const gapOf = (from: number, to?: number, epoch = 1) => {
  const range = to === undefined ? `"from":${from}` : `"from":${from},"to":${to},"lost":${to - from + 1}`
  return `{"type":"gap","symbol":"TCS","exchange":"NSE","mode":1,"epoch":${epoch},${range},"broker":"testbroker"}`
}

describe('a hub', () => {
  it('wants a topic while anybody holds it', () => {
    const [first, second] = [join(new Inbox()), join(new Inbox(), { symbol: 'TCS-EQ' })]
    expect(hub.size).toBe(1)
    hub.leave(first)
    hub.leave(first)
    expect(demand).toEqual([`+TESTFEED ${TOPIC}`])
    hub.leave(second)
    expect(demand).toEqual([`+TESTFEED ${TOPIC}`, `-TESTFEED ${TOPIC}`])
    expect(hub.size).toBe(0)
  })

  it('builds one frame per spelling and shares it', () => {
    const inboxes = [new Inbox(), new Inbox(), new Inbox(), new Inbox()] as const
    for (const [at, inbox] of inboxes.entries()) join(inbox, at < 2 ? {} : { symbol: 'TCS-EQ:20' })
    deliver(5, { sequence: 1 })
    const [a, b, c, d] = inboxes.map(({ frames }) => frames[0])
    expect(a).toBe(b)
    expect(c).toBe(d)
    expect(inboxes.map(({ said }) => said)).toEqual([['TCS 5'], ['TCS 5'], ['TCS-EQ:20 5'], ['TCS-EQ:20 5']])
  })

  it('goes on with everybody else when one of many leaves', () => {
    const inboxes = [new Inbox(), new Inbox(), new Inbox()]
    const holds = inboxes.map(inbox => join(inbox))
    for (const [nth, hold] of holds.entries()) {
      deliver(nth, { sequence: nth + 1 })
      hub.leave(hold)
    }
    expect(inboxes.map(({ said }) => said)).toEqual([['TCS 0'], ['TCS 0', 'TCS 1'], ['TCS 0', 'TCS 1', 'TCS 2']])
  })

  it('gives the last value to who asks, in its own spelling, and only what is remembered', () => {
    const [one, two] = [new Inbox(), new Inbox()]
    hub.snapshot(join(one))
    deliver(5, { sequence: 1 })
    const other = join(two, { symbol: 'TCS-EQ' })
    hub.snapshot(other)
    expect([one.said, two.said]).toEqual([['TCS 5'], ['TCS-EQ 5']])
    hub.forget('OTHER')
    hub.snapshot(other)
    hub.forget('TESTFEED')
    hub.snapshot(other)
    expect(two.said).toEqual(['TCS-EQ 5', 'TCS-EQ 5'])
  })

  it('counts what comes twice, and what is missing', () => {
    const inbox = new Inbox()
    join(inbox)
    for (const sequence of [1, 2, 2, 1, 5, 6]) deliver(sequence, { sequence })
    expect(inbox.said).toEqual(['TCS 1', 'TCS 2', 'TCS 5', 'TCS 6'])
    expect(hub.counts).toEqual({ ticks: 4, unheld: 0, late: 2, lost: 2 })
    expect(inbox.counts.lost).toBe(2)
  })

  it('takes a snapshot that is fresher than what it has, though it repeats the sequence', () => {
    const inbox = new Inbox()
    join(inbox)
    deliver(1, { sequence: 7, receivedAt: 100 })
    deliver(1, { sequence: 7, receivedAt: 100, snapshot: true })
    deliver(2, { sequence: 7, receivedAt: 200, snapshot: true })
    deliver(3, { sequence: 7, receivedAt: 300 })
    deliver(4, { sequence: 8, receivedAt: 300 })
    expect(inbox.said).toEqual(['TCS 1', 'TCS 2', 'TCS 4'])
    expect(inbox.frames.map(({ stands }) => stands)).toEqual([1, 0, 1])
    expect(hub.counts.lost).toBe(0)
  })

  it('remembers how far a topic is when its value is forgotten, and takes the same value again', () => {
    const inbox = new Inbox({ gap: true })
    join(inbox)
    deliver(1, { sequence: 4 })
    hub.forget('TESTFEED')
    deliver(1, { sequence: 4, snapshot: true })
    hub.forget('TESTFEED')
    deliver(9, { sequence: 9, snapshot: true })
    expect(inbox.said).toEqual(['TCS 1', 'TCS 1', gapOf(5, 8), 'TCS 9'])
    expect(inbox.frames.map(({ stands }) => stands)).toEqual([1, 0, 1])
  })

  it('hears no more of an older publisher', () => {
    const inbox = new Inbox()
    join(inbox)
    deliver(1, { sequence: 900 })
    deliver(2, { sequence: 1, epoch: 2 })
    deliver(3, { sequence: 901 })
    expect(inbox.said).toEqual(['TCS 1', 'TCS 2'])
    expect(hub.counts).toMatchObject({ late: 1, lost: 0 })
  })

  it('follows a publisher that took over, though its clock was set back', () => {
    const inbox = new Inbox()
    join(inbox)
    deliver(1, { sequence: 900, epoch: 5 })
    hub.replace('TESTFEED')
    deliver(2, { sequence: 1, epoch: 4 })
    expect(inbox.said).toEqual(['TCS 1', 'TCS 2'])
  })
})

describe('what is lost', () => {
  it('is told before the next tick of its topic, to who asked', () => {
    const [told, classic] = [new Inbox({ gap: true }), new Inbox()]
    join(told)
    join(classic)
    deliver(1, { sequence: 1 })
    deliver(5, { sequence: 5 })
    expect(told.said).toEqual(['TCS 1', gapOf(2, 4), 'TCS 5'])
    expect(classic.said).toEqual(['TCS 1', 'TCS 5'])
    expect([told.counts.lost, classic.counts.lost]).toEqual([3, 3])
  })

  it('is told when a snapshot comes after a hole: the last value is there, the rest is not', () => {
    const inbox = new Inbox({ gap: true })
    join(inbox)
    deliver(1, { sequence: 1 })
    deliver(4, { sequence: 4, snapshot: true })
    expect(inbox.said).toEqual(['TCS 1', gapOf(2, 3), 'TCS 4'])
    expect(inbox.frames.at(-1)?.stands).toBe(1)
  })

  it('is told by a bare position, when the topic falls silent after a hole', () => {
    const inbox = new Inbox({ gap: true })
    join(inbox)
    deliver(1, { sequence: 1 })
    position({ sequence: 4 })
    position({ sequence: 4 })
    deliver(5, { sequence: 5 })
    expect(inbox.said).toEqual(['TCS 1', gapOf(2, 4), 'TCS 5'])
    expect(hub.counts).toMatchObject({ ticks: 2, late: 0, lost: 3 })
  })

  it('cannot be numbered when the publisher is another one', () => {
    const inbox = new Inbox({ gap: true })
    join(inbox)
    deliver(1, { sequence: 8 })
    deliver(2, { sequence: 1, epoch: 2 })
    expect(inbox.said).toEqual(['TCS 1', gapOf(9), 'TCS 2'])
    expect(inbox.counts.lost).toBe(0)
  })

  it('begins with the first record: what was before is not missing', () => {
    const inbox = new Inbox({ gap: true })
    join(inbox)
    position({ sequence: 17 })
    deliver(1, { sequence: 18 })
    expect(inbox.said).toEqual(['TCS 1'])
  })
})

describe('a client that comes back', () => {
  const back = () => {
    const inbox = new Inbox({ gap: true, resume: true, seq: true })
    return { inbox, hold: join(inbox, { seq: true }) }
  }

  it('gets everything since it left, as long as somebody else kept the topic', () => {
    join(new Inbox({ resume: true }))
    for (const sequence of [1, 2, 3, 4]) deliver(sequence, { sequence })
    const { inbox, hold } = back()
    expect(hub.canResume(hold, { epoch: 1, seq: 2 })).toBe(true)
    hub.resume(hold, { epoch: 1, seq: 2 })
    deliver(5, { sequence: 5 })
    expect(inbox.said).toEqual(['TCS 3', 'TCS 4', 'TCS 5'])
  })

  it('gets it for half a minute though nobody else did', () => {
    const first = back()
    for (const sequence of [1, 2]) deliver(sequence, { sequence })
    hub.leave(first.hold)
    deliver(3, { sequence: 3 })
    clock.advance(29_999)
    const { inbox, hold } = back()
    hub.resume(hold, { epoch: 1, seq: 2 })
    expect(inbox.said).toEqual(['TCS 3'])
    expect(demand).toEqual([`+TESTFEED ${TOPIC}`])
    hub.leave(hold)
    clock.advance(30_000)
    expect(demand).toEqual([`+TESTFEED ${TOPIC}`, `-TESTFEED ${TOPIC}`])
  })

  it('has missed nothing when it knows the last one', () => {
    join(new Inbox({ resume: true }))
    deliver(1, { sequence: 7 })
    const { inbox, hold } = back()
    expect(hub.canResume(hold, { epoch: 1, seq: 7 })).toBe(true)
    hub.resume(hold, { epoch: 1, seq: 7 })
    expect(inbox.said).toEqual([])
  })

  it('is told the range, and the last value, when something of it is gone', () => {
    join(new Inbox({ resume: true }))
    for (const sequence of [1, 2, 5, 6]) deliver(sequence, { sequence })
    for (const [epoch, seq, gap] of [
      [1, 2, gapOf(3, 6)],
      [0, 4, gapOf(5, undefined, 0)],
    ] as const) {
      const { inbox, hold } = back()
      expect(hub.canResume(hold, { epoch, seq })).toBe(false)
      hub.resume(hold, { epoch, seq })
      expect(inbox.said).toEqual([gap, 'TCS 6'])
      expect(inbox.frames[0]?.stands).toBe(0)
    }
  })

  it('is told it when the feed says how far the topic is, if nobody knew', () => {
    const { inbox, hold } = back()
    hub.resume(hold, { epoch: 1, seq: 3 })
    expect(inbox.said).toEqual([])
    deliver(6, { sequence: 6, snapshot: true })
    expect(inbox.said).toEqual([gapOf(4, 6), 'TCS 6'])
    const other = back()
    deliver(7, { sequence: 7 })
    expect(other.inbox.said).toEqual(['TCS 7'])
  })
})

describe('a client that wants only the newest', () => {
  it('gets one in each interval, the last one always, and how many it stands for', () => {
    const inbox = new Inbox()
    join(inbox, {}, { policy: 'latest', intervalMs: 100 })
    for (const sequence of [1, 2, 3]) deliver(sequence, { sequence })
    expect(inbox.said).toEqual(['TCS 1'])
    clock.advance(100)
    expect(inbox.said).toEqual(['TCS 1', 'TCS 3', 'after 1'])
    expect(inbox.counts.folded).toBe(1)
    clock.advance(99)
    deliver(4, { sequence: 4 })
    expect(inbox.said).toHaveLength(3)
    clock.advance(1)
    expect(inbox.said.slice(3)).toEqual(['TCS 4'])
    clock.advance(1000)
    deliver(5, { sequence: 5 })
    expect(inbox.said.slice(4)).toEqual(['TCS 5'])
  })

  it('gets what waits before it hears of a hole behind it', () => {
    const inbox = new Inbox({ gap: true })
    join(inbox, {}, { policy: 'latest', intervalMs: 100 })
    for (const sequence of [1, 2, 5]) deliver(sequence, { sequence })
    expect(inbox.said).toEqual(['TCS 1', 'TCS 2', gapOf(3, 4)])
    clock.advance(100)
    expect(inbox.said.slice(3)).toEqual(['TCS 5'])
  })

  it('gets what waits when it leaves', () => {
    const inbox = new Inbox()
    const hold = join(inbox, {}, { policy: 'latest', intervalMs: 100 })
    for (const sequence of [1, 2]) deliver(sequence, { sequence })
    hub.leave(hold)
    expect(inbox.said).toEqual(['TCS 1', 'TCS 2'])
    clock.advance(100)
    expect(inbox.said).toHaveLength(2)
  })

  it('shares a timer with all of the same interval', () => {
    const inboxes = Array.from({ length: 50 }, () => new Inbox())
    for (const inbox of inboxes) join(inbox, {}, { policy: 'latest', intervalMs: 100 })
    for (const sequence of [1, 2]) deliver(sequence, { sequence })
    clock.advance(100)
    expect(new Set(inboxes.map(({ said }) => said.join()))).toEqual(new Set(['TCS 1,TCS 2']))
  })
})

import { beforeEach, describe, expect, it } from 'vitest'
import { type Delivery, EVERY } from '../../../proxy/delivery.ts'
import type { Frame } from '../../../proxy/fanout/frame.ts'
import type { Hold } from '../../../proxy/fanout/hold.ts'
import { PLAIN } from './frames.ts'
import { gapOf, HubRig, SERVED } from './hubrig.ts'
import { Inbox } from './inbox.ts'
import { OutboxRig } from './outboxrig.ts'

let rig: HubRig

beforeEach(() => {
  rig = new HubRig()
})

describe('a hub', () => {
  it('wants a topic while anybody holds it', () => {
    const [first, second] = [rig.join(new Inbox()), rig.join(new Inbox(), { symbol: 'TCS-EQ' })]
    expect(rig.hub.size).toBe(1)
    rig.hub.leave(first)
    rig.hub.leave(first)
    expect(rig.demand).toEqual([`+TESTFEED ${rig.topic}`])
    rig.hub.leave(second)
    expect(rig.demand).toEqual([`+TESTFEED ${rig.topic}`, `-TESTFEED ${rig.topic}`])
    expect(rig.hub.size).toBe(0)
  })

  it('builds one frame per spelling and shares it', () => {
    const inboxes = [new Inbox(), new Inbox(), new Inbox(), new Inbox()] as const
    for (const [at, inbox] of inboxes.entries()) rig.join(inbox, at < 2 ? {} : { symbol: 'TCS-EQ:20' })
    rig.deliver(5, { sequence: 1 })
    const [a, b, c, d] = inboxes.map(({ frames }) => frames[0])
    expect(a).toBe(b)
    expect(c).toBe(d)
    expect(inboxes.map(({ said }) => said)).toEqual([['TCS 5'], ['TCS 5'], ['TCS-EQ:20 5'], ['TCS-EQ:20 5']])
  })

  it('goes on with everybody else when one of many leaves', () => {
    const inboxes = [new Inbox(), new Inbox(), new Inbox()]
    const holds = inboxes.map(inbox => rig.join(inbox))
    for (const [nth, hold] of holds.entries()) {
      rig.deliver(nth, { sequence: nth + 1 })
      rig.hub.leave(hold)
    }
    expect(inboxes.map(({ said }) => said)).toEqual([['TCS 0'], ['TCS 0', 'TCS 1'], ['TCS 0', 'TCS 1', 'TCS 2']])
  })

  it('gives a tick to everybody else though giving it to one ends another', () => {
    const inboxes = [new Inbox(), new Inbox(), new Inbox(), new Inbox()] as const
    const holds = inboxes.map((inbox, nth) => rig.join(inbox, nth === 1 ? { symbol: 'TCS-EQ' } : {}))
    const [first] = inboxes
    const offer = first.offer
    const ending = new Inbox()
    Object.assign(first, {
      offer: (frame: Frame) => {
        offer(frame)
        for (const hold of holds.slice(0, 2)) rig.hub.leave(hold)
      },
    })
    rig.join(ending, { symbol: 'TCS-BE' })
    rig.deliver(1, { sequence: 1 })
    rig.deliver(2, { sequence: 2 })
    expect([...inboxes, ending].map(({ said }) => said.length)).toEqual([1, 1, 2, 2, 2])
  })

  it('tells everybody else of a hole though telling one ends it', () => {
    const inboxes = [new Inbox({ gap: true }), new Inbox({ gap: true }), new Inbox({ gap: true })] as const
    const holds = inboxes.map(inbox => rig.join(inbox))
    Object.assign(inboxes[0], { say: () => rig.hub.leave(holds[0] as Hold) })
    rig.deliver(1, { sequence: 1 })
    rig.hub.replace('TESTFEED')
    expect(inboxes.map(({ said }) => said)).toEqual([['TCS 1'], ['TCS 1', gapOf(2)], ['TCS 1', gapOf(2)]])
  })

  it('folds nothing of what was wanted in another way before', () => {
    const post = new OutboxRig()
    const want = (delivery: Partial<Delivery>) =>
      rig.hub.join(SERVED, { variation: { ...PLAIN, count: true }, delivery: { ...EVERY, ...delivery } }, post.outbox)
    post.block()
    const latest = want({ policy: 'latest' })
    rig.deliver(1, { sequence: 1 })
    const every = want({})
    rig.hub.leave(latest)
    rig.deliver(2, { sequence: 2 })
    want({ policy: 'latest' })
    rig.hub.leave(every)
    rig.deliver(3, { sequence: 3 })
    rig.deliver(4, { sequence: 4 })
    post.kernel.drain()
    expect(post.said).toEqual(['TCS 1', 'TCS 2', 'TCS 4 x2'])
  })

  it('gives the last value to who asks, in its own spelling, and only what is remembered', () => {
    const [one, two] = [new Inbox(), new Inbox()]
    rig.hub.snapshot(rig.join(one))
    rig.deliver(5, { sequence: 1 })
    const other = rig.join(two, { symbol: 'TCS-EQ' })
    rig.hub.snapshot(other)
    expect([one.said, two.said]).toEqual([['TCS 5'], ['TCS-EQ 5']])
    rig.hub.forget('OTHER')
    rig.hub.snapshot(other)
    rig.hub.forget('TESTFEED')
    rig.hub.snapshot(other)
    expect(two.said).toEqual(['TCS-EQ 5', 'TCS-EQ 5'])
  })

  it('counts what comes twice, and what is missing', () => {
    const inbox = new Inbox()
    rig.join(inbox)
    for (const sequence of [1, 2, 2, 1, 5, 6]) rig.deliver(sequence, { sequence })
    expect(inbox.said).toEqual(['TCS 1', 'TCS 2', 'TCS 5', 'TCS 6'])
    expect(rig.hub.counts).toEqual({ ticks: 4, unheld: 0, late: 2, lost: 2 })
    expect(inbox.counts.lost).toBe(2)
  })

  it('takes a snapshot that is fresher than what it has, though it repeats the sequence', () => {
    const inbox = new Inbox()
    rig.join(inbox)
    rig.deliver(1, { sequence: 7, receivedAt: 100 })
    rig.deliver(1, { sequence: 7, receivedAt: 100, snapshot: true })
    rig.deliver(2, { sequence: 7, receivedAt: 200, snapshot: true })
    rig.deliver(3, { sequence: 7, receivedAt: 300 })
    rig.deliver(4, { sequence: 8, receivedAt: 300 })
    expect(inbox.said).toEqual(['TCS 1', 'TCS 2', 'TCS 4'])
    expect(inbox.frames.map(({ stands }) => stands)).toEqual([1, 0, 1])
    expect(rig.hub.counts.lost).toBe(0)
  })

  it('remembers how far a topic is when its value is forgotten, and gives the same value to nobody again', () => {
    const inbox = new Inbox({ gap: true })
    rig.join(inbox)
    rig.deliver(1, { sequence: 4 })
    rig.hub.forget('TESTFEED')
    rig.deliver(1, { sequence: 4, snapshot: true })
    expect(rig.hub.find(rig.topic)?.last).toBeDefined()
    rig.hub.forget('TESTFEED')
    rig.deliver(9, { sequence: 9, snapshot: true })
    expect(inbox.said).toEqual(['TCS 1', gapOf(5, 8), 'TCS 9'])
    expect(inbox.frames.map(({ stands }) => stands)).toEqual([1, 1])
  })

  it('hears no more of an older publisher', () => {
    const inbox = new Inbox()
    rig.join(inbox)
    rig.deliver(1, { sequence: 900 })
    rig.deliver(2, { sequence: 1, epoch: 2 })
    rig.deliver(3, { sequence: 901 })
    expect(inbox.said).toEqual(['TCS 1', 'TCS 2'])
    expect(rig.hub.counts).toMatchObject({ late: 1, lost: 0 })
  })

  it('follows a publisher that took over, though its clock was set back', () => {
    const inbox = new Inbox()
    rig.join(inbox)
    rig.deliver(1, { sequence: 900, epoch: 5 })
    rig.hub.replace('TESTFEED')
    rig.deliver(2, { sequence: 1, epoch: 4 })
    expect(inbox.said).toEqual(['TCS 1', 'TCS 2'])
  })
})

describe('what is lost', () => {
  it('is told before the next tick of its topic, to who asked', () => {
    const [told, classic] = [new Inbox({ gap: true }), new Inbox()]
    rig.join(told)
    rig.join(classic)
    rig.deliver(1, { sequence: 1 })
    rig.deliver(5, { sequence: 5 })
    expect(told.said).toEqual(['TCS 1', gapOf(2, 4), 'TCS 5'])
    expect(classic.said).toEqual(['TCS 1', 'TCS 5'])
    expect([told.counts.lost, classic.counts.lost]).toEqual([3, 3])
  })

  it('is told when a snapshot comes after a hole: the last value is there, the rest is not', () => {
    const inbox = new Inbox({ gap: true })
    rig.join(inbox)
    rig.deliver(1, { sequence: 1 })
    rig.deliver(4, { sequence: 4, snapshot: true })
    expect(inbox.said).toEqual(['TCS 1', gapOf(2, 3), 'TCS 4'])
    expect(inbox.frames.at(-1)?.stands).toBe(1)
  })

  it('is told by a bare position, when the topic falls silent after a hole', () => {
    const inbox = new Inbox({ gap: true })
    rig.join(inbox)
    rig.deliver(1, { sequence: 1 })
    rig.position({ sequence: 4 })
    rig.position({ sequence: 4 })
    rig.deliver(5, { sequence: 5 })
    expect(inbox.said).toEqual(['TCS 1', gapOf(2, 4), 'TCS 5'])
    expect(rig.hub.counts).toMatchObject({ ticks: 2, late: 0, lost: 3 })
  })

  it('leaves no older value for who comes next', () => {
    rig.join(new Inbox())
    rig.deliver(1, { sequence: 1 })
    rig.position({ sequence: 4 })
    const inbox = new Inbox()
    rig.hub.snapshot(rig.join(inbox))
    rig.deliver(4, { sequence: 4, snapshot: true })
    expect(inbox.said).toEqual(['TCS 4'])
  })

  it('cannot be numbered when the publisher is another one', () => {
    const inbox = new Inbox({ gap: true })
    rig.join(inbox)
    rig.deliver(1, { sequence: 8 })
    rig.deliver(2, { sequence: 1, epoch: 2 })
    expect(inbox.said).toEqual(['TCS 1', gapOf(9), 'TCS 2'])
    expect(inbox.counts.lost).toBe(0)
  })

  it('begins with the first record: what was before is not missing', () => {
    const inbox = new Inbox({ gap: true })
    rig.join(inbox)
    rig.position({ sequence: 17 })
    rig.deliver(1, { sequence: 18 })
    expect(inbox.said).toEqual(['TCS 1'])
  })
})

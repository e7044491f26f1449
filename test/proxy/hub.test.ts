import { beforeEach, describe, expect, it } from 'vitest'
import type { TickHeader } from '../../bus/message.ts'
import { Hub, type Subscription } from '../../proxy/hub.ts'
import type { Outbox } from '../../proxy/outbox.ts'
import { formatFrame, frameTemplate } from '../../shared/market/frame.ts'
import { formatTopic, type TopicParts } from '../../shared/market/topic.ts'
import { parseFrames } from '../support/clientraw.ts'

const PARTS: TopicParts = { feed: 'TESTFEED', exchange: 'NSE', symbol: 'TCS', mode: 'LTP' }
const TOPIC = formatTopic(PARTS)

let hub: Hub
let demand: string[]

beforeEach(() => {
  demand = []
  hub = new Hub({
    want: (feed, topic) => demand.push(`+${feed} ${topic}`),
    drop: (feed, topic) => demand.push(`-${feed} ${topic}`),
  })
})

/** Collects frames. A hub does nothing with an outbox but offer. */
class Inbox {
  readonly frames: Buffer[] = []
  readonly offer = (frame: Buffer): void => void this.frames.push(frame)

  get outbox(): Outbox {
    return this as unknown as Outbox
  }

  get prices(): string[] {
    return this.frames.map(frame => {
      const { symbol, data } = JSON.parse(parseFrames(frame)[0]?.text ?? '')
      expect(data.symbol).toBe(symbol)
      return `${symbol} ${data.ltp}`
    })
  }
}

const { symbolAt, dataSymbolAt, symbolLength } = frameTemplate(PARTS, 'testbroker')

function deliver(ltp: number, header: Partial<TickHeader> & { sequence: number }, topic = TOPIC): void {
  const template = frameTemplate(PARTS, 'testbroker')
  const payload = Buffer.from(formatFrame(template, { ltp, timestamp: 1 }))
  const place = { symbolAt, dataSymbolAt, symbolLength }
  hub.deliver(
    topic,
    { snapshot: false, position: false, ...place, epoch: 1, receivedAt: header.sequence, ...header },
    payload,
  )
  // The bus may use its buffer again.
  payload.fill(0)
}

const join = (inbox: Inbox, symbol = 'TCS'): Subscription =>
  hub.join({ parts: PARTS, topic: TOPIC }, symbol, inbox.outbox)

describe('a hub', () => {
  it('wants a topic while anybody holds it', () => {
    const [one, two] = [new Inbox(), new Inbox()]
    const [first, second] = [join(one), join(two, 'TCS-EQ')]
    expect(hub.size).toBe(1)
    hub.leave(first, one.outbox)
    hub.leave(first, one.outbox)
    expect(demand).toEqual([`+TESTFEED ${TOPIC}`])
    hub.leave(second, two.outbox)
    expect(demand).toEqual([`+TESTFEED ${TOPIC}`, `-TESTFEED ${TOPIC}`])
    expect(hub.size).toBe(0)
  })

  it('builds one frame per spelling and shares it', () => {
    const inboxes = [new Inbox(), new Inbox(), new Inbox(), new Inbox()] as const
    for (const [at, inbox] of inboxes.entries()) join(inbox, at < 2 ? 'TCS' : 'TCS-EQ:20')
    deliver(5, { sequence: 1 })
    const [a, b, c, d] = inboxes.map(({ frames }) => frames[0])
    expect(a).toBe(b)
    expect(c).toBe(d)
    expect(inboxes.map(({ prices }) => prices)).toEqual([['TCS 5'], ['TCS 5'], ['TCS-EQ:20 5'], ['TCS-EQ:20 5']])
  })

  it('gives the last value to who asks, in its own spelling, and only what is remembered', () => {
    const [one, two] = [new Inbox(), new Inbox()]
    hub.snapshot(join(one), one.outbox)
    deliver(5, { sequence: 1 })
    hub.snapshot(join(two, 'TCS-EQ'), two.outbox)
    expect([one.prices, two.prices]).toEqual([['TCS 5'], ['TCS-EQ 5']])
    hub.forget('OTHER')
    hub.snapshot(join(two), two.outbox)
    hub.forget('TESTFEED')
    hub.snapshot(join(two), two.outbox)
    expect(two.prices).toEqual(['TCS-EQ 5', 'TCS 5'])
  })

  it('counts what nobody holds, what comes twice, and what is missing', () => {
    const inbox = new Inbox()
    join(inbox)
    deliver(0, { sequence: 1 }, 'TESTFEED_NSE_OTHER_LTP')
    for (const sequence of [1, 2, 2, 1, 5, 6]) deliver(sequence, { sequence })
    expect(inbox.prices).toEqual(['TCS 1', 'TCS 2', 'TCS 5', 'TCS 6'])
    expect(hub.counts).toEqual({ ticks: 4, unheld: 1, late: 2, lost: 2 })
  })

  it('follows a new publisher and hears the old one no more', () => {
    const inbox = new Inbox()
    join(inbox)
    deliver(1, { sequence: 900 })
    deliver(2, { sequence: 1, epoch: 2 })
    deliver(3, { sequence: 901 })
    expect(inbox.prices).toEqual(['TCS 1', 'TCS 2'])
    expect(hub.counts).toMatchObject({ late: 1, lost: 0 })
  })

  it('takes a snapshot that is fresher than what it has, though it repeats the sequence', () => {
    const inbox = new Inbox()
    join(inbox)
    deliver(1, { sequence: 7, receivedAt: 100 })
    deliver(1, { sequence: 7, receivedAt: 100, snapshot: true })
    deliver(2, { sequence: 7, receivedAt: 200, snapshot: true })
    deliver(3, { sequence: 7, receivedAt: 300 })
    deliver(4, { sequence: 8, receivedAt: 300 })
    expect(inbox.prices).toEqual(['TCS 1', 'TCS 2', 'TCS 4'])
    expect(hub.counts.lost).toBe(0)
  })

  it('takes a snapshot after a hole for what it is: the last value, the rest lost', () => {
    const inbox = new Inbox()
    join(inbox)
    deliver(1, { sequence: 1 })
    deliver(4, { sequence: 4, snapshot: true })
    expect(inbox.prices).toEqual(['TCS 1', 'TCS 4'])
    expect(hub.counts.lost).toBe(2)
  })
})

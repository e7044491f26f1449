import { beforeEach, describe, expect, it } from 'vitest'
import { EVERY } from '../../../proxy/delivery.ts'
import type { Hold } from '../../../proxy/fanout/hold.ts'
import { formatFrame, frameTemplate } from '../../../shared/market/frame.ts'
import { formatTopic } from '../../../shared/market/topic.ts'
import { PLAIN } from './frames.ts'
import { HubRig } from './hubrig.ts'
import { Inbox } from './inbox.ts'

const partsOf = (feed: string) => ({ feed, exchange: 'NSE', symbol: 'TCS', mode: 'LTP' }) as const
const served = (feed: string) => ({
  parts: partsOf(feed),
  topic: formatTopic(partsOf(feed)),
  broker: feed.toLowerCase(),
})

let rig: HubRig
let sequence: number

beforeEach(() => {
  rig = new HubRig()
  sequence = 0
})

/** A tick of one feed, at a second. */
function tick(feed: string, second: number, ltp: number, snapshot = false): void {
  const { symbolAt, dataSymbolAt, symbolLength, ...rest } = frameTemplate(partsOf(feed), feed.toLowerCase())
  const template = { symbolAt, dataSymbolAt, symbolLength, ...rest }
  const channel = rig.hub.find(served(feed).topic)
  if (!channel) throw new Error(`nobody wants ${feed}`)
  const place = { symbolAt, dataSymbolAt, symbolLength, position: false, kept: false, snapshot, epoch: 1 }
  const header = { ...place, sequence: ++sequence, receivedAt: sequence }
  rig.hub.deliver(channel, header, Buffer.from(formatFrame(template, { ltp, timestamp: second * 1000 })))
}

/** As holdings do it. */
function goOver(hold: Hold, inbox: Inbox, feed: string, delivery = EVERY): Hold {
  const next = rig.hub.join(
    served(feed),
    { variation: hold.variant.variation, delivery, guard: rig.hub.guard(hold) },
    inbox.outbox,
  )
  rig.hub.leave(hold)
  rig.hub.snapshot(next)
  return next
}

const begin = (inbox: Inbox, variation = {}) =>
  rig.hub.join(served('ONE'), { variation: { ...PLAIN, ...variation }, delivery: EVERY }, inbox.outbox)

describe('after a change of the source', () => {
  it('nothing comes that is not newer than what came', () => {
    const inbox = new Inbox()
    const hold = begin(inbox)
    tick('ONE', 5, 50)
    const next = goOver(hold, inbox, 'TWO')
    tick('TWO', 4, 40, true)
    tick('TWO', 5, 51)
    tick('TWO', 6, 60)
    tick('TWO', 6, 61)
    expect(inbox.said).toEqual(['TCS 50', 'TCS 60', 'TCS 61'])
    // Later ones of it need no comparison: they go straight to the client, as all others do.
    expect(next.guard).toBeUndefined()
    expect(next.variant.takers).toEqual([inbox.outbox])
    expect(inbox.counts.folded).toBe(1)
  })

  it('others of the new source lose nothing', () => {
    const [inbox, other] = [new Inbox(), new Inbox()]
    const hold = begin(inbox)
    rig.hub.join(served('TWO'), { variation: PLAIN, delivery: EVERY }, other.outbox)
    tick('ONE', 5, 50)
    tick('TWO', 4, 40)
    goOver(hold, inbox, 'TWO')
    tick('TWO', 4, 41)
    tick('TWO', 7, 70)
    expect(other.said).toEqual(['TCS 40', 'TCS 41', 'TCS 70'])
    expect(inbox.said).toEqual(['TCS 50', 'TCS 70'])
  })

  it('the value the new source has is given at once when it is newer', () => {
    const inbox = new Inbox()
    const hold = begin(inbox)
    rig.hub.accompany(served('ONE').topic, served('TWO'))
    tick('ONE', 5, 50)
    tick('TWO', 6, 60)
    rig.hub.forget('ONE')
    goOver(hold, inbox, 'TWO')
    expect(inbox.said).toEqual(['TCS 50', 'TCS 60'])
  })

  it('a value that came before anybody held the new source is not undercut by a third one', () => {
    const inbox = new Inbox()
    const hold = begin(inbox)
    rig.hub.accompany(served('ONE').topic, served('TWO'))
    tick('ONE', 5, 50)
    tick('TWO', 6, 60)
    const second = goOver(hold, inbox, 'TWO')
    goOver(second, inbox, 'THREE')
    tick('THREE', 4, 40)
    tick('THREE', 7, 70)
    expect(inbox.said).toEqual(['TCS 50', 'TCS 60', 'TCS 70'])
  })

  it('what was given last is remembered through changes that brought nothing', () => {
    const inbox = new Inbox()
    const hold = begin(inbox)
    tick('ONE', 5, 50)
    const second = goOver(hold, inbox, 'TWO')
    tick('TWO', 3, 30)
    goOver(second, inbox, 'THREE')
    tick('THREE', 4, 40)
    tick('THREE', 6, 60)
    expect(inbox.said).toEqual(['TCS 50', 'TCS 60'])
  })

  it('what was only shown when it came back is remembered too', () => {
    const inbox = new Inbox()
    const hold = begin(inbox)
    rig.hub.accompany(served('ONE').topic, served('TWO'))
    tick('ONE', 5, 50)
    tick('TWO', 8, 80)
    const second = goOver(hold, inbox, 'TWO')
    expect(second.guard).toBeUndefined()
    goOver(second, inbox, 'THREE')
    tick('THREE', 7, 70)
    tick('THREE', 9, 90)
    expect(inbox.said).toEqual(['TCS 50', 'TCS 80', 'TCS 90'])
  })

  it('sources that take turns and have nothing newer do not make it stand for longer', () => {
    const inbox = new Inbox()
    const hold = begin(inbox)
    tick('ONE', 5, 50)
    const second = goOver(hold, inbox, 'TWO')
    const { since } = second.guard ?? {}
    rig.clock.advance(5000)
    expect(goOver(second, inbox, 'THREE').guard?.since).toBe(since)
    expect(since).toBeDefined()
  })

  it('what is missing meanwhile is no gap', () => {
    const inbox = new Inbox({ gap: true })
    const hold = begin(inbox)
    tick('ONE', 5, 50)
    goOver(hold, inbox, 'TWO')
    tick('TWO', 4, 40)
    sequence += 3
    tick('TWO', 5, 50)
    tick('TWO', 6, 60)
    expect(inbox.said).toEqual(['TCS 50', 'TCS 60'])
  })

  it('the guard ends, says whether it held anything back, and lets everything through', () => {
    const inbox = new Inbox()
    const hold = begin(inbox)
    tick('ONE', 5, 50)
    const next = goOver(hold, inbox, 'TWO')
    tick('TWO', 4, 40)
    expect([rig.hub.endGuard(next), rig.hub.endGuard(next)]).toEqual([true, false])
    tick('TWO', 4, 41)
    expect(inbox.said).toEqual(['TCS 50', 'TCS 41'])
  })

  it('an interval holds back nothing that the guard lets through', () => {
    const inbox = new Inbox()
    const hold = begin(inbox)
    tick('ONE', 5, 50)
    goOver(hold, inbox, 'TWO', { policy: 'latest', intervalMs: 100, fields: undefined })
    tick('TWO', 5, 51)
    tick('TWO', 6, 60)
    expect(inbox.said).toEqual(['TCS 50', 'TCS 60'])
  })
})

import { describe, expect, it } from 'vitest'
import { Lease } from '../../../adapters/runtime/lease.ts'
import { StatusReporter } from '../../../adapters/runtime/status.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { type FeedStatus, formatControl, STATUS_HEARTBEAT_MS } from '../../../shared/control.ts'
import { keptLog } from '../../support/log.ts'
import { FakeBus, FEED, rig, settle } from './rig.ts'

const TOPIC = `STATUS_${FEED}`

/** A lease that began at 100,000, and how it ended so far. */
function open({ epoch = 100_000 } = {}) {
  const clock = new ManualClock(epoch)
  const bus = new FakeBus()
  const noted: number[] = []
  const lease = new Lease({ feed: FEED, epoch, bus, note: newer => noted.push(newer), clock, log: keptLog().log })
  let end: unknown
  lease.lost.catch((error: unknown) => {
    end = error
  })
  const say = (more: Partial<FeedStatus>, topic = TOPIC) => lease.hear(topic, formatControl({ ...STATUS, ...more }))
  /** As heartbeats do: so often, half a second apart. */
  async function hear(more: Partial<FeedStatus>, times = 3) {
    for (let nth = 0; nth < times; nth++) {
      clock.advance(STATUS_HEARTBEAT_MS)
      say({ ...more, aliveMs: (more.aliveMs ?? 0) + nth * STATUS_HEARTBEAT_MS })
    }
    await settle()
    return end
  }
  return { clock, bus, lease, say, hear, noted, end: () => end }
}

const STATUS: FeedStatus = {
  version: 1,
  feed: FEED,
  broker: 'testbroker',
  instance: 'OTHER-4711-AB12',
  label: 'live',
  modes: ['LTP'],
  epoch: 1,
  state: 'live',
  since: 1,
  at: 1,
  ticks: 0,
  wanted: 0,
  confirmed: 0,
  rejected: [],
  lanes: {},
}

describe('the lease of a feed', () => {
  it('is lost to a process that began later, which is named with the next step', async () => {
    const { hear, noted } = open()
    expect(await hear({ epoch: 100_001 })).toMatchObject({
      code: 'FEED_TAKEN',
      message: 'Feed TESTFEED is published by process OTHER-4711-AB12, which began later',
      next: expect.stringContaining('tickwire adapter enable TESTFEED'),
    })
    expect(noted).toEqual([100_001])
  })

  it('is lost within a second of the heartbeats of the other', async () => {
    const { hear } = open()
    expect(await hear({ epoch: 100_001 }, 2)).toMatchObject({ code: 'FEED_TAKEN' })
  })

  it('is kept beside an older process: that one hears of this', async () => {
    const { hear } = open()
    expect(await hear({ epoch: 99_999, aliveMs: 5000 })).toBeUndefined()
  })

  it('is kept when its own words come back', async () => {
    const { lease, hear } = open()
    expect(await hear({ epoch: 100_001, instance: lease.instance })).toBeUndefined()
  })

  it('is kept when the words of one that is dead come late, however many: they come all at once', async () => {
    const { clock, say, end } = open()
    for (let nth = 0; nth < 20; nth++) say({ epoch: 100_001, aliveMs: nth * 500 })
    clock.freeze(10_000)
    await settle()
    expect(end()).toBeUndefined()
  })

  it('is kept when another feed, or no status at all, is spoken of', async () => {
    const { lease, hear, clock, end } = open()
    for (let nth = 0; nth < 3; nth++) {
      clock.advance(500)
      lease.hear('STATUS_OTHER', formatControl({ ...STATUS, epoch: 100_001 }))
      lease.hear(TOPIC, Buffer.from('{'))
    }
    await settle()
    expect(end()).toBeUndefined()
    expect(await hear({ epoch: 1 })).toBeUndefined()
  })

  it('of two that began in the same millisecond goes to one of them, the same for both', async () => {
    const one = open()
    let other = open()
    // Two of one process, which tells real ones apart, may draw the same four digits.
    while (other.lease.instance === one.lease.instance) other = open()
    const ends = [await one.hear({ epoch: 100_000, instance: other.lease.instance })]
    ends.push(await other.hear({ epoch: 100_000, instance: one.lease.instance }))
    expect(ends.filter(end => end !== undefined)).toHaveLength(1)
  })

  it('is not lost to an elder whose clock is ahead, but asked for again with a newer epoch', async () => {
    const { hear, noted } = open()
    expect(await hear({ epoch: 3_700_000, aliveMs: 60_000 })).toMatchObject({ code: 'CLOCK_BEHIND' })
    expect(noted).toEqual([3_700_000])
  })

  it('is lost after a split bus has healed, too', async () => {
    const { clock, hear } = open()
    clock.advance(600_000)
    expect(await hear({ epoch: 200_000, aliveMs: 500_000 })).toMatchObject({ code: 'FEED_TAKEN' })
  })

  it('names process and age in every status', () => {
    const parts = rig()
    const { lease, bus, clock } = open()
    const status = new StatusReporter({ label: 'live', ...parts, bus, clock, lease })
    clock.advance(STATUS_HEARTBEAT_MS)
    status.close()
    expect(bus.statuses().at(-1)).toMatchObject({ instance: lease.instance, aliveMs: STATUS_HEARTBEAT_MS })
    expect(lease.instance).toMatch(new RegExp(`^[A-Z0-9-]{1,18}-${process.pid}-[0-9A-F]{4}$`))
  })
})

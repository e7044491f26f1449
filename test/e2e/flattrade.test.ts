import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../shared/clock.ts'
import { FlattradeSystem } from '../support/flattrade.ts'
import { eventually } from '../support/system.ts'

let all: FlattradeSystem

beforeAll(async () => {
  all = await FlattradeSystem.start()
  all.charts.feed.subscribe('Quote', 'ACC', 'NSE')
  all.charts.feed.subscribe('Depth', 'SBIN', 'NSE')
  all.charts.feed.subscribe('LTP', 'NIFTY', 'NSE_INDEX')
}, 60_000)

afterAll(async () => {
  await all?.close()
})

/** How many frames there were of each instrument, in the mode it was asked for. */
const counts = (): number[] =>
  [all.frames('ACC', 2), all.frames('SBIN', 3), all.frames('NIFTY', 1)].map(one => one.length)

/** Waits until each instrument has had new frames. */
async function ticksGoOn(): Promise<void> {
  const before = counts()
  await eventually(() => counts().every((count, at) => count >= (before[at] ?? 0) + 3), 30_000)
}

/** Milliseconds until the feed is in one of these states, and what it says then. */
async function told(...states: string[]) {
  const from = systemClock.monotonic()
  const feed = await all.enters(...states)
  return { ...feed, afterMs: systemClock.monotonic() - from }
}

describe('an account at Flattrade', () => {
  it('gives every client its mode of what it asked for, over one connection', async () => {
    await ticksGoOn()
    const quote = all.frames('ACC', 2).at(-1)?.data
    const depth = all.frames('SBIN', 3).at(-1)?.data as { depth?: { buy: unknown[]; sell: unknown[] } } | undefined
    const index = all.frames('NIFTY', 1).at(-1)?.data
    expect(quote).toMatchObject({ open: expect.any(Number), volume: expect.any(Number), bid_price: expect.any(Number) })
    expect([depth?.depth?.buy.length, depth?.depth?.sell.length]).toEqual([5, 5])
    expect(Object.keys(index ?? {})).toEqual(expect.arrayContaining(['ltp', 'timestamp']))
    expect(index).not.toHaveProperty('open')
    expect(all.broker.open).toHaveLength(1)
    const subscribed = all.broker.open[0]?.subscribed
    expect(new Set(subscribed?.touchline.keys())).toEqual(new Set(['NSE|22', 'NSE|26000']))
    expect([...(subscribed?.depth.keys() ?? [])]).toEqual(['NSE|3045'])
  })

  it('says what the emulated market says', async () => {
    await ticksGoOn()
    const contract = all.broker.market.find('NSE:SBIN')
    if (!contract) throw new RangeError('SBIN')
    await eventually(() => {
      const { ltp, bids, volume } = all.broker.market.peek(contract)
      return all.frames('SBIN', 3).some(({ data }) => {
        const { depth } = data as { depth?: { buy: { price: number; quantity: number; orders: number }[] } }
        return data.ltp === ltp && data.volume === volume && JSON.stringify(depth?.buy) === JSON.stringify(bids)
      })
    })
  })

  it('is told that another program took its session, and takes it back after 5 s, once', async () => {
    const before = all.broker.connections.length
    all.broker.faults.evict()
    const { afterMs, reason } = await told('down')
    expect(afterMs).toBeLessThan(1000)
    expect(reason).toMatch(/^SESSION_TAKEN: .*another program uses this account/)
    const { afterMs: downMs } = await told('live')
    expect(downMs).toBeGreaterThan(3500)
    await ticksGoOn()
    expect(all.broker.connections.length).toBe(before + 1)
  }, 40_000)

  it('in the morning asks for a login within 5 s after three tries at most, and runs again within 5 s of it', async () => {
    const before = all.broker.connections.length
    all.broker.faults.expireToken()
    const { afterMs, reason } = await told('auth_required')
    expect(afterMs).toBeLessThan(5000)
    expect(reason).toMatch(/^SESSION_EXPIRED: .*NOT_OK/)
    expect(all.broker.connections.length - before).toBeLessThanOrEqual(3)
    expect(all.broker.open).toEqual([])
    await all.login()
    expect((await told('live')).afterMs).toBeLessThan(5000)
    await ticksGoOn()
  }, 40_000)

  it('a login that is refused on an open socket is closed from here, and tried again', async () => {
    const before = all.broker.connections.length
    all.broker.faults.refuseLogin({ times: 2 })
    all.broker.faults.drop()
    await eventually(() => all.broker.connections.length >= before + 3, 20_000)
    await all.enters('live')
    await ticksGoOn()
    expect(all.broker.connections.slice(before).map(one => one.isOpen)).toEqual([false, false, true])
  }, 40_000)

  it('a connection that is lost is told within a second, and everything is asked for again', async () => {
    all.broker.faults.reset()
    expect((await told('down')).afterMs).toBeLessThan(1000)
    await all.enters('live')
    await ticksGoOn()
    expect(all.broker.open[0]?.subscriptions).toBe(3)
    expect(all.broker.open[0]?.wantsOrders).toBe(true)
  }, 40_000)
})

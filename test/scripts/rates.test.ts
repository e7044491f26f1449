import { describe, expect, it } from 'vitest'
import { paceOf } from '../../scripts/rates.ts'
import type { ProxyStatus, ReportedFeed } from '../../scripts/running.ts'

const feed = (ticks: number, rest: Partial<ReportedFeed> = {}): ReportedFeed => ({
  name: 'A',
  broker: 'one',
  external: false,
  state: 'live',
  since: 1,
  status: { ticks, wanted: 7, confirmed: 7 },
  ...rest,
})

const status = (now: number, feeds: ReportedFeed[], rest: Partial<ProxyStatus> = {}): ProxyStatus => ({
  proxy: { startedAt: 1, busConnected: true, topics: 3 },
  workers: [],
  clients: { clients: 2, delivered: 0 },
  ticks: { ticks: 0 },
  bus: { received: 0 },
  keys: [],
  feeds,
  events: [],
  now,
  ...rest,
})

describe('the pace of a proxy', () => {
  it('is what was counted between two looks, per second; what stands is no rate', () => {
    const before = status(1000, [feed(100)])
    const after = status(3000, [feed(500)], { clients: { clients: 5, delivered: 30 }, ticks: { ticks: 8 } })
    const pace = paceOf(before, after)
    expect(pace).toMatchObject({ seconds: 2, clients: { clients: 5 } })
    expect(pace.perSecond).toEqual({ clients: { delivered: 15 }, ticks: { ticks: 4 }, bus: { received: 0 } })
    expect(pace.feeds).toMatchObject([{ name: 'A', ticksPerSecond: 200 }])
  })

  it('counts from nothing what was started again meanwhile', () => {
    const [before, after] = [status(0, [feed(9000)]), status(1000, [feed(50)])]
    expect(paceOf(before, after).feeds[0]?.ticksPerSecond).toBe(50)
    const other = { proxy: { startedAt: 2, busConnected: true, topics: 0 }, ticks: { ticks: 40 } }
    const counted = status(0, [], { ticks: { ticks: 10 } })
    expect(paceOf(counted, status(1000, [], other)).perSecond.ticks).toEqual({ ticks: 40 })
  })

  it('says of a feed how much of its account is used, and when its login ends', () => {
    const told = { ticks: 1, wanted: 7, confirmed: 7, tokenExpiresAt: 61_000 }
    const limits = { instruments: { used: 2900, limit: 3000 } }
    const [of] = paceOf(status(0, []), status(1000, [feed(1, { lastTickAt: 400, status: { ...told, limits } })])).feeds
    expect(of).toMatchObject({
      subscriptions: limits.instruments,
      tokenExpiresInMs: 60_000,
      lastTickAgeMs: 600,
      ticksPerSecond: 1,
    })
  })

  it('names the instruments in trouble, the longest silent first', () => {
    const one = (symbol: string, state: 'live' | 'suspect' | 'down', ageMs: number) => ({
      exchange: 'NSE',
      symbol,
      state,
      since: 1,
      ageMs,
    })
    const list = [one('A', 'suspect', 10), one('B', 'live', 90), one('C', 'down', 50)]
    const of = feed(0, { instruments: { counts: {}, list, more: 0 } })
    expect(paceOf(status(0, []), status(1000, [of])).worst.map(({ instrument }) => instrument)).toEqual([
      'NSE:C',
      'NSE:A',
    ])
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { LABELS } from '../../../proxy/metrics/table.ts'
import { askNear } from '../../../scripts/near.ts'
import { holds } from '../../support/holds.ts'
import type { RigOptions } from '../../support/proxy.ts'
import { type Opened, openRig, samplesOf } from './scrape.ts'

let opened: Opened
const now = async () => samplesOf(await (await opened.scrape()).text())

beforeAll(async () => {
  opened = await openRig()
})

afterAll(() => opened.rig.close())

describe('/metrics', () => {
  it('tells what the house promises, under these names', () => {
    for (const name of [
      'feed_ticks_published_total',
      'feed_tick_delay_seconds',
      'feed_state',
      'bus_sequence_gaps_total',
      'proxy_clients',
      'proxy_frames_sent_total',
      'proxy_frames_conflated_total',
      'proxy_outbox_bytes',
      'proxy_slow_closes_total',
    ])
      expect(opened.told).toMatch(new RegExp(`^# TYPE ${name} (counter|gauge|histogram)$`, 'm'))
  })

  it('tells how each feed is, by its broker', async () => {
    const told = await now()
    expect(told.get('feed_state{broker="testbroker",state="live"}')).toBe(1)
    expect(told.get('feed_state{broker="testbroker",state="down"}')).toBe(0)
    expect(told.get('feed_state{broker="nobroker",state="starting"}')).toBe(1)
    expect(told.get('feed_ticks_dropped_total{broker="testbroker",reason="late"}')).toBe(3)
    expect(told.get('feed_token_expires_timestamp_seconds{broker="testbroker"}')).toBe(1_900_000_000)
    expect(told.get('feed_subscription_limit{broker="testbroker"}')).toBe(3000)
    expect(told.get('feed_last_tick_age_seconds{broker="testbroker"}')).toBeGreaterThan(1000)
    expect(told.has('feed_last_tick_age_seconds{broker="nobroker"}')).toBe(false)
  })

  it('tells clients and what they were sent', async () => {
    await holds(async () => expect((await now()).get('proxy_frames_sent_total')).toBe(1))
    const told = await now()
    expect(told.get('proxy_clients')).toBe(1)
    expect(told.get('proxy_subscriptions')).toBe(1)
    expect(told.get('proxy_ready')).toBe(1)
    expect(told.has('proxy_certificate_expires_timestamp_seconds')).toBe(false)
    expect(told.get('proxy_workers{state="running"}')).toBe(1)
    expect(told.get('process_resident_memory_bytes')).toBeGreaterThan(1e6)
  })

  it('counts holes, and what is missing in them', async () => {
    const { rig } = opened
    const before = (await now()).get('bus_sequence_gaps_total') ?? Number.NaN
    rig.feed.lose(3)
    rig.feed.status()
    await holds(async () => expect((await now()).get('bus_sequence_gaps_total')).toBe(before + 1))
    expect((await now()).get('bus_messages_lost_total')).toBe(3)
  })

  it('tells delays in buckets that only grow, up to the count', async () => {
    const told = await now()
    const buckets = [...told].filter(([name]) => name.startsWith('feed_tick_delay_seconds_bucket'))
    const counts = buckets.map(([, count]) => count)
    expect(counts.length).toBeGreaterThan(15)
    expect(counts).toEqual([...counts].sort((one, other) => one - other))
    expect(told.get('feed_tick_delay_seconds_count{broker="testbroker",exchange="NSE"}')).toBe(2)
    expect(told.get('feed_tick_delay_seconds_sum{broker="testbroker",exchange="NSE"}')).toBe(0.04)
    for (const hop of ['exchange_adapter', 'adapter_bus', 'bus_proxy', 'proxy_kernel'])
      expect(told.get(`proxy_hop_seconds_count{hop="${hop}"}`), hop).toBeGreaterThan(0)
  })

  it('counts who was turned away', async () => {
    await opened.scrape({ headers: { authorization: 'Bearer nonsense' } })
    await holds(async () => expect((await now()).get('proxy_refusals_total{reason="bad_key"}')).toBe(1))
  })

  it('has no labels but those of closed lists, and no instrument, user or key in any of them', async () => {
    const text = await (await opened.scrape()).text()
    const labels = new Set([...text.matchAll(/[{,]([a-z_]+)="/g)].map(([, name]) => name))
    expect([...labels].filter(name => name !== 'le' && !LABELS.includes(name as never))).toEqual([])
    expect(text).not.toMatch(/RELIANCE|alice|carol|TESTFEED/)
    expect(text).not.toContain(opened.key.slice(0, 12))
  })
})

describe('who reads /metrics', () => {
  it('has a key with the scope admin', async () => {
    const status = async (init: RequestInit) => (await opened.scrape(init)).status
    expect((await opened.scrape()).headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
    expect(await status({})).toBe(401)
    expect(await status({ headers: { authorization: `Bearer ${opened.rig.keys.alice}` } })).toBe(403)
  })

  it('needs none on this machine where the setting says so, but what a forwarder brings does', async () => {
    const { rig, scrape } = await openRig({ proxy: { metrics: 'open' } })
    expect((await scrape({})).status).toBe(200)
    expect((await scrape({ headers: { 'x-forwarded-for': '192.0.2.1' } })).status).toBe(401)
    await rig.close()
  })

  it('needs one who asks under another name, and where there are forwarders at all', async () => {
    const ask = async (proxy: RigOptions['proxy'], host: string) => {
      const { rig } = await openRig({ proxy: { metrics: 'open', ...proxy } })
      const { status } = await askNear(`http://127.0.0.1:${rig.port}/metrics`, { host }, 5000)
      await rig.close()
      return status
    }
    expect(await ask({}, 'localhost:8765')).toBe(200)
    for (const host of ['rebound.example', 'localhost.example', '127.0.0.1.example:80'])
      expect(await ask({}, host), host).toBe(401)
    expect(await ask({ trustedForwarders: ['192.0.2.1'] }, 'localhost')).toBe(401)
  })
})

describe('/api/v1/latency', () => {
  it('tells a key how long its ticks take on each stretch', async () => {
    const ask = async (key: string) => {
      const headers = { authorization: `Bearer ${key}` }
      return latency.parse(
        await (await fetch(`http://127.0.0.1:${opened.rig.port}/api/v1/latency`, { headers })).json(),
      )
    }
    const { hops, now } = await ask(opened.rig.keys.alice)
    expect(hops.map(({ hop }) => hop)).toEqual(['exchange_adapter', 'adapter_bus', 'bus_proxy', 'proxy_kernel'])
    expect(hops[0]?.sinceStart).toMatchObject({ count: 2 })
    expect(hops[0]?.sinceStart.p50Ms).toBeGreaterThan(10)
    expect(hops[2]).toMatchObject({ p50Ms: expect.any(Number), p95Ms: expect.any(Number), p99Ms: expect.any(Number) })
    expect(now).toBeGreaterThan(1_700_000_000_000)
    expect((await ask(opened.rig.keys.bob)).hops[0]?.sinceStart).toEqual({ count: 0 })
  })
})

const figures = z.looseObject({ count: z.number(), p50Ms: z.number().optional() })
const latency = z.object({
  hops: z.array(figures.extend({ hop: z.string(), sinceStart: figures })),
  windowSeconds: z.literal(60),
  now: z.number(),
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../shared/clock.ts'
import { TestClient } from '../support/client.ts'
import { EmulatedSystem } from '../support/emulated.ts'
import { Charts, type MarketFrame } from '../support/openalgo.ts'
import { eventually } from '../support/system.ts'

let all: EmulatedSystem
let charts: Charts

/** A share that only this broker lists. */
const own = (broker: string): string => `${broker.toUpperCase()}0`

const framesOf = (broker: string, mode: 1 | 2 | 3 = 3): MarketFrame[] =>
  charts.frames.filter(frame => frame.symbol === own(broker) && frame.mode === mode)

/** Waits until every one of these brokers has sent more. */
async function goesOn(...brokers: readonly string[]): Promise<void> {
  const from = brokers.map(broker => framesOf(broker).length)
  await eventually(() => brokers.every((broker, at) => framesOf(broker).length > (from[at] ?? 0) + 1), 20_000)
}

beforeAll(async () => {
  all = await EmulatedSystem.startEmulated('all')
  for (const broker of all.brokers) await all.enters(broker, 'live', 'quiet')
  await all.lists('NSE', all.brokers.map(own))
  charts = new Charts(() => all.url(), all.key)
  for (const broker of all.brokers) {
    charts.feed.subscribe('LTP', own(broker), 'NSE')
    charts.feed.subscribe('Quote', own(broker), 'NSE')
    charts.feed.subscribe('Depth', own(broker), 'NSE')
  }
}, 120_000)

afterAll(async () => {
  charts?.close()
  await all?.close()
}, 30_000)

describe('tickwire up --emulate all', () => {
  it('streams every broker that has an adapter, each what its emulator has, and calls it simulated', async () => {
    expect(all.brokers).toContain('zerodha')
    for (const broker of all.brokers) {
      const [ltp, quote, depth] = await eventually(() => {
        const found = ([1, 2, 3] as const).map(mode => framesOf(broker, mode)[0])
        return found.every(frame => frame !== undefined) && found
      })
      expect([ltp?.broker, quote?.broker, depth?.broker]).toEqual([broker, broker, broker])
      const there = await all.quote(broker, 'NSE', own(broker))
      expect(quote?.data, broker).toMatchObject({ open: there.open, close: there.previousClose })
      expect(quote?.data.ltp, broker).toBeGreaterThanOrEqual(there.low)
      expect(quote?.data.ltp, broker).toBeLessThanOrEqual(there.high)
      expect(depth?.data, broker).toMatchObject({ depth_level: 5 })
      // Its price may come before the heartbeat that says so.
      await eventually(async () => (await all.feed(broker)).state === 'live')
      expect(await all.feed(broker)).toMatchObject({ label: 'simulated' })
    }
    await goesOn(...all.brokers)
  }, 60_000)

  it('brings every broker’s order updates to whoever asked for them', async () => {
    const client = await TestClient.open(all.url())
    client.send({ action: 'authenticate', api_key: all.key })
    client.send({ action: 'subscribe_orders' })
    await eventually(() => client.replies.some(({ type }) => type === 'subscribe_orders'))
    for (const broker of all.brokers) {
      await all.order(broker, 'order')
      await eventually(() => client.frames.some(frame => frame.type === 'order_update' && frame.broker === broker))
    }
    client.close()
  }, 30_000)
})

describe('the morning', () => {
  it('every feed wants a login within 5 s, tries three times at most, and runs within 5 s of it, untouched', async () => {
    const pids = () => all.facts().children.map(({ name, pid }) => `${name} ${pid}`)
    const before = pids()
    const knocks = new Map<string, number>()
    for (const broker of all.brokers) {
      const { handshakes, orders } = await all.seen(broker)
      knocks.set(broker, handshakes.length)
      // Else it would log in by itself.
      if ('endRefresh' in orders) await all.order(broker, 'endRefresh')
      await all.order(broker, 'expireToken')
    }
    const from = systemClock.monotonic()
    await Promise.all(all.brokers.map(broker => all.enters(broker, 'auth_required')))
    expect(systemClock.monotonic() - from).toBeLessThan(5000)
    // Nobody is there, and nobody knocks in vain.
    await eventually(() => systemClock.monotonic() - from > 8000)
    for (const broker of all.brokers) {
      const { handshakes } = await all.seen(broker)
      const since = handshakes.slice(knocks.get(broker)).map(({ stream }) => stream)
      for (const stream of new Set(since))
        expect(since.filter(one => one === stream).length, `${broker} ${stream}`).toBeLessThanOrEqual(3)
    }
    for (const broker of all.brokers) {
      const { code, err } = await all.login(broker)
      expect({ code, err: code === 0 ? '' : err }, broker).toEqual({ code: 0, err: '' })
      const { afterMs } = await all.enters(broker, 'live')
      expect(afterMs, broker).toBeLessThan(5000)
      await goesOn(broker)
    }
    expect(pids()).toEqual(before)
    expect(charts.states.filter(state => state === 'open')).toHaveLength(1)
  }, 120_000)
})

describe('the emulated brokers', () => {
  it('leave each other alone while one of them is out', async () => {
    for (const broker of all.brokers) {
      const others = all.brokers.filter(other => other !== broker)
      await all.order(broker, 'outage', { seconds: 2 })
      await all.enters(broker, 'down', 'suspect')
      await goesOn(...others)
      for (const other of others) expect((await all.feed(other)).state, other).toBe('live')
      await all.enters(broker, 'live')
      await goesOn(broker)
    }
  }, 120_000)

  it('that died are back where they were, logged in, and the key stays good', async () => {
    const origins = [...all.origins]
    await all.kill('emulators')
    for (const [broker, origin] of origins) {
      await eventually(async () => (await fetch(`${origin}/emulator`)).ok, 20_000)
      await all.enters(broker, 'live')
      await goesOn(broker)
    }
    const { key } = all
    charts.close()
    await all.up.stop()
    await all.again('all')
    expect(all.key).toBe(key)
    await all.lists('NSE', all.brokers.map(own))
    charts = new Charts(() => all.url(), key)
    for (const broker of all.brokers) charts.feed.subscribe('Depth', own(broker), 'NSE')
    await goesOn(...all.brokers)
    expect(all.up.out).not.toContain('tw_live_')
  }, 120_000)
})

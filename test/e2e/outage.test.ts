import { afterAll, beforeAll, expect, it } from 'vitest'
import { systemClock } from '../../shared/clock.ts'
import { EmulatedSystem } from '../support/emulated.ts'
import { Charts } from '../support/openalgo.ts'
import { eventually } from '../support/system.ts'

const OUTAGE_S = 30
/** An outage that is ordered begins as soon as the order is answered. */
const ANSWERED_MS = 50
/** Promised: ticks within 5 s of the broker's return. */
const PROMISED_MS = 5000

let all: EmulatedSystem
let charts: Charts

/** A share that only this broker lists. */
const own = (broker: string): string => `${broker.toUpperCase()}0`

/** When the first price came by socket since a moment, milliseconds since 1970. */
const firstSince = (broker: string, from: number): number | undefined =>
  charts.arrivals.find(
    ({ frame: { symbol, mode, data }, at }) =>
      at >= from && symbol === own(broker) && mode === 3 && data.polled !== true,
  )?.at

beforeAll(async () => {
  all = await EmulatedSystem.startEmulated('all')
  for (const broker of all.brokers) await all.enters(broker, 'live', 'quiet')
  await all.lists('NSE', all.brokers.map(own))
  charts = new Charts(() => all.url(), all.key)
  for (const broker of all.brokers) charts.feed.subscribe('Depth', own(broker), 'NSE')
  await eventually(() => all.brokers.every(broker => firstSince(broker, 0) !== undefined), 30_000)
}, 120_000)

afterAll(async () => {
  charts?.close()
  await all?.close()
}, 30_000)

it('every broker that is away for 30 s is told at once, and ticks within 5 s of its return, without a restart', async () => {
  const pids = all.facts().children.map(({ name, pid }) => `${name} ${pid}`)
  const backAt = new Map<string, number>()
  const toldMs = new Map<string, number>()
  for (const broker of all.brokers) {
    await all.order(broker, 'outage', { seconds: OUTAGE_S })
    const from = systemClock.now()
    backAt.set(broker, from + OUTAGE_S * 1000 + ANSWERED_MS)
    await all.enters(broker, 'down')
    toldMs.set(broker, systemClock.now() - from)
  }
  const ticksMs = new Map<string, number>()
  await eventually(async () => {
    for (const [broker, back] of backAt) {
      const at = firstSince(broker, back)
      if (at !== undefined) ticksMs.set(broker, at - back)
    }
    return ticksMs.size === all.brokers.length
  }, 60_000)
  for (const broker of all.brokers) {
    expect(toldMs.get(broker), `${broker} told`).toBeLessThan(1000 + ANSWERED_MS)
    expect(ticksMs.get(broker), `${broker} ticks`).toBeLessThan(PROMISED_MS)
    expect((await all.feed(broker)).status, broker).not.toHaveProperty('rest')
  }
  expect(all.facts().children.map(({ name, pid }) => `${name} ${pid}`)).toEqual(pids)
}, 120_000)

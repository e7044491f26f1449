import { expect } from 'vitest'
import { systemClock } from '../../shared/clock.ts'
import { until } from '../support/bus.ts'
import type { Frame, TestClient } from '../support/client.ts'
import { holds } from '../support/holds.ts'
import { equity, feedRecord, type ProxyRig, startRig } from '../support/proxy.ts'
import { FakeFeed, tickOf } from '../support/proxyfeed.ts'

export const TCS = { symbol: 'TCS', exchange: 'NSE', mode: 2 }
const START = 1_795_220_416_000

export let rig: ProxyRig
export let first: FakeFeed
export let second: FakeFeed
let closing: (() => Promise<void>)[] = []

/** A proxy with two feeds of one user, the first and another broker's. */
export async function begin(proxy: Parameters<typeof startRig>[0] = {}): Promise<void> {
  rig = await startRig({
    feeds: [feedRecord('SECOND', { adapter: 'otherbroker' })],
    lists: { SECOND: [equity('TCS'), equity('INFY')] },
    ...proxy,
    proxy: { failbackSeconds: 1, disagreementPercent: 100, ...proxy.proxy },
  })
  first = rig.feed
  second = new FakeFeed({ exchange: rig.exchange, clock: systemClock, name: 'SECOND', broker: 'otherbroker' })
  closing = [() => second.close(), () => rig.close()]
  await holds(async () => {
    const { feeds } = await rig.status()
    expect(feeds.map(({ state }) => state)).toEqual(['live', 'live'])
  })
}

export const closeFirst = (close: () => Promise<void>): void => void closing.unshift(close)

export async function end(): Promise<void> {
  for (const close of closing.splice(0)) await close()
}

/** A moment of the market: its second, and the volume so far. */
export const moment = (ltp: number, second: number, volume = 1000 + second) =>
  tickOf(ltp, { timestamp: START + second * 1000, lastTradeTime: START + second * 1000, volume })

export const said = (client: TestClient) =>
  client.frames
    .filter(({ type }) => type !== 'pong')
    .map(frame => {
      const { type, broker, data, was } = frame as Record<string, string | undefined> & { data?: { ltp: number } }
      if (type === 'market_data') return `${broker} ${data?.ltp}`
      return was === undefined ? type : `${type} from ${was} to ${broker}`
    })

/** Asked for its value again, this stand-in would say it as one received just now, which adapters do not. */
export function becomeSuspect(): void {
  first.forget('NSE', 'TCS')
  first.enter('suspect')
}

export const price = (client: TestClient, ltp: number) =>
  client.tick(`price ${ltp}`, ({ data }: Frame) => (data as { ltp: number }).ltp === ltp)

/** The first word of another source; what is asked afterwards is answered behind it. */
export async function notice(client: TestClient): Promise<Frame> {
  const find = () => client.frames.find(({ type }) => type === 'source')
  await until('the word of another source', () => find() !== undefined)
  await client.settled()
  return find() as Frame
}

export async function enter(features?: readonly string[]): Promise<TestClient> {
  const client = await rig.connect()
  await client.ask({ action: 'authenticate', api_key: rig.keys.alice, ...(features && { features }) })
  return client
}

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../shared/clock.ts'
import { until } from '../support/bus.ts'
import type { TestClient } from '../support/client.ts'
import { type ProxyRig, startRig } from '../support/proxy.ts'
import { tickOf } from '../support/proxyfeed.ts'

const TCS = { symbol: 'TCS', exchange: 'NSE', mode: 'LTP' }

let rig: ProxyRig

beforeEach(async () => {
  rig = await startRig()
  rig.feed.facts = { states: 0 }
  rig.feed.status()
})

afterEach(() => rig.close())

async function enter(...features: string[]): Promise<TestClient> {
  const client = await rig.connect()
  await client.ask({ action: 'authenticate', api_key: rig.keys.alice, features })
  return client
}

const tick = (ltp: number) => rig.feed.tick('NSE', 'TCS', tickOf(ltp))
const price = (client: TestClient, ltp: number) =>
  client.tick(`price ${ltp}`, ({ data }) => (data as { ltp: number }).ltp === ltp)
const told = (client: TestClient, state: string) =>
  until(`${state} is told`, () => client.states.at(-1)?.state === state)
/** Behind the greeting, in short. */
const story = (client: TestClient) =>
  client.frames
    .slice(1)
    .map(({ type, state, symbol, symbols, stale }) =>
      [type, symbols ?? (state && symbol), state, stale && 'stale'].filter(Boolean).join(' '),
    )

describe('a client that hears how its instruments stand', () => {
  it('is told after the reply and before the first price, and before the next price after each change', async () => {
    rig.feed.set('NSE', 'TCS', tickOf(1))
    const first = await enter()
    await first.ask({ action: 'subscribe', ...TCS })
    await price(first, 1)
    const client = await enter('state')
    await client.ask({ action: 'subscribe', ...TCS, symbol: 'TCS-EQ' })
    await price(client, 1)
    rig.feed.report({ live: ['NSE:TCS'] })
    tick(2)
    await price(client, 2)
    rig.feed.report({ suspect: ['NSE:TCS'] })
    tick(3)
    await price(client, 3)
    expect(story(client)).toEqual([
      'subscribe',
      'state TCS-EQ accepted',
      'market_data',
      'state TCS-EQ live',
      'market_data',
      'state TCS-EQ suspect',
      'market_data',
    ])
    expect(first.states).toEqual([])
    expect(client.states.at(-1)).toMatchObject({ exchange: 'NSE', broker: 'testbroker', feed: 'TESTFEED' })
  })

  it('is told within 3 s when the process of its feed falls silent, and gets the last price as an old one', async () => {
    const [client, classic] = [await enter('state'), await enter()]
    for (const one of [client, classic]) await one.ask({ action: 'subscribe', ...TCS })
    await rig.feed.wanted('NSE_TCS_LTP')
    rig.feed.report({ live: ['NSE:TCS'] })
    tick(1)
    await price(client, 1)
    rig.feed.mute()
    const from = systemClock.monotonic()
    await told(client, 'down')
    expect(systemClock.monotonic() - from).toBeLessThan(3000)
    expect(client.states.at(-1)).toMatchObject({ symbols: '*', reason: 'no heartbeat from its process for 2 s' })
    const late = await enter('state')
    await late.ask({ action: 'subscribe', ...TCS })
    await late.settled()
    expect(story(late).slice(0, -1)).toEqual(['subscribe', 'state TCS down', 'market_data stale'])
    const other = await enter()
    await other.ask({ action: 'subscribe', ...TCS })
    await other.settled()
    expect(other.ticks).toEqual([])
    rig.feed.speak()
    await told(client, 'live')
    expect(classic.states).toEqual([])
  })

  it('is told at once when its broker is lost, once for all it holds', async () => {
    const client = await enter('state')
    await client.ask({ action: 'subscribe', symbols: 'NSE:TCS,NSE:RELIANCE', mode: 'Quote' })
    rig.feed.report({ live: ['NSE:TCS', 'NSE:RELIANCE'] })
    await told(client, 'live')
    rig.feed.facts = { ...rig.feed.facts, reason: 'the broker closed the connection' }
    const from = systemClock.monotonic()
    rig.feed.enter('down')
    await told(client, 'down')
    expect(systemClock.monotonic() - from).toBeLessThan(1000)
    expect(story(client)).toEqual([
      'subscribe',
      'state TCS accepted',
      'state RELIANCE accepted',
      'state * live',
      'state * down',
    ])
  })

  it('gets the last price of an instrument in trouble as an old one, and a classic client none', async () => {
    const first = await enter()
    await first.ask({ action: 'subscribe', ...TCS })
    await rig.feed.wanted('NSE_TCS_LTP')
    tick(1)
    await price(first, 1)
    rig.feed.report({ suspect: ['NSE:TCS'] })
    const [client, classic] = [await enter('state'), await enter()]
    for (const one of [client, classic]) {
      await one.ask({ action: 'subscribe', ...TCS })
      await one.settled()
    }
    expect(story(client).slice(0, -1)).toEqual(['subscribe', 'state TCS suspect', 'market_data stale'])
    expect(classic.ticks).toEqual([])
    tick(2)
    await price(client, 2)
    const late = await enter()
    await late.ask({ action: 'subscribe', ...TCS })
    await price(late, 2)
    expect(story(client).at(-1)).toBe('market_data')
  })

  it('is told of what was missed on the way: the proxy asks for all of it', async () => {
    const client = await enter('state')
    await client.ask({ action: 'subscribe', ...TCS })
    rig.feed.facts = { states: 4 }
    rig.feed.status()
    await until('all states are asked for', () => (rig.feed.sets.at(-1)?.states ?? 0) > 0)
    rig.feed.report({ quiet: ['NSE:TCS'] }, { whole: true })
    await told(client, 'quiet')
    const asked = rig.feed.sets.at(-1)?.states
    rig.feed.status()
    await client.settled()
    expect(rig.feed.sets.at(-1)?.states).toBe(asked)
  })

  it('gets a price that waited for its time before the news, never behind it', async () => {
    const client = await enter('state')
    await client.ask({ action: 'subscribe', ...TCS, interval_ms: 60_000 })
    await rig.feed.wanted('NSE_TCS_LTP')
    tick(1)
    await price(client, 1)
    tick(2)
    rig.feed.report({ suspect: ['NSE:TCS'] })
    await told(client, 'suspect')
    expect(story(client)).toEqual([
      'subscribe',
      'state TCS accepted',
      'market_data',
      'market_data',
      'state TCS suspect',
    ])
  })
})

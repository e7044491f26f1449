import { expect, it, onTestFinished } from 'vitest'
import { systemClock } from '../../shared/clock.ts'
import { until } from '../support/bus.ts'
import type { Frame, TestClient } from '../support/client.ts'
import { type ProxyRig, startRig } from '../support/proxy.ts'
import { tickOf } from '../support/proxyfeed.ts'

const RELIANCE = { action: 'subscribe', symbol: 'RELIANCE', exchange: 'NSE', mode: 1 }

async function rigWith(symbols: readonly string[] = []): Promise<ProxyRig> {
  const rig = await startRig({ symbols })
  onTestFinished(() => rig.close())
  return rig
}

async function enter(rig: ProxyRig, features: readonly string[]): Promise<TestClient> {
  const client = await rig.connect()
  await client.ask({ action: 'authenticate', api_key: rig.keys.alice, features })
  return client
}

const priceOf = ({ data }: Frame): number => (data as { ltp: number }).ltp
const pricesOf = (frames: readonly Frame[]): number[] => frames.map(priceOf)

/** Somebody holds it, and so many ticks have come, priced 1, 2, 3, … */
async function market(rig: ProxyRig, ticks: number, features = ['recent']): Promise<TestClient> {
  const first = await enter(rig, features)
  await first.ask(RELIANCE)
  await rig.feed.wanted('NSE_RELIANCE_LTP')
  for (let price = 1; price <= ticks; price++) rig.feed.tick('NSE', 'RELIANCE', tickOf(price))
  await first.tick('the last price', frame => priceOf(frame) === ticks)
  return first
}

it('who asks for recent ticks gets the last fifty before the last value, marked, oldest first', async () => {
  const rig = await rigWith()
  await market(rig, 60)
  const late = await enter(rig, ['recent'])
  await late.ask(RELIANCE)
  await late.tick('the last value', ({ recent }) => recent === undefined)
  expect(pricesOf(late.ticks)).toEqual(Array.from({ length: 51 }, (_, at) => at + 10))
  expect(late.ticks.map(({ recent }) => recent)).toEqual([...Array.from({ length: 50 }, () => true), undefined])
  expect(late.ticks[0]?.text.endsWith(',"recent":true}')).toBe(true)
})

it('they count for nothing, and are no snapshot', async () => {
  const rig = await rigWith()
  await market(rig, 3)
  const late = await enter(rig, ['recent', 'seq', 'count'])
  await late.ask(RELIANCE)
  await late.tick('the last value', ({ snapshot }) => snapshot === true)
  expect(late.ticks.map(({ seq, count, recent, snapshot }) => ({ seq, count, recent, snapshot }))).toEqual([
    { seq: 1, count: 0, recent: true, snapshot: undefined },
    { seq: 2, count: 0, recent: true, snapshot: undefined },
    { seq: 3, count: 0, recent: undefined, snapshot: true },
  ])
})

it('who does not ask gets the last value alone, and so does who comes where nobody asked before', async () => {
  const rig = await rigWith()
  await market(rig, 3)
  const classic = await rig.enter()
  await classic.ask(RELIANCE)
  await classic.tick('the last value', () => true)
  await classic.settled()
  expect(pricesOf(classic.ticks)).toEqual([3])
  const other = await rigWith()
  await market(other, 3, [])
  const late = await enter(other, ['recent'])
  await late.ask(RELIANCE)
  await late.tick('the last value', () => true)
  await late.settled()
  expect(pricesOf(late.ticks)).toEqual([3])
})

it('who comes back with a place gets what was missed, and nothing before it', async () => {
  const rig = await rigWith()
  const first = await market(rig, 5, ['recent', 'seq', 'resume'])
  const { epoch } = first.ticks[0] as Frame
  const back = await enter(rig, ['recent', 'seq', 'resume'])
  const place = { symbol: 'RELIANCE', exchange: 'NSE', resume: { epoch, seq: 3 } }
  await back.ask({ action: 'subscribe', symbols: [place], mode: 1 })
  await back.tick('the last one', frame => priceOf(frame) === 5)
  expect(pricesOf(back.ticks)).toEqual([4, 5])
  expect(back.ticks.every(({ recent }) => recent === undefined)).toBe(true)
})

it('a message of many topics shares five hundred among them', async () => {
  const names = Array.from({ length: 100 }, (_, at) => `STOCK${at}`)
  const rig = await rigWith(names)
  const symbols = names.map(symbol => ({ symbol, exchange: 'NSE' }))
  const first = await enter(rig, ['recent'])
  await first.ask({ action: 'subscribe', symbols, mode: 1 })
  await rig.feed.wanted('NSE_STOCK99_LTP')
  for (let price = 1; price <= 10; price++) {
    for (const name of names) rig.feed.tick('NSE', name, tickOf(price))
    await until('all of them', () => first.ticks.filter(frame => priceOf(frame) === price).length === names.length)
  }
  const late = await enter(rig, ['recent'])
  await late.ask({ action: 'subscribe', symbols, mode: 1 })
  await late.tick('the last value', frame => frame.symbol === 'STOCK99' && priceOf(frame) === 10)
  await late.settled()
  const recent = late.ticks.filter(frame => frame.recent)
  expect(recent).toHaveLength(500)
  expect(pricesOf(recent.filter(({ symbol }) => symbol === 'STOCK7'))).toEqual([5, 6, 7, 8, 9])
})

it('who asks for stamps reads when a tick passed each hop, and nobody else does', async () => {
  const rig = await rigWith()
  const before = systemClock.micros() / 1000
  const client = await market(rig, 1, ['stamps'])
  const after = systemClock.micros() / 1000
  const { adapter = 0, published = 0, proxy = 0 } = (client.ticks[0]?.stamps ?? {}) as Record<string, number>
  expect([before, adapter, published, proxy, after].toSorted((one, other) => one - other)).toEqual([
    before,
    adapter,
    published,
    proxy,
    after,
  ])
  const classic = await rig.enter()
  await classic.ask(RELIANCE)
  const { text } = await classic.tick('the last value', () => true)
  expect(text).not.toContain('stamps')
  const late = await enter(rig, ['stamps'])
  await late.ask(RELIANCE)
  const repeated = (await late.tick('the last value', () => true)).stamps as Record<string, number>
  // When it was received and published stays; it has been made anew.
  expect(repeated).toMatchObject({ adapter, published })
  expect(repeated.proxy).toBeGreaterThanOrEqual(proxy)
})

import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../shared/clock.ts'
import { type Frame, TestClient } from '../support/client.ts'
import { EmulatedSystem } from '../support/emulated.ts'
import { Charts, type MarketFrame } from '../support/openalgo.ts'
import { eventually } from '../support/system.ts'

const FIRST = 'zerodha'
const SECOND = 'angel'
/** What both brokers list. */
const SYMBOLS = ['RELIANCE', 'TCS', 'INFY', 'SBIN']

let all: EmulatedSystem
let charts: Charts
let extended: TestClient

type Value = Pick<MarketFrame, 'symbol' | 'mode' | 'broker'> & {
  readonly data: { readonly timestamp: number; readonly volume?: number }
}

/** Changes of the broker within what was delivered of one subscription, and what did not go forward at one. */
function changes(frames: readonly Value[]) {
  const last = new Map<string, Value>()
  const backwards: string[] = []
  let count = 0
  for (const frame of frames) {
    const name = `${frame.symbol} ${frame.mode}`
    const before = last.get(name)
    last.set(name, frame)
    if (!before || before.broker === frame.broker) continue
    count++
    const [one, other] = [before.data, frame.data]
    if (other.timestamp < one.timestamp || (other.volume ?? 0) < (one.volume ?? 0) || same(one, other))
      backwards.push(`${name}: ${JSON.stringify(one)} then ${JSON.stringify(other)}`)
  }
  return { count, backwards }
}

const same = (one: Value['data'], other: Value['data']): boolean =>
  one.timestamp === other.timestamp && one.volume === other.volume

/** Milliseconds from the moment the proxy called a feed unwell until another one's first frame came, behind a place. */
async function takeover(feed: string, since: number, place: number): Promise<number> {
  const taken = await eventually(
    () => charts.arrivals.slice(place).find(({ frame: { broker } }) => broker === SECOND),
    20_000,
  )
  const headers = { authorization: `Bearer ${all.key}` }
  const answer = await fetch(`${all.url().replace('ws', 'http')}/status`, { headers })
  const { events } = (await answer.json()) as { events: { at: number; name: string; text: string }[] }
  const told = events.filter(({ at, name }) => at >= since && at <= taken.at && name === feed)
  // One that was well again before anybody moved was killed once more. A killed process may be back before its silence
  // is noticed: then its successor is `starting`.
  const well = told.findLastIndex(({ text }) => /^is (live|quiet)/.test(text))
  const verdict = told.slice(well + 1).find(({ text }) => /^is (down|suspect|auth_required|starting)/.test(text))
  if (!verdict) throw new Error(`${feed} was well: ${JSON.stringify(events)}`)
  return taken.at - verdict.at
}

const ticksOf = (frames: readonly Frame[]) => frames.filter(({ type }) => type === 'market_data') as unknown as Value[]

/** Frames of a broker that came behind a place, of every subscription. */
const served = (frames: readonly Value[], from: number, broker: string): boolean => {
  const found = new Set(
    frames
      .slice(from)
      .filter(frame => frame.broker === broker)
      .map(({ symbol, mode }) => `${symbol} ${mode}`),
  )
  return found.size === SYMBOLS.length * 2
}

/** The last frame of every subscription is of this broker. */
const isAt = (frames: readonly Value[], broker: string): boolean => {
  const last = new Map(frames.map(frame => [`${frame.symbol} ${frame.mode}`, frame.broker]))
  return last.size === SYMBOLS.length * 2 && [...last.values()].every(one => one === broker)
}

/** A process that is killed may be back, and whole, before its silence is noticed: then its successor is killed as well. */
async function killUntil(isTaken: () => boolean): Promise<void> {
  do await all.kill(FIRST.toUpperCase())
  while (!isTaken())
}

const sources = (): Frame[] => extended.frames.filter(({ type }) => type === 'source')

beforeAll(async () => {
  all = new EmulatedSystem()
  writeFileSync(join(dirname(all.folder), 'tickwire.toml'), '[proxy]\nfailback_seconds = 3\n')
  await all.again(`${FIRST},${SECOND}`)
  for (const broker of all.brokers) await all.enters(broker, 'live', 'quiet')
  const [id] = /(?<=tw_live_)[^_]+/.exec(all.key) ?? ['']
  expect(await all.run('key', 'feeds', id, 'ZERODHA,ANGEL')).toMatchObject({ code: 0 })
  extended = await TestClient.open(all.url())
  extended.send({ action: 'authenticate', api_key: all.key, features: ['source', 'seq', 'count', 'gap'] })
  // Until both lists are loaded, one of the brokers may be refused.
  for (const broker of all.brokers) {
    const probe = await TestClient.open(all.url())
    probe.send({ action: 'authenticate', api_key: all.key })
    await eventually(() => {
      probe.send({ action: 'subscribe', mode: 1, symbols: [{ symbol: 'TCS', exchange: 'NSE', broker }] })
      return probe.ticks.length > 0
    }, 60_000)
    probe.close()
  }
  charts = new Charts(() => all.url(), all.key)
  for (const symbol of SYMBOLS) {
    charts.feed.subscribe('LTP', symbol, 'NSE')
    charts.feed.subscribe('Quote', symbol, 'NSE')
  }
  const symbols = SYMBOLS.map(symbol => ({ symbol, exchange: 'NSE' }))
  for (const mode of [1, 2]) extended.send({ action: 'subscribe', mode, symbols })
  await eventually(() => isAt(charts.frames, FIRST) && isAt(ticksOf(extended.frames), FIRST), 30_000)
}, 120_000)

afterAll(async () => {
  charts?.close()
  extended?.close()
  await all?.close()
}, 30_000)

describe('two brokers', () => {
  it.each([
    ['its process is killed', 'down', killUntil],
    ['the broker is gone', 'down', () => all.order(FIRST, 'outage', { seconds: 4 })],
    ['its login ends', 'auth_required', () => all.order(FIRST, 'expireToken')],
  ])(
    'the second takes over within a second when %s, and the first comes back',
    async (_, state, fail) => {
      const from = systemClock.now()
      const [classicFrom, extendedFrom, toldFrom] = [charts.frames.length, extended.frames.length, sources().length]
      const arrivalsFrom = charts.arrivals.length
      const isTaken = () => charts.frames.slice(classicFrom).some(({ broker }) => broker === SECOND)
      const failing = Promise.resolve(fail(isTaken))
      const tookMs = await takeover(FIRST.toUpperCase(), from, arrivalsFrom)
      await eventually(() => served(charts.frames, classicFrom, SECOND))
      await eventually(() => served(ticksOf(extended.frames.slice(extendedFrom)), 0, SECOND))
      await failing
      expect(sources().length - toldFrom).toBe(SYMBOLS.length * 2)
      expect(sources().at(-1)).toMatchObject({ feed: 'ANGEL', was: 'ZERODHA' })
      expect(tookMs).toBeLessThan(1000)
      if (state === 'auth_required') expect((await all.login(FIRST)).code).toBe(0)
      await eventually(() => isAt(charts.frames, FIRST) && isAt(ticksOf(extended.frames), FIRST), 60_000)
      expect(sources().at(-1)).toMatchObject({ feed: 'ZERODHA', was: 'ANGEL', reason: 'ZERODHA is healthy again' })
      for (const frames of [charts.frames, ticksOf(extended.frames)]) {
        const { count, backwards } = changes(frames)
        expect(count).toBeGreaterThanOrEqual(SYMBOLS.length * 4)
        expect(backwards).toEqual([])
      }
      // Whatever moved, nobody was told of a hole: only that a process is gone, where its successor was quicker.
      expect(extended.frames.filter(({ type, lost }) => type === 'gap' && lost !== undefined)).toEqual([])
    },
    120_000,
  )
})

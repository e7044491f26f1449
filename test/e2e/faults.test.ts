import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Exchange } from '../../adapters/simulator/exchange.ts'
import { systemClock } from '../../shared/clock.ts'
import { systemCode } from '../../shared/errors.ts'
import { Charts, type MarketFrame } from '../support/openalgo.ts'
import { eventually, System } from '../support/system.ts'

const SEED = 5
/** Instruments the client holds, in Quote. */
const HELD: readonly (readonly [string, string])[] = [
  ['RELIANCE', 'NSE'],
  ['TCS', 'NSE'],
  ['M&M', 'NSE'],
  ['NIFTY', 'NSE_INDEX'],
]
/** A frame this much behind the clock would be an old price sold as a present one. */
const FRESH_MS = 2000

let system: System
let charts: Charts
/** Prices the seed makes, per instrument: what may ever be delivered. */
let possible: ReadonlyMap<string, ReadonlySet<string>>

const priceAndVolume = (ltp: number | undefined, volume: number | undefined) => `${ltp}/${volume}`

function pricesOf(seed: number, ticks: number): Map<string, Set<string>> {
  const stamp = { timestamp: 0, receivedAt: 0 }
  const market = new Exchange(seed)
  const prices = new Map<string, Set<string>>()
  const note = ({ instrument, tick }: ReturnType<Exchange['next']>) => {
    const known = prices.get(instrument.symbol) ?? new Set()
    prices.set(instrument.symbol, known.add(priceAndVolume(tick.ltp, tick.volume)))
  }
  for (const one of market.values(stamp)) note(one)
  for (let nth = 0; nth < ticks; nth++) note(market.next(stamp))
  return prices
}

beforeAll(async () => {
  possible = pricesOf(SEED, 150_000)
  system = await System.start(`[feeds.SIMULATOR]\nseed = ${SEED}\nrate = 1000\n`)
  charts = new Charts(() => system.url(), system.key)
  for (const [symbol, exchange] of HELD) charts.feed.subscribe('Quote', symbol, exchange)
  await allMove()
})

afterAll(async () => {
  charts?.close()
  await system?.close()
})

/** Waits until every held instrument has had some new frames, and gives them all. */
async function allMove(): Promise<MarketFrame[]> {
  const from = charts.frames.length
  await eventually(() =>
    HELD.every(([symbol]) => charts.frames.slice(from).filter(frame => frame.symbol === symbol).length >= 5),
  )
  return charts.frames.slice(from)
}

/** Everything delivered since `from` came from the seed, for its own instrument, and was new when it came. */
function expectHonest(frames: readonly { frame: MarketFrame; at: number }[]): void {
  const wrong = frames.filter(
    ({ frame }) => !possible.get(frame.symbol)?.has(priceAndVolume(frame.data.ltp, frame.data.volume)),
  )
  expect(wrong.map(({ frame }) => `${frame.symbol} ${frame.data.ltp}`)).toEqual([])
  const stale = frames.filter(({ frame, at }) => at - frame.data.timestamp > FRESH_MS)
  expect(stale.map(({ frame, at }) => `${frame.symbol} ${at - frame.data.timestamp} ms old`)).toEqual([])
}

/** What the proxy thinks of a feed; asked without a command, whose start takes longer than a hung feed stays hung. */
async function feedState(name: string): Promise<string | undefined> {
  const headers = { authorization: `Bearer ${system.key}` }
  const answer = await fetch(`${system.url().replace('ws', 'http')}/status`, { headers })
  const { feeds } = (await answer.json()) as { feeds: readonly { name: string; state: string }[] }
  return feeds.find(feed => feed.name === name)?.state
}

/** Lets a stopped process go on, if it has not been replaced. */
function resume(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT')
  } catch (error) {
    if (systemCode(error) !== 'ESRCH') throw error
  }
}

async function killAndHeal(name: string, signal: 'SIGKILL' | 'SIGSTOP' = 'SIGKILL') {
  const from = charts.arrivals.length
  const before = system.child(name)
  const after = await system.kill(name, signal)
  expect(after.restarts).toBe(before.restarts + 1)
  expect(after.lastExit?.signal).toBe('SIGKILL')
  const deathToReady = after.since - (after.lastExit?.at ?? 0)
  expect(deathToReady).toBeLessThan(name === 'proxy' ? 3000 : 2000)
  await allMove()
  expectHonest(charts.arrivals.slice(from))
  const status = await system.run('status')
  return status.out
}

describe('kill -9 while a client streams', () => {
  it('the adapter comes back by itself and the client, which did nothing, goes on', async () => {
    const opened = charts.states.filter(state => state === 'open').length
    const said = await killAndHeal('SIMULATOR')
    expect(charts.states.filter(state => state === 'open')).toHaveLength(opened)
    expect(said).toMatch(/SIMULATOR.*(SIGKILL|died)/)
  })

  it('the forwarder comes back by itself and the client, which did nothing, goes on', async () => {
    const opened = charts.states.filter(state => state === 'open').length
    const said = await killAndHeal('bus')
    expect(charts.states.filter(state => state === 'open')).toHaveLength(opened)
    expect(said).toMatch(/bus.*(SIGKILL|died)/)
  })

  it('the proxy comes back by itself and the client reconnects with all it held', async () => {
    const opened = charts.states.filter(state => state === 'open').length
    const said = await killAndHeal('proxy')
    expect(charts.states.filter(state => state === 'open').length).toBeGreaterThan(opened)
    expect(said).toMatch(/proxy.*(SIGKILL|died)/)
  })

  it('no client gets an old price when a frozen adapter goes on, nor one that comes meanwhile', async () => {
    const { pid = 0 } = system.child('SIMULATOR')
    const from = charts.arrivals.length
    process.kill(pid, 'SIGSTOP')
    const stopped = systemClock.now()
    const late = new Charts(() => system.url(), system.key)
    try {
      await eventually(async () => (await feedState('SIMULATOR')) === 'down')
      late.feed.subscribe('Quote', 'RELIANCE', 'NSE')
      await eventually(() => late.controls.some(message => JSON.stringify(message).includes('"subscribe"')))
      resume(pid)
      // From the same process, or from the one that has replaced it meanwhile.
      await eventually(() => late.frames.length >= 3)
      expect(late.frames.filter(frame => frame.data.timestamp <= stopped)).toEqual([])
      await allMove()
      expectHonest(charts.arrivals.slice(from))
    } finally {
      resume(pid)
      late.close()
    }
  })
})

describe('a process that hangs while a client streams', () => {
  it.each(['SIMULATOR', 'proxy', 'bus'])('%s is replaced by itself, and the client gets fresh prices', async name => {
    const said = await killAndHeal(name, 'SIGSTOP')
    expect(system.child(name).lastExit?.reason).toBe('killed: did not answer for 5 s')
    expect(said).toMatch(new RegExp(`${name}.*did not answer for 5 s`))
  })
})

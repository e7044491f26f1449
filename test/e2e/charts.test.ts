import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Exchange } from '../../adapters/simulator/exchange.ts'
import type { Level, Tick } from '../../shared/market/tick.ts'
import { Charts, type MarketFrame } from '../support/openalgo.ts'
import { eventually, System } from '../support/system.ts'

const SEED = 77
const FUTURE = /^NIFTY\d{2}[A-Z]{3}\d{2}FUT$/
let system: System
let charts: Charts

beforeAll(async () => {
  system = await System.start(`[feeds.SIMULATOR]\nseed = ${SEED}\nrate = 2000\n`)
  charts = new Charts(() => system.url(), system.key)
})

afterAll(async () => {
  charts?.close()
  await system?.close()
})

/** Every tick the seed makes of one instrument, opening value first. */
function seriesOf(symbol: string, exchange: string, ticks: number): Tick[] {
  const stamp = { timestamp: 0, receivedAt: 0 }
  const market = new Exchange(SEED)
  const mine = (one: { instrument: { symbol: string; exchange: string } }) =>
    one.instrument.symbol === symbol && one.instrument.exchange === exchange
  const series = market.values(stamp).filter(mine)
  for (let nth = 0; nth < ticks; nth++) {
    const next = market.next(stamp)
    if (mine(next)) series.push(next)
  }
  return series.map(one => one.tick)
}

/** Where in the series a run of frames stands, comparing what `pick` takes of both; -1 when nowhere. */
function placeOf(frames: readonly unknown[], series: readonly unknown[]): number {
  const wanted = frames.map(one => JSON.stringify(one))
  const all = series.map(one => JSON.stringify(one))
  return all.findIndex((_, start) => wanted.every((text, nth) => all[start + nth] === text))
}

const framesOf = (symbol: string, mode: number): MarketFrame[] =>
  charts.frames.filter(frame => frame.symbol === symbol && frame.mode === mode)

const quoteOf = ({ data }: MarketFrame) => [
  data.ltp,
  data.open,
  data.high,
  data.low,
  data.close,
  data.volume,
  data.oi,
  data.average_price,
]
const quoteIn = (tick: Tick) => [
  tick.ltp,
  tick.open,
  tick.high,
  tick.low,
  tick.previousClose,
  tick.volume,
  tick.openInterest,
  tick.averagePrice,
]

describe('an unmodified openalgo-charts client, from the simulator through real processes', () => {
  it('gets Quote, equal to what the seed says, without a hole', async () => {
    charts.feed.subscribe('Quote', 'RELIANCE', 'NSE')
    await eventually(() => framesOf('RELIANCE', 2).length >= 30)
    const frames = framesOf('RELIANCE', 2).slice(0, 30)
    expect(placeOf(frames.map(quoteOf), seriesOf('RELIANCE', 'NSE', 400_000).map(quoteIn))).toBeGreaterThanOrEqual(0)
    const events = charts.ltps.filter(event => event.symbol === 'RELIANCE').slice(0, 30)
    expect(events.map(event => [event.ltp, event.volume])).toEqual(frames.map(({ data }) => [data.ltp, data.volume]))
  })

  it('gets LTP of an index, which has no volume and no book', async () => {
    charts.feed.subscribe('LTP', 'NIFTY', 'NSE_INDEX')
    await eventually(() => framesOf('NIFTY', 1).length >= 30)
    const frames = framesOf('NIFTY', 1).slice(0, 30)
    const series = seriesOf('NIFTY', 'NSE_INDEX', 400_000)
    expect(
      placeOf(
        frames.map(frame => frame.data.ltp),
        series.map(tick => tick.ltp),
      ),
    ).toBeGreaterThanOrEqual(0)
    expect(Object.keys(frames[0]?.data ?? {})).toEqual(['symbol', 'exchange', 'mode', 'ltp', 'timestamp'])
  })

  it('gets five levels of Depth of a future, equal to what the seed says', async () => {
    const found = await system.run('instruments', 'search', 'NIFTY', 'FUT')
    const future =
      found.out
        .split('\n')
        .filter(Boolean)
        .map(line => JSON.parse(line) as { symbol: string })
        .find(one => FUTURE.test(one.symbol))?.symbol ?? ''
    charts.feed.subscribe('Depth', future, 'NFO')
    await eventually(() => charts.depths.filter(one => one.symbol === future).length >= 20)
    const depths = charts.depths.filter(one => one.symbol === future).slice(0, 20)
    // The client keeps price and quantity; the number of orders is in the raw frames only.
    const seen = depths.map(({ depth }) => [
      depth.ltp,
      depth.bids.map(level => [level.price, level.qty]),
      depth.asks.map(level => [level.price, level.qty]),
    ])
    const levelsIn = (levels: readonly Level[] = []) => levels.map(level => [level.price, level.quantity])
    const series = seriesOf(future, 'NFO', 400_000)
    const books = series.map(tick => [tick.ltp, levelsIn(tick.book?.buy), levelsIn(tick.book?.sell)])
    const raw = framesOf(future, 3).slice(0, 20)
    const rawBooks = series.map(tick => tick.book)
    expect(depths[0]?.depth.bids).toHaveLength(5)
    expect(depths[0]?.depth.asks).toHaveLength(5)
    expect(placeOf(seen, books)).toBeGreaterThanOrEqual(0)
    expect(
      placeOf(
        raw.map(frame => frame.data.depth),
        rawBooks,
      ),
    ).toBe(placeOf(seen, books))
  })

  it('hears nothing more of what it let go', async () => {
    charts.feed.unsubscribe('Quote', 'RELIANCE', 'NSE')
    await eventually(() => charts.controls.some(message => JSON.stringify(message).includes('"unsubscribe"')))
    const before = framesOf('RELIANCE', 2).length
    const others = framesOf('NIFTY', 1).length
    await eventually(() => framesOf('NIFTY', 1).length >= others + 30)
    expect(framesOf('RELIANCE', 2)).toHaveLength(before)
  })
})

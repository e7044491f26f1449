import type { Update } from '../../../adapters/contract.ts'
import { Exchange, type Stamp } from '../../../adapters/simulator/exchange.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'
import type { Tick } from '../../../shared/market/tick.ts'

/** What the seed decides of a tick; the rest is the time it was sent. */
export type Untimed = Omit<Tick, 'timestamp' | 'lastTradeTime'>

export const STAMP: Stamp = { timestamp: 1_795_220_416_000, receivedAt: 1_795_220_416_000_000 }

export function untimed(tick: Tick): Untimed {
  const { timestamp: _, lastTradeTime: __, ...rest } = tick
  return rest
}

/** `NSE:RELIANCE` */
export const keyOf = ({ exchange, symbol }: Instrument): string => `${exchange}:${symbol}`

/** The opening values, then the first `count` ticks of a seed, in their order. */
export function updates(seed: number, count: number): Update[] {
  const exchange = new Exchange(seed)
  return [...exchange.values(STAMP), ...Array.from({ length: count }, () => exchange.next(STAMP))]
}

/**
 * What a client of a simulator with this seed must receive of each instrument: its opening value, then its ticks among
 * the first `count` of all, under keys as `NSE:RELIANCE`. A client that subscribes later sees the same from some tick on.
 */
export function seriesOf(seed: number, count: number): Map<string, Untimed[]> {
  const series = new Map<string, Untimed[]>()
  for (const { instrument, tick } of updates(seed, count)) {
    const key = keyOf(instrument)
    const ticks = series.get(key)
    if (ticks) ticks.push(untimed(tick))
    else series.set(key, [untimed(tick)])
  }
  return series
}

import { startOf, type Timeframe } from './timeframes.ts'

/** Times are milliseconds since 1970. */
export interface Candle {
  readonly start: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  /** Of its first and its last trade. */
  readonly firstAt: number
  readonly lastAt: number
  /** Something of it was not seen: it was begun in the middle, or there was a hole in it. */
  readonly isPartial: boolean
  /** Minutes before it were seen and are not kept any more: a longer candle that begins with them is not whole. */
  readonly isCut?: true
}

/** Puts candles of minutes, in order, together to longer ones. */
export function aggregate(minutes: readonly Candle[], timeframe: Timeframe, exchange: string): Candle[] {
  const all: Candle[] = []
  for (const one of minutes) {
    const start = startOf(one.start, timeframe, exchange)
    const last = all.at(-1)
    const isWhole = !one.isPartial && !(one.isCut && start < one.start)
    if (last?.start !== start) all.push({ ...one, start, isPartial: !isWhole })
    else {
      const isPartial = last.isPartial || !isWhole
      all[all.length - 1] = { ...together(last, one), volume: last.volume + one.volume, isPartial }
    }
  }
  return all
}

/** The same instrument by two who saw it, each in order: what only one of them saw is there, what both saw is there once. */
export function merge(some: readonly Candle[], others: readonly Candle[]): Candle[] {
  const all = new Map(some.map(one => [one.start, one]))
  for (const one of others) {
    const other = all.get(one.start)
    if (!other) all.set(one.start, one)
    else {
      // A whole one needs nothing of the other; two halves may still leave a hole.
      const isPartial = other.isPartial && one.isPartial
      const isCut = (other.isCut ?? one.isCut) && { isCut: true as const }
      all.set(one.start, { ...together(other, one), volume: Math.max(other.volume, one.volume), isPartial, ...isCut })
    }
  }
  return [...all.values()].sort((a, b) => a.start - b.start)
}

function together(a: Candle, b: Candle): Omit<Candle, 'volume' | 'isPartial' | 'isCut'> {
  const [first, last] = [b.firstAt < a.firstAt ? b : a, b.lastAt >= a.lastAt ? b : a]
  return {
    start: a.start,
    open: first.open,
    high: Math.max(a.high, b.high),
    low: Math.min(a.low, b.low),
    close: last.close,
    firstAt: first.firstAt,
    lastAt: last.lastAt,
  }
}

import { formatChange, formatCount, formatPercent, formatPrice, formatTime } from '../watch/format.ts'
import type { Candle } from './candles.ts'

/** The words above the chart, in their order: label and value. */
export function legendOf(candle: Candle, decimals: number, now: number): readonly (readonly [string, string])[] {
  const { open, high, low, close, volume, start, firstAt, isPartial } = candle
  const change = close - open
  return [
    ['', formatTime(start, now)],
    ['O', formatPrice(open, decimals)],
    ['H', formatPrice(high, decimals)],
    ['L', formatPrice(low, decimals)],
    ['C', formatPrice(close, decimals)],
    ['', `${formatChange(change, decimals)} (${formatPercent(open === 0 ? undefined : (change / open) * 100)})`],
    ['Vol', formatCount(volume)],
    ...(isPartial ? [['', `in part, seen from ${formatTime(firstAt, now)}`] as const] : []),
  ]
}

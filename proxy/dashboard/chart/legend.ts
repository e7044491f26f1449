import { formatChange, formatCount, formatPercent, formatPrice, formatTime } from '../watch/format.ts'
import type { Candle } from './candles.ts'
import { type Scene, slotAt } from './scene.ts'

/** `09:15`, of another day with the day: candles begin with a minute, and the line is short. */
const minuteOf = (at: number, now: number): string => formatTime(at, now).replace(/^(\d\d:\d\d):\d\d$/, '$1')

/** The words above the chart, in their order: label and value. */
export function legendOf(candle: Candle, decimals: number, now: number): readonly (readonly [string, string])[] {
  const { open, high, low, close, volume, start, firstAt, isPartial } = candle
  const change = close - open
  return [
    ['', minuteOf(start, now)],
    ['O', formatPrice(open, decimals)],
    ['H', formatPrice(high, decimals)],
    ['L', formatPrice(low, decimals)],
    ['C', formatPrice(close, decimals)],
    ['', `${formatChange(change, decimals)} (${formatPercent(open === 0 ? undefined : (change / open) * 100)})`],
    ['Vol', formatCount(volume)],
    ...(isPartial ? [['', `part, from ${formatTime(firstAt, now)}`] as const] : []),
  ]
}

/** Words into nodes that stay: they are written with every picture. `hovered`: a place on the axis, else the last candle. */
export function writeLegend(
  node: HTMLElement,
  scene: Scene,
  hovered: number | undefined,
  { decimals, now }: { readonly decimals: number; readonly now: number },
): void {
  const last = scene.slots.findLastIndex(({ candle }) => candle)
  const { slot, why } = slotAt(scene, hovered ?? last)
  const words = slot?.candle ? [...legendOf(slot.candle, decimals, now)] : []
  if (why !== undefined) words.push(['', `no prices: ${why}`])
  while (node.childElementCount < words.length) node.append(pairNode())
  for (const [nth, pair] of [...node.children].entries())
    for (const [at, span] of [...pair.children].entries()) {
      const text = words[nth]?.[at] ?? ''
      if (span.textContent !== text) span.textContent = text
    }
}

/** Label and value, which no line parts. */
function pairNode(): HTMLElement {
  const pair = document.createElement('span')
  pair.append(document.createElement('span'), document.createElement('span'))
  return pair
}

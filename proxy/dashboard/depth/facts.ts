import type { Fields } from '../protocol.ts'
import {
  decimalsOf,
  formatChange,
  formatCount,
  formatPercent,
  formatPrice,
  formatTime,
  MISSING,
} from '../watch/format.ts'

export interface Fact {
  readonly label: string
  /** What it is exactly, where the label is short. */
  readonly title?: string
  write(fields: Fields, decimals: number, seen: Seen): string
}

interface Seen {
  /** Milliseconds since 1970. */
  readonly now: number
  /** Open interest as the page saw it first. */
  readonly firstOi: number | undefined
}

/** Below the book, in this order. */
export const FACTS: readonly Fact[] = [
  { label: 'Open', write: ({ open }, decimals) => formatPrice(open, decimals) },
  { label: 'High', write: ({ high }, decimals) => formatPrice(high, decimals) },
  { label: 'Low', write: ({ low }, decimals) => formatPrice(low, decimals) },
  {
    label: 'Prev. close',
    title: 'Close of the trading day before',
    write: ({ close }, places) => formatPrice(close, places),
  },
  { label: 'Volume', title: 'Traded today', write: ({ volume }) => formatCount(volume) },
  {
    label: 'Avg. price',
    title: 'Average of today’s trades',
    write: (f, decimals) => formatPrice(f.avg_trade_price, decimals),
  },
  { label: 'LTQ', title: 'Quantity of the last trade', write: f => formatCount(f.last_trade_quantity) },
  { label: 'LTT', title: 'Time of the last trade, IST', write: ({ ltt }, _, { now }) => formatTime(ltt, now) },
  { label: 'Lower circuit', write: ({ lower_circuit }, decimals) => formatPrice(lower_circuit, decimals) },
  { label: 'Upper circuit', write: ({ upper_circuit }, decimals) => formatPrice(upper_circuit, decimals) },
  { label: 'OI', title: 'Open interest', write: ({ oi }) => formatCount(oi) },
  {
    label: 'OI change',
    title: 'Since this page saw it first: sources do not tell the day’s',
    write: ({ oi }, _, { firstOi }) =>
      oi === undefined || firstOi === undefined ? MISSING : formatChange(oi - firstOi, 0),
  },
]

/** Price, change and percentage, as the head of the panel shows them. */
export function headline(fields: Fields, exchange: string): { price: string; change: string; rise: -1 | 0 | 1 } {
  const decimals = decimalsOf(exchange)
  const { ltp, close } = fields
  const change = fields.change ?? (ltp !== undefined && close ? ltp - close : undefined)
  const percent =
    fields.change_percent ?? (change !== undefined && close ? (change / Math.abs(close)) * 100 : undefined)
  const arrow = change === undefined || change === 0 ? '' : change > 0 ? '▲ ' : '▼ '
  return {
    price: formatPrice(ltp, decimals),
    change: change === undefined ? '' : `${arrow}${formatChange(change, decimals)} (${formatPercent(percent)})`,
    rise: change === undefined || change === 0 ? 0 : change > 0 ? 1 : -1,
  }
}

import { decimalsOf, grouped, signed, timeOf } from '../grouping.ts'
import type { Fields } from '../protocol.ts'

export interface Fact {
  readonly label: string
  /** What it is exactly, where the label is short. */
  readonly title?: string
  write(fields: Fields, decimals: number, first: First): string
}

/** What the page saw of an instrument first. */
export interface First {
  readonly oi: number | undefined
}

/** Below the book, in this order. */
export const FACTS: readonly Fact[] = [
  { label: 'Open', write: ({ open }, decimals) => grouped(open, decimals) },
  { label: 'High', write: ({ high }, decimals) => grouped(high, decimals) },
  { label: 'Low', write: ({ low }, decimals) => grouped(low, decimals) },
  {
    label: 'Prev. close',
    title: 'Close of the trading day before',
    write: ({ close }, places) => grouped(close, places),
  },
  { label: 'Volume', title: 'Traded today', write: ({ volume }) => grouped(volume) },
  { label: 'Avg. price', title: 'Average of today’s trades', write: f => grouped(f.avg_trade_price, 2) },
  { label: 'LTQ', title: 'Quantity of the last trade', write: f => grouped(f.last_trade_quantity) },
  { label: 'LTT', title: 'Time of the last trade, IST', write: ({ ltt }) => timeOf(ltt) },
  { label: 'Lower circuit', write: ({ lower_circuit }, decimals) => grouped(lower_circuit, decimals) },
  { label: 'Upper circuit', write: ({ upper_circuit }, decimals) => grouped(upper_circuit, decimals) },
  { label: 'OI', title: 'Open interest', write: ({ oi }) => grouped(oi) },
  {
    label: 'OI change',
    title: 'Since this page saw it first: sources do not tell the day’s',
    write: ({ oi }, _, first) =>
      oi === undefined || first.oi === undefined ? signed(undefined) : signed(oi - first.oi),
  },
]

/** Price, change and percentage, as the head of the panel shows them. */
export function headline(fields: Fields, exchange: string): { price: string; change: string; rise: -1 | 0 | 1 } {
  const decimals = decimalsOf(exchange)
  const { ltp, close } = fields
  const change = fields.change ?? (ltp !== undefined && close ? ltp - close : undefined)
  const percent = fields.change_percent ?? (change !== undefined && close ? (change / close) * 100 : undefined)
  const arrow = change === undefined || change === 0 ? '' : change > 0 ? '▲ ' : '▼ '
  return {
    price: grouped(ltp, decimals),
    change: change === undefined ? '' : `${arrow}${signed(change, decimals)} (${signed(percent, 2)}%)`,
    rise: change === undefined || change === 0 ? 0 : change > 0 ? 1 : -1,
  }
}

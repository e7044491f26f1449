import { z } from 'zod'
import type { Fields } from '../lookout/sight.ts'

const prices = {
  open: z.number(),
  high: z.number(),
  low: z.number(),
  ltp: z.number(),
  prev_close: z.number(),
  volume: z.number(),
  oi: z.number(),
}

const zero = '0 stands for what its source does not say.'

export const quoteSchema = z.object({ ...prices, ask: z.number(), bid: z.number() }).describe(zero)

const sideSchema = z.array(z.object({ price: z.number(), quantity: z.number() })).length(5)

export const bookSchema = z
  .object({
    ...prices,
    ltq: z.number(),
    totalbuyqty: z.number(),
    totalsellqty: z.number(),
    asks: sideSchema,
    bids: sideSchema,
  })
  .describe(zero)

type Quote = z.infer<typeof quoteSchema>

/** A book has five levels there, whatever there are. */
const LEVELS = 5

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0)

/** The fields of a tick, by the names of OpenAlgo's quotes. Pure. */
export const quoteOf = (fields: Fields): Quote => ({
  open: numberOf(fields.open),
  high: numberOf(fields.high),
  low: numberOf(fields.low),
  ltp: numberOf(fields.ltp),
  ask: numberOf(fields.ask_price),
  bid: numberOf(fields.bid_price),
  prev_close: numberOf(fields.close),
  volume: numberOf(fields.volume),
  oi: numberOf(fields.oi),
})

/** The same of its depth. Pure. */
export function bookOf(fields: Fields): z.infer<typeof bookSchema> {
  const { buy, sell } = (fields.depth ?? {}) as { buy?: unknown; sell?: unknown }
  const { open, high, low, ltp, prev_close, volume, oi } = quoteOf(fields)
  return {
    open,
    high,
    low,
    ltp,
    ltq: numberOf(fields.last_trade_quantity),
    prev_close,
    volume,
    oi,
    totalbuyqty: numberOf(fields.total_buy_quantity),
    totalsellqty: numberOf(fields.total_sell_quantity),
    asks: sideOf(sell),
    bids: sideOf(buy),
  }
}

function sideOf(levels: unknown): z.infer<typeof sideSchema> {
  const known = Array.isArray(levels) ? (levels as Fields[]) : []
  return Array.from({ length: LEVELS }, (_, nth) => {
    const { price, quantity } = known[nth] ?? {}
    return { price: numberOf(price), quantity: numberOf(quantity) }
  })
}

import { z } from 'zod'
import { isExchange } from '../../shared/market/exchange.ts'
import type { OrderUpdate } from '../../shared/market/order.ts'
import { oneLine } from '../../shared/words.ts'

const amount = z.number().nullish()
const whole = z.int().nonnegative()
const wholeOrNone = whole.optional().catch(undefined)

/** An order's postback: Kite Connect 3 documentation, "Postbacks". Of what else it holds nothing is needed here. */
const shape = z.looseObject({
  order_id: z.string().min(1).max(64),
  exchange: z.string(),
  tradingsymbol: z.string().min(1),
  transaction_type: z.enum(['BUY', 'SELL']),
  // A new type of order is no reason to say nothing of what became of one.
  order_type: z.enum(['MARKET', 'LIMIT', 'SL', 'SL-M']).optional().catch(undefined),
  product: z.string(),
  status: z.string().min(1),
  status_message: z.string().nullish(),
  quantity: whole,
  filled_quantity: wholeOrNone,
  pending_quantity: wholeOrNone,
  price: amount,
  trigger_price: amount,
  average_price: amount,
})

/** What Kite calls an order that was modified, or filled in part: it is open as before. */
const CHANGED = 'update'

/** Nothing is pending of these. */
const OVER: ReadonlySet<string> = new Set(['complete', 'cancelled', 'rejected'])

/** What became of an order; `undefined` for one that nobody here could say: mutual funds, words that do not exist. */
export function readOrder(data: unknown): OrderUpdate | undefined {
  const parsed = shape.safeParse(data)
  if (!parsed.success || !isExchange(parsed.data.exchange)) return undefined
  const { data: said } = parsed
  const status = oneLine(said.status).toLowerCase()
  const filled = said.filled_quantity ?? 0
  const pending = said.pending_quantity ?? Math.max(0, said.quantity - filled)
  return {
    orderId: said.order_id,
    exchange: parsed.data.exchange,
    symbol: said.tradingsymbol,
    action: said.transaction_type,
    quantity: said.quantity,
    price: said.price ?? 0,
    triggerPrice: said.trigger_price ?? 0,
    priceType: said.order_type ?? (said.price ? 'LIMIT' : 'MARKET'),
    product: oneLine(said.product),
    status: status === CHANGED ? 'open' : status,
    filledQuantity: filled,
    pendingQuantity: OVER.has(status) ? 0 : pending,
    averagePrice: said.average_price ?? 0,
    rejectionReason: status === 'rejected' ? oneLine(said.status_message ?? '') : '',
  }
}

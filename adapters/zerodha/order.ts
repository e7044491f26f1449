import { z } from 'zod'
import { isExchange } from '../../shared/market/exchange.ts'
import type { OrderUpdate } from '../../shared/market/order.ts'
import { oneLine } from '../../shared/words.ts'

const amount = z.number().nullish()

/** An order's postback: Kite Connect 3 documentation, "Postbacks". Of what else it holds nothing is needed here. */
const shape = z.looseObject({
  order_id: z.string().min(1).max(64),
  exchange: z.string(),
  tradingsymbol: z.string().min(1),
  transaction_type: z.enum(['BUY', 'SELL']),
  order_type: z.enum(['MARKET', 'LIMIT', 'SL', 'SL-M']),
  product: z.string(),
  status: z.string().min(1),
  status_message: z.string().nullish(),
  quantity: z.number(),
  filled_quantity: amount,
  pending_quantity: amount,
  price: amount,
  trigger_price: amount,
  average_price: amount,
})

/** What Kite calls an order that was modified, or filled in part: it is open as before. */
const CHANGED = 'update'

/** What became of an order; `undefined` for one that nobody here could say: mutual funds, words that do not exist. */
export function readOrder(data: unknown): OrderUpdate | undefined {
  const parsed = shape.safeParse(data)
  if (!parsed.success || !isExchange(parsed.data.exchange)) return undefined
  const { data: said } = parsed
  const status = oneLine(said.status).toLowerCase()
  return {
    orderId: said.order_id,
    exchange: parsed.data.exchange,
    symbol: said.tradingsymbol,
    action: said.transaction_type,
    quantity: said.quantity,
    price: said.price ?? 0,
    triggerPrice: said.trigger_price ?? 0,
    priceType: said.order_type,
    product: oneLine(said.product),
    status: status === CHANGED ? 'open' : status,
    filledQuantity: said.filled_quantity ?? 0,
    pendingQuantity: said.pending_quantity ?? 0,
    averagePrice: said.average_price ?? 0,
    rejectionReason: status === 'rejected' ? oneLine(said.status_message ?? '') : '',
  }
}

import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import { TickwireError } from '../errors.ts'
import { EXCHANGES, type Exchange } from './exchange.ts'

/** What became of an order, as a broker tells it. Words as OpenAlgo clients know them (client protocol 3.8). */
export interface OrderUpdate {
  readonly orderId: string
  readonly exchange: Exchange
  /** The broker's own spelling or the common one. */
  readonly symbol: string
  readonly action: 'BUY' | 'SELL'
  readonly quantity: number
  /** Rupees, like all prices here; 0 where the order has none. */
  readonly price: number
  readonly triggerPrice: number
  readonly priceType: 'MARKET' | 'LIMIT' | 'SL' | 'SL-M'
  /** `CNC`, `NRML` or `MIS`, or the broker's own word for another kind. */
  readonly product: string
  /** Lower case: `open`, `trigger pending`, `complete`, `rejected`, `cancelled`, or the broker's own word. */
  readonly status: string
  readonly filledQuantity: number
  readonly pendingQuantity: number
  readonly averagePrice: number
  /** Why it was rejected, in the broker's words. */
  readonly rejectionReason: string
}

/** Whose order it is. */
export interface OrderOwner {
  /** The user whose account it is, and the only one who may hear of it. */
  readonly userId: string
  /** Broker name as clients see it. */
  readonly broker: string
}

/** Longest frame of an order update, bytes. */
export const MAX_ORDER_BYTES = 8192
/** Texts are the broker's own: these lengths keep any frame below the limit. */
const MAX_TEXT = 100
const MAX_REASON = 500

/**
 * The finished `order_update` frame of the client protocol (3.8), which proxies relay as it is. `mode` is always `live`:
 * `analyze` is a sandbox of OpenAlgo that does not exist here. Longer texts than a broker sends are cut.
 */
export const formatOrder = (order: OrderUpdate, { userId, broker }: OrderOwner): string =>
  JSON.stringify({
    type: 'order_update',
    user_id: userId,
    mode: 'live',
    broker: broker.toLowerCase(),
    orderid: cut(order.orderId, MAX_TEXT),
    symbol: cut(order.symbol, MAX_TEXT),
    exchange: order.exchange,
    action: order.action,
    quantity: order.quantity,
    price: order.price,
    trigger_price: order.triggerPrice,
    pricetype: order.priceType,
    product: cut(order.product, MAX_TEXT),
    order_status: cut(order.status, MAX_TEXT).toLowerCase(),
    filled_quantity: order.filledQuantity,
    pending_quantity: order.pendingQuantity,
    average_price: order.averagePrice,
    rejection_reason: cut(order.rejectionReason, MAX_REASON),
  } satisfies z.infer<typeof orderFrame>)

/** By characters, not by halves of them. */
const cut = (text: string, length: number): string =>
  text.length <= length ? text : Array.from(text).slice(0, length).join('')

const text = z.string().min(1)
const quantity = z.int().nonnegative()
const price = z.number()

export const orderFrame = z.object({
  type: z.literal('order_update'),
  user_id: text,
  mode: z.literal('live'),
  broker: text,
  orderid: text,
  symbol: text,
  exchange: z.enum(EXCHANGES),
  action: z.enum(['BUY', 'SELL']),
  quantity,
  price,
  trigger_price: price,
  pricetype: z.enum(['MARKET', 'LIMIT', 'SL', 'SL-M']),
  product: z.string(),
  order_status: text,
  filled_quantity: quantity,
  pending_quantity: quantity,
  average_price: price,
  rejection_reason: z.string(),
})

/** Whose order a frame on the bus speaks of. Throws MESSAGE_MALFORMED for everything that no client could read. */
export function readOrderOwner(frame: Buffer): OrderOwner {
  if (frame.length > MAX_ORDER_BYTES)
    throw malformed(`${frame.length} bytes; an order update has at most ${MAX_ORDER_BYTES}`)
  // A client's WebSocket library closes the connection for anything else.
  if (!isUtf8(frame)) throw malformed('it is not UTF-8')
  let value: unknown
  try {
    value = JSON.parse(frame.toString('utf8'))
  } catch (cause) {
    throw malformed('it is not JSON', cause)
  }
  const parsed = orderFrame.safeParse(value)
  if (parsed.success) return { userId: parsed.data.user_id, broker: parsed.data.broker }
  const [issue] = parsed.error.issues
  throw malformed(`${issue?.path.join('.') || 'the frame'}: ${issue?.message.slice(0, 120)}`)
}

const malformed = (why: string, cause?: unknown): TickwireError =>
  new TickwireError('MESSAGE_MALFORMED', `An order update is wrong: ${why}`, { cause })

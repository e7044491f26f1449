import { z } from 'zod'
import { isExchange } from '../../shared/market/exchange.ts'
import type { OrderUpdate } from '../../shared/market/order.ts'
import { oneLine, readJson } from '../../shared/words.ts'
import type { Decoder, Sibling, Signal } from '../contract.ts'
import { classify, heartbeat, session } from './session.ts'
import type { Settings } from './settings.ts'
import type { Ticket } from './ticket.ts'

/** What became of orders of the account; nothing is asked for. SmartAPI documentation, "Websocket Order Status". */
export const orders: Sibling<Settings, Ticket> = {
  name: 'orders',
  isAlwaysOpen: true,
  limits: { connections: 1, instrumentsPerConnection: 1, instrumentsPerMessage: 1, messagePauseMs: 0 },
  carries: () => undefined,
  session: {
    dial: ({ orders_url }, { jwt_token }) => ({ url: orders_url, headers: { Authorization: `Bearer ${jwt_token}` } }),
    subscribe: () => [],
    change: () => [],
    unsubscribe: () => [],
    heartbeat,
    classify,
    ...(session.pauses && { pauses: session.pauses }),
  },
  createDecoder: () => decode,
}

const HEARTBEAT: readonly Signal[] = [{ kind: 'heartbeat' }]

/** Recorded answers to a ping were the byte 0; the documentation has the text `pong`. */
const decode: Decoder = frame => {
  if (typeof frame !== 'string' && frame.byteLength === 1) return HEARTBEAT
  const text = typeof frame === 'string' ? frame : new TextDecoder().decode(frame)
  return text === 'pong' ? HEARTBEAT : [readMessage(text)]
}

const words = z.string().catch('')
/** Quantities are texts, prices numbers, and each has been seen as the other. */
const number = z.coerce.number().nonnegative().finite().catch(0)

/** Of a quantity: whole. Nothing and other words are not 0 of it. */
const whole = z.union([
  z.int().nonnegative(),
  z
    .string()
    .trim()
    .regex(/^\d{1,15}(\.0+)?$/)
    .transform(Number),
])
const wholeOrNone = whole.optional().catch(undefined)

const update = z.looseObject({
  orderid: z.string().min(1),
  exchange: z.string(),
  tradingsymbol: z.string().min(1),
  transactiontype: z.enum(['BUY', 'SELL']),
  quantity: whole,
  filledshares: wholeOrNone,
  unfilledshares: wholeOrNone,
  price: number,
  triggerprice: number,
  averageprice: number,
  ordertype: words,
  producttype: words,
  orderstatus: words,
  status: words,
  text: words,
})

const message = z.looseObject({
  'status-code': z.coerce.string().catch(''),
  'order-status': words,
  'error-message': words,
  orderData: z.looseObject({ orderid: words }).optional().catch(undefined),
})

function readMessage(text: string): Signal {
  const json = readJson(text)
  if (json === undefined) return { kind: 'malformed', what: 'text that is no message' }
  const parsed = message.safeParse(json)
  if (!parsed.success) return { kind: 'ignored', what: 'text of an unknown shape' }
  const { 'status-code': code, 'order-status': status, 'error-message': error, orderData } = parsed.data
  if (code === '401' || code === '403') return { kind: 'refused', reason: oneLine(`${code} ${error}`) }
  const without = (what: string): Signal =>
    error === '' ? { kind: 'ignored', what } : { kind: 'notice', level: 'error', text: oneLine(error) }
  // The greeting is an order with empty fields.
  if (orderData === undefined || orderData.orderid === '') return without('greeting of the order socket')
  const order = update.safeParse(orderData)
  // Words beside an order are about it, and must not take its place.
  return order.success ? toSignal(order.data, status, error) : without('order update that cannot be read')
}

const PRICE_TYPES: ReadonlyMap<string, OrderUpdate['priceType']> = new Map([
  ['MARKET', 'MARKET'],
  ['LIMIT', 'LIMIT'],
  ['STOPLOSS_LIMIT', 'SL'],
  ['STOPLOSS_MARKET', 'SL-M'],
])

const PRODUCTS: ReadonlyMap<string, string> = new Map([
  ['DELIVERY', 'CNC'],
  ['CARRYFORWARD', 'NRML'],
  ['INTRADAY', 'MIS'],
])

/** `order-status`, for messages that do not say it in words. */
const STATUSES: ReadonlyMap<string, string> = new Map([
  ['AB01', 'open'],
  ['AB02', 'cancelled'],
  ['AB03', 'rejected'],
  ['AB04', 'modified'],
  ['AB05', 'complete'],
  ['AB06', 'after market order req received'],
  ['AB07', 'cancelled after market order'],
  ['AB08', 'modify after market order req received'],
  ['AB09', 'open pending'],
  ['AB10', 'trigger pending'],
  ['AB11', 'modify pending'],
])

/** Nothing is pending of these. */
const OVER: ReadonlySet<string> = new Set(['complete', 'cancelled', 'rejected', 'cancelled after market order'])

function toSignal(order: z.infer<typeof update>, statusCode: string, error: string): Signal {
  const { exchange } = order
  if (!isExchange(exchange)) return { kind: 'ignored', what: 'order on an exchange that clients do not know' }
  const said = (order.orderstatus || order.status).trim().toLowerCase()
  const status = oneLine(said || STATUSES.get(statusCode) || statusCode)
  const filled = order.filledshares ?? 0
  const unfilled = order.unfilledshares ?? Math.max(0, order.quantity - filled)
  return {
    kind: 'order',
    order: {
      orderId: order.orderid,
      exchange,
      symbol: order.tradingsymbol,
      action: order.transactiontype,
      quantity: order.quantity,
      price: order.price,
      triggerPrice: order.triggerprice,
      // A new type of order is no reason to say nothing of what became of one.
      priceType: PRICE_TYPES.get(order.ordertype) ?? (order.price === 0 ? 'MARKET' : 'LIMIT'),
      product: PRODUCTS.get(order.producttype) ?? order.producttype,
      status,
      filledQuantity: filled,
      pendingQuantity: OVER.has(status) ? 0 : unfilled,
      averagePrice: order.averageprice,
      rejectionReason: status === 'rejected' ? oneLine(order.text || error) : '',
    },
  }
}

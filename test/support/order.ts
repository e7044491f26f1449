import { formatOrder, type OrderUpdate } from '../../shared/market/order.ts'

/** A plausible update of an order, complete. */
export const orderOf = (orderId: string, rest: Partial<OrderUpdate> = {}): OrderUpdate => ({
  orderId,
  exchange: 'NSE',
  symbol: 'RELIANCE',
  action: 'BUY',
  quantity: 10,
  price: 2885,
  triggerPrice: 0,
  priceType: 'LIMIT',
  product: 'MIS',
  status: 'complete',
  filledQuantity: 10,
  pendingQuantity: 0,
  averagePrice: 2884.95,
  rejectionReason: '',
  ...rest,
})

/** What an adapter publishes of it. */
export const orderFrame = (orderId: string, userId = 'alice', rest: Partial<OrderUpdate> = {}): Buffer =>
  Buffer.from(formatOrder(orderOf(orderId, rest), { userId, broker: 'testbroker' }))

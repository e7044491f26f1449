import { type Bus, ordersTopic } from '../../bus/bus.ts'
import type { Log } from '../../shared/log.ts'
import { formatOrder, type OrderUpdate } from '../../shared/market/order.ts'
import type { Catalogue } from './catalogue.ts'

interface OrderDeskParts {
  readonly catalogue: Pick<Catalogue, 'feed' | 'broker' | 'find'>
  /** Owner of the feed: nobody else's clients get them. */
  readonly userId: string
  readonly bus: Pick<Bus, 'publish'>
  readonly log: Log
}

/** Puts what becomes of an account's orders on the bus, under the symbols its clients know. */
export const openOrderDesk =
  ({ catalogue, userId, bus, log }: OrderDeskParts) =>
  (order: OrderUpdate): void => {
    const { feed, broker, find } = catalogue
    const symbol = find(order.exchange, order.symbol)?.symbol ?? order.symbol
    const { orderId, status } = order
    log.debug({ orderId, status }, 'an order update')
    bus.publish(ordersTopic(feed), Buffer.from(formatOrder({ ...order, symbol }, { userId, broker })))
  }

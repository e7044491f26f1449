import { type Bus, ordersTopic } from '../../bus/bus.ts'
import type { Log } from '../../shared/log.ts'
import { formatOrder, type OrderUpdate } from '../../shared/market/order.ts'
import { scrub } from '../../shared/redaction.ts'
import type { Catalogue } from './catalogue.ts'

interface OrderDeskParts {
  readonly catalogue: Pick<Catalogue, 'feed' | 'broker'>
  /** The common symbol of a broker's spelling; nothing for what is not listed. */
  readonly commonSymbol: (exchange: string, spelling: string) => string | undefined
  /** Owner of the feed: nobody else's clients get them. */
  readonly userId: string
  readonly bus: Pick<Bus, 'publish'>
  readonly log: Log
}

/** Puts what becomes of an account's orders on the bus, under the symbols its clients know. */
export const openOrderDesk =
  ({ catalogue, commonSymbol, userId, bus, log }: OrderDeskParts) =>
  (order: OrderUpdate): void => {
    const { feed, broker } = catalogue
    const symbol = commonSymbol(order.exchange, order.symbol) ?? order.symbol
    const { orderId, status } = order
    log.debug({ orderId, status }, 'an order update')
    // The broker's own words, which clients hear as they are.
    const words = {
      status: scrub(status),
      product: scrub(order.product),
      rejectionReason: scrub(order.rejectionReason),
    }
    bus.publish(ordersTopic(feed), Buffer.from(formatOrder({ ...order, ...words, symbol }, { userId, broker })))
  }

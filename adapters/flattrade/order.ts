import type { OrderUpdate } from '../../shared/market/order.ts'
import { oneLine } from '../../shared/words.ts'
import { decimal, quantity, sent } from './decimal.ts'
import type { Fields } from './fields.ts'
import { exchangeOf } from './symbols.ts'

const PRICE_TYPES: ReadonlyMap<string, OrderUpdate['priceType']> = new Map([
  ['MKT', 'MARKET'],
  ['LMT', 'LIMIT'],
  ['SL-LMT', 'SL'],
  ['SL-MKT', 'SL-M'],
])

const PRODUCTS: ReadonlyMap<string, string> = new Map([
  ['C', 'CNC'],
  ['M', 'NRML'],
  ['I', 'MIS'],
])

/** Where the common word is another than the broker's in lower case. Both spellings are seen. */
const STATUSES: ReadonlyMap<string, string> = new Map([
  ['CANCELED', 'cancelled'],
  ['REJECT', 'rejected'],
])

/** Nothing is pending of these. */
const OVER: ReadonlySet<string> = new Set(['complete', 'cancelled', 'rejected'])

/**
 * An order message (PiConnect documentation, "Order update"): all values texts, the exchange under `exch`. `undefined`
 * when it lacks what an order cannot be without.
 */
export function readOrder(fields: Fields): OrderUpdate | undefined {
  const text = (name: string): string => sent(fields[name])?.trim() ?? ''
  const number = (name: string): number => decimal(text(name)) ?? 0
  const [orderId, symbol, side] = [text('norenordno'), text('tsym'), text('trantype')]
  const exchange = exchangeOf(text('exch'))
  const total = quantity(text('qty'))
  const status = statusOf(text('status'))
  if (!orderId || !exchange || !symbol || (side !== 'B' && side !== 'S')) return undefined
  if (total === undefined || !status) return undefined
  const filled = quantity(text('fillshares')) ?? 0
  // Other brokers of the family say `prd`.
  const product = text('pcode') || text('prd')
  return {
    orderId,
    exchange,
    symbol,
    action: side === 'B' ? 'BUY' : 'SELL',
    quantity: total,
    price: number('prc'),
    triggerPrice: number('trgprc'),
    priceType: PRICE_TYPES.get(text('prctyp')) ?? (number('prc') === 0 ? 'MARKET' : 'LIMIT'),
    product: PRODUCTS.get(product) ?? product,
    status,
    filledQuantity: filled,
    pendingQuantity: OVER.has(status) ? 0 : Math.max(0, total - filled),
    averagePrice: number('avgprc'),
    rejectionReason: oneLine(text('rejreason')),
  }
}

/** `TRIGGER_PENDING` is `trigger pending`. */
const statusOf = (status: string): string =>
  STATUSES.get(status.toUpperCase()) ?? status.toLowerCase().replaceAll('_', ' ')

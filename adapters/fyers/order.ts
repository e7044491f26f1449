import { z } from 'zod'
import type { OrderUpdate } from '../../shared/market/order.ts'
import { oneLine } from '../../shared/words.ts'
import { exchangeOf } from './ticker.ts'

const text = z.union([z.string().min(1), z.number().transform(String)])
/** Numbers come as such, and some of them as texts. What is empty is absent, and never 0. */
const given = (value: unknown): unknown => (value === null || value === '' ? undefined : value)
const number = z.preprocess(given, z.coerce.number().optional()).catch(undefined)
const quantity = z.preprocess(given, z.coerce.number().int().nonnegative().optional()).catch(undefined)
const word = z.string().optional().catch(undefined)

/**
 * An order as the socket sends it. The server has names of its own for what its documentation and its libraries call by
 * the names in the order book; both are read, the server's first.
 */
const shape = z.object({
  id: text,
  symbol: z.string().min(1),
  fy_token: text.optional().catch(undefined),
  fyToken: text.optional().catch(undefined),
  exchange: number,
  segment: number,
  tran_side: number,
  side: number,
  qty: z.preprocess(given, z.coerce.number().int().nonnegative()),
  qty_filled: quantity,
  filledQty: quantity,
  qty_remaining: quantity,
  remainingQuantity: quantity,
  price_limit: number,
  limitPrice: number,
  price_stop: number,
  stopPrice: number,
  price_traded: number,
  tradedPrice: number,
  ord_type: number,
  type: number,
  product_type: word,
  productType: word,
  org_ord_status: number,
  ord_status: number,
  status: number,
  oms_msg: word,
  status_msg: word,
  message: word,
})

type Sent = z.infer<typeof shape>

const PRICE_TYPES: Readonly<Record<number, OrderUpdate['priceType']>> = { 1: 'LIMIT', 2: 'MARKET', 3: 'SL-M', 4: 'SL' }

const PRODUCTS: Readonly<Record<string, string>> = { INTRADAY: 'MIS', MARGIN: 'NRML', CNC: 'CNC' }

/** Of the order book: Fyers API v3 documentation, "Orders". */
const STATUSES: Readonly<Record<number, string>> = {
  1: 'cancelled',
  2: 'complete',
  4: 'transit',
  5: 'rejected',
  6: 'open',
  7: 'expired',
}

/** The server's own numbers, two digits, are finer: this is what the vendor's library makes of them. */
const COARSE: Readonly<Record<number, number>> = {
  ...numbered([11, 12, 20, 21], 4),
  ...numbered([22, 23, 24, 25, 26, 51, 52, 53, 54, 55, 61, 62, 63, 64, 71, 72], 6),
  ...numbered([73, 91], 1),
  90: 2,
  ...numbered([92, 93, 94], 5),
}

function numbered(numbers: readonly number[], status: number): Record<number, number> {
  return Object.fromEntries(numbers.map(one => [one, status]))
}

/** What became of an order; undefined for what is no order, or one of an exchange that clients have no code for. */
export function readOrder(sent: unknown): OrderUpdate | undefined {
  const { data } = shape.safeParse(sent)
  const exchange = data && readExchange(data)
  const side = data?.tran_side ?? data?.side
  if (!data || !exchange || (side !== 1 && side !== -1)) return undefined
  const price = data.price_limit ?? data.limitPrice ?? 0
  const status = readStatus(data)
  const filledQuantity = data.qty_filled ?? data.filledQty ?? 0
  const left = data.qty_remaining ?? data.remainingQuantity ?? Math.max(data.qty - filledQuantity, 0)
  const product = data.product_type ?? data.productType ?? ''
  return {
    orderId: data.id,
    exchange,
    symbol: data.symbol.slice(data.symbol.indexOf(':') + 1),
    action: side === 1 ? 'BUY' : 'SELL',
    quantity: data.qty,
    price,
    triggerPrice: data.price_stop ?? data.stopPrice ?? 0,
    // A new type of order is no reason to say nothing of what became of one.
    priceType: PRICE_TYPES[data.ord_type ?? data.type ?? 0] ?? (price > 0 ? 'LIMIT' : 'MARKET'),
    product: PRODUCTS[product] ?? product,
    status,
    filledQuantity,
    pendingQuantity: status === 'open' || status === 'transit' ? left : 0,
    averagePrice: data.price_traded ?? data.tradedPrice ?? 0,
    rejectionReason: status === 'rejected' ? oneLine(data.oms_msg || data.status_msg || data.message || '') : '',
  }
}

/** The first four digits of the fytoken are the same two numbers. */
function readExchange({ exchange, segment, fy_token, fyToken }: Sent) {
  const token = fy_token ?? fyToken ?? ''
  return exchangeOf(exchange ?? Number(token.slice(0, 2)), segment ?? Number(token.slice(2, 4)))
}

function readStatus({ org_ord_status, ord_status, status }: Sent): string {
  const sent = org_ord_status ?? ord_status ?? status ?? 0
  return STATUSES[COARSE[sent] ?? sent] ?? `status ${sent}`
}

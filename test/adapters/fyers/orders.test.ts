import { describe, expect, it } from 'vitest'
import { orders } from '../../../adapters/fyers/orders.ts'
import { settings } from '../../../adapters/fyers/settings.ts'
import { formatOrder } from '../../../shared/market/order.ts'

const NOW = 1_795_220_416_000_000

/** In the server's own names; the status is of its own kind, too. */
const SENT = {
  id: '26112000089344',
  client_id: 'XA00001',
  id_exchange: '1100000009596016',
  exchange: 10,
  segment: 10,
  fy_token: '101000000014366',
  symbol: 'NSE:IDEA-EQ',
  qty: 10,
  qty_filled: 4,
  qty_remaining: 6,
  price_limit: 7.95,
  price_stop: 0,
  price_traded: 7.9,
  ord_type: 1,
  tran_side: -1,
  product_type: 'INTRADAY',
  ord_status: 22,
  org_ord_status: 6,
  oms_msg: '',
}

const hear = (message: unknown) => orders.createDecoder()(JSON.stringify(message), NOW)

function orderOf(sent: object) {
  const signal = hear({ s: 'ok', orders: sent }).find(({ kind }) => kind === 'order')
  return signal?.kind === 'order' ? signal.order : undefined
}

describe('the socket of orders', () => {
  it('is dialled with the header that the price socket must not have, and asks for orders', () => {
    const ticket = { app_id: 'ABCD1234-100', access_token: 'head.body.tail', hsm_key: 'key' }
    expect(orders.session.dial(settings.parse({}), ticket)).toEqual({
      url: 'wss://socket.fyers.in/trade/v3',
      headers: { Authorization: 'ABCD1234-100:head.body.tail' },
      hello: ['{"T":"SUB_ORD","SLIST":["orders"],"SUB_T":1}', 'ping'],
    })
  })

  it('is open without a subscription, and carries no prices', () => {
    expect(orders.isAlwaysOpen).toBe(true)
    const instrument = { exchange: 'NSE', symbol: 'X', token: '1', brokerSymbol: 'X', name: '', kind: 'EQ' } as const
    expect(orders.carries?.(instrument, 'DEPTH')).toBeUndefined()
    expect(orders.session.heartbeat.send).toEqual({ everyMs: 10_000, frame: 'ping' })
  })

  it('is ready with the first sign that it was accepted, once', () => {
    for (const first of ['pong', '{"s":"ok","code":1605,"message":"Successfully subscribed"}']) {
      const decode = orders.createDecoder()
      expect(decode(first, NOW).map(({ kind }) => kind)).toEqual(['ready', 'heartbeat'])
      expect(decode('pong', NOW)).toEqual([{ kind: 'heartbeat' }])
    }
  })

  it('that does not take the token is refused, and any other error is told', () => {
    for (const code of [-8, -15, -16, -17, 401, 403])
      expect(hear({ s: 'error', code, message: 'token' })).toEqual([{ kind: 'refused', reason: 'token' }])
    expect(hear({ s: 'error', code: -1, message: 'error: invalid action' })).toEqual([
      { kind: 'notice', level: 'error', text: 'error: invalid action' },
    ])
  })

  it('says what it could not read', () => {
    const decode = orders.createDecoder()
    for (const text of ['', '{', '7', 'null']) expect(decode(text, NOW)[0]?.kind).toBe('malformed')
    expect(decode('{"pricealerts":{}}', NOW)[0]?.kind).toBe('ignored')
    expect(decode(Buffer.from('pong'), NOW).at(-1)?.kind).toBe('heartbeat')
  })

  it('needs another login when it is refused', () => {
    expect(orders.session.classify({ kind: 'refused', reason: 'token' })).toMatchObject({ code: 'SESSION_EXPIRED' })
    expect(orders.session.classify({ kind: 'closed', code: 1006, reason: '' }).message).toBe(
      'Fyers closed the order updates (1006)',
    )
  })
})

describe('an order', () => {
  it('is told in our words', () => {
    expect(orderOf(SENT)).toEqual({
      orderId: '26112000089344',
      exchange: 'NSE',
      symbol: 'IDEA-EQ',
      action: 'SELL',
      quantity: 10,
      price: 7.95,
      triggerPrice: 0,
      priceType: 'LIMIT',
      product: 'MIS',
      status: 'open',
      filledQuantity: 4,
      pendingQuantity: 6,
      averagePrice: 7.9,
      rejectionReason: '',
    })
  })

  it('is the same in the names of the documentation', () => {
    const documented = {
      clientId: 'XV20986',
      id: '23080400089344',
      exchOrdId: '1100000009596016',
      qty: 1,
      filledQty: 1,
      limitPrice: 7.95,
      type: 1,
      fyToken: '101000000014366',
      exchange: 10,
      segment: 10,
      symbol: 'NSE:IDEA-EQ',
      productType: 'INTRADAY',
      side: -1,
      status: 90,
    }
    expect(orderOf(documented)).toMatchObject({
      orderId: '23080400089344',
      status: 'complete',
      filledQuantity: 1,
      pendingQuantity: 0,
      price: 7.95,
      averagePrice: 0,
    })
  })

  it.each([
    [1, 'cancelled'],
    [2, 'complete'],
    [4, 'transit'],
    [5, 'rejected'],
    [6, 'open'],
    [7, 'expired'],
    [20, 'transit'],
    [23, 'open'],
    [51, 'open'],
    [72, 'open'],
    [73, 'cancelled'],
    [90, 'complete'],
    [91, 'cancelled'],
    [94, 'rejected'],
    [33, 'status 33'],
  ])('with status %i is %s', (number, status) => {
    const { org_ord_status: _, ...coarse } = SENT
    expect(orderOf({ ...coarse, ord_status: number })).toMatchObject({ status })
  })

  it.each([
    [1, 'LIMIT'],
    [2, 'MARKET'],
    [3, 'SL-M'],
    [4, 'SL'],
  ])('of type %i is %s', (number, priceType) => {
    expect(orderOf({ ...SENT, ord_type: number })).toMatchObject({ priceType })
  })

  it.each([
    [10, 11, 'NFO'],
    [10, 12, 'CDS'],
    [10, 20, 'NCO'],
    [11, 20, 'MCX'],
    [12, 10, 'BSE'],
    [12, 11, 'BFO'],
    [12, 12, 'BCD'],
  ])('of exchange %i and segment %i is of %s', (house, segment, exchange) => {
    expect(orderOf({ ...SENT, exchange: house, segment })).toMatchObject({ exchange })
    const { exchange: _e, segment: _s, ...bare } = SENT
    expect(orderOf({ ...bare, fy_token: `${house}${segment}26092968407` })).toMatchObject({ exchange })
  })

  it('says why it was rejected, and only then', () => {
    expect(orderOf({ ...SENT, org_ord_status: 5, oms_msg: 'RED:\nmargin' })).toMatchObject({
      status: 'rejected',
      rejectionReason: 'RED: margin',
      pendingQuantity: 0,
    })
    expect(orderOf({ ...SENT, oms_msg: 'fine' })).toMatchObject({ rejectionReason: '' })
  })

  it('with numbers as texts can be read, and travels', () => {
    const order = orderOf({ ...SENT, id: 26112000089344, qty: '10', price_limit: '7.95', qty_filled: null })
    expect(order).toMatchObject({ orderId: '26112000089344', quantity: 10, price: 7.95, filledQuantity: 0 })
    if (!order) throw new Error('it can be read')
    expect(() => formatOrder(order, { userId: 'asha', broker: 'fyers' })).not.toThrow()
  })

  it('of an unknown type is told as one with its price, or with none', () => {
    expect(orderOf({ ...SENT, ord_type: 9 })).toMatchObject({ priceType: 'LIMIT' })
    expect(orderOf({ ...SENT, ord_type: 9, price_limit: 0 })).toMatchObject({ priceType: 'MARKET' })
  })

  it('is read by the other name of what is empty, and by its token where it does not say its exchange', () => {
    const none = { exchange: null, segment: '', tran_side: null, org_ord_status: null }
    const empty = { ...SENT, ...none, side: SENT.tran_side }
    expect(orderOf({ ...empty, ord_status: 20, qty_remaining: null })).toEqual(
      orderOf({ ...SENT, org_ord_status: 4, qty_remaining: undefined }),
    )
  })

  it.each([
    ['no order', 7],
    ['no id', { ...SENT, id: undefined }],
    ['no side', { ...SENT, tran_side: 0 }],
    ['an unknown exchange', { ...SENT, exchange: 99 }],
    ['half a share', { ...SENT, qty: 0.5 }],
    ['no quantity', { ...SENT, qty: null }],
  ])('with %s is counted and not told', (_what, sent) => {
    expect(hear({ s: 'ok', orders: sent })).toEqual([{ kind: 'ignored', what: 'order of an unknown shape' }])
  })
})

import { describe, expect, it } from 'vitest'
import { orders } from '../../../adapters/angel/orders.ts'
import { settings } from '../../../adapters/angel/settings.ts'

const decode = orders.createDecoder()
const read = (frame: string | Uint8Array) => decode(frame, 1_795_220_416_000_000)

/** As recorded on 26 December 2024, with another client code. */
const DATA = {
  variety: 'NORMAL',
  ordertype: 'LIMIT',
  ordertag: '',
  producttype: 'DELIVERY',
  price: 266.94,
  triggerprice: 0,
  quantity: '1',
  disclosedquantity: '0',
  duration: 'DAY',
  squareoff: 0,
  stoploss: 0,
  trailingstoploss: 0,
  tradingsymbol: 'NIFTYBEES-EQ',
  transactiontype: 'BUY',
  exchange: 'NSE',
  symboltoken: '10576',
  instrumenttype: '',
  strikeprice: -1,
  optiontype: '',
  expirydate: '',
  lotsize: '1',
  cancelsize: '0',
  averageprice: 265.62,
  filledshares: '1',
  unfilledshares: '0',
  orderid: '241226000790638',
  text: '',
  status: 'complete',
  orderstatus: 'complete',
  updatetime: '26-Dec-2024 14:07:19',
  exchtime: '26-Dec-2024 14:07:19',
  exchorderupdatetime: '26-Dec-2024 14:07:19',
  fillid: '',
  filltime: '',
  parentorderid: '',
}

const message = (data: object, status = 'AB05', more: object = {}) =>
  JSON.stringify({
    'user-id': 'A123456',
    'status-code': '200',
    'order-status': status,
    'error-message': '',
    orderData: { ...DATA, ...data },
    ...more,
  })

const orderOf = (data: object, status?: string) => {
  const [signal] = read(message(data, status))
  return signal?.kind === 'order' ? signal.order : undefined
}

describe('the socket of orders', () => {
  it('is opened with the token alone, stays open, and takes no instruments', () => {
    const ticket = { api_key: 'k', client_code: 'A1', jwt_token: 'jwt.1', feed_token: 'f' }
    expect(orders.session.dial(settings.parse({}), ticket)).toEqual({
      url: 'wss://tns.angelone.in/smart-order-update',
      headers: { Authorization: 'Bearer jwt.1' },
    })
    expect([orders.isAlwaysOpen, orders.limits.connections]).toEqual([true, 1])
    expect(orders.session.subscribe(['1|2885'], 'LTP')).toEqual([])
  })

  it('tells what became of an order, in the words of clients', () => {
    expect(orderOf({})).toEqual({
      orderId: '241226000790638',
      exchange: 'NSE',
      symbol: 'NIFTYBEES-EQ',
      action: 'BUY',
      quantity: 1,
      price: 266.94,
      triggerPrice: 0,
      priceType: 'LIMIT',
      product: 'CNC',
      status: 'complete',
      filledQuantity: 1,
      pendingQuantity: 0,
      averagePrice: 265.62,
      rejectionReason: '',
    })
  })

  it.each([
    ['MARKET', 'MARKET'],
    ['LIMIT', 'LIMIT'],
    ['STOPLOSS_LIMIT', 'SL'],
    ['STOPLOSS_MARKET', 'SL-M'],
  ])('calls the type %s %s', (ordertype, priceType) => {
    expect(orderOf({ ordertype })).toMatchObject({ priceType })
  })

  it.each([
    ['DELIVERY', 'CNC'],
    ['CARRYFORWARD', 'NRML'],
    ['INTRADAY', 'MIS'],
    ['BO', 'BO'],
  ])('calls the product %s %s', (producttype, product) => {
    expect(orderOf({ producttype })).toMatchObject({ product })
  })

  it.each([
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
    ['AB99', 'AB99'],
  ])('reads the status %s as %s where there are no words, and the words where there are', (code, status) => {
    expect(orderOf({ orderstatus: '', status: '' }, code)).toMatchObject({ status })
    expect(orderOf({ orderstatus: 'Open Pending', status: '' }, code)).toMatchObject({ status: 'open pending' })
    expect(orderOf({ orderstatus: '', status: 'open' }, code)).toMatchObject({ status: 'open' })
  })

  it('gives the reason of a rejection, and no other words', () => {
    const text = 'Adapter is\nLogged Off'
    const rejected = { orderstatus: 'rejected', text, filledshares: '0', unfilledshares: '1' }
    expect(orderOf(rejected)).toMatchObject({ rejectionReason: 'Adapter is Logged Off' })
    expect(orderOf({ text })).toMatchObject({ rejectionReason: '' })
  })

  it('reads numbers as texts and as numbers, and empty ones as none', () => {
    const order = orderOf({ quantity: 1120, price: '12.50', filledshares: '', unfilledshares: null, averageprice: 'x' })
    expect(order).toMatchObject({ quantity: 1120, price: 12.5, filledQuantity: 0, pendingQuantity: 0, averagePrice: 0 })
  })

  it.each(['complete', 'cancelled', 'rejected', 'Rejected', 'cancelled after market order'])(
    'has nothing pending of an order that is %s, whatever stands there',
    orderstatus => expect(orderOf({ orderstatus, unfilledshares: '1' })).toMatchObject({ pendingQuantity: 0 }),
  )

  it.each([
    [{ unfilledshares: '3' }, 3],
    [{ unfilledshares: '' }, 4],
    [{ unfilledshares: 2.5 }, 4],
    [{ unfilledshares: undefined, filledshares: 'x' }, 5],
    [{ unfilledshares: undefined, filledshares: '7' }, 0],
  ])('of an open order for 5 with %j has %i pending', (shares, pendingQuantity) => {
    const order = orderOf({ orderstatus: 'open', quantity: '5', filledshares: '1', ...shares })
    expect(order).toMatchObject({ quantity: 5, pendingQuantity })
  })

  it.each([
    ['0', 'MARKET'],
    ['', 'MARKET'],
    [266.94, 'LIMIT'],
  ])('of an unknown type and the price "%s" is %s', (price, priceType) => {
    expect(orderOf({ ordertype: 'ICEBERG', price })).toMatchObject({ priceType })
    expect(orderOf({ ordertype: undefined, price })).toMatchObject({ priceType })
  })

  it.each([
    { quantity: 'abc' },
    { quantity: '' },
    { quantity: null },
    { quantity: undefined },
    { quantity: 1.5 },
    { quantity: '1.5' },
    { quantity: '0x10' },
    { quantity: -1 },
    { transactiontype: 'HOLD' },
    { tradingsymbol: '' },
  ])('is none with %j, and counted', data => {
    expect(read(message(data))).toEqual([{ kind: 'ignored', what: 'order update that cannot be read' }])
  })

  it('comes as text or as bytes', () => {
    expect(read(Buffer.from(message({})))).toEqual(read(message({})))
  })
})

describe('what else comes on it', () => {
  it('is life: the text pong, or the byte 0 that was recorded', () => {
    for (const frame of ['pong', Buffer.from('pong'), Buffer.from([0])])
      expect(read(frame)).toEqual([{ kind: 'heartbeat' }])
  })

  it('is a greeting with empty fields', () => {
    const empty = Object.fromEntries(Object.keys(DATA).map(name => [name, '']))
    expect(read(message(empty, 'AB00'))).toEqual([{ kind: 'ignored', what: 'greeting of the order socket' }])
    expect(read('{"user-id":"A1","status-code":"200","order-status":"AB00"}')[0]?.kind).toBe('ignored')
  })

  it.each(['401', '403', 401])('is the end of the session (%s)', code => {
    const [signal] = read(message({}, '', { 'status-code': code, 'error-message': 'token expired' }))
    expect(signal).toEqual({ kind: 'refused', reason: `${code} token expired` })
    expect(orders.session.classify({ kind: 'refused', reason: 'x' })).toMatchObject({ code: 'SESSION_EXPIRED' })
  })

  it('is the broker speaking to a person', () => {
    expect(read(message({ orderid: '' }, '', { 'error-message': 'down for an hour' }))).toEqual([
      { kind: 'notice', level: 'error', text: 'down for an hour' },
    ])
  })

  it('does not hide the order that its words are about, and says why where the order itself does not', () => {
    const rejected = (text: string) =>
      message({ orderstatus: 'rejected', text }, 'AB03', { 'error-message': 'no margin' })
    expect(read(rejected(''))).toMatchObject([{ kind: 'order', order: { rejectionReason: 'no margin' } }])
    expect(read(rejected('no stock'))).toMatchObject([{ kind: 'order', order: { rejectionReason: 'no stock' } }])
    expect(read(message({ quantity: 'x' }, '', { 'error-message': 'no margin' }))).toMatchObject([{ kind: 'notice' }])
  })

  it.each([
    ['', 'malformed'],
    ['{"orderData":', 'malformed'],
    ['[]', 'ignored'],
    ['7', 'ignored'],
    [message({ exchange: 'NYSE' }), 'ignored'],
    ['\0\0', 'malformed'],
  ])('is counted: %s', (text, kind) => {
    expect(read(text).map(signal => signal.kind)).toEqual([kind])
  })
})

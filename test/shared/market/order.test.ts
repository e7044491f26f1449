import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatOrder, MAX_ORDER_BYTES, readOrderOwner } from '../../../shared/market/order.ts'
import { failure } from '../../support/failure.ts'
import { orderOf } from '../../support/order.ts'

const ORDER = orderOf('240401000000123')
const ALICE = { userId: 'alice', broker: 'alpha' }

const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
const changed = (change: object) => bytes({ ...JSON.parse(formatOrder(ORDER, ALICE)), ...change })

test('an update is the frame of the client protocol, its keys in their order', () => {
  expect(formatOrder(ORDER, ALICE)).toBe(
    '{"type":"order_update","user_id":"alice","mode":"live","broker":"alpha","orderid":"240401000000123",' +
      '"symbol":"RELIANCE","exchange":"NSE","action":"BUY","quantity":10,"price":2885,"trigger_price":0,' +
      '"pricetype":"LIMIT","product":"MIS","order_status":"complete","filled_quantity":10,"pending_quantity":0,' +
      '"average_price":2884.95,"rejection_reason":""}',
  )
})

test('broker and status are lower case, whoever wrote them', () => {
  const frame = formatOrder({ ...ORDER, status: 'TRIGGER PENDING' }, { userId: 'alice', broker: 'ALPHA' })
  expect(JSON.parse(frame)).toMatchObject({ broker: 'alpha', order_status: 'trigger pending' })
})

test('whose it is can be read back', () => {
  expect(readOrderOwner(bytes(formatOrder(ORDER, ALICE)))).toEqual(ALICE)
})

test('whatever words a broker has, the frame can be read and stays below the limit', () => {
  const words = fc.string({ unit: 'binary', minLength: 1, maxLength: 3000 })
  fc.assert(
    fc.property(words, words, words, (orderId, product, rejectionReason) => {
      const order = { ...ORDER, orderId, product, symbol: orderId, status: product, rejectionReason }
      const frame = bytes(formatOrder(order, { userId: 'a'.repeat(32), broker: 'b'.repeat(32) }))
      expect(frame.length).toBeLessThanOrEqual(MAX_ORDER_BYTES)
      expect(readOrderOwner(frame).userId).toBe('a'.repeat(32))
    }),
  )
})

test('words are cut between characters', () => {
  const { rejection_reason } = JSON.parse(formatOrder({ ...ORDER, rejectionReason: '₹😀'.repeat(300) }, ALICE))
  expect(rejection_reason).toBe('₹😀'.repeat(250))
})

test.each([
  ['no JSON', bytes('{"type":"order_update"'), 'JSON'],
  ['another type', changed({ type: 'market_data' }), 'type'],
  ['no user', changed({ user_id: undefined }), 'user_id'],
  ['an empty user', changed({ user_id: '' }), 'user_id'],
  ['a sandbox', changed({ mode: 'analyze' }), 'mode'],
  ['a number in quotes', changed({ quantity: '10' }), 'quantity'],
  ['a null', changed({ price: null }), 'price'],
  ['a part of a share', changed({ filled_quantity: 0.5 }), 'filled_quantity'],
  ['an unknown kind of price', changed({ pricetype: 'STOP' }), 'pricetype'],
  ['an exchange that is none', changed({ exchange: 'NASDAQ' }), 'exchange'],
  ['a list', bytes([]), 'the frame'],
  ['half a character', Buffer.concat([bytes('{"user_id":"'), Buffer.of(0xc3), bytes('"}')]), 'UTF-8'],
  ['too many bytes', changed({ rejection_reason: 'x'.repeat(MAX_ORDER_BYTES) }), `at most ${MAX_ORDER_BYTES}`],
])('a frame with %s is refused, and told why in one line', (_, frame, why) => {
  const error = failure(() => readOrderOwner(frame))
  expect(error.code).toBe('MESSAGE_MALFORMED')
  expect(error.message).toContain(why)
  expect(error.message).not.toContain('\n')
})

test('a field of a later program is passed over', () => {
  expect(readOrderOwner(changed({ validity: 'DAY' }))).toEqual(ALICE)
})

test('whatever bytes come, they are read or refused, never anything else', () => {
  const noise = fc.oneof(
    fc.uint8Array(),
    fc.json().map(text => Buffer.from(text)),
  )
  fc.assert(
    fc.property(noise, body => {
      expect(failure(() => readOrderOwner(Buffer.from(body))).code).toBe('MESSAGE_MALFORMED')
    }),
  )
})

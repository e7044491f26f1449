import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDecoder } from '../../../adapters/zerodha/codec.ts'
import { readOrder } from '../../../adapters/zerodha/order.ts'
import { postbackOf } from '../../emulators/kite/session.ts'
import { hasRecordings, recordedJson } from './recordings.ts'

const told = (fields: object = {}) => readOrder(postbackOf('AB1234', 1_795_220_416_000, fields))

describe('an order update', () => {
  it.runIf(hasRecordings)('is read from the published postback', () => {
    const frame = JSON.stringify({ type: 'order', data: recordedJson('postback.json') })
    expect(createDecoder()(frame, 1)).toEqual([
      {
        kind: 'order',
        order: {
          orderId: '220303000308932',
          exchange: 'NSE',
          symbol: 'SBIN',
          action: 'BUY',
          quantity: 1,
          price: 0,
          triggerPrice: 0,
          priceType: 'MARKET',
          product: 'CNC',
          status: 'complete',
          filledQuantity: 1,
          pendingQuantity: 0,
          averagePrice: 470,
          rejectionReason: '',
        },
      },
    ])
  })

  it.each([
    ['COMPLETE', 'complete'],
    ['CANCELLED', 'cancelled'],
    ['OPEN', 'open'],
    ['UPDATE', 'open'],
    ['TRIGGER PENDING', 'trigger pending'],
    ['VALIDATION PENDING', 'validation pending'],
  ])('%s is %s', (status, word) => {
    expect(told({ status, status_message: 'words' })).toMatchObject({ status: word, rejectionReason: '' })
  })

  it('says why an order was rejected, in one line', () => {
    expect(told({ status: 'REJECTED', status_message: 'Insufficient\nfunds' })).toMatchObject({
      status: 'rejected',
      rejectionReason: 'Insufficient funds',
    })
    expect(told({ status: 'REJECTED', status_message: null })?.rejectionReason).toBe('')
  })

  it.each(['MARKET', 'LIMIT', 'SL', 'SL-M'])('has the order type %s', order_type => {
    const fields = { order_type, transaction_type: 'SELL', price: 960.05, trigger_price: 959, product: 'MIS' }
    expect(told(fields)).toMatchObject({
      priceType: order_type,
      action: 'SELL',
      price: 960.05,
      triggerPrice: 959,
      product: 'MIS',
    })
  })

  it('that says nothing of its prices has none', () => {
    const fields = { price: null, trigger_price: undefined, average_price: null, filled_quantity: null }
    expect(told(fields)).toMatchObject({ price: 0, triggerPrice: 0, averagePrice: 0, filledQuantity: 0 })
  })

  it.each(['ICEBERG', null, 7])('is told also with the unknown order type %s', order_type => {
    expect(told({ order_type, price: 0 })).toMatchObject({ priceType: 'MARKET' })
    expect(told({ order_type, price: 960.05 })).toMatchObject({ priceType: 'LIMIT' })
  })

  it.each(['COMPLETE', 'CANCELLED', 'REJECTED'])('has nothing pending where it is %s', status => {
    expect(told({ status, pending_quantity: 1 })).toMatchObject({ pendingQuantity: 0 })
  })

  it.each([
    [{ pending_quantity: 3 }, 3],
    [{ pending_quantity: null }, 4],
    [{ pending_quantity: 2.5 }, 4],
    [{ pending_quantity: null, filled_quantity: '1' }, 5],
  ])('of an open order for 5 with %j has %i pending', (fields, pendingQuantity) => {
    const order = told({ status: 'OPEN', quantity: 5, filled_quantity: 1, ...fields })
    expect(order).toMatchObject({ quantity: 5, pendingQuantity })
  })

  it.each([
    { exchange: 'MF' },
    { transaction_type: 'HOLD' },
    { order_id: '' },
    { quantity: '1' },
    { quantity: 1.5 },
    { quantity: -1 },
    { quantity: null },
    { status: '' },
  ])('is none with %j', fields => {
    expect(told(fields)).toBeUndefined()
    const frame = JSON.stringify({ type: 'order', data: postbackOf('AB1234', 1, fields) })
    expect(createDecoder()(frame, 1)).toEqual([{ kind: 'ignored', what: 'order of an unknown shape' }])
  })

  it('repeats nothing of what else a postback holds', () => {
    const order = told({ checksum: 'c'.repeat(64), tag: 'mine', guid: 'secret-guid' })
    expect(JSON.stringify(order)).not.toMatch(/ccc|mine|guid/)
  })

  it('never fails, whatever stands in its place', () => {
    fc.assert(fc.property(fc.anything(), data => void readOrder(data)))
  })
})

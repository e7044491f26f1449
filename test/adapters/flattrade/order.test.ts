import { describe, expect, it } from 'vitest'
import { createDecoder } from '../../../adapters/flattrade/codec.ts'

const message = {
  t: 'om',
  norenordno: '26112000000017',
  uid: 'FT000000',
  actid: 'FT000000',
  exch: 'NSE',
  tsym: 'ACC-EQ',
  qty: '100',
  prc: '1150.50',
  pcode: 'I',
  status: 'OPEN',
  reporttype: 'New',
  trantype: 'B',
  prctyp: 'LMT',
  ret: 'DAY',
  exchordid: '1100000012345678',
}

const decode = (change: object) => createDecoder()(JSON.stringify({ ...message, ...change }), 1_795_149_907_000_000)

function orderOf(change: object = {}) {
  const [signal] = decode(change)
  if (signal?.kind !== 'order') throw new Error('no order')
  return signal.order
}

describe('an order message', () => {
  it('says what became of an order, in common words', () => {
    expect(orderOf()).toEqual({
      orderId: '26112000000017',
      exchange: 'NSE',
      symbol: 'ACC-EQ',
      action: 'BUY',
      quantity: 100,
      price: 1150.5,
      triggerPrice: 0,
      priceType: 'LIMIT',
      product: 'MIS',
      status: 'open',
      filledQuantity: 0,
      pendingQuantity: 100,
      averagePrice: 0,
      rejectionReason: '',
    })
  })

  it.each([
    ['OPEN', '40', 'open', 60],
    ['TRIGGER_PENDING', '0', 'trigger pending', 100],
    ['PENDING', '', 'pending', 100],
    ['COMPLETE', '100', 'complete', 0],
    ['CANCELED', '40', 'cancelled', 0],
    ['CANCELLED', '40', 'cancelled', 0],
    ['REJECTED', '0', 'rejected', 0],
    ['REJECT', '0', 'rejected', 0],
    ['Open', '0', 'open', 100],
  ])('of status %s with %s filled is %s, %i pending', (status, fillshares, said, pendingQuantity) => {
    expect(orderOf({ status, fillshares })).toMatchObject({ status: said, pendingQuantity })
  })

  it.each([
    ['LMT', '10', 'LIMIT'],
    ['MKT', '0', 'MARKET'],
    ['SL-LMT', '10', 'SL'],
    ['SL-MKT', '0', 'SL-M'],
    ['2L', '10', 'LIMIT'],
    ['DS', '0', 'MARKET'],
  ])('of kind %s at %s is %s', (prctyp, prc, priceType) => {
    expect(orderOf({ prctyp, prc })).toMatchObject({ priceType })
  })

  it.each([
    [{ pcode: 'C' }, 'CNC'],
    [{ pcode: 'M' }, 'NRML'],
    [{ pcode: undefined, prd: 'I' }, 'MIS'],
    [{ pcode: 'H' }, 'H'],
  ])('of product %j is %s', (change, product) => {
    expect(orderOf(change)).toMatchObject({ product })
  })

  it('of a fill has its average; of a rejection the reason on one line', () => {
    const fill = {
      trantype: 'S',
      status: 'COMPLETE',
      fillshares: '100',
      avgprc: '1150.45',
      trgprc: '1149',
      flqty: '60',
    }
    expect(orderOf(fill)).toMatchObject({
      action: 'SELL',
      filledQuantity: 100,
      averagePrice: 1150.45,
      triggerPrice: 1149,
    })
    expect(orderOf({ status: 'REJECTED', rejreason: 'RED:Margin\n shortfall of a1b2c3d4e5f6a7b8' })).toMatchObject({
      rejectionReason: 'RED:Margin shortfall of [redacted]',
    })
  })

  it.each([
    ['NSE', 'NSE'],
    ['BCD', 'BCD'],
    ['NCX', 'NCDEX'],
    ['NCO', 'NCO'],
  ])('on %s, as the broker calls it, is on %s', (exch, exchange) => {
    expect(orderOf({ exch })).toMatchObject({ exchange })
  })

  it('is told by its type, though it has fields of a feed', () => {
    expect(decode({ e: 'NSE', tk: '22', lp: '10' }).map(({ kind }) => kind)).toEqual(['order'])
  })

  it.each([
    { norenordno: '' },
    { exch: 'NOWHERE' },
    { e: 'NSE', exch: undefined },
    { tsym: undefined },
    { trantype: 'X' },
    { qty: 'many' },
    { status: '' },
  ])('with %j is none', change => {
    expect(decode(change)).toEqual([{ kind: 'ignored', what: 'order message that is no order' }])
  })
})

import { expect, it } from 'vitest'
import { Copies } from '../../../../adapters/runtime/session/copies.ts'
import { orderOf } from '../../../support/order.ts'

const open = orderOf('1', { status: 'open' })
const complete = orderOf('1', { status: 'complete' })

it('an order update that two connections bring is new once, also where the slower one tells an older state', () => {
  const copies = new Copies()
  expect([copies.isNew(open, 1, 0), copies.isNew(complete, 1, 5)]).toEqual([true, true])
  expect([copies.isNew(open, 2, 6), copies.isNew(complete, 2, 7)]).toEqual([false, false])
})

it('what one connection repeats is no copy', () => {
  const copies = new Copies()
  expect([open, complete, open].map(order => copies.isNew(order, 1, 0))).toEqual([true, true, true])
  expect([open, complete, open].map(order => copies.isNew(order, 2, 1))).toEqual([false, false, false])
})

it('what comes later on another connection is no copy', () => {
  const copies = new Copies()
  copies.isNew(open, 1, 0)
  expect(copies.isNew(open, 2, 9999)).toBe(false)
  expect(copies.isNew(open, 2, 10_000)).toBe(true)
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Instrument } from '../../../shared/market/instrument.ts'
import { orderKey, sortWork } from '../../../shared/store/order.ts'

const one: Instrument = { exchange: 'NSE', symbol: 'A', token: '1', brokerSymbol: 'A', name: 'A', kind: 'EQ' }

function finish<Result>(work: Generator<void, Result>): { result: Result; steps: number } {
  for (let steps = 0; ; steps++) {
    const { done, value } = work.next()
    if (done) return { result: value, steps }
  }
}

test('the merge sort gives what sorting gives', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ maxLength: 3 }), { maxLength: 50 }),
      fc.integer({ min: 1, max: 200 }),
      (some, times) => {
        const texts = Array.from({ length: times }, (_, at) => some.map(text => `${text}${at % 7}`)).flat()
        expect(finish(sortWork(texts)).result).toEqual([...texts].sort())
      },
    ),
    { numRuns: 50 },
  )
})

test('the merge sort stops on its way', () => {
  const texts = Array.from({ length: 20_000 }, (_, at) => String((at * 7919) % 20_000).padStart(5, '0'))
  const { result, steps } = finish(sortWork(texts))
  expect(result).toEqual([...texts].sort())
  expect(steps).toBeGreaterThan(40)
})

test('indices, cash, futures, options; then the nearest expiry, the lowest strike, the exchange', () => {
  const option = { ...one, exchange: 'NFO', kind: 'CE', expiry: '2026-11-28', strike: 9900 } as const
  const sorted: Instrument[] = [
    { ...one, exchange: 'NSE_INDEX', kind: 'INDEX' },
    one,
    { ...one, exchange: 'BSE' },
    { ...one, exchange: 'NFO', kind: 'FUT', expiry: '2026-11-28' },
    { ...one, exchange: 'BFO', kind: 'FUT', expiry: '2026-11-28' },
    { ...one, exchange: 'NFO', kind: 'FUT', expiry: '2026-12-01' },
    { ...option, strike: 99.25 },
    option,
    { ...option, exchange: 'BFO', kind: 'PE' },
    { ...option, strike: 24_800 },
    { ...option, strike: 128_900 },
    { ...option, strike: 50, expiry: '2027-01-01' },
  ]
  const keys = sorted.map(orderKey)
  expect([...keys].sort()).toEqual(keys)
  expect(new Set(keys.map(key => key.length)).size).toBe(1)
})

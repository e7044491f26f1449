import { expect, test } from 'vitest'
import type { Instrument } from '../../../shared/market/instrument.ts'
import { orderKey } from '../../../shared/store/order.ts'

const one: Instrument = { exchange: 'NSE', symbol: 'A', token: '1', brokerSymbol: 'A', name: 'A', kind: 'EQ' }

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

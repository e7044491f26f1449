import { describe, expect, it } from 'vitest'
import { withinBounds } from '../../../adapters/runtime/bounds.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'
import type { Tick } from '../../../shared/market/tick.ts'
import { equity, NIFTY, RELIANCE } from './rig.ts'

const option = equity('NIFTY28NOV2624800CE', { exchange: 'NFO', kind: 'CE' })
const future = equity('CRUDEOIL18DEC26FUT', { exchange: 'MCX', kind: 'FUT' })

const NOW = 1_795_220_416_000
const passes = (tick: Partial<Tick>, instrument: Instrument = RELIANCE, receivedAt = NOW * 1000) =>
  withinBounds({ instrument, tick: { ltp: 100, timestamp: NOW, ...tick }, receivedAt })

it('lets a tick through that says little, and one that says everything', () => {
  expect(passes({})).toBe(true)
  const numbers = { open: 1, high: 1, low: 1, previousClose: 1, averagePrice: 1, upperCircuit: 1, lowerCircuit: 1 }
  const quantities = { volume: 0, lastQuantity: 0, openInterest: 0, totalBuyQuantity: 0, totalSellQuantity: 0 }
  const book = { buy: [{ price: 1, quantity: 0 }], sell: [{ price: 2, quantity: 1, orders: 1 }] }
  expect(passes({ ...numbers, ...quantities, lastTradeTime: NOW, book })).toBe(true)
})

it.each([Number.NaN, Number.POSITIVE_INFINITY, 0, -0.05])('holds back an equity, an option, an index at %s', ltp => {
  for (const instrument of [RELIANCE, option, NIFTY]) expect(passes({ ltp }, instrument)).toBe(false)
})

it('lets a future fall below zero, as crude oil did, but not out of the numbers', () => {
  expect(passes({ ltp: -37.63 }, future)).toBe(true)
  expect(passes({ ltp: Number.NEGATIVE_INFINITY }, future)).toBe(false)
})

it.each(['open', 'high', 'low', 'previousClose', 'averagePrice', 'upperCircuit', 'lowerCircuit'])(
  'holds back a tick whose %s is no number',
  field => {
    expect(passes({ [field]: Number.NaN })).toBe(false)
  },
)

it.each(['volume', 'lastQuantity', 'openInterest', 'totalBuyQuantity', 'totalSellQuantity'])(
  'holds back a tick whose %s is no count',
  field => {
    for (const value of [-1, 0.5, Number.NaN, 2 ** 60]) expect(passes({ [field]: value })).toBe(false)
  },
)

it('holds back times that are none', () => {
  expect(passes({ timestamp: 0 })).toBe(false)
  expect(passes({ timestamp: NOW + 0.5 })).toBe(false)
  // Seconds, where milliseconds belong.
  expect(passes({ timestamp: Math.floor(NOW / 1000) })).toBe(false)
  expect(passes({ lastTradeTime: Number.NaN })).toBe(false)
  expect(passes({}, RELIANCE, Number.NaN)).toBe(false)
})

describe('a time later than the receipt of its tick', () => {
  const receivedAt = 1_795_220_416_123_456
  const received = Math.floor(receivedAt / 1000)

  it.each(['timestamp', 'lastTradeTime'])('is let through as %s up to ten minutes, as clocks differ', field => {
    expect(passes({ timestamp: received, [field]: received + 600_000 }, RELIANCE, receivedAt)).toBe(true)
    expect(passes({ timestamp: received, [field]: received + 600_001 }, RELIANCE, receivedAt)).toBe(false)
  })

  it.each([
    ['of another century', Date.UTC(2099, 0)],
    ['in microseconds', receivedAt],
  ])('is held back when it is %s', (_, time) => {
    expect(passes({ timestamp: time }, RELIANCE, receivedAt)).toBe(false)
    expect(passes({ timestamp: received, lastTradeTime: time }, RELIANCE, receivedAt)).toBe(false)
  })
})

it.each([
  { price: Number.NaN, quantity: 1 },
  { price: 1, quantity: -1 },
  { price: 1, quantity: 1, orders: 0.5 },
])('holds back a book with the level %o, on either side', level => {
  expect(passes({ book: { buy: [level], sell: [] } })).toBe(false)
  expect(passes({ book: { buy: [], sell: [level] } })).toBe(false)
})

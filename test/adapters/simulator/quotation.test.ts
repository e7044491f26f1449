import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Update } from '../../../adapters/contract.ts'
import type { Listing } from '../../../adapters/simulator/listing.ts'
import { rupees, stepOf, stepsIn } from '../../../adapters/simulator/pricing.ts'
import { Quotation } from '../../../adapters/simulator/quotation.ts'
import { Sfc32 } from '../../../adapters/simulator/random.ts'
import { UNIVERSE } from '../../../adapters/simulator/universe.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'
import type { Tick } from '../../../shared/market/tick.ts'
import { keyOf, updates } from './series.ts'

const listingOf = (symbol: string): Listing => UNIVERSE.find(listing => listing.instrument.symbol === symbol) as Listing

const wholeSteps = (price: number, { tickSize = Number.NaN }: Instrument): boolean => {
  const step = stepOf(tickSize)
  return rupees(Math.round(stepsIn(price, step)), step) === price
}

const pricesOf = ({ ltp = 0, open = 0, high = 0, low = 0, previousClose = 0, book }: Tick): number[] =>
  [ltp, open, high, low, previousClose].concat([...(book?.buy ?? []), ...(book?.sell ?? [])].map(level => level.price))

/** What is wrong with one tick, in words; loops over many ticks with `expect` per field take minutes. */
function faults({ instrument, tick }: Update): string[] {
  const wrong: string[] = []
  const must = (right: boolean, what: string) => right || wrong.push(`${keyOf(instrument)} ${what}`)
  const { ltp = Number.NaN, high = 0, low = Infinity, open = 0, averagePrice = ltp, book } = tick
  const { lotSize = Number.NaN } = instrument
  for (const price of pricesOf(tick)) {
    must(wholeSteps(price, instrument), `price ${price} is off the grid`)
    must(price > 0, `price ${price} is not above 0`)
    must(/^\d+(\.\d{1,4})?$/.test(String(price)), `price ${price} prints with noise`)
  }
  must(low <= ltp && ltp <= high && low <= open && open <= high, `range ${low} to ${high} misses ${open} or ${ltp}`)
  must(low <= averagePrice && averagePrice <= high, `average ${averagePrice} is outside the range`)
  must(/^\d+(\.\d{1,4})?$/.test(String(averagePrice)), `average ${averagePrice} prints with noise`)
  if (!book) return wrong
  const [buy, sell] = [book.buy, book.sell]
  must(buy.length === 5 && sell.length === 5, 'has no five levels a side')
  const rising = [...buy.toReversed(), ...sell].map(level => level.price)
  must(
    rising.every((price, at) => at === 0 || price > (rising[at - 1] ?? 0)),
    `book is out of order: ${rising.join(' ')}`,
  )
  must(ltp === buy[0]?.price || ltp === sell[0]?.price, `last price ${ltp} is at neither end of the spread`)
  for (const { quantity, orders = 0 } of [...buy, ...sell]) {
    must(quantity > 0 && quantity % lotSize === 0, `quantity ${quantity} is not whole lots`)
    must(Number.isInteger(orders) && orders > 0 && orders <= quantity, `has ${orders} orders for ${quantity}`)
  }
  const { lastQuantity = 0, volume = 0, totalBuyQuantity = 0, totalSellQuantity = 0 } = tick
  for (const quantity of [lastQuantity, volume, totalBuyQuantity, totalSellQuantity])
    must(quantity > 0 && quantity % lotSize === 0, `quantity ${quantity} is not whole lots`)
  must(totalBuyQuantity >= buy.reduce((sum, level) => sum + level.quantity, 0), 'total to buy is less than its book')
  must(totalSellQuantity >= sell.reduce((sum, level) => sum + level.quantity, 0), 'total to sell is less than its book')
  return wrong
}

describe('every tick of every seed', () => {
  test('is on the grid, in range, with full and ordered books and whole lots', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), seed => {
        expect(updates(seed, 3000).flatMap(faults)).toEqual([])
      }),
      { numRuns: 8 },
    )
  })

  test('adds to the volume, by its last quantity', () => {
    const volumes = new Map<Instrument, number>()
    let compared = 0
    for (const { instrument, tick } of updates(1, 20_000)) {
      const before = volumes.get(instrument)
      if (tick.volume === undefined) continue
      volumes.set(instrument, tick.volume)
      if (before === undefined) continue
      if (tick.volume !== before + (tick.lastQuantity ?? 0)) expect.unreachable(`${keyOf(instrument)} ${tick.volume}`)
      compared++
    }
    expect(compared).toBeGreaterThan(15_000)
  })

  test('widens the range and never narrows it', () => {
    const ranges = new Map<Instrument, [low: number, high: number]>()
    for (const { instrument, tick } of updates(1, 20_000)) {
      const { low = 0, high = 0 } = tick
      const [lowest, highest] = ranges.get(instrument) ?? [low, high]
      if (low > lowest || high < highest) expect.unreachable(`${keyOf(instrument)} ${low} to ${high}`)
      ranges.set(instrument, [low, high])
    }
  })
})

describe('what a tick leaves out', () => {
  const absent = (kind: string, field: keyof Tick): boolean =>
    updates(1, 1000).every(({ instrument, tick }) => instrument.kind !== kind || !(field in tick))

  test('an index has no volume, no quantities, no book and no trades', () => {
    const tick = new Quotation(listingOf('SENSEX'), 81_159.7, new Sfc32(1)).tick(1)
    expect(Object.keys(tick)).toEqual(['ltp', 'timestamp', 'open', 'high', 'low', 'previousClose'])
  })

  test('open interest belongs to derivatives and circuits to shares', () => {
    expect(absent('EQ', 'openInterest')).toBe(true)
    expect(absent('FUT', 'upperCircuit') && absent('CE', 'lowerCircuit')).toBe(true)
    expect(absent('FUT', 'openInterest') || absent('EQ', 'upperCircuit')).toBe(false)
  })
})

describe('at the edges of what may trade', () => {
  const tradedAt = (symbol: string, value: number): Update => {
    const listing = listingOf(symbol)
    const random = new Sfc32(1)
    const quotation = new Quotation(listing, value, random)
    quotation.trade(value, random)
    return { instrument: listing.instrument, tick: quotation.tick(1), receivedAt: 1 }
  }

  test('a share stops at its circuits with a whole book inside them', () => {
    for (const value of [1, 100_000]) {
      const update = tradedAt('RELIANCE', value)
      const { upperCircuit = 0, lowerCircuit = 0 } = update.tick
      expect([lowerCircuit, upperCircuit]).toEqual([1334.1, 1630.5])
      expect(faults(update)).toEqual([])
      for (const price of pricesOf(update.tick)) expect(price).toBeGreaterThanOrEqual(lowerCircuit)
      for (const price of pricesOf(update.tick)) expect(price).toBeLessThanOrEqual(upperCircuit)
    }
  })

  test('a worthless option keeps a price and a whole book above zero', () => {
    expect(faults(tradedAt('NIFTY30NOV4924800CE', 0.0001))).toEqual([])
  })

  test('the widest spread leaves both sides their own lots', () => {
    expect(faults(tradedAt('GOLD03DEC49FUT', 118_436))).toEqual([])
  })
})

test('the average price is weighted by volume', () => {
  const listing = listingOf('SBIN')
  const random = new Sfc32(4)
  const quotation = new Quotation(listing, 842.15, random)
  const { averagePrice = 0, volume = 0 } = quotation.tick(1)
  let turnover = averagePrice * volume
  for (let nth = 0; nth < 200; nth++) {
    quotation.trade(842.15 + nth / 20, random)
    const { ltp = 0, lastQuantity = 0 } = quotation.tick(1)
    turnover += ltp * lastQuantity
  }
  const after = quotation.tick(1)
  expect(after.averagePrice).toBeCloseTo(turnover / (after.volume ?? 0), 2)
})

import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../../shared/clock.ts'
import { type Contract, isDerivative, isIndex, keyOf } from './contract.ts'
import { Market } from './market.ts'
import { changed, universe } from './universe.ts'

const contracts = universe('2026-11-21')
const open = (options: { seed?: number; clock?: ManualClock } = {}) =>
  new Market({ contracts, seed: 1, clock: new ManualClock(), ...options })
const named = (market: Market, key: string): Contract => {
  const one = market.find(key)
  if (!one) throw new RangeError(key)
  return one
}

describe('the market', () => {
  it('walks the same way from the same seed, and another from another', () => {
    const walked = (seed: number) => {
      const market = open({ seed })
      return Array.from({ length: 20 }, () => {
        market.step(contracts)
        return JSON.stringify(contracts.map(one => market.quote(one)))
      })
    }
    const first = walked(1)
    expect(walked(1)).toEqual(first)
    expect(walked(2)).not.toEqual(first)
    expect(new Set(first).size).toBe(20)
  })

  it('is plausible: books that never cross, prices on the grid and between low and high', () => {
    const clock = new ManualClock()
    const market = open({ clock })
    for (let turn = 0; turn < 200; turn++) {
      clock.advance(1000)
      market.step(contracts)
      for (const one of turn % 40 === 0 ? contracts : []) {
        const quote = market.quote(one)
        const name = keyOf(one)
        expect(quote.low <= quote.ltp && quote.ltp <= quote.high, name).toBe(true)
        expect(quote.lowerCircuit < quote.low && quote.high < quote.upperCircuit, name).toBe(true)
        expect(quote.exchangeTime).toBe(clock.now())
        expect(quote.lastTradeTime).toBeLessThanOrEqual(clock.now())
        expect(quote.openInterest > 0, name).toBe(isDerivative(one))
        expect([quote.bids.length, quote.asks.length], name).toEqual(isIndex(one) ? [0, 0] : [5, 5])
        const ladder = [...quote.bids.map(({ price }) => price).reverse(), ...quote.asks.map(({ price }) => price)]
        expect(ladder, name).toEqual([...new Set(ladder)].sort((a, b) => a - b))
        const steps = quote.ltp / (one.tickSize || 0.05)
        expect(Math.abs(steps - Math.round(steps)), name).toBeLessThan(1e-6)
      }
    }
  })

  it('shows books of fifty levels that begin with the five, and change in a few places at a time', () => {
    const market = open()
    const sbin = named(market, 'NSE:SBIN')
    let changes = 0
    for (let turn = 0; turn < 50; turn++) {
      const before = market.quote(sbin, 50)
      expect([before.bids.length, before.asks.length]).toEqual([50, 50])
      expect(market.quote(sbin).bids).toEqual(before.bids.slice(0, 5))
      market.step([sbin])
      const after = new Map(market.quote(sbin, 50).bids.map(({ price, quantity }) => [price, quantity]))
      const same = before.bids.filter(({ price, quantity }) => after.get(price) === quantity)
      expect(market.quote(sbin, 50).bids[0]).not.toEqual(before.bids[0])
      changes += before.bids.length - same.length
    }
    expect(changes / 50).toBeGreaterThan(5)
    expect(changes / 50).toBeLessThan(25)
  })

  it('a price stays with its contract when the list moves it to another token', () => {
    const market = open()
    market.step(contracts)
    const { contracts: next, moved } = changed(contracts)
    const before = moved.map(key => market.quote(named(market, key)).ltp)
    market.list(next)
    expect(moved.map(key => market.quote(named(market, key)).ltp)).toEqual(before)
  })
})

import { beforeEach, describe, expect, it } from 'vitest'
import { ManualClock } from '../../../shared/clock.ts'
import { Market } from '../../emulators/kit/market.ts'
import { universe } from '../../emulators/kit/universe.ts'
import type { Quote } from '../../emulators/kit/walk.ts'
import { Journal } from './journal.ts'
import { type Delivered, Judge } from './judge.ts'

const NOW = 1_795_220_400_000

let clock: ManualClock
let market: Market
let judge: Judge

/** The next thing that is said of an instrument. */
function say(symbol = 'SBIN'): Quote {
  const contract = market.find(`NSE:${symbol}`)
  if (!contract) throw new Error(`no ${symbol}`)
  clock.advance(1000)
  market.step([contract])
  return market.quote(contract)
}

/** As a client would get it, when nothing is wrong. */
const frame = (quote: Quote, seq: number, more: Partial<Delivered> & { data?: object } = {}): Delivered => ({
  exchange: 'NSE',
  symbol: 'SBIN',
  mode: 3,
  broker: 'zerodha',
  epoch: 1,
  seq,
  count: 1,
  ...more,
  data: {
    ltp: quote.ltp,
    volume: quote.volume,
    last_quantity: quote.lastQuantity,
    average_price: quote.averagePrice,
    close: quote.previousClose,
    timestamp: quote.exchangeTime,
    depth: { buy: quote.bids, sell: quote.asks },
    ...more.data,
  },
})

const read = (message: Delivered) => judge.read(message, clock.now())

beforeEach(() => {
  clock = new ManualClock(NOW)
  market = new Market({ contracts: universe('2026-11-21'), seed: 7, clock })
  const { pages } = new Journal(market, 50)
  judge = new Judge((_broker, name) => pages.get(name))
})

describe('the judge', () => {
  it('finds what was sent right, and says when it was sent', () => {
    const [first, second] = [say(), say()]
    expect(read(frame(first, 1))).toBe(first.exchangeTime)
    expect(read(frame(second, 2))).toBe(second.exchangeTime)
    expect(judge.sums).toMatchObject({ right: 2, wrong: 0, backward: 0, unaccounted: 0 })
  })

  it.each([
    ['a price', { ltp: 1 }],
    ['a volume', { volume: 1 }],
    ['a quantity', { last_quantity: 3.5 }],
    ['a time of the past', { timestamp: NOW - 5000 }],
    ['a time of trade', { ltt: NOW - 5000 }],
    ['a book', { depth: { buy: [{ price: 1, quantity: 1 }], sell: [] } }],
  ])('finds %s wrong that was not sent', (_what, data) => {
    read(frame(say(), 1, { data }))
    expect(judge.sums.wrong).toBe(1)
  })

  it('finds the price of another instrument wrong, and one of an instrument that nobody sent', () => {
    say()
    read(frame(say('RELIANCE'), 1))
    read(frame(say(), 1, { symbol: 'NOBODY' }))
    expect(judge.sums.wrong).toBe(2)
  })

  it('finds what is older than the last, unless it is marked', () => {
    const [first, second] = [say(), say()]
    read(frame(second, 2))
    read(frame(first, 3, { snapshot: true, count: 0 }))
    expect(judge.sums.backward).toBe(0)
    read(frame(second, 4))
    read(frame(first, 5))
    expect(judge.sums.backward).toBe(1)
  })

  it('finds what comes too late, unless it is marked', () => {
    const quote = say()
    clock.advance(20_000)
    read(frame(quote, 1, { snapshot: true, count: 0 }))
    expect(judge.sums.stale).toBe(0)
    read(frame(quote, 2))
    expect(judge.sums.stale).toBe(1)
  })

  it('finds what is missing without a hole in the sequence, but not what a hole tells or a connection took with it', () => {
    const [first, , third, , fifth, , , eighth] = Array.from({ length: 8 }, () => say()) as [
      Quote,
      Quote,
      Quote,
      Quote,
      Quote,
      Quote,
      Quote,
      Quote,
    ]
    read(frame(first, 1))
    read(frame(third, 2))
    expect(judge.sums.unaccounted).toBe(1)
    read(frame(fifth, 4))
    judge.broke(fifth.exchangeTime + 500)
    read(frame(eighth, 5))
    expect(judge.sums.unaccounted).toBe(1)
  })

  it('counts what is given out twice', () => {
    const quote = say()
    read(frame(quote, 1))
    read(frame(quote, 2))
    expect(judge.sums.doubled).toBe(1)
  })
})

import { describe, expect, it } from 'vitest'
import { Prices } from '../../../proxy/dashboard/prices.ts'
import type { Fields, MarketFrame, StateNotice } from '../../../proxy/dashboard/protocol.ts'
import { ManualPageClock } from './pageclock.ts'

const NAME = 'NSE:TCS'
const TCS = { exchange: 'NSE', symbol: 'TCS' } as const
const NOON = 1_795_228_200_000
const BOOK = { buy: [{ price: 89, quantity: 5 }], sell: [{ price: 91, quantity: 5 }] }

type More = Partial<Pick<MarketFrame, 'broker' | 'stale' | 'snapshot'>>

const frame = (mode: 1 | 2 | 3, data: Fields, more: More = {}): MarketFrame => ({
  type: 'market_data',
  ...TCS,
  mode,
  data,
  broker: 'zerodha',
  ...more,
})

const quote = (ltp: number, at: number, more?: More) => frame(2, { ltp, timestamp: NOON + at }, more)
const stateOf = (of: Partial<StateNotice>): StateNotice => ({
  type: 'state',
  ...TCS,
  state: 'live',
  since: 0,
  broker: 'zerodha',
  feed: 'ZERODHA',
  ...of,
})

function open() {
  const clock = new ManualPageClock()
  const prices = new Prices(clock)
  const seen = () => {
    const price = prices.find(NAME)
    if (!price) throw new Error('nothing is known')
    return price
  }
  return { clock, prices, seen }
}

describe('what a reader sees of several modes', () => {
  it('is not what an old book says while the quote is of now', () => {
    const { prices, seen } = open()
    prices.take(quote(105, 100))
    prices.take(frame(3, { ltp: 90, timestamp: NOON, depth: BOOK }, { snapshot: true, stale: true }))
    expect(seen()).toMatchObject({ fields: { ltp: 105, depth: BOOK }, isStale: false, isBookStale: true })
    prices.take(quote(106, 200))
    expect(seen()).toMatchObject({ fields: { ltp: 106 }, isStale: false, isBookStale: true })
  })

  it('is of the newest of them, and of the same source what only another one says', () => {
    const { prices, seen } = open()
    prices.take(frame(2, { ltp: 100, volume: 7, timestamp: NOON }))
    prices.take(frame(1, { ltp: 101, timestamp: NOON + 1 }))
    expect(seen().fields).toMatchObject({ ltp: 101, volume: 7 })
    prices.take(frame(1, { ltp: 99, timestamp: NOON + 9000 }, { broker: 'dhan' }))
    expect(seen()).toMatchObject({ broker: 'dhan', fields: { ltp: 99 } })
    expect(seen().fields.volume).toBeUndefined()
  })

  it('does not jump between two sources that both send', () => {
    const { prices, seen } = open()
    prices.take(quote(100, 0))
    prices.take(frame(3, { ltp: 101, timestamp: NOON + 900, depth: BOOK }, { broker: 'dhan' }))
    expect(seen()).toMatchObject({ broker: 'zerodha', fields: { ltp: 100, depth: BOOK } })
  })

  it('has nothing of the frame before, nor of the day before', () => {
    const { prices, seen } = open()
    prices.take(frame(3, { ltp: 90, high: 95, timestamp: NOON - 86_400_000, depth: BOOK }))
    prices.take(frame(2, { ltp: 100, open: 99, oi: 5, timestamp: NOON }))
    expect(seen().fields).toMatchObject({ ltp: 100, open: 99, oi: 5 })
    expect(seen().fields.high).toBeUndefined()
    prices.take(frame(2, { ltp: 101, timestamp: NOON + 1 }))
    expect(seen().fields.oi).toBeUndefined()
  })

  it('is marked old only by a frame that is newer', () => {
    const { prices, seen } = open()
    prices.take(quote(105, 100))
    prices.take(quote(104, 100, { stale: true }))
    expect(seen()).toMatchObject({ fields: { ltp: 105 }, isStale: false })
    prices.take(quote(103, 101, { stale: true }))
    expect(seen()).toMatchObject({ fields: { ltp: 103 }, isStale: true })
  })

  it('has no book once nobody holds one, and is old until somebody tells of it again', () => {
    const { prices, seen } = open()
    prices.take(quote(100, 0))
    prices.take(frame(3, { ltp: 100, timestamp: NOON, depth: BOOK }))
    prices.letGo(NAME, 3)
    expect(seen().fields.depth).toBeUndefined()
    expect(seen().isStale).toBe(false)
    prices.letGo(NAME, 2)
    expect(seen().isStale).toBe(true)
    prices.take(quote(100, 0), 'snapshot')
    expect(seen().isStale).toBe(false)
  })

  it('has the label and the feed of its source', () => {
    const { prices, seen } = open()
    prices.stand(stateOf({ symbols: '*', feed: 'DHAN', broker: 'dhan', label: 'simulated' }))
    prices.stand(stateOf({ label: 'live' }))
    prices.take(quote(100, 0))
    const move = { type: 'source', ...TCS, mode: 2, was: 'ZERODHA', reason: 'down' } as const
    prices.moved({ ...move, broker: 'dhan', feed: 'DHAN' })
    expect(seen()).toMatchObject({ label: 'simulated', feed: 'DHAN', isStale: true })
    prices.take(quote(101, 1, { broker: 'dhan' }))
    expect(seen()).toMatchObject({ label: 'simulated', feed: 'DHAN', broker: 'dhan', isStale: false })
    prices.take(quote(102, 2, { broker: 'fyers' }))
    expect(seen()).toMatchObject({ label: undefined, feed: undefined, broker: 'fyers' })
  })
})

describe('an answer over HTTP', () => {
  it('that is older than what the stream brought meanwhile is let go', () => {
    const { prices, seen } = open()
    prices.take(quote(105, 100))
    prices.take(quote(90, 50), 'snapshot')
    expect(seen()).toMatchObject({ fields: { ltp: 105 }, via: 'stream', updates: 1 })
    prices.take(quote(106, 150), 'snapshot')
    expect(seen()).toMatchObject({ fields: { ltp: 106 }, via: 'snapshot', updates: 1 })
    expect(prices.updates).toBe(1)
  })
})

describe('prices without a connection', () => {
  it('are old, and still so on return, until the next of each', () => {
    const { prices, seen } = open()
    prices.take(quote(105, 100))
    prices.lost()
    prices.back()
    expect(seen().isStale).toBe(true)
    prices.take(quote(105, 100))
    expect(seen().isStale).toBe(false)
  })

  it('lose their book after a minute, not after a moment', () => {
    const { clock, prices, seen } = open()
    prices.take(frame(3, { ltp: 90, timestamp: NOON, depth: BOOK }))
    prices.lost()
    clock.advance(30_000)
    prices.back()
    clock.advance(60_000)
    expect(seen().fields.depth).toEqual(BOOK)
    prices.lost()
    clock.advance(60_000)
    expect(seen().fields.depth).toBeUndefined()
  })
})

describe('an instrument that was refused', () => {
  it('stands so, also beside snapshots, until the stream brings it', () => {
    const { prices, seen } = open()
    prices.stand(stateOf({}))
    prices.refuse(NAME, 'no room')
    prices.take(quote(1, 0), 'snapshot')
    expect(seen()).toMatchObject({ state: 'refused', reason: 'no room' })
    prices.take(quote(2, 1))
    expect(seen().state).toBeUndefined()
  })
})

describe('prices of somebody who left', () => {
  it('are not there for the next, and whoever watches is told', () => {
    const { clock, prices } = open()
    const shown: (number | undefined)[] = []
    prices.watch(NAME, ({ fields }) => shown.push(fields.ltp))
    prices.take(quote(105, 100))
    clock.advance(200)
    expect(prices.size).toBe(1)
    prices.clear()
    clock.advance(200)
    expect(shown).toEqual([undefined, 105, undefined])
    expect([prices.size, prices.updates]).toEqual([0, 0])
  })
})

import { describe, expect, it } from 'vitest'
import { createDecoder } from '../../../adapters/angel/codec.ts'
import type { TickPart } from '../../../shared/market/tick.ts'
import { type FlaggedLevel, packet } from '../../emulators/angel/packet.ts'

const RECEIVED = 1_795_220_416_000_000
const NOON = 1_795_220_415_123

const decode = (frame: Uint8Array) => createDecoder()(frame, RECEIVED)

/** The part of a frame that holds one and nothing else worth telling. */
function partOf(frame: Uint8Array): TickPart {
  const signals = decode(frame)
  expect(signals.map(({ kind }) => kind)).toEqual(['part'])
  const [signal] = signals
  if (signal?.kind !== 'part') throw new Error('no part')
  return signal.part
}

const share = { segment: 1, token: '2885' }
const option = { segment: 2, token: '47163' }
const nifty = { segment: 1, token: '99926000' }

const quote = {
  sequence: 7,
  time: NOON,
  price: 141_840,
  lastQuantity: 5,
  average: 141_100,
  volume: 5_000_000_000,
  totalBuy: 158_743,
  totalSell: 246_562,
  open: 140_000,
  high: 142_000,
  low: 139_995,
  close: 140_505,
}

const levels = (flag: number, prices: readonly number[]): FlaggedLevel[] =>
  prices.map((price, at) => ({ flag, price, quantity: 10 * (at + 1), orders: at + 1 }))

const five = [
  ...levels(1, [141_835, 141_830, 141_825, 141_820, 141_815]),
  ...levels(0, [141_840, 141_845, 141_850, 141_855, 141_860]),
]

const snap = {
  ...quote,
  lastTradeTime: Math.floor(NOON / 1000),
  openInterest: 81_872_000,
  openInterestChange: 1.838,
  five,
  upperCircuit: 154_500,
  lowerCircuit: 5,
  yearHigh: 160_000,
  yearLow: 0,
}

describe('a packet', () => {
  it('of mode 1 says the last price', () => {
    expect(decode(packet({ ...share, mode: 1, time: NOON, price: 141_840 }))).toEqual([
      {
        kind: 'part',
        token: '1|2885',
        source: 'snap',
        isWhole: true,
        part: { mode: 'LTP', timestamp: NOON, ltp: 1418.4 },
      },
    ])
  })

  it('of mode 1 holds prices beyond 32 bits, as its eight bytes do', () => {
    expect(partOf(packet({ ...share, mode: 1, price: 5_000_000_000 })).ltp).toBe(50_000_000)
  })

  it('of mode 2 says the day, whose two totals are doubles among integers', () => {
    expect(partOf(packet({ ...share, mode: 2, ...quote }))).toEqual({
      mode: 'QUOTE',
      timestamp: NOON,
      ltp: 1418.4,
      lastQuantity: 5,
      averagePrice: 1411,
      volume: 5_000_000_000,
      totalBuyQuantity: 158_743,
      totalSellQuantity: 246_562,
      open: 1400,
      high: 1420,
      low: 1399.95,
      previousClose: 1405.05,
    })
  })

  it('of mode 3 says the best five, the circuits, and the time of the last trade in milliseconds', () => {
    const { buy, sell, ...part } = partOf(packet({ ...option, mode: 3, ...snap }))
    expect(part).toEqual({
      ...partOf(packet({ ...option, mode: 2, ...quote })),
      mode: 'DEPTH',
      lastTradeTime: Math.floor(NOON / 1000) * 1000,
      openInterest: 81_872_000,
      upperCircuit: 1545,
      lowerCircuit: 0.05,
    })
    expect(buy?.map(level => level?.price)).toEqual([1418.35, 1418.3, 1418.25, 1418.2, 1418.15])
    expect(sell?.[0]).toEqual({ price: 1418.4, quantity: 10, orders: 1 })
  })

  it('of mode 4 is a book of twenty and nothing else, of a source of its own', () => {
    const side = (from: number, step: number) =>
      Array.from({ length: 20 }, (_, at) => ({ price: from + at * step, quantity: at + 1, orders: at }))
    const [signal] = decode(packet({ ...share, mode: 4, time: NOON, buy: side(10_000, -5), sell: side(10_005, 5) }))
    expect(signal).toMatchObject({ kind: 'part', source: 'book20', isWhole: true, token: '1|2885' })
    const part = signal?.kind === 'part' ? signal.part : {}
    expect(Object.keys(part).sort()).toEqual(['buy', 'mode', 'sell', 'timestamp'])
    expect(part).toMatchObject({ mode: 'BOOK20', timestamp: NOON })
    expect([part.buy?.length, part.buy?.[19], part.sell?.[19]]).toEqual([
      20,
      { price: 99.05, quantity: 20, orders: 19 },
      { price: 101, quantity: 20, orders: 19 },
    ])
  })

  it.each([
    [1, 100],
    [2, 100],
    [3, 100],
    [4, 100],
    [5, 100],
    [7, 100],
    [13, 10_000_000],
  ])('of exchange type %i has %i to the rupee', (segment, divisor) => {
    const key = { segment, token: '1234' }
    const { ltp, high, buy } = partOf(
      packet({ ...key, mode: 3, ...snap, price: 752_512_500, five: levels(1, [830_500_000]) }),
    )
    expect([ltp, high, buy?.[0]?.price]).toEqual([752_512_500 / divisor, 142_000 / divisor, 830_500_000 / divisor])
    const deep = packet({ ...key, mode: 4, buy: [{ price: 752_500_000, quantity: 1, orders: 1 }] })
    expect(partOf(deep).buy?.[0]?.price).toBe(752_500_000 / divisor)
  })

  it('fills all 25 places of a token, or ends it at the first NUL', () => {
    const long = '1234567890123456789012345'
    expect(decode(packet({ segment: 1, token: long, mode: 1 }))[0]).toMatchObject({ token: `1|${long}` })
    const bytes = packet({ segment: 1, token: '12', mode: 1 })
    bytes.write('77', 6)
    expect(decode(bytes)[0]).toMatchObject({ token: '1|12' })
  })
})

describe('what is not there', () => {
  it('is absent where the wire says 0: prices, times, circuits', () => {
    expect(partOf(packet({ ...share, mode: 1 }))).toEqual({ mode: 'LTP' })
    const part = partOf(packet({ ...option, mode: 3 }))
    expect(Object.keys(part).sort()).toEqual([
      'buy',
      'lastQuantity',
      'mode',
      'openInterest',
      'sell',
      'totalBuyQuantity',
      'totalSellQuantity',
      'volume',
    ])
  })

  it('is 0 where that is a quantity of something that trades', () => {
    expect(partOf(packet({ ...option, mode: 3 }))).toMatchObject({ volume: 0, openInterest: 0, lastQuantity: 0 })
  })

  it('is everything but prices of an index, and its book', () => {
    const { open, high, low, close } = quote
    expect(partOf(packet({ ...nifty, mode: 3, time: NOON, price: 2_421_595, open, high, low, close }))).toEqual({
      mode: 'DEPTH',
      timestamp: NOON,
      ltp: 24_215.95,
      open: 1400,
      high: 1420,
      low: 1399.95,
      previousClose: 1405.05,
    })
  })

  it.each([1, 3])('is the open interest of a share, which is that of its contracts (exchange type %i)', segment => {
    expect(partOf(packet({ segment, token: '1594', mode: 3, ...snap }))).not.toHaveProperty('openInterest')
  })

  it.each([2, 4, 5, 7, 13])('is not the open interest of a contract (exchange type %i)', segment => {
    expect(partOf(packet({ segment, token: '1594', mode: 3, ...snap })).openInterest).toBe(81_872_000)
  })

  it.each([1.5, 1e300])('is a total that is no whole number (%d)', total => {
    const part = partOf(packet({ ...share, mode: 2, ...quote, totalBuy: total }))
    expect(part).not.toHaveProperty('totalBuyQuantity')
    expect(part.totalSellQuantity).toBe(246_562)
  })

  it('is a level that stands empty in its place, as after the close', () => {
    const closed = [{ flag: 1, price: 141_835, quantity: 3, orders: 1 }]
    const { buy, sell } = partOf(packet({ ...share, mode: 3, ...snap, five: closed }))
    const none = { price: 0, quantity: 0, orders: 0 }
    expect(buy).toEqual([{ price: 1418.35, quantity: 3, orders: 1 }, none, none, none, none])
    expect(sell).toEqual([none, none, none, none, none])
  })
})

describe('the sides of the best five', () => {
  const odd = { kind: 'ignored', what: 'levels flagged for the other side' }

  it('are told by their flags where these contradict the places, and that is counted', () => {
    const swapped = [...five.slice(5), ...five.slice(0, 5)]
    const [signal, told] = decode(packet({ ...share, mode: 3, ...snap, five: swapped }))
    expect(told).toEqual(odd)
    const right = partOf(packet({ ...share, mode: 3, ...snap }))
    expect(signal?.kind === 'part' && [signal.part.buy, signal.part.sell]).toEqual([right.buy, right.sell])
  })

  it('have the best first also where one level stands among the others', () => {
    const mixed = five.map((level, at) => (at === 9 ? { flag: 1, price: 141_840, quantity: 1, orders: 1 } : level))
    const [signal] = decode(packet({ ...share, mode: 3, ...snap, five: mixed }))
    const part = signal?.kind === 'part' ? signal.part : {}
    expect(part.buy?.map(level => level?.price)).toEqual([1418.4, 1418.35, 1418.3, 1418.25, 1418.2])
    expect(part.sell).toHaveLength(4)
  })

  it('are told by their places where the flag is neither', () => {
    const strange = five.map((level, at) => (at === 0 ? { ...level, flag: 7 } : level))
    const [signal, told] = decode(packet({ ...share, mode: 3, ...snap, five: strange }))
    expect(signal?.kind === 'part' && signal.part.buy?.[0]).toEqual({ price: 1418.35, quantity: 10, orders: 1 })
    expect(told).toEqual(odd)
  })

  it('say nothing where everything is empty and no flag is set', () => {
    const blank = Array.from({ length: 10 }, () => ({ flag: 0, price: 0, quantity: 0, orders: 0 }))
    expect(partOf(packet({ ...share, mode: 3, ...snap, five: blank })).buy).toHaveLength(5)
  })
})

describe('a frame', () => {
  const whole = [1, 2, 3, 4].map(mode => packet({ ...share, mode: mode as 1 | 2 | 3 | 4, ...snap }))

  it('that is cut anywhere is dropped and counted', () => {
    for (const bytes of whole)
      for (let length = 2; length < bytes.length; length++) {
        const signals = decode(bytes.subarray(0, length))
        expect(signals.map(({ kind }) => kind)).toEqual(['malformed'])
      }
  })

  it('that is longer is read, and that is counted', () => {
    for (const bytes of whole) {
      const [signal, ...rest] = decode(Buffer.concat([bytes, Buffer.alloc(8, 0xff)]))
      expect(signal).toEqual(decode(bytes)[0])
      expect(rest).toEqual([{ kind: 'ignored', what: 'bytes behind a packet' }])
    }
  })

  it.each([
    ['is empty', Buffer.alloc(0), 'empty message'],
    ['is of no mode', Buffer.alloc(60, 5), 'packet of an unknown mode'],
    ['is of mode 0', Buffer.alloc(60), 'packet of an unknown mode'],
    [
      'is of an exchange that nobody names',
      packet({ segment: 6, token: '1', mode: 1 }),
      'packet of an unknown exchange',
    ],
    ['has no token', packet({ segment: 1, token: '', mode: 1 }), 'packet whose token is no number'],
    ['has a token of letters', packet({ segment: 1, token: 'SBIN', mode: 1 }), 'packet whose token is no number'],
  ])('that %s is dropped and counted', (_, bytes, what) => {
    expect(decode(bytes)).toEqual([{ kind: 'malformed', what }])
  })

  it('has numbers of all its eight bytes, also below zero', () => {
    const read = (price: number) => partOf(packet({ segment: 5, token: '1', mode: 1, price })).ltp
    expect([read(-3700), read(2 ** 53 - 1), read(2 ** 32 + 50)]).toEqual([
      -37,
      (2 ** 53 - 1) / 100,
      (2 ** 32 + 50) / 100,
    ])
  })

  it('that is one byte 0 is ignored', () => {
    expect(decode(Buffer.from([0]))).toEqual([{ kind: 'ignored', what: 'stray byte' }])
  })

  it('within a larger buffer is read at its place', () => {
    const bytes = packet({ ...share, mode: 2, ...quote })
    const around = Buffer.concat([Buffer.alloc(3, 9), bytes, Buffer.alloc(3, 9)])
    expect(decode(around.subarray(3, 3 + bytes.length))).toEqual(decode(bytes))
  })
})

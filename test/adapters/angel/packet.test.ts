import { describe, expect, it } from 'vitest'
import { createDecoder } from '../../../adapters/angel/codec.ts'
import { type PacketFields, packet } from '../../emulators/angel/packet.ts'

const RECEIVED = 1_795_220_416_000_000
const NOON = 1_795_220_415_123

const decode = (fields: Partial<PacketFields>) =>
  createDecoder()(packet({ segment: 2, token: '47163', mode: 3, time: NOON, price: 141_840, ...fields }), RECEIVED)

const partOf = (fields: Partial<PacketFields>) => {
  const [signal] = decode(fields)
  return signal?.kind === 'part' ? signal.part : undefined
}

describe('a packet that is framed right', () => {
  it.each<[string, Partial<PacketFields>]>([
    ['a price of 2^53', { mode: 1, price: 2n ** 53n }],
    ['a volume of -2^53', { mode: 2, volume: -(2n ** 53n) }],
    ['a time of 2^63 - 1', { mode: 4, time: 2n ** 63n - 1n }],
    ['a level of -2^53', { five: [{ flag: 1, price: -(2 ** 53), quantity: 1, orders: 1 }] }],
    ['a total that is no number', { mode: 2, totalBuy: Number.NaN }],
    ['an endless total', { totalSell: Number.NEGATIVE_INFINITY }],
    [
      'an endless total of an index, which has none',
      { segment: 1, token: '99926000', totalBuy: Number.POSITIVE_INFINITY },
    ],
  ])('and has %s is dropped and counted, and not held against the connection', (_, fields) => {
    expect(decode(fields)).toEqual([{ kind: 'ignored', what: 'packet with a number that cannot be' }])
  })

  it.each([1_795_220_415, Date.UTC(2000, 0) - 1, 1, 0, -NOON])(
    'and has the time %i, which is none, has no time',
    time => {
      for (const mode of [1, 2, 3, 4] as const) {
        const part = partOf({ mode, time })
        expect(part).toBeDefined()
        expect(part).not.toHaveProperty('timestamp')
      }
    },
  )

  it('has the times from the year 2000 on, and of a last trade as well', () => {
    const start = Date.UTC(2000, 0)
    expect(partOf({ time: start, lastTradeTime: start / 1000 })).toMatchObject({
      timestamp: start,
      lastTradeTime: start,
    })
    expect(partOf({ lastTradeTime: start / 1000 - 1 })).not.toHaveProperty('lastTradeTime')
  })

  it.each([
    { price: 0, quantity: 5 },
    { price: 141_835, quantity: 0 },
  ])('and has the level %j for the other side has no level there, so that nothing is out of place', half => {
    const five = [{ flag: 0, orders: 1, ...half }]
    expect(decode({ five }).map(({ kind }) => kind)).toEqual(['part'])
  })
})

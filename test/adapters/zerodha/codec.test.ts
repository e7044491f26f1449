import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDecoder } from '../../../adapters/zerodha/codec.ts'
import { bytes } from '../../support/vector.ts'
import { hasRecordings, recordedBytes, recordedJson, recordedText } from './recordings.ts'

/** Microseconds. */
const RECEIVED = 1_700_000_000_123_456
const NOW = 1_700_000_000_123

const decode = (frame: Uint8Array | string) => createDecoder()(frame, RECEIVED)

const INFY_LTP = '0001 0008 00063a01 00026683'

/** INFY with an open interest it cannot have, one empty level on either side. */
const FULL = `
  0001 00b8
  00063a01 00026683 00000001 00026569 0011f1b2 0003e9ff 00058037
  000264f3 0002673c 000261c9 0002646c
  6553f100          ; last trade, 1700000000
  00000000 00000000 00000000
  6553f101          ; exchange time, 1700000001
  00000064 00026682 0003 0000  00000032 0002667d 0001 ffff  00000001 00026678 0001 0000
  00000002 00026673 0001 0000  00000000 00000000 0000 0000
  00000007 00026687 0002 0000  00000000 00000000 0000 0000  00000000 00000000 0000 0000
  00000000 00000000 0000 0000  00000000 00000000 0000 0000`

const NIFTY_INDEX = '0003e909 001a7aed 001a8d30 001a4dca 001a5022 001a404b 00003aa2'

/** What a quote of the recorded INFY packet says besides its price. */
const INFY_DAY = {
  lastQuantity: 1,
  averagePrice: 1570.33,
  volume: 1_175_986,
  totalBuyQuantity: 256_511,
  totalSellQuantity: 360_503,
  open: 1569.15,
  high: 1575,
  low: 1561.05,
  previousClose: 1567.8,
}

describe('the decoder', () => {
  it('reads a packet of 8 bytes as the last price, stamped with the time of receipt', () => {
    expect(decode(bytes(INFY_LTP))).toEqual([
      {
        kind: 'tick',
        token: '408065',
        tick: { ltp: 1573.15, timestamp: NOW, isStampedHere: true, mode: 'LTP' },
      },
    ])
  })

  it('reads a packet of 44 bytes as a quote', () => {
    const frame = bytes(`0001 002c 00063a01 00026683 00000001 00026569 0011f1b2 0003e9ff 00058037
      000264f3 0002673c 000261c9 0002646c`)
    expect(decode(frame)).toEqual([
      {
        kind: 'tick',
        token: '408065',
        tick: {
          ltp: 1573.15,
          timestamp: NOW,
          isStampedHere: true,
          mode: 'QUOTE',
          ...INFY_DAY,
        },
      },
    ])
  })

  it('reads a packet of 184 bytes as a quote with times and the levels that are there', () => {
    expect(decode(bytes(FULL))).toEqual([
      {
        kind: 'tick',
        token: '408065',
        tick: {
          ltp: 1573.15,
          timestamp: 1_700_000_001_000,
          mode: 'DEPTH',
          lastTradeTime: 1_700_000_000_000,
          ...INFY_DAY,
          book: {
            buy: [
              { price: 1573.14, quantity: 100, orders: 3 },
              { price: 1573.09, quantity: 50, orders: 1 },
              { price: 1573.04, quantity: 1, orders: 1 },
              { price: 1572.99, quantity: 2, orders: 1 },
            ],
            sell: [{ price: 1573.19, quantity: 7, orders: 2 }],
          },
        },
      },
    ])
  })

  it('reads an index of 28 bytes without a time and of 32 bytes with one', () => {
    const values = { ltp: 17_354.05, open: 17_244.5, high: 17_400.8, low: 17_238.5, previousClose: 17_203.95 }
    expect(decode(bytes(`0001 001c ${NIFTY_INDEX}`))).toEqual([
      { kind: 'tick', token: '256265', tick: { ...values, timestamp: NOW, isStampedHere: true, mode: 'QUOTE' } },
    ])
    expect(decode(bytes(`0001 0020 ${NIFTY_INDEX} 61cefdd8`))).toEqual([
      { kind: 'tick', token: '256265', tick: { ...values, timestamp: 1_640_955_352_000, mode: 'DEPTH' } },
    ])
  })

  it('reads many packets of one message in their order', () => {
    const frame = bytes(`0003 0008 00063a01 00026683  0008 0003e909 001a7aed  0008 00063a01 00026684`)
    expect(decode(frame).map(signal => (signal.kind === 'tick' ? [signal.token, signal.tick.ltp] : signal))).toEqual([
      ['408065', 1573.15],
      ['256265', 17_354.05],
      ['408065', 1573.16],
    ])
  })

  it('reads a view into a larger buffer', () => {
    const pool = Buffer.concat([Buffer.alloc(7, 0xff), bytes(INFY_LTP), Buffer.alloc(9, 0xff)])
    expect(decode(pool.subarray(7, 19))).toEqual(decode(bytes(INFY_LTP)))
    expect(decode(new Uint8Array(bytes(INFY_LTP)))).toEqual(decode(bytes(INFY_LTP)))
  })

  it('keeps what stands before a cut, and says that it was cut', () => {
    const whole = bytes(`0002 0008 00063a01 00026683  0008 0003e909 001a7aed`)
    for (let length = 2; length < whole.length; length++) {
      const signals = decode(whole.subarray(0, length))
      expect(signals.filter(({ kind }) => kind === 'tick')).toHaveLength(length < 12 ? 0 : 1)
      expect(signals.at(-1)).toEqual({ kind: 'malformed', what: 'message cut within its packets' })
    }
  })

  it('says that bytes were left behind the last packet', () => {
    expect(decode(bytes(`${INFY_LTP} 00`)).map(({ kind }) => kind)).toEqual(['tick', 'ignored'])
    expect(decode(bytes('0000 00')).map(({ kind }) => kind)).toEqual(['ignored'])
  })

  it('counts a message without packets, and finds an empty one malformed', () => {
    expect(decode(bytes('0000'))).toEqual([{ kind: 'ignored', what: 'message without packets' }])
    expect(decode(bytes(''))).toEqual([{ kind: 'malformed', what: 'empty message' }])
  })

  it('takes an open interest of 0 for a number where contracts are traded, and for none elsewhere', () => {
    const interest = (segment: string, value: string) => {
      const frame = bytes(FULL)
      frame.write(segment, 7, 'hex')
      frame.write(value, 4 + 48, 'hex')
      const [signal] = decode(frame)
      return signal?.kind === 'tick' ? signal.tick.openInterest : signal
    }
    for (const contracts of ['02', '03', '05', '06', '07', '08', '0c']) expect(interest(contracts, '00000000')).toBe(0)
    for (const cash of ['01', '04', '09', '0d']) expect(interest(cash, '00000000')).toBe(undefined)
    expect(interest('01', '00000005')).toBe(5)
  })

  it('leaves out what Kite sends as 0 before the first trade, and keeps quantities of 0', () => {
    const [signal] = decode(bytes(`0001 002c 00063a01 00026683 ${'00000000'.repeat(9)}`))
    expect(signal).toEqual({
      kind: 'tick',
      token: '408065',
      tick: {
        ltp: 1573.15,
        timestamp: NOW,
        isStampedHere: true,
        mode: 'QUOTE',
        lastQuantity: 0,
        volume: 0,
        totalBuyQuantity: 0,
        totalSellQuantity: 0,
      },
    })
  })

  it.each([
    ['orders alone', '00000000000000000001'],
    ['no price', '00000009000000000001'],
    ['no quantity', '00000000000266820001'],
  ])('takes a level with %s for none', (_, level) => {
    const frame = bytes(FULL)
    frame.write(level, 4 + 64, 'hex')
    const [signal] = decode(frame)
    const buy = signal?.kind === 'tick' ? signal.tick.book?.buy : undefined
    expect(buy?.map(({ price }) => price)).toEqual([1573.09, 1573.04, 1572.99])
  })

  it('says what text frames say', () => {
    expect(decode('{"type":"error","data":"Too many\\ninstruments"}')).toEqual([
      { kind: 'notice', level: 'error', text: 'Too many instruments' },
    ])
    expect(decode('{"type":"message","data":"Markets close at 17:00"}')).toEqual([
      { kind: 'notice', level: 'message', text: 'Markets close at 17:00' },
    ])
    expect(decode('{"type":"order","data":{"order_id":"1"}}')).toEqual([
      { kind: 'ignored', what: 'order of an unknown shape' },
    ])
    expect(decode('{"type":"instruments_meta","data":{}}')).toEqual([
      { kind: 'ignored', what: 'text of an unknown type' },
    ])
    expect(decode('{"type":"error"}')).toEqual([{ kind: 'notice', level: 'error', text: 'no text' }])
    expect(decode('{"type":"error","data":{"code":4}}')).toEqual([
      { kind: 'notice', level: 'error', text: '{"type":"error","data":{"code":4}}' },
    ])
  })

  it('says something of data that are nested too deep to be written down', () => {
    const deep = `{"type":"message","data":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
    expect(decode(deep)).toEqual([{ kind: 'notice', level: 'message', text: deep.slice(0, 200) }])
  })

  it.each(['null', '[]', '"order"', '"pong"', '{"data":1}', '{"type":1}'])('passes over the text %j', text => {
    expect(decode(text)).toEqual([{ kind: 'ignored', what: 'text of an unknown shape' }])
  })

  it.each(['', '{', 'pong'])('finds the text %j malformed', text => {
    expect(decode(text)).toEqual([{ kind: 'malformed', what: 'text that is no message' }])
  })

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(4), (frame, count) => {
        if (frame.length > 1) frame.set([0, count])
        for (const signal of decode(frame))
          if (signal.kind === 'tick') expect(signal.tick.ltp).toBeGreaterThanOrEqual(0)
      }),
      { numRuns: 2000, seed: 1 },
    )
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), text => {
        expect(decode(text)).toHaveLength(1)
      }),
      { numRuns: 1000, seed: 2 },
    )
  })
})

interface Expected {
  readonly instrument_token: number
  readonly last_price: number
  readonly ohlc: { open: number; high: number; low: number; close: number }
  readonly exchange_timestamp_epoch_s: number
}

/** The fields the publishers of the recordings give. */
function published(frame: Uint8Array) {
  const [signal] = decode(frame)
  if (signal?.kind !== 'tick') throw new Error('no tick')
  const { ltp, open, high, low, previousClose: close, ...rest } = signal.tick
  return { ...rest, instrument_token: Number(signal.token), last_price: ltp, ohlc: { open, high, low, close } }
}

describe.runIf(hasRecordings)('recorded frames', () => {
  it('give the published price', () => {
    const { packets } = recordedJson<{ packets: Expected[] }>('frame_ltp_884737.expected.json')
    const { instrument_token, last_price } = published(recordedBytes('frame_ltp_884737.bin'))
    expect([{ instrument_token, last_price }]).toMatchObject(
      packets.map(one => ({ instrument_token: one.instrument_token, last_price: one.last_price })),
    )
  })

  it('give the published quotes to the last digit', () => {
    const [expected] = recordedJson<{ packets: Record<string, unknown>[] }>('frame_quote_884737.expected.json').packets
    const mine = published(recordedBytes('frame_quote_884737.bin'))
    expect({
      last_price: mine.last_price,
      last_traded_quantity: mine.lastQuantity,
      average_traded_price: mine.averagePrice,
      volume_traded: mine.volume,
      total_buy_quantity: mine.totalBuyQuantity,
      total_sell_quantity: mine.totalSellQuantity,
      ohlc: mine.ohlc,
      instrument_token: mine.instrument_token,
    }).toEqual(
      Object.fromEntries(Object.entries(expected ?? {}).filter(([field]) => !/mode|segment|change/.test(field))),
    )

    const mock = recordedJson<Record<string, unknown>>('ticker_quote.json')
    const body = Buffer.from(recordedText('ticker_quote.packet'), 'base64')
    const packet = published(Buffer.concat([bytes('0001 002c'), body]))
    expect(packet).toMatchObject({ last_price: mock.last_price, ohlc: mock.ohlc, volume: mock.volume })
    expect(packet).toMatchObject({ averagePrice: mock.average_price, lastQuantity: mock.last_quantity })
    expect(packet).toMatchObject({ totalBuyQuantity: mock.buy_quantity, totalSellQuantity: mock.sell_quantity })
  })

  it('give the rebuilt index in both of its lengths', () => {
    type Vector = Expected & { frame28_hex: string; frame32_hex: string }
    for (const vector of recordedJson<{ vectors: Vector[] }>('index_rebuilt.json').vectors) {
      const { last_price, ohlc } = vector
      expect(published(Buffer.from(vector.frame28_hex, 'hex'))).toMatchObject({ last_price, ohlc })
      expect(published(Buffer.from(vector.frame32_hex, 'hex'))).toMatchObject({
        last_price,
        ohlc,
        timestamp: vector.exchange_timestamp_epoch_s * 1000,
      })
    }
  })

  it('give the true price of an NCO contract', () => {
    for (const { ltp_frame_hex, price } of recordedJson<{ ltp_frame_hex: string; price: number }[]>('divisors.json'))
      expect(published(Buffer.from(ltp_frame_hex, 'hex')).last_price).toBe(price)
  })
})

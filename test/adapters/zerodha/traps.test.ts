import { describe, expect, it } from 'vitest'
import type { Failure } from '../../../adapters/contract.ts'
import { createDecoder } from '../../../adapters/zerodha/codec.ts'
import { session } from '../../../adapters/zerodha/session.ts'
import {
  fullPacket,
  indexFullPacket,
  indexQuotePacket,
  ltpPacket,
  message,
  quotePacket,
  rawPacket,
} from '../../emulators/kite/packet.ts'
import { postbackOf } from '../../emulators/kite/session.ts'

const RECEIVED = 1_700_000_000_123_456
const decode = (frame: Uint8Array | string, decoder = createDecoder()) => decoder(frame, RECEIVED)

/** The first tick of a message of these packets. */
function tickOf(...packets: Uint8Array[]) {
  const signal = decode(message(packets)).find(({ kind }) => kind === 'tick')
  if (signal?.kind !== 'tick') throw new Error('no tick')
  return signal.tick
}

const ticksOf = (frame: Uint8Array) => decode(frame).filter(({ kind }) => kind === 'tick').length
const tokenOn = (segment: number) => 1594 * 256 + segment
const INFY = tokenOn(1)

const quote = {
  token: INFY,
  lastPrice: 100,
  lastQuantity: 1,
  averagePrice: 2,
  volume: 3,
  buyQuantity: 4,
  sellQuantity: 5,
  open: 6,
  high: 7,
  low: 8,
  close: 9,
}
const levels = [1, 2, 3, 4, 5].map(nth => ({ price: nth, quantity: nth * 10, orders: nth }))
const full = {
  ...quote,
  lastTradeTime: 1_600_000_000,
  openInterest: 10,
  openInterestHigh: 11,
  openInterestLow: 12,
  exchangeTime: 1_600_000_001,
  bids: levels,
  asks: levels,
}
const index = { token: tokenOn(9), lastPrice: 100, high: 104, low: 99, open: 101, close: 98 }

describe('traps of what is sent to Kite', () => {
  it('numbers, not strings: quoted tokens are ignored without an error', () => {
    for (const frame of [
      ...session.subscribe(['408065'], 'QUOTE'),
      ...session.change(['408065'], 'QUOTE', 'LTP'),
      ...session.unsubscribe(['408065'], 'LTP'),
    ])
      expect(frame).toMatch(/\[408065\]/)
  })

  it('subscribe before mode: whether a mode alone subscribes was answered both ways', () => {
    const actions = session
      .subscribe(['408065'], 'QUOTE')
      .map(frame => (JSON.parse(String(frame)) as { a: string; v: unknown }).a)
    expect(actions).toEqual(['subscribe', 'mode'])
  })

  it('one mode per token and connection: another mode replaces, and nothing is subscribed again', () => {
    expect(session.change(['408065'], 'LTP', 'DEPTH')).toEqual(['{"a":"mode","v":["full",[408065]]}'])
  })

  it('403 is stop, 429 is slow down', () => {
    const answered = (status: number): Failure => ({ kind: 'handshake', status, body: '' })
    expect(session.classify(answered(403))).toMatchObject({ code: 'SESSION_EXPIRED', retry: 'after-login' })
    expect(session.classify(answered(429))).toMatchObject({ code: 'BROKER_RATE_LIMITED', retry: 'backoff' })
  })
})

describe('traps of the frames', () => {
  it('the heartbeat is one byte of any value, not a tick', () => {
    for (let value = 0; value < 256; value++) expect(decode(Uint8Array.of(value))).toEqual([{ kind: 'heartbeat' }])
  })

  it('order updates arrive without any subscription, and unknown texts are ignored', () => {
    const order = { type: 'order', data: postbackOf('AB1234', 1) }
    expect(decode(JSON.stringify(order))).toMatchObject([{ kind: 'order', order: { symbol: 'SBIN' } }])
    expect(decode('{"type":"order","data":{"tradingsymbol":"SBIN"}}')).toMatchObject([{ kind: 'ignored' }])
    expect(decode('{"type":"brand new","data":1}')).toMatchObject([{ kind: 'ignored' }])
  })

  it('the length decides the kind: packets of the old mode arrive after a change', () => {
    const decoder = createDecoder()
    const modes = [fullPacket(full), ltpPacket(quote), quotePacket(quote), fullPacket(full)].flatMap(packet =>
      decode(message([packet]), decoder).map(signal => signal.kind === 'tick' && signal.tick.mode),
    )
    expect(modes).toEqual(['DEPTH', 'LTP', 'QUOTE', 'DEPTH'])
  })

  it.each([0, 4, 12, 164, 183, 185])('an unknown length (%i) is passed over and counted', length => {
    const frame = message([ltpPacket(quote), rawPacket(length, INFY, 0xff), ltpPacket(quote)])
    expect(decode(frame).map(({ kind }) => kind)).toEqual(['tick', 'ignored', 'tick'])
    expect(decode(frame)[1]).toEqual({ kind: 'ignored', what: `packet of ${length} bytes` })
  })

  it('a count or a length that runs past the end costs only what was not whole', () => {
    expect(ticksOf(message([ltpPacket(quote), quotePacket(quote)], 9))).toBe(2)
    const frame = message([ltpPacket(quote), quotePacket(quote)])
    expect(ticksOf(frame.subarray(0, -1))).toBe(1)
    expect(decode(frame.subarray(0, -1)).at(-1)).toMatchObject({ kind: 'malformed' })
    frame.writeUInt16BE(0xffff, 12)
    expect(ticksOf(frame)).toBe(1)
  })

  it('the average stands before the volume, buyers before sellers, high before low, close last', () => {
    expect(tickOf(quotePacket(quote))).toMatchObject({
      lastQuantity: 1,
      averagePrice: 2,
      volume: 3,
      totalBuyQuantity: 4,
      totalSellQuantity: 5,
      open: 6,
      high: 7,
      low: 8,
      previousClose: 9,
    })
  })

  it('an index says high, low, open, close, in both of its lengths', () => {
    const day = { ltp: 100, high: 104, low: 99, open: 101, previousClose: 98 }
    expect(tickOf(indexQuotePacket(index))).toMatchObject(day)
    expect(tickOf(indexFullPacket({ ...index, exchangeTime: 1 }))).toMatchObject(day)
  })

  it('the change of an index is signed or not, nobody knows: it is not read', () => {
    const one = tickOf(indexQuotePacket({ ...index, change: { raw: -4200 } }))
    expect(one).toEqual(tickOf(indexQuotePacket({ ...index, change: { raw: 4200 } })))
  })

  it('an index has no quantity, volume, open interest or depth, and 32 bytes are all there is', () => {
    expect(Object.keys(tickOf(indexFullPacket({ ...index, exchangeTime: 1 }))).sort()).toEqual(
      ['high', 'low', 'ltp', 'mode', 'open', 'previousClose', 'timestamp'].sort(),
    )
    expect(tickOf(indexFullPacket({ ...index, exchangeTime: 1 })).mode).toBe('DEPTH')
  })

  it('unsigned: volumes of penny stocks pass 2^31', () => {
    const tick = tickOf(quotePacket({ ...quote, volume: 3_000_000_000, buyQuantity: 4_294_967_295 }))
    expect([tick.volume, tick.totalBuyQuantity]).toEqual([3_000_000_000, 4_294_967_295])
    expect(tickOf(ltpPacket({ token: tokenOn(3), lastPrice: { raw: 2_300_000_000 } })).ltp).toBe(230)
  })

  it('a raw price of MCX from 2^31 up may be a negative one, nobody knows how sent: no tick, no stop order fires', () => {
    const crude = tokenOn(7)
    const below = { raw: -3763 }
    const dropped = { kind: 'ignored', what: 'packet with an MCX price of 2^31 or more' }
    const bids = [{ price: below, quantity: 1, orders: 1 }]
    for (const doubtful of [
      ltpPacket({ token: crude, lastPrice: below }),
      ltpPacket({ token: crude, lastPrice: { raw: 2 ** 31 } }),
      quotePacket({ ...quote, token: crude, low: below }),
      fullPacket({ ...full, token: crude, bids }),
    ]) {
      const signals = decode(message([ltpPacket(quote), doubtful, ltpPacket(quote)]))
      expect(signals).toMatchObject([{ kind: 'tick' }, dropped, { kind: 'tick' }])
    }
    const told = (packet: Uint8Array) => decode(message([packet])).map(({ kind }) => kind)
    expect(told(ltpPacket({ token: crude, lastPrice: { raw: 2 ** 31 - 1 } }))).toEqual(['tick'])
    expect(told(fullPacket({ ...full, token: crude, volume: 0xffff_ffff }))).toEqual(['tick'])
    expect(told(ltpPacket({ token: INFY, lastPrice: below }))).toEqual(['tick'])
  })

  it.each([
    [1, 37_820],
    [2, 37_820],
    [3, 0.3782],
    [4, 37_820],
    [5, 37_820],
    [6, 378.2],
    [7, 37_820],
    [8, 37_820],
    [9, 37_820],
    [12, 378.2],
    [13, 37_820],
  ])('the divisor is that of the segment: raw 3782000 on segment %i is %f', (segment, rupees) => {
    expect(tickOf(ltpPacket({ token: tokenOn(segment), lastPrice: { raw: 3_782_000 } })).ltp).toBe(rupees)
  })

  it('the divisor is for every price, the ten of the depth too, and for no quantity', () => {
    const raw = { raw: 1_045_000_000 }
    const book = [{ price: raw, quantity: 7, orders: 3 }]
    const tick = tickOf(
      fullPacket({
        ...full,
        token: tokenOn(3),
        lastPrice: raw,
        averagePrice: raw,
        open: raw,
        high: raw,
        low: raw,
        close: raw,
        bids: book,
        asks: book,
      }),
    )
    const { ltp, averagePrice, open, high, low, previousClose, book: read } = tick
    expect([ltp, averagePrice, open, high, low, previousClose]).toEqual(Array(6).fill(104.5))
    expect(read).toEqual({
      buy: [{ price: 104.5, quantity: 7, orders: 3 }],
      sell: [{ price: 104.5, quantity: 7, orders: 3 }],
    })
    expect([tick.volume, tick.openInterest, tick.lastQuantity]).toEqual([3, 10, 1])
  })

  it('an unknown segment is divided by 100, and told once per connection', () => {
    const decoder = createDecoder()
    const frame = message([ltpPacket({ token: tokenOn(13), lastPrice: 1 })])
    expect(decode(frame, decoder)[1]).toEqual({ kind: 'ignored', what: 'divisor of segment 13, taken as 100' })
    expect(decode(frame, decoder)).toHaveLength(1)
  })

  it('one division gives the nearest double: 392.95 is 392.95', () => {
    for (let raw = 39_200; raw < 39_400; raw++)
      expect(String(tickOf(ltpPacket({ token: INFY, lastPrice: { raw } })).ltp)).toBe(String(Number(`${raw}e-2`)))
    expect(tickOf(ltpPacket({ token: tokenOn(3), lastPrice: { raw: 835_012_501 } })).ltp).toBe(83.5012501)
  })

  it('a time of 0 is absent, never 1970', () => {
    const tick = tickOf(fullPacket({ ...full, lastTradeTime: 0, exchangeTime: 0 }))
    expect(tick).not.toHaveProperty('lastTradeTime')
    expect(tick).toMatchObject({ timestamp: 1_700_000_000_123, isStampedHere: true })
    expect(tickOf(indexFullPacket({ ...index, exchangeTime: 0 })).isStampedHere).toBe(true)
  })

  it('quotes and last prices carry no time: that of arrival, marked as such', () => {
    for (const packet of [ltpPacket(quote), quotePacket(quote), indexQuotePacket(index)])
      expect(tickOf(packet)).toMatchObject({ timestamp: 1_700_000_000_123, isStampedHere: true })
    expect(tickOf(fullPacket(full))).toMatchObject({ timestamp: 1_600_000_001_000, lastTradeTime: 1_600_000_000_000 })
    expect(tickOf(fullPacket(full))).not.toHaveProperty('isStampedHere')
  })

  it("close is yesterday's", () => {
    expect(tickOf(quotePacket(quote)).previousClose).toBe(9)
    expect(tickOf(indexQuotePacket(index)).previousClose).toBe(98)
  })

  it('what is 0 before the first trade is absent, and so is an open interest of 0 where none can be', () => {
    const none = { averagePrice: 0, open: 0, high: 0, low: 0, close: 0 }
    const tick = tickOf(fullPacket({ ...full, ...none, openInterest: 0 }))
    for (const field of ['averagePrice', 'open', 'high', 'low', 'previousClose', 'openInterest'])
      expect(tick).not.toHaveProperty(field)
    expect(tickOf(fullPacket({ ...full, token: tokenOn(2), openInterest: 0 })).openInterest).toBe(0)
  })

  it('five levels a side, best first; the padding is passed over, and a level of 0 is none', () => {
    const packet = fullPacket({ ...full, bids: levels.slice(0, 2), asks: levels })
    for (let at = 74; at < 184; at += 12) packet.writeUInt16BE(0xffff, at)
    expect(tickOf(packet).book).toEqual({ buy: levels.slice(0, 2), sell: levels })
  })

  it('the exchange token is not unique: INFY and an index are both 1594', () => {
    const signals = decode(
      message([ltpPacket({ token: 408_065, lastPrice: 1 }), ltpPacket({ token: 408_073, lastPrice: 2 })]),
    )
    expect(signals.map(signal => signal.kind === 'tick' && signal.token)).toEqual(['408065', '408073'])
  })
})

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../../support/source.ts'
import { bytes } from '../../support/vector.ts'
import {
  fullPacket,
  indexFullPacket,
  indexQuotePacket,
  ltpPacket,
  message,
  packetsOf,
  quotePacket,
  rawPacket,
} from './packet.ts'

const recorded = join(ROOT, '../shared/fixtures/brokers/zerodha')

const QUOTE = {
  token: 884737,
  lastPrice: 392.95,
  lastQuantity: 2,
  averagePrice: 403.07,
  volume: 22_261_032,
  buyQuantity: 5617,
  sellQuantity: 0,
  open: 420,
  high: 420.9,
  low: 390.1,
  close: 414.1,
}

const NIFTY = { token: 256265, lastPrice: 17354.05, high: 17400.8, low: 17238.5, open: 17244.5, close: 17203.95 }

describe('packets of the Kite ticker', () => {
  it('an LTP message is count, length, token, price', () => {
    expect(message([ltpPacket(QUOTE)])).toEqual(bytes('0001 0008 000d8001 0000997f'))
  })

  it('a quote carries average before volume, bought before sold, high before low, close last', () => {
    expect(quotePacket(QUOTE)).toEqual(
      bytes(`
        000d8001 0000997f 00000002 00009d73 0153ad28 000015f1 00000000
        0000a410 0000a46a 00009862 0000a1c2`),
    )
  })

  it('an index carries high, low, open, close, and its time only in full mode', () => {
    const quote = '0003e909 001a7aed 001a8d30 001a4dca 001a5022 001a404b 00003aa2'
    expect(indexQuotePacket(NIFTY)).toEqual(bytes(quote))
    expect(indexFullPacket({ ...NIFTY, exchangeTime: 1_640_955_352 })).toEqual(bytes(`${quote} 61cefdd8`))
  })

  it('a full packet holds times, open interest and five levels a side', () => {
    const level = { price: 392.9, quantity: 7, orders: 3 }
    const full = fullPacket({
      ...QUOTE,
      lastTradeTime: 1_795_220_415,
      openInterest: 11,
      openInterestHigh: 12,
      openInterestLow: 10,
      exchangeTime: 1_795_220_416,
      bids: [level, level, level, level, level],
      asks: [{ price: 393, quantity: 9, orders: 65_535 }],
    })
    expect(full.length).toBe(184)
    expect(full.subarray(0, 44)).toEqual(quotePacket(QUOTE))
    expect(full.subarray(44, 64)).toEqual(bytes('6b00e3bf 0000000b 0000000c 0000000a 6b00e3c0'))
    expect(full.subarray(112, 124)).toEqual(bytes('00000007 0000997a 0003 0000'))
    expect(full.subarray(124, 148)).toEqual(bytes('00000009 00009984 ffff 0000 00000000 00000000 0000 0000'))
  })

  it.each([
    ['CDS', 408067, 83.1475, 831_475_000],
    ['BCD', 408070, 83.1475, 831_475],
    ['NCO', 31_132_428, 378.2, 3_782_000],
    ['MCX', 408071, 6210.5, 621_050],
  ])('prices of %s have the divisor of their segment', (_, token, lastPrice, raw) => {
    expect(ltpPacket({ token, lastPrice }).readUInt32BE(4)).toBe(raw)
  })

  it('raw values go out as they are, unsigned, negative ones as two’s complement', () => {
    expect(ltpPacket({ token: 1, lastPrice: { raw: 3_000_000_000 } }).readUInt32BE(4)).toBe(3_000_000_000)
    expect(ltpPacket({ token: 1, lastPrice: { raw: -3763 } }).readInt32BE(4)).toBe(-3763)
    expect(() => ltpPacket({ token: 1, lastPrice: { raw: 2 ** 32 } })).toThrow('does not fit')
  })

  it('a message of several packets comes apart again', () => {
    const packets = [ltpPacket(QUOTE), rawPacket(164, 408065, 0xff), quotePacket(QUOTE)]
    expect(packetsOf(message(packets))).toEqual(packets)
    expect(message([], 0)).toEqual(bytes('0000'))
  })

  it.runIf(existsSync(recorded))('the recorded messages are built byte by byte', () => {
    const file = (name: string) => readFileSync(join(recorded, name))
    expect(message([ltpPacket(QUOTE)])).toEqual(file('frame_ltp_884737.bin'))
    expect(message([quotePacket(QUOTE)])).toEqual(file('frame_quote_884737.bin'))
  })
})

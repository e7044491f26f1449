import { createDecoder } from '../../../adapters/zerodha/codec.ts'
import { type FullFields, fullPacket, ltpPacket, message, quotePacket } from '../../emulators/kite/packet.ts'
import type { Codec } from './codec.ts'

const PACKETS = 100
const NOW = Date.UTC(2026, 10, 20, 6)

/** Of the NSE segment. */
const token = (nth: number): number => (1000 + nth) * 256 + 1

function kiteFields(nth: number): FullFields {
  const lastPrice = 812.35 + nth
  const levels = [1, 2, 3, 4, 5]
  return {
    token: token(nth),
    lastPrice,
    lastQuantity: 12,
    averagePrice: 811.9,
    volume: 4_312_980,
    buyQuantity: 312_400,
    sellQuantity: 298_100,
    open: 809,
    high: 815.2,
    low: 806.05,
    close: 808.4,
    lastTradeTime: NOW / 1000,
    openInterest: 0,
    openInterestHigh: 0,
    openInterestLow: 0,
    exchangeTime: NOW / 1000,
    bids: levels.map(level => ({ price: lastPrice - level * 0.05, quantity: 100 * level, orders: level })),
    asks: levels.map(level => ({ price: lastPrice + level * 0.05, quantity: 90 * level, orders: level })),
  }
}

const PACKET_OF = { LTP: ltpPacket, quote: quotePacket, full: fullPacket } as const

export const kite = (what: keyof typeof PACKET_OF): Codec => ({
  broker: 'Zerodha',
  what: `${PACKETS} ${what} packets in a message`,
  frame: message(Array.from({ length: PACKETS }, (_, nth) => PACKET_OF[what](kiteFields(nth)))),
  ticks: PACKETS,
  createDecoder,
})

import { KiteTicker } from 'kiteconnect'
import type { Book, Tick } from '../../../shared/market/tick.ts'
import type { KiteTick } from '../../emulators/kiteclient.ts'

type TheirLevel = NonNullable<KiteTick['depth']>['buy'][number]

const ticker = new KiteTicker({ api_key: 'key', access_token: 'token' }) as unknown as {
  parseBinary(bytes: ArrayBuffer): KiteTick[]
}

/** The vendor's own parser. It takes an ArrayBuffer of exactly the frame. */
export const theirs = (frame: Uint8Array): KiteTick[] => ticker.parseBinary(new Uint8Array(frame).buffer as ArrayBuffer)

/** Defects of theirs, by their sentences in the notes on this broker, that are put right before comparing. */
export const DEFECTS = {
  signed: '32-bit values read signed',
  nco: 'NCO divided by 100',
  ghost: 'what a cut leaves of a packet is read as a packet of a shorter kind',
} as const

export type Defect = keyof typeof DEFECTS

/**
 * What their tick says, in our words; `undefined` where these words have no room for it: an MCX price below zero, of which
 * nobody knows whether Kite means it, or 2^31 and more. `met` is told which defects had to be put right.
 */
export function translate(their: KiteTick, receivedAt: number, met: (defect: Defect) => void) {
  const word = (value: number) => {
    if (value < 0) met('signed')
    return value >>> 0
  }
  const token = word(their.instrument_token)
  const segment = token & 0xff
  let isDoubtful = false
  const price = (value: number) => {
    if (segment === 7 && value < 0) isDoubtful = true
    const raw = Math.round(value * (segment === 3 ? 10_000_000 : segment === 6 ? 10_000 : 100))
    if (segment === 12 && value !== 0) met('nco')
    if (value < 0) met('signed')
    if (segment === 12) return (raw >>> 0) / 10_000
    return value < 0 ? (raw >>> 0) / (segment === 3 ? 10_000_000 : segment === 6 ? 10_000 : 100) : value
  }
  const some = (field: string, value: number | undefined) => (value ? { [field]: value } : {})
  const all = (field: string, value: number | undefined) => (value === undefined ? {} : { [field]: word(value) })
  const time = (at: Date | null | undefined) => (at ? word(at.getTime() / 1000) * 1000 : undefined)
  const side = (levels: readonly TheirLevel[]) =>
    levels
      .map(level => ({ price: price(level.price), quantity: word(level.quantity), orders: level.orders }))
      .filter(level => level.price !== 0 && level.quantity !== 0)
  const stamp = time(their.exchange_timestamp)
  const { ohlc, depth } = their
  const book: Book | undefined = depth && { buy: side(depth.buy), sell: side(depth.sell) }
  // NFO, CDS, BFO, BCD, MCX, MCXSX, NCO trade contracts; elsewhere an open interest of 0 is none.
  const interest = [2, 3, 5, 6, 7, 8, 12].includes(segment) ? all('openInterest', their.oi) : undefined
  const tick: Tick = {
    ...some('ltp', price(their.last_price)),
    mode: ({ ltp: 'LTP', quote: 'QUOTE', full: 'DEPTH' } as const)[their.mode],
    ...(stamp === undefined ? { timestamp: Math.floor(receivedAt / 1000), isStampedHere: true } : { timestamp: stamp }),
    ...some('lastTradeTime', time(their.last_trade_time)),
    ...all('lastQuantity', their.last_traded_quantity),
    ...some('averagePrice', their.average_traded_price && price(their.average_traded_price)),
    ...all('volume', their.volume_traded),
    ...all('totalBuyQuantity', their.total_buy_quantity),
    ...all('totalSellQuantity', their.total_sell_quantity),
    ...some('open', ohlc && price(ohlc.open)),
    ...some('high', ohlc && price(ohlc.high)),
    ...some('low', ohlc && price(ohlc.low)),
    ...some('previousClose', ohlc && price(ohlc.close)),
    ...(interest ?? some('openInterest', their.oi === undefined ? undefined : word(their.oi))),
    ...(book && { book }),
  }
  return isDoubtful ? undefined : { token: String(token), tick }
}

import { malformed } from '../bus/message.ts'
import { type InstrumentKind, isPossiblePrice } from '../shared/market/instrument.ts'
import type { Book, Level, Tick } from '../shared/market/tick.ts'

type Fields = Readonly<Record<string, unknown>>

/** Times below this are seconds, not milliseconds. */
const MILLISECONDS_FROM = 1e12
/** The year 2000: whatever is earlier is no time of a trade. */
const EARLIEST = 946_684_800_000
/** Clocks differ a little; what is further ahead has another unit or another day. */
const AHEAD_MS = 5000

/** What a payload is measured by. */
export interface Measure {
  readonly kind: InstrumentKind
  /** Milliseconds since 1970. */
  readonly now: number
  readonly maxAgeMs: number
}

/**
 * Reads the data payload of client protocol 3.5, as a foreign publisher sends it in the plain form; every field but
 * `ltp` may be absent. Throws MESSAGE_MALFORMED, naming the field: a price no instrument of this kind can have, and a
 * time that is not of now, are refused like text in place of a number.
 */
export function readPayload(body: Buffer, { kind, now, maxAgeMs }: Measure): Tick {
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch {
    throw malformed('a plain message is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed('a plain message must be a JSON object')
  const fields = value as Fields
  const ltp = number(fields, 'ltp')
  if (ltp === undefined) throw malformed('a plain message needs a number "ltp"')
  if (!isPossiblePrice(kind, ltp)) throw malformed('"ltp" must be above 0')
  const tick: Mutable<Tick> = { ltp, timestamp: present(time(fields, 'timestamp', now), now, maxAgeMs) }
  set(tick, 'lastTradeTime', time(fields, 'ltt', now))
  set(tick, 'open', number(fields, 'open'))
  set(tick, 'high', number(fields, 'high'))
  set(tick, 'low', number(fields, 'low'))
  if (tick.high !== undefined && tick.low !== undefined && tick.high < tick.low)
    throw malformed('"high" must not be below "low"')
  set(tick, 'previousClose', number(fields, 'close'))
  set(tick, 'volume', count(fields, 'volume'))
  set(tick, 'lastQuantity', count(fields, 'last_trade_quantity') ?? count(fields, 'last_quantity'))
  set(tick, 'averagePrice', number(fields, 'avg_trade_price') ?? number(fields, 'average_price'))
  set(tick, 'openInterest', count(fields, 'oi'))
  set(tick, 'totalBuyQuantity', count(fields, 'total_buy_quantity'))
  set(tick, 'totalSellQuantity', count(fields, 'total_sell_quantity'))
  set(tick, 'upperCircuit', number(fields, 'upper_circuit'))
  set(tick, 'lowerCircuit', number(fields, 'lower_circuit'))
  set(tick, 'book', book(fields.depth) ?? topOfBook(fields))
  if (fields.polled === true) tick.isPolled = true
  return tick
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

function set<K extends keyof Tick>(tick: Mutable<Tick>, key: K, value: Tick[K] | undefined): void {
  if (value !== undefined) tick[key] = value
}

function number(fields: Fields, name: string): number | undefined {
  const value = fields[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'number' || !Number.isFinite(value)) throw malformed(`"${name}" must be a finite number`)
  return value
}

function count(fields: Fields, name: string): number | undefined {
  const value = number(fields, name)
  if (value !== undefined && (!Number.isSafeInteger(value) || value < 0))
    throw malformed(`"${name}" must be a whole number, 0 or more`)
  return value
}

function time(fields: Fields, name: string, now: number): number | undefined {
  const value = number(fields, name)
  if (value === undefined) return undefined
  const time = Math.round(value < MILLISECONDS_FROM ? value * 1000 : value)
  if (time < EARLIEST || !Number.isSafeInteger(time))
    throw malformed(`"${name}" must be seconds or milliseconds since 1970`)
  if (time > now + AHEAD_MS) throw malformed(`"${name}" is ${Math.round((time - now) / 1000)} s ahead of the clock`)
  return time
}

/** Without a time of its own a price is of the moment it came. One in whole seconds may be of any moment of its second. */
function present(timestamp: number | undefined, now: number, maxAgeMs: number): number {
  if (timestamp === undefined) return now
  const age = now - timestamp - (timestamp % 1000 === 0 ? 999 : 0)
  if (age <= maxAgeMs) return timestamp
  const old = `${((now - timestamp) / 1000).toFixed(1)} s old`
  throw malformed(`"timestamp" is ${old}; it must be of now: leave it out, or give the time of the trade as "ltt"`)
}

function book(value: unknown): Book | undefined {
  if (value === undefined || value === null) return undefined
  const { buy, sell } = value as Fields
  return { buy: levels(buy, 'buy'), sell: levels(sell, 'sell') }
}

/** Publishers without a book may know its best prices. */
function topOfBook(fields: Fields): Book | undefined {
  const [buy, sell] = [best(fields, 'bid'), best(fields, 'ask')]
  return buy || sell ? { buy: buy ? [buy] : [], sell: sell ? [sell] : [] } : undefined
}

function best(fields: Fields, side: 'bid' | 'ask'): Level | undefined {
  const price = number(fields, `${side}_price`)
  const quantity = count(fields, `${side}_size`)
  if (price === undefined && quantity === undefined) return undefined
  if (price === undefined || quantity === undefined) throw malformed(`"${side}_price" and "${side}_size" come together`)
  return { price, quantity }
}

function levels(value: unknown, side: string): readonly Level[] {
  if (!Array.isArray(value)) throw malformed(`"depth.${side}" must be an array of {price, quantity, orders}`)
  return value.map((level: unknown) => {
    const fields = (typeof level === 'object' && level !== null ? level : {}) as Fields
    const price = number(fields, 'price')
    const quantity = count(fields, 'quantity')
    if (price === undefined || quantity === undefined)
      throw malformed(`a level of "depth.${side}" needs price and quantity`)
    const orders = count(fields, 'orders')
    return { price, quantity, ...(orders !== undefined && { orders }) }
  })
}

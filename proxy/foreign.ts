import { malformed } from '../bus/message.ts'
import type { Clock } from '../shared/clock.ts'
import { type FrameTemplate, formatFrame, frameTemplate } from '../shared/market/frame.ts'
import type { Book, Level, Tick } from '../shared/market/tick.ts'
import type { TopicParts } from '../shared/market/topic.ts'
import type { Feeds } from './feeds.ts'
import type { Hub } from './hub.ts'

type Fields = Readonly<Record<string, unknown>>

/** Times below this are seconds, not milliseconds. */
const MILLISECONDS_FROM = 1e12

/**
 * The plain two-part form `[TOPIC, JSON]` of publishers in any language. They send the data payload; the client frame
 * is built here, with our own sequence. Prices are taken as they are, fields that make no sense are refused.
 */
export class Foreign {
  readonly #hub: Hub
  readonly #feeds: Feeds
  readonly #clock: Clock
  readonly #epoch: number
  /** Lives as long as somebody holds the topic. */
  readonly #templates = new WeakMap<TopicParts, { template: FrameTemplate; sequence: number }>()

  constructor(hub: Hub, feeds: Feeds, clock: Clock) {
    this.#hub = hub
    this.#feeds = feeds
    this.#clock = clock
    this.#epoch = clock.now()
  }

  /** Throws MESSAGE_MALFORMED, naming the field. A topic nobody holds, or of a feed that is not external, is ignored. */
  receive(topic: string, body: Buffer): void {
    const parts = this.#hub.partsOf(topic)
    const feed = parts && this.#feeds.view(parts.feed)
    if (!parts || !feed?.external) return
    const tick = readPayload(body, this.#clock.now())
    let known = this.#templates.get(parts)
    if (!known) {
      known = { template: frameTemplate(parts, feed.broker), sequence: 0 }
      this.#templates.set(parts, known)
    }
    known.sequence++
    const { template, sequence } = known
    const { symbolAt, dataSymbolAt, symbolLength } = template
    const receivedAt = this.#clock.micros()
    this.#hub.deliver(
      topic,
      { snapshot: false, symbolAt, dataSymbolAt, symbolLength, epoch: this.#epoch, sequence, receivedAt },
      Buffer.from(formatFrame(template, tick), 'latin1'),
    )
    this.#feeds.tickSeen(parts.feed)
  }
}

/** Reads the data payload of client protocol 3.5; every field but `ltp` may be absent. */
export function readPayload(body: Buffer, now: number): Tick {
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
  const tick: Mutable<Tick> = { ltp, timestamp: time(fields, 'timestamp') ?? now }
  set(tick, 'lastTradeTime', time(fields, 'ltt'))
  set(tick, 'open', number(fields, 'open'))
  set(tick, 'high', number(fields, 'high'))
  set(tick, 'low', number(fields, 'low'))
  set(tick, 'previousClose', number(fields, 'close'))
  set(tick, 'volume', count(fields, 'volume'))
  set(tick, 'lastQuantity', count(fields, 'last_trade_quantity') ?? count(fields, 'last_quantity'))
  set(tick, 'averagePrice', number(fields, 'avg_trade_price') ?? number(fields, 'average_price'))
  set(tick, 'openInterest', count(fields, 'oi'))
  set(tick, 'totalBuyQuantity', count(fields, 'total_buy_quantity'))
  set(tick, 'totalSellQuantity', count(fields, 'total_sell_quantity'))
  set(tick, 'upperCircuit', number(fields, 'upper_circuit'))
  set(tick, 'lowerCircuit', number(fields, 'lower_circuit'))
  set(tick, 'book', book(fields.depth))
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
  if (value !== undefined && (!Number.isInteger(value) || value < 0))
    throw malformed(`"${name}" must be a whole number, 0 or more`)
  return value
}

function time(fields: Fields, name: string): number | undefined {
  const value = number(fields, name)
  return value === undefined ? undefined : Math.round(value < MILLISECONDS_FROM ? value * 1000 : value)
}

function book(value: unknown): Book | undefined {
  if (value === undefined || value === null) return undefined
  const { buy, sell } = value as Fields
  return { buy: levels(buy, 'buy'), sell: levels(sell, 'sell') }
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

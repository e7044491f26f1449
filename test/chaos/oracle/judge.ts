import { type Column, digest, type Page } from './journal.ts'

/** A `market_data` message as a client gets it. */
export interface Delivered {
  readonly exchange: string
  readonly symbol: string
  readonly mode: number
  readonly broker: string
  readonly data: Readonly<Record<string, unknown>>
  readonly epoch?: number
  readonly seq?: number
  readonly count?: number
  readonly snapshot?: boolean
}

/** What became of all messages that were judged. */
export interface Sums {
  /** Messages whose every value was sent for this instrument. */
  right: number
  /** Some value of it was never sent for this instrument, or with another price. */
  wrong: number
  /** Older than what was delivered before, and not marked as a snapshot. */
  backward: number
  /** The same: but neither its time nor its volume says so, as the broker sends them. */
  alike: number
  /** News that are older than `freshMs`, and not marked. */
  stale: number
  /** The same publication as the one before, given out as news. */
  doubled: number
  /** Sent between two frames that follow one another without a gap in their sequence. */
  unaccounted: number
}

const NUMBERS: readonly (readonly [string, Column])[] = [
  ['ltp', 'ltp'],
  ['open', 'open'],
  ['high', 'high'],
  ['low', 'low'],
  ['close', 'previousClose'],
  ['volume', 'volume'],
  ['last_trade_quantity', 'lastQuantity'],
  ['last_quantity', 'lastQuantity'],
  ['avg_trade_price', 'averagePrice'],
  ['average_price', 'averagePrice'],
  ['oi', 'openInterest'],
]
/** Brokers send these beside the trade, or with the book, or apart. */
const TOTAL_NUMBERS: readonly (readonly [string, Column])[] = [
  ['total_buy_quantity', 'totalBuyQuantity'],
  ['total_sell_quantity', 'totalSellQuantity'],
]
const BEST_NUMBERS: readonly (readonly [string, Column])[] = [
  ['bid_price', 'bidPrice'],
  ['ask_price', 'askPrice'],
  ['bid_size', 'bidSize'],
  ['ask_size', 'askSize'],
]
/** The coarsest clock that a broker stamps with. */
const SECOND_MS = 1000
/** Who sends one message for each turn of an instrument, so that what is sent can be counted against what is published. */
const COUNTED: ReadonlySet<string> = new Set(['zerodha'])
/** How long a message may be between an emulator and the wire behind it. */
const ON_ITS_WAY_MS = 100
const BREAKS = 10_000
/** A clock may be ahead by so much. */
const AHEAD_MS = 1500

type Wants = readonly (readonly [Column, number])[]
type Levels = readonly { price: number; quantity: number }[]

/** How far one topic of one client is. */
interface Place {
  page: Page
  /** Entries of the newest that was delivered: of each part, which some send apart. */
  trade: number
  totals: number
  best: number
  book: number
  epoch: number
  seq: number
}

/** Holds every message of one client against what the emulators said. Reads JSON only: shares no line with Tickwire. */
export class Judge {
  readonly sums: Sums = { right: 0, wrong: 0, backward: 0, alike: 0, stale: 0, doubled: 0, unaccounted: 0 }
  /** The first of what went wrong, in words. */
  readonly examples: string[] = []
  /** Unmarked news may be so old when they come. */
  freshMs = 10_000
  /** False while the clocks of what is tested are wrong. */
  judgesTimes = true
  readonly #pageOf: (broker: string, name: string) => Page | undefined
  readonly #places = new Map<string, Place>()
  /** When something on the way to the feed was lost, wall clock, in its order. */
  readonly #breaks: number[] = []

  constructor(pageOf: (broker: string, name: string) => Page | undefined) {
    this.#pageOf = pageOf
  }

  /** What was on its way to the feed at this instant may be lost: a message, a connection, or the feed itself has gone. */
  broke(wall: number): void {
    this.#breaks.push(wall)
    if (this.#breaks.length > BREAKS) this.#breaks.splice(0, BREAKS / 2)
  }

  /** Gives when its newest value was said by the emulator, milliseconds since 1970; `undefined` for a wrong one. */
  read(message: Delivered, receivedAt: number): number | undefined {
    const name = `${message.exchange}:${message.symbol}`
    const page = this.#pageOf(message.broker, name)
    if (!page) return this.#wrong('of an instrument that was never sent', message)
    const topic = `${message.broker}:${name}:${message.mode}`
    const place = this.#places.get(topic)
    const wanted = wantsOf(message)
    const found = find(page, wanted, place)
    if (typeof found === 'string') return this.#wrong(`this ${found} was never sent`, message)
    const isNews = message.count !== 0 && message.snapshot !== true
    const newest = latest(found)
    const saidAt = page.get(newest, 'repeatedAt')
    this.#time(message, page, found.trade, receivedAt)
    if (place && isNews && PARTS.some(part => found[part] < place[part])) this.#back(message, page, place, found.trade)
    if (isNews && receivedAt - saidAt > this.freshMs) this.#note('stale', `${receivedAt - saidAt} ms old`, message)
    if (place && isNews && wanted.isExact) this.#balance(message, place, newest)
    this.sums.right++
    const { epoch = 0, seq = 0 } = message
    this.#places.set(topic, { page, ...found, epoch, seq })
    return saidAt
  }

  #back(message: Delivered, page: Page, place: Place, trade: number): void {
    const second = (number: number) => Math.floor(page.get(number, 'saidAt') / SECOND_MS)
    const isAlike = second(trade) >= second(place.trade) && page.get(trade, 'volume') >= page.get(place.trade, 'volume')
    this.#note(isAlike ? 'alike' : 'backward', `entry ${trade} after ${place.trade}`, message)
  }

  /** What was sent between two frames has to be told by their sequence. */
  #balance(message: Delivered, place: Place, number: number): void {
    const { epoch = 0, seq = 0 } = message
    if (epoch !== place.epoch || !COUNTED.has(message.broker)) return
    const before = latest(place)
    if (number === before && seq > place.seq) this.sums.doubled++
    const missing = number - before - (seq - place.seq)
    if (missing > 0 && !this.#brokeBetween(place.page.get(before, 'repeatedAt'), place.page.get(number, 'saidAt'))) {
      this.#note('unaccounted', `${missing} of entries ${before} to ${number} (seq ${place.seq} to ${seq})`, message)
      this.sums.unaccounted += missing - 1
    }
  }

  #brokeBetween(from: number, to: number): boolean {
    for (let nth = this.#breaks.length - 1; nth >= 0; nth--) {
      const wall = this.#breaks[nth] as number
      if (wall < from - ON_ITS_WAY_MS) return false
      if (wall <= to + ON_ITS_WAY_MS) return true
    }
    return false
  }

  /** Stamps come from the exchange, in whole seconds or finer, or from the one who received it. */
  #time({ data, ...message }: Delivered, page: Page, trade: number, receivedAt: number): void {
    const { timestamp, ltt } = data
    if (!this.judgesTimes) return
    const earliest = Math.floor(page.get(trade, 'saidAt') / SECOND_MS) * SECOND_MS
    if (typeof timestamp === 'number' && (timestamp < earliest || timestamp > receivedAt + AHEAD_MS))
      this.#note('wrong', `timestamp ${timestamp}, said at ${earliest}, received at ${receivedAt}`, {
        ...message,
        data,
      })
    const traded = page.get(trade, 'tradedAt')
    if (typeof ltt === 'number' && ltt !== traded && ltt !== Math.floor(traded / SECOND_MS) * SECOND_MS)
      this.#note('wrong', `ltt ${ltt}, traded at ${traded}`, { ...message, data })
  }

  #wrong(why: string, message: Delivered): undefined {
    this.#note('wrong', why, message)
    return undefined
  }

  #note(kind: keyof Sums, why: string, message: Delivered): void {
    this.sums[kind]++
    if (kind !== 'alike' && this.examples.length < 10)
      this.examples.push(
        `${kind}: ${message.broker} ${message.exchange}:${message.symbol}: ${why}: ${JSON.stringify(message.data).slice(0, 900)}`,
      )
  }
}

type Part = 'trade' | 'totals' | 'best' | 'book'
const PARTS: readonly Part[] = ['trade', 'totals', 'best', 'book']

const latest = (found: Readonly<Record<Part, number>>): number => Math.max(...PARTS.map(part => found[part]))

interface Wanted extends Readonly<Record<Part, Wants>> {
  /** Whether it says enough to be found in one place only. */
  readonly isExact: boolean
}

function wantsOf({ data }: Delivered): Wanted {
  const among = (names: typeof NUMBERS): [Column, number][] =>
    names.flatMap(([field, column]) => (typeof data[field] === 'number' ? [[column, data[field]]] : []))
  const { depth } = data as { depth?: { buy: Levels; sell: Levels } }
  const totals = among(TOTAL_NUMBERS)
  return {
    trade: among(NUMBERS),
    totals,
    best: among(BEST_NUMBERS),
    book: depth ? [['book', digest(depth.buy.filter(isThere), depth.sell.filter(isThere))]] : [],
    isExact: typeof data.volume === 'number' && (depth !== undefined || totals.length > 0),
  }
}

const isThere = ({ price, quantity }: { price: number; quantity: number }): boolean => price > 0 && quantity > 0

/** The earliest entries that say this, from where the topic is; else the latest before that. Else what nobody said. */
function find(page: Page, wanted: Wanted, place: Place | undefined): Record<Part, number> | Part {
  const all = PARTS.flatMap(part => wanted[part])
  const from = Math.max(page.oldest, ...PARTS.map(part => place?.[part] ?? 0))
  for (let number = from; number < page.next; number++)
    if (says(page, number, all)) return { trade: number, totals: number, best: number, book: number }
  const trade = look(page, wanted.trade, Math.max(place?.trade ?? 0, page.oldest))
  if (trade === undefined) return 'trade'
  const found = { trade, totals: trade, best: trade, book: trade }
  for (const part of ['totals', 'best', 'book'] as const) {
    if (wanted[part].length === 0) continue
    const number = look(page, wanted[part], Math.max(place?.[part] ?? 0, page.oldest))
    if (number === undefined) return part
    found[part] = number
  }
  return found
}

function look(page: Page, wants: Wants, from: number): number | undefined {
  if (wants.length === 0) return page.oldest
  for (let number = from; number < page.next; number++) if (says(page, number, wants)) return number
  for (let number = from - 1; number >= page.oldest; number--) if (says(page, number, wants)) return number
  return undefined
}

function says(page: Page, number: number, wants: Wants): boolean {
  for (const [column, value] of wants) if (page.get(number, column) !== value) return false
  return true
}

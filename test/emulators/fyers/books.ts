import { z } from 'zod'
import { Connection, type Opened } from '../kit/connection.ts'
import type { Level } from '../kit/walk.ts'
import { type BooksFeed, type BooksLevel, booksMessage } from './booksmessage.ts'
import type { FyersRow } from './list.ts'
import type { Manners } from './manners.ts'
import type { FyersMarket } from './market.ts'

/** What the connections of the socket of deep books have in common. */
export interface BookSurroundings {
  readonly market: FyersMarket
  readonly manners: Manners
  readonly symbolLimit: number
}

const request = z.discriminatedUnion('type', [
  z.object({
    type: z.literal(1),
    data: z.object({
      subs: z.union([z.literal(1), z.literal(-1)]),
      symbols: z.array(z.string()),
      mode: z.literal('depth'),
      channel: z.string(),
    }),
  }),
  z.object({
    type: z.literal(2),
    data: z.object({ resumeChannels: z.array(z.string()), pauseChannels: z.array(z.string()) }),
  }),
])

const DEEPEST = 50
const DEPTH = 6
const RESPONSE = 8

interface Sides {
  readonly bids: readonly BooksLevel[]
  readonly asks: readonly BooksLevel[]
}

/** A book as the client knows it, and the number of the last message of it. */
interface Shown extends Sides {
  sequence: number
}

/** One connection of the socket of deep books (TBT). */
export class BookConnection extends Connection {
  /** By ticker, the channel. */
  readonly subscribed = new Map<string, string>()
  readonly #running = new Set<string>()
  readonly #shown = new Map<string, Shown>()
  readonly #around: BookSurroundings

  constructor(opened: Opened, around: BookSurroundings) {
    super(opened)
    this.#around = around
  }

  get subscriptions(): number {
    return this.subscribed.size
  }

  get places(): readonly string[] {
    return [...this.subscribed.keys()].flatMap(ticker => this.#around.market.find(ticker)?.place ?? [])
  }

  /** What has changed in the books at these places. */
  show(places: Iterable<string>): void {
    const { market, manners } = this.#around
    if (!this.ticks || !manners.isEntitled) return
    for (const place of places) {
      const row = market.at(place)
      const channel = row && this.subscribed.get(row.ticker)
      if (channel !== undefined && this.#running.has(channel)) this.#showBook(row as FyersRow)
    }
  }

  /** One number of each book is left out: as if a message had been lost. */
  skip(): void {
    for (const shown of this.#shown.values()) shown.sequence++
  }

  /** The server's words. */
  complain(text: string): void {
    this.raw(booksMessage({ type: RESPONSE, msg: text, error: true }))
  }

  /** A book of which the last third is missing. */
  truncated(): void {
    const [ticker] = this.subscribed.keys()
    const row = ticker === undefined ? undefined : this.#around.market.find(ticker)
    if (!row) return
    const whole = booksMessage({ type: DEPTH, feeds: [this.#feedOf(row, this.#levelsOf(row), 1)], snapshot: true })
    this.raw(whole.subarray(0, Math.floor((whole.length * 2) / 3)))
  }

  protected hear(frame: string | Buffer, said: unknown): void {
    if (frame === 'ping') {
      this.beat('pong')
      return
    }
    const parsed = request.safeParse(said)
    if (!parsed.success || !this.#around.manners.isEntitled) return
    if (parsed.data.type === 1) {
      const { subs, symbols, channel } = parsed.data.data
      for (const ticker of symbols) this.#subscribe(ticker, subs, channel)
    } else {
      const { resumeChannels, pauseChannels } = parsed.data.data
      for (const channel of pauseChannels) this.#running.delete(channel)
      for (const channel of resumeChannels) this.#running.add(channel)
    }
    this.show(this.places.filter(place => !this.#shown.has(this.#around.market.at(place)?.ticker ?? '')))
  }

  #subscribe(ticker: string, subs: 1 | -1, channel: string): void {
    this.#shown.delete(ticker)
    if (subs === -1) {
      this.subscribed.delete(ticker)
      return
    }
    const exchange = this.#around.market.find(ticker)?.contract.exchange
    if (exchange !== 'NSE' && exchange !== 'NFO') this.complain(`invalid symbol ${ticker}`)
    else if (!this.subscribed.has(ticker) && this.subscribed.size >= this.#around.symbolLimit)
      this.complain(`symbol limit of ${this.#around.symbolLimit} exceeded`)
    else this.subscribed.set(ticker, channel)
  }

  #showBook(row: FyersRow): void {
    const now = this.#levelsOf(row)
    const shown = this.#shown.get(row.ticker)
    const sides = shown ? differencesOf(shown, now, this.#around.manners.isSparse) : now
    if (sides.bids.length === 0 && sides.asks.length === 0) return
    const sequence = (shown?.sequence ?? 0) + 1
    this.#shown.set(row.ticker, { ...now, sequence })
    this.sent.packets++
    this.raw(booksMessage({ type: DEPTH, feeds: [this.#feedOf(row, sides, sequence)], snapshot: !shown }))
  }

  #levelsOf(row: FyersRow): Sides {
    const { bids, asks } = this.#around.market.quote(row, DEEPEST)
    return { bids: levels(bids), asks: levels(asks) }
  }

  #feedOf(row: FyersRow, sides: Sides, sequence: number): BooksFeed {
    const quote = this.#around.market.quote(row)
    const seconds = Math.floor(quote.exchangeTime / 1000)
    return {
      key: row.ticker,
      ticker: row.ticker,
      token: row.fyToken,
      sequence,
      snapshot: sequence === 1,
      feedTime: seconds,
      sendTime: seconds,
      depth: { tbq: quote.totalBuyQuantity, tsq: quote.totalSellQuantity, ...sides },
    }
  }
}

/** All fifty; what is not there stands as 0. */
const levels = (side: readonly Level[]): readonly BooksLevel[] =>
  Array.from({ length: DEEPEST }, (_, num) => {
    const level = side[num]
    return { price: Math.round((level?.price ?? 0) * 100), qty: level?.quantity ?? 0, nord: level?.orders ?? 0, num }
  })

/** Of each level what has changed; up to the last one that has, or of nothing but those. */
function differencesOf(before: Sides, now: Sides, isSparse: boolean): Sides {
  const side = (old: readonly BooksLevel[], levels: readonly BooksLevel[]) => {
    const changed = levels.map((level, num) => changeOf(old[num] ?? {}, level))
    const has = (level: BooksLevel) => Object.keys(level).length > 1
    return isSparse ? changed.filter(has) : changed.slice(0, changed.findLastIndex(has) + 1)
  }
  return { bids: side(before.bids, now.bids), asks: side(before.asks, now.asks) }
}

const changeOf = (before: BooksLevel, { price = 0, qty = 0, nord = 0, num = 0 }: BooksLevel): BooksLevel => ({
  ...(price === before.price ? {} : { price }),
  ...(qty === before.qty ? {} : { qty }),
  ...(nord === before.nord ? {} : { nord }),
  num,
})

import type { Market } from '../kit/market.ts'
import type { Quote } from '../kit/walk.ts'
import { type KiteRow, rowOf } from './list.ts'
import type { KiteMode } from './mode.ts'
import {
  type FullFields,
  fullPacket,
  indexFullPacket,
  indexQuotePacket,
  isIndex,
  ltpPacket,
  QUOTE_BYTES,
  quotePacket,
} from './packet.ts'
import type { Recorded } from './recorded.ts'

/** The market in Kite's words: recorded packets stay as they are, everything else walks. */
export class KiteMarket {
  readonly #market: Market
  readonly #recorded: Recorded
  #contracts: Market['contracts'] = []
  #rows: readonly KiteRow[] = []
  readonly #byToken = new Map<number, KiteRow>()
  readonly #byName = new Map<string, KiteRow>()

  constructor(options: { market: Market; recorded: Recorded }) {
    this.#market = options.market
    this.#recorded = options.recorded
  }

  /** Today's list. */
  get rows(): readonly KiteRow[] {
    this.#refresh()
    return this.#rows
  }

  /** One turn of these tokens. */
  step(tokens: Iterable<number>): void {
    const rows = [...tokens].flatMap(token => (this.#recorded.has(token) ? [] : (this.row(token) ?? [])))
    this.#market.step(rows.map(({ contract }) => contract))
  }

  /** Recorded packets are played again and again; others are sent when something in them changed. */
  isPlayed(token: number): boolean {
    return this.#recorded.has(token)
  }

  /** Of today's list. */
  row(token: number): KiteRow | undefined {
    this.#refresh()
    return this.#byToken.get(token)
  }

  /** `NSE:INFY` of today's list. */
  named(name: string): KiteRow | undefined {
    this.#refresh()
    return this.#byName.get(name)
  }

  /** What an instrument is worth now. */
  quote(row: KiteRow): Quote {
    return this.#market.quote(row.contract)
  }

  /** The packet of a token now; nothing for a token that is not in the list. */
  packet(token: number, mode: KiteMode): Buffer | undefined {
    const recorded = this.#recorded.get(token)
    const exact = recorded?.get(mode)
    if (exact) return exact
    const row = this.row(token)
    if (!row) return undefined
    const built = encode(fieldsOf(token, this.quote(row)), mode)
    // What was recorded of a smaller or larger mode says how a packet of any mode begins.
    for (const one of recorded?.values() ?? []) one.copy(built, 0, 0, sharedBytes(one, built))
    return built
  }

  /** After another day's list. */
  #refresh(): void {
    const { contracts } = this.#market
    if (contracts === this.#contracts) return
    this.#contracts = contracts
    this.#rows = contracts.map(rowOf)
    this.#byToken.clear()
    this.#byName.clear()
    for (const row of this.#rows) {
      this.#byToken.set(row.token, row)
      this.#byName.set(`${row.exchange}:${row.symbol}`, row)
    }
  }
}

const secondsOf = (ms: number): number => Math.floor(ms / 1000)

const fieldsOf = (token: number, quote: Quote): FullFields => ({
  token,
  lastPrice: quote.ltp,
  lastQuantity: quote.lastQuantity,
  averagePrice: quote.averagePrice,
  volume: quote.volume,
  buyQuantity: quote.totalBuyQuantity,
  sellQuantity: quote.totalSellQuantity,
  open: quote.open,
  high: quote.high,
  low: quote.low,
  close: quote.previousClose,
  lastTradeTime: secondsOf(quote.lastTradeTime),
  openInterest: quote.openInterest,
  openInterestHigh: quote.openInterestHigh,
  openInterestLow: quote.openInterestLow,
  exchangeTime: secondsOf(quote.exchangeTime),
  bids: quote.bids,
  asks: quote.asks,
})

/** How many bytes from the start mean the same in both packets of one token. */
const sharedBytes = (one: Buffer, other: Buffer): number => Math.min(one.length, other.length, QUOTE_BYTES)

function encode(fields: FullFields, mode: KiteMode): Buffer {
  if (mode === 'ltp') return ltpPacket(fields)
  if (isIndex(fields.token)) return mode === 'full' ? indexFullPacket(fields) : indexQuotePacket(fields)
  return mode === 'full' ? fullPacket(fields) : quotePacket(fields)
}

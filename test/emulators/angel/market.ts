import type { Market } from '../kit/market.ts'
import type { Level, Quote } from '../kit/walk.ts'
import { type AngelRow, rowOf } from './list.ts'
import { type AngelMode, type DeepLevel, keyText, PACKET_BYTES, packet } from './packet.ts'
import type { Recorded } from './recorded.ts'

const DEEP = 20
const SHALLOW = 5

/**
 * The market in Angel One's words: recorded packets are played again and again in the modes they hold, everything else
 * walks.
 */
export class AngelMarket {
  readonly #market: Market
  readonly #recorded: Recorded
  /** How often each recorded instrument had its turn. */
  readonly #turns = new Map<string, number>()
  #contracts: Market['contracts'] = []
  #rows: readonly AngelRow[] = []
  readonly #byKey = new Map<string, AngelRow>()

  constructor(options: { market: Market; recorded: Recorded }) {
    this.#market = options.market
    this.#recorded = options.recorded
  }

  /** Today's list. */
  get rows(): readonly AngelRow[] {
    this.#refresh()
    return this.#rows
  }

  /** One turn of these. */
  step(keys: Iterable<string>): void {
    const moving: AngelRow[] = []
    for (const key of keys) {
      const row = this.row(key)
      if (this.#recorded.has(key)) this.#turns.set(key, (this.#turns.get(key) ?? 0) + 1)
      else if (row) moving.push(row)
    }
    this.#market.step(moving.map(({ contract }) => contract))
  }

  /** Recorded packets are sent at every turn; others when something in them changed. */
  isPlayed(key: string): boolean {
    return this.#recorded.has(key)
  }

  /** Of today's list: `1|2885`. */
  row(key: string): AngelRow | undefined {
    this.#refresh()
    return this.#byKey.get(key)
  }

  quote(row: AngelRow, levels?: number): Quote {
    return this.#market.quote(row.contract, levels)
  }

  /** The packet of an instrument now; nothing for one that is not there. Deep books are of the cash market of the NSE. */
  packet(key: string, mode: AngelMode): Buffer | undefined {
    const recorded = this.#recorded.get(key)
    const played = recorded?.[(this.#turns.get(key) ?? 0) % recorded.length]
    if (played && mode !== 4 && played.length >= PACKET_BYTES[mode]) return cutTo(played, mode)
    const row = this.row(key)
    return row && packet(fieldsOf(row, this.quote(row, mode === 4 ? DEEP : SHALLOW), mode))
  }

  /** After another day's list. */
  #refresh(): void {
    const { contracts } = this.#market
    if (contracts === this.#contracts) return
    this.#contracts = contracts
    this.#rows = contracts.flatMap(one => rowOf(one) ?? [])
    this.#byKey.clear()
    for (const row of this.#rows) this.#byKey.set(keyText(row), row)
  }
}

/** Each mode begins like the one below it. */
function cutTo(bytes: Buffer, mode: AngelMode): Buffer {
  const cut = Buffer.from(bytes.subarray(0, PACKET_BYTES[mode]))
  cut.writeUInt8(mode, 0)
  return cut
}

function fieldsOf(row: AngelRow, quote: Quote, mode: AngelMode): Parameters<typeof packet>[0] {
  const { segment, token, contract } = row
  const isIndex = contract.kind === 'INDEX'
  const raw = (rupees: number) => Math.round(rupees * (segment === 13 ? 10_000_000 : 100))
  const deep = ({ price, quantity, orders }: Level): DeepLevel => ({ price: raw(price), quantity, orders })
  const side = (levels: readonly Level[], flag: number) =>
    Array.from({ length: SHALLOW }, (_, place) => {
      const level = levels[place]
      return { flag, ...(level ? deep(level) : { price: 0, quantity: 0, orders: 0 }) }
    })
  return {
    mode,
    segment,
    token,
    sequence: isIndex ? 0 : quote.volume,
    time: quote.exchangeTime,
    price: raw(quote.ltp),
    lastQuantity: quote.lastQuantity,
    average: raw(quote.averagePrice),
    volume: quote.volume,
    totalBuy: quote.totalBuyQuantity,
    totalSell: quote.totalSellQuantity,
    open: raw(quote.open),
    high: raw(quote.high),
    low: raw(quote.low),
    close: raw(quote.previousClose),
    lastTradeTime: Math.floor(quote.lastTradeTime / 1000),
    // Of a share with contracts it is theirs, as on the real wire.
    openInterest: quote.openInterest || (contract.exchange === 'NSE' && !isIndex ? quote.volume * 10 : 0),
    openInterestChange: 1.5,
    five: [...side(quote.bids, 1), ...side(quote.asks, 0)],
    upperCircuit: isIndex ? 0 : raw(quote.upperCircuit),
    lowerCircuit: isIndex ? 0 : raw(quote.lowerCircuit),
    yearHigh: raw(quote.high),
    yearLow: raw(quote.low),
    buy: quote.bids.map(deep),
    sell: quote.asks.map(deep),
  }
}

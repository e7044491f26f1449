import type { Tick } from '../../shared/market/tick.ts'
import { Ladder, LEVELS, WIDEST_SPREAD } from './book.ts'
import type { Listing } from './listing.ts'
import { averageRupees, rupees, stepOf, stepsIn } from './pricing.ts'
import type { Sfc32 } from './random.ts'

/** A share may trade this far from its previous close. */
const CIRCUIT = 0.1
/** A usual spread as a part of the price. */
const SPREAD = { EQ: 0.00008, FUT: 0.00008, CE: 0.002, PE: 0.002, INDEX: 0 } as const

/** A tick that is still being written. */
type Draft = { -readonly [Field in keyof Tick]: Tick[Field] }

/**
 * One instrument's day: last price, range, volume, book. Prices are whole steps and quantities whole lots inside;
 * rupees and units only in the ticks it gives.
 */
export class Quotation {
  readonly #listing: Listing
  readonly #step: number
  readonly #previousClose: number
  readonly #floor: number
  readonly #ceiling: number
  readonly #spread: number
  readonly #ladder: Ladder | undefined
  readonly #open: number
  #last = 0
  #bid = 0
  #high: number
  #low: number
  #lots = 0
  #lastLots = 0
  /** Sum of steps times lots: what the average price is made of. */
  #turnover = 0
  #openLots = 0
  #hiddenBuy = 0
  #hiddenSell = 0

  /** Opens at `value` rupees. */
  constructor(listing: Listing, value: number, random: Sfc32) {
    const { instrument, tradeSize } = listing
    const step = stepOf(instrument.tickSize)
    const close = Math.round(stepsIn(listing.previousClose, step))
    const share = instrument.kind === 'EQ'
    this.#listing = listing
    this.#step = step
    this.#previousClose = listing.previousClose
    this.#floor = share ? Math.ceil(close * (1 - CIRCUIT)) : 1
    this.#ceiling = share ? Math.floor(close * (1 + CIRCUIT)) : Number.MAX_SAFE_INTEGER
    this.#spread = Math.min(WIDEST_SPREAD, Math.max(1, Math.round(close * SPREAD[instrument.kind])))
    if (instrument.kind !== 'INDEX') this.#ladder = new Ladder(step, instrument.lotSize, 8 * tradeSize, random)
    this.#hiddenBuy = tradeSize * (200 + random.below(200))
    this.#hiddenSell = tradeSize * (200 + random.below(200))
    this.#openLots = tradeSize * (1000 + random.below(1000))
    this.#price(value, random.bits())
    this.#open = this.#last
    this.#high = this.#last
    this.#low = this.#last
    this.#deal(tradeSize * (20 + random.below(20)))
  }

  /** One trade, or one new value of an index, while the instrument is worth `value` rupees. */
  trade(value: number, random: Sfc32): void {
    const bits = random.bits()
    this.#price(value, bits)
    if (this.#last > this.#high) this.#high = this.#last
    if (this.#last < this.#low) this.#low = this.#last
    if (!this.#ladder) return
    const { tradeSize } = this.#listing
    // The product of two even numbers: many small trades, few big ones, `tradeSize` on average.
    this.#deal(Math.ceil(((((bits >>> 1) & 255) + 1) * (((bits >>> 9) & 255) + 1) * 4 * tradeSize) / 65_536))
    this.#ladder.trade(this.#last, this.#lastLots, this.#bid, this.#bid + this.#spread, random)
    const change = this.#lastLots * (((bits >>> 17) & 1) - ((bits >>> 18) & 1))
    this.#openLots = Math.max(tradeSize, this.#openLots + change)
    this.#hiddenBuy = Math.max(0, this.#hiddenBuy + tradeSize * (((bits >>> 19) & 1) - ((bits >>> 20) & 1)))
    this.#hiddenSell = Math.max(0, this.#hiddenSell + tradeSize * (((bits >>> 21) & 1) - ((bits >>> 22) & 1)))
  }

  /** The present values, stamped `at` (milliseconds since 1970). */
  tick(at: number): Tick {
    const step = this.#step
    const ladder = this.#ladder
    if (!ladder)
      return {
        ltp: rupees(this.#last, step),
        timestamp: at,
        open: rupees(this.#open, step),
        high: rupees(this.#high, step),
        low: rupees(this.#low, step),
        previousClose: this.#previousClose,
      }
    const { kind, lotSize } = this.#listing.instrument
    const buy = ladder.side(this.#bid, -1)
    const sell = ladder.side(this.#bid + this.#spread, 1)
    const tick: Draft = {
      ltp: rupees(this.#last, step),
      timestamp: at,
      lastTradeTime: at,
      open: rupees(this.#open, step),
      high: rupees(this.#high, step),
      low: rupees(this.#low, step),
      previousClose: this.#previousClose,
      volume: this.#lots * lotSize,
      lastQuantity: this.#lastLots * lotSize,
      averagePrice: averageRupees(this.#turnover / this.#lots, step),
      totalBuyQuantity: buy.quantity + this.#hiddenBuy * lotSize,
      totalSellQuantity: sell.quantity + this.#hiddenSell * lotSize,
      book: { buy: buy.levels, sell: sell.levels },
    }
    if (kind === 'EQ') {
      tick.upperCircuit = rupees(this.#ceiling, step)
      tick.lowerCircuit = rupees(this.#floor, step)
    } else tick.openInterest = this.#openLots * lotSize
    return tick
  }

  /** Puts the spread around `value`, whole within what may trade, and the last price on one of its ends. */
  #price(value: number, bits: number): void {
    const steps = stepsIn(value, this.#step)
    if (!this.#ladder) {
      this.#last = Math.round(steps)
      return
    }
    const lowest = this.#floor + LEVELS - 1
    const highest = this.#ceiling - this.#spread - LEVELS + 1
    this.#bid = Math.min(highest, Math.max(lowest, Math.floor(steps - (this.#spread - 1) / 2)))
    this.#last = bits & 1 ? this.#bid + this.#spread : this.#bid
  }

  #deal(lots: number): void {
    this.#lastLots = lots
    this.#lots += lots
    this.#turnover += lots * this.#last
  }
}

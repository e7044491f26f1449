import type { Level } from '../../shared/market/tick.ts'
import { rupees } from './pricing.ts'
import type { Sfc32 } from './random.ts'

/** Levels of either side. */
export const LEVELS = 5
/** The widest spread, in steps, with which both sides still have cells of their own. */
export const WIDEST_SPREAD = 40
const CELLS = 64

export interface Side {
  readonly levels: readonly Level[]
  /** Units resting in these levels. */
  readonly quantity: number
}

/**
 * The orders resting around one price. Every price (in steps) keeps its lots while the market moves past it, so
 * that a book changes as real ones do: here a level, there a level. A cell serves prices `CELLS` steps apart, of
 * which never two are in sight.
 */
export class Ladder {
  readonly #lots = new Int32Array(CELLS)
  readonly #step: number
  readonly #lotSize: number
  readonly #most: number

  /** `step`: price step in units, see pricing.ts; `most`: the lots of a full level. */
  constructor(step: number, lotSize: number, most: number, random: Sfc32) {
    this.#step = step
    this.#lotSize = lotSize
    this.#most = most
    for (let cell = 0; cell < CELLS; cell++) this.#renew(cell, random)
  }

  /** A trade of `lots` at `price` eats into that level; a level on either side gets new orders. Prices in steps. */
  trade(price: number, lots: number, bid: number, ask: number, random: Sfc32): void {
    const left = (this.#lots[price & (CELLS - 1)] ?? 0) - lots
    if (left > 0) this.#lots[price & (CELLS - 1)] = left
    else this.#renew(price, random)
    this.#renew(bid - random.below(LEVELS), random)
    this.#renew(ask + random.below(LEVELS), random)
  }

  /** Five levels from `best` (in steps) on, `away` -1 for buyers and 1 for sellers. Never empty. */
  side(best: number, away: -1 | 1): Side {
    const levels: Level[] = []
    let quantity = 0
    for (let price = best, end = best + away * LEVELS; price !== end; price += away) {
      const lots = this.#lots[price & (CELLS - 1)] ?? 1
      levels.push({ price: rupees(price, this.#step), quantity: lots * this.#lotSize, orders: 1 + (lots >> 2) })
      quantity += lots * this.#lotSize
    }
    return { levels, quantity }
  }

  #renew(price: number, random: Sfc32): void {
    this.#lots[price & (CELLS - 1)] = 1 + random.below(this.#most)
  }
}

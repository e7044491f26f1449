import type { DerivedModel } from './listing.ts'

/** Prices are counted in whole steps of an instrument, and steps in these units: exchanges quote 4 decimals at most. */
const UNITS_PER_RUPEE = 10_000

/** A tick size in rupees as whole units. */
export const stepOf = (tickSize: number): number => Math.round(tickSize * UNITS_PER_RUPEE)

/**
 * Rupees of `count` steps of `step` units. Whole numbers divided once give the double nearest to the decimal, so the
 * price prints as the exchange would write it.
 */
export const rupees = (count: number, step: number): number => (count * step) / UNITS_PER_RUPEE

/** How many steps of `step` units `price` rupees are; a fraction where it is off the grid. */
export const stepsIn = (price: number, step: number): number => (price * UNITS_PER_RUPEE) / step

/**
 * An average of prices, `count` steps of `step` units with a fraction: rupees rounded to paise, or to four decimals
 * where the grid is finer than a paisa, because otherwise it could leave the range from low to high.
 */
export function averageRupees(count: number, step: number): number {
  const scale = step % 100 === 0 ? 100 : UNITS_PER_RUPEE
  return Math.round((count * step * scale) / UNITS_PER_RUPEE) / scale
}

/** Share of a normal distribution below `x` (Abramowitz and Stegun 26.2.17, wrong by at most 7.5e-8). */
function normalBelow(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x))
  const tail =
    0.3989422804014327 *
    Math.exp((-x * x) / 2) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return x < 0 ? tail : 1 - tail
}

/**
 * Black's price of a European call on `forward`, both and `strike` in rupees, without interest. `deviation` is
 * volatility times the square root of the years left, e.g. 0.04.
 */
function callPrice(forward: number, strike: number, deviation: number): number {
  const upper = Math.log(forward / strike) / deviation + deviation / 2
  return forward * normalBelow(upper) - strike * normalBelow(upper - deviation)
}

/** The put of the same strike, by put-call parity. */
const putPrice = (forward: number, strike: number, deviation: number): number =>
  callPrice(forward, strike, deviation) - forward + strike

/** Rupees that a future, an option or a second listing is worth while its underlying is worth `spot` rupees. */
export function derivedValue(model: DerivedModel, spot: number): number {
  const forward = spot * (1 + model.premium)
  if (model.kind === 'follow') return forward
  const price = model.right === 'CE' ? callPrice : putPrice
  return price(forward, model.strike, model.deviation)
}

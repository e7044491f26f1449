import type { Instrument } from '../../shared/market/instrument.ts'
import type { Right } from './symbols.ts'

/** Where the fair value of an instrument comes from. */
type Model =
  /** A value of its own: `beta` parts of the market's move, and a walk with steps of at most `reach` (0.0001 = 0.01 %). */
  | { readonly kind: 'walk'; readonly beta: number; readonly reach: number }
  /** The value of another listing and a fixed premium: futures (0.004 = 0.4 %), and shares listed twice. */
  | { readonly kind: 'follow'; readonly underlying: Listing; readonly premium: number }
  | {
      readonly kind: 'option'
      readonly underlying: Listing
      readonly premium: number
      readonly strike: number
      readonly right: Right
      /** Volatility times the square root of the years left. */
      readonly deviation: number
    }

/** On an exchange of our own making every step and every lot is known. */
export type Traded = Instrument & Required<Pick<Instrument, 'tickSize' | 'lotSize'>>

/** One instrument of the universe and what it needs to trade. */
export interface Listing {
  readonly instrument: Traded
  /** Rupees, on the grid. */
  readonly previousClose: number
  readonly model: Model
  /** How many ticks of one round are its own. */
  readonly weight: number
  /** Lots of an ordinary trade. */
  readonly tradeSize: number
}

export type DerivedModel = Exclude<Model, { kind: 'walk' }>

import type { Fields, Level } from '../protocol.ts'

/** How many levels can be asked for. */
export const DEPTHS = [5, 20, 30, 50] as const

/** One step of the book as it is drawn. */
export interface Rung {
  readonly price: number
  /** Of this level, or of this and all better ones. */
  readonly quantity: number
  readonly orders: number | undefined
  /** Of the longest bar of both sides, 0 to 1. */
  readonly share: number
}

export interface Ladder {
  readonly buy: readonly Rung[]
  readonly sell: readonly Rung[]
  /** Sums of the levels drawn. */
  readonly shownBuy: number
  readonly shownSell: number
  readonly spread: number | undefined
  readonly spreadPercent: number | undefined
  /** Levels of the deeper side, as the frame says or as they are counted. */
  readonly levels: number
}

/** The book of a frame, at most so many levels of it; `undefined` where it has none. */
export function ladderOf(fields: Fields, most: number, isCumulative: boolean): Ladder | undefined {
  const { depth } = fields
  if (!depth) return undefined
  // Some sources fill a short side with zeros.
  const [buy, sell] = [depth.buy, depth.sell].map(side => side.filter(({ price }) => price !== 0).slice(0, most)) as [
    Level[],
    Level[],
  ]
  const [bids, asks] = [amounts(buy, isCumulative), amounts(sell, isCumulative)]
  const longest = Math.max(1, ...bids, ...asks)
  const rungs = (side: readonly Level[], shown: readonly number[]): Rung[] =>
    side.map(({ price, orders }, nth) => {
      const quantity = shown[nth] ?? 0
      return { price, quantity, orders, share: quantity / longest }
    })
  const [bid, ask] = [buy[0]?.price, sell[0]?.price]
  const spread = bid === undefined || ask === undefined ? undefined : cents(ask - bid)
  const middle = bid === undefined || ask === undefined ? 0 : (bid + ask) / 2
  return {
    buy: rungs(buy, bids),
    sell: rungs(sell, asks),
    shownBuy: sum(buy),
    shownSell: sum(sell),
    spread,
    spreadPercent: spread !== undefined && middle !== 0 ? (spread / Math.abs(middle)) * 100 : undefined,
    levels: Math.max(buy.length, sell.length),
  }
}

function amounts(side: readonly Level[], isCumulative: boolean): number[] {
  let total = 0
  return side.map(({ quantity }) => {
    total += quantity
    return isCumulative ? total : quantity
  })
}

const sum = (side: readonly Level[]): number => side.reduce((total, { quantity }) => total + quantity, 0)

/** Differences of decimal prices carry digits that no price has; four is what currencies have. */
const cents = (value: number): number => Math.round(value * 10_000) / 10_000

/**
 * How deep the book really is: as the server answered, and after another source took over, which has answered nothing,
 * as its frames say.
 */
export const realDepth = (granted: number | undefined, { depth_level }: Fields): number | undefined =>
  granted ?? depth_level

/** Rows of the book that are drawn: a step, so that they do not come and go with single levels. */
export function rowsOf(asked: number, real: number | undefined): number {
  return real === undefined ? asked : (DEPTHS.find(step => step >= Math.min(asked, real)) ?? asked)
}

/** What the source gives of what was asked, if it is known. */
export function depthWords(asked: number, granted: number | undefined, shown: number | undefined): string {
  if (granted === undefined) return 'asking…'
  if (granted === 0) return 'no book'
  // A book of fewer orders than levels is short by itself.
  const real = shown !== undefined && shown < granted ? ` (${shown} filled)` : ''
  return granted === asked ? `${granted} levels${real}` : `${granted} of ${asked} asked${real}`
}

/** An index is a number, not something that is traded. */
export const isIndex = (exchange: string): boolean => exchange.endsWith('_INDEX')

import { isPossiblePrice } from '../../shared/market/instrument.ts'
import type { Level, Tick } from '../../shared/market/tick.ts'
import type { Update } from '../contract.ts'

/** Clocks of exchanges and of badly kept hosts differ by less; what is later is a wrong unit or a wrong day. */
export const MAX_AHEAD_MS = 600_000

/**
 * Whether what a source said may be published. What is out of bounds is dropped, never mended. `aheadMs`: how far its times
 * may be ahead of ours.
 */
export const withinBounds = ({ instrument, tick, receivedAt }: Update, aheadMs = MAX_AHEAD_MS): boolean =>
  (tick.ltp === undefined || isPossiblePrice(instrument.kind, tick.ltp)) &&
  isTime(receivedAt) &&
  hasHappened(tick.timestamp, receivedAt, aheadMs) &&
  (tick.lastTradeTime === undefined || hasHappened(tick.lastTradeTime, receivedAt, aheadMs)) &&
  hasNumbers(tick) &&
  hasQuantities(tick) &&
  (tick.book === undefined || (areLevels(tick.book.buy) && areLevels(tick.book.sell)))

/** Seconds where milliseconds belong are of 1970. Nothing that is traded today was traded then. */
const EARLIEST_MS = Date.UTC(2000, 0, 1)

const isTime = (time: number): boolean => Number.isSafeInteger(time) && time >= EARLIEST_MS

/** One tick of tomorrow would make every later one of its instrument `late`. `receivedAt` in microseconds. */
const hasHappened = (time: number, receivedAt: number, aheadMs: number): boolean =>
  isTime(time) && time <= receivedAt / 1000 + aheadMs

const isNumber = (value: number | undefined): boolean => value === undefined || Number.isFinite(value)

const isQuantity = (value: number | undefined): boolean =>
  value === undefined || (Number.isSafeInteger(value) && value >= 0)

const hasNumbers = (tick: Tick): boolean =>
  isNumber(tick.open) &&
  isNumber(tick.high) &&
  isNumber(tick.low) &&
  isNumber(tick.previousClose) &&
  isNumber(tick.averagePrice) &&
  isNumber(tick.upperCircuit) &&
  isNumber(tick.lowerCircuit)

const hasQuantities = (tick: Tick): boolean =>
  isQuantity(tick.volume) &&
  isQuantity(tick.lastQuantity) &&
  isQuantity(tick.openInterest) &&
  isQuantity(tick.totalBuyQuantity) &&
  isQuantity(tick.totalSellQuantity)

function areLevels(levels: readonly Level[]): boolean {
  for (const { price, quantity, orders } of levels)
    if (!Number.isFinite(price) || !isQuantity(quantity) || !isQuantity(orders)) return false
  return true
}

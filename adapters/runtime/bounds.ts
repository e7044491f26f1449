import { isPossiblePrice } from '../../shared/market/instrument.ts'
import type { Level, Tick } from '../../shared/market/tick.ts'
import type { Update } from '../contract.ts'

/** Whether what a source said may be published. What is out of bounds is dropped, never mended. */
export const withinBounds = ({ instrument, tick, receivedAt }: Update): boolean =>
  isPossiblePrice(instrument.kind, tick.ltp) &&
  isTime(receivedAt) &&
  isTime(tick.timestamp) &&
  (tick.lastTradeTime === undefined || isTime(tick.lastTradeTime)) &&
  hasNumbers(tick) &&
  hasQuantities(tick) &&
  (tick.book === undefined || (areLevels(tick.book.buy) && areLevels(tick.book.sell)))

const isTime = (time: number): boolean => Number.isSafeInteger(time) && time > 0

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

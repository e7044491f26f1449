import type { Candle } from './candles.ts'
import type { Outage } from './outages.ts'
import { dayOf, endOf, startOf, type Timeframe } from './timeframes.ts'

/** One place on the axis: a candle, or where one would be if its prices had come. */
export interface Slot {
  readonly start: number
  readonly candle: Candle | undefined
}

/** A stretch of the axis that is hatched; places count from 0, in the middle of the first slot. */
interface Stretch {
  readonly from: number
  readonly to: number
  readonly why: string
}

/** What is drawn, in places instead of times: nights and quiet minutes take no room. */
export interface Scene {
  readonly slots: readonly Slot[]
  readonly hatched: readonly Stretch[]
  /** Between the last slot of a day and the first of the next one. */
  readonly breaks: readonly number[]
}

export const EMPTY: Scene = { slots: [], hatched: [], breaks: [] }

interface Wanted {
  readonly timeframe: Timeframe
  readonly exchange: string
  readonly now: number
}

/** An outage of a night does not push everything else out of the picture. */
const MOST_EMPTY = 120
/** Half of a slot. */
const HALF = 0.5

export function sceneOf(candles: readonly Candle[], outages: readonly Outage[], wanted: Wanted): Scene {
  const slots = withEmptySlots(candles, outages, wanted)
  return {
    slots,
    hatched: outages.flatMap(({ from, to, why }) => {
      const stretch = { from: placeOf(from, slots, wanted), to: placeOf(to ?? wanted.now, slots, wanted), why }
      return stretch.to > stretch.from ? [stretch] : []
    }),
    breaks: slots.flatMap(({ start }, nth) => {
      const before = slots[nth - 1]
      return before && dayOf(before.start) !== dayOf(start) && wanted.timeframe !== '1D' ? [nth - HALF] : []
    }),
  }
}

/** The candle that was drawn at a place, and why there is none or not all of it. */
export function slotAt({ slots, hatched }: Scene, place: number): { slot: Slot | undefined; why: string | undefined } {
  const nth = Math.round(place)
  const stretch = hatched.find(({ from, to }) => from < nth + HALF && to > nth - HALF)
  return { slot: slots[nth], why: stretch?.why }
}

function withEmptySlots(candles: readonly Candle[], outages: readonly Outage[], wanted: Wanted): Slot[] {
  const { timeframe, exchange, now } = wanted
  const slots = new Map<number, Slot>(candles.map(candle => [candle.start, { start: candle.start, candle }]))
  const first = candles[0]?.start
  // Before anything was seen there is nothing that could be missing.
  if (first === undefined) return []
  for (const { from, to } of outages) {
    let start = startOf(Math.max(from, first), timeframe, exchange)
    const end = to ?? now
    for (let count = 0; start < end && count < MOST_EMPTY; count++) {
      if (!slots.has(start)) slots.set(start, { start, candle: undefined })
      start = startOf(endOf(start, timeframe), timeframe, exchange)
    }
  }
  return [...slots.values()].sort((a, b) => a.start - b.start)
}

/** Where a moment lies: within its slot by its share of it, at the edge where it has none. */
function placeOf(at: number, slots: readonly Slot[], { timeframe }: Wanted): number {
  const nth = slots.findLastIndex(({ start }) => start <= at)
  const slot = slots[nth]
  if (!slot) return -HALF
  const length = endOf(slot.start, timeframe) - slot.start
  return nth - HALF + Math.min(1, (at - slot.start) / length)
}

/**
 * What has to be drawn anew where nearly always the last candle alone has moved, or a new one was begun; `undefined`: all
 * of it. A last place that was empty may give way to a candle before it, and what is drawn goes forward only.
 */
export function movedSlots(before: readonly Slot[], after: readonly Slot[]): readonly Slot[] | undefined {
  const last = before.at(-1)
  const other = before.findIndex((slot, at) => !isSame(slot, after[at]))
  const first = other < 0 ? before.length : other
  if (!last || after.length < before.length || first < before.length - 1) return undefined
  const moved = after.slice(first)
  return moved.every(({ start }) => start >= last.start) ? moved : undefined
}

const isSame = ({ start, candle: a }: Slot, other: Slot | undefined): boolean =>
  start === other?.start &&
  a?.open === other.candle?.open &&
  a?.high === other.candle?.high &&
  a?.low === other.candle?.low &&
  a?.close === other.candle?.close &&
  a?.volume === other.candle?.volume &&
  a?.isPartial === other.candle?.isPartial

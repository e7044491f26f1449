import type { Instrument } from '../../../../shared/market/instrument.ts'
import type { Phase, PhaseAt, Ticks } from '../../../../shared/market/phase.ts'
import { equity } from '../rig.ts'

export const DAY_MS = 86_400_000
/** Hours and minutes of the day as milliseconds. */
export const at = (hour: number, minute = 0): number => (hour * 60 + minute) * 60_000

/** One instrument of the simulated market and how it ticks. */
export interface Model {
  readonly instrument: Instrument
  /** Ticks a second in a calm hour; an index ticks each second. */
  readonly rate: number
  readonly hours: keyof typeof HOURS
}

/** Name, ticks, end; the first begins at midnight, after the last it is closed. */
const HOURS = {
  plain: [
    ['closed', 'none', at(9)],
    ['pre-open', 'sparse', at(9, 8)],
    ['pre-open matching', 'none', at(9, 15)],
    ['continuous', 'expected', at(15, 30)],
  ],
  auctioned: [
    ['closed', 'none', at(9)],
    ['pre-open', 'sparse', at(9, 8)],
    ['pre-open matching', 'none', at(9, 15)],
    ['continuous', 'expected', at(15, 15)],
    ['closing auction', 'sparse', at(15, 35)],
  ],
  index: [
    ['closed', 'none', at(9)],
    ['pre-open', 'sparse', at(9, 8)],
    ['pre-open matching', 'none', at(9, 15)],
    ['continuous', 'expected', at(15, 15)],
    ['closing auction', 'sparse', at(15, 35)],
  ],
  derivative: [
    ['closed', 'none', at(9, 15)],
    ['continuous', 'expected', at(15, 40)],
  ],
  metal: [
    ['closed', 'none', at(9)],
    ['continuous', 'expected', at(23, 30)],
  ],
} as const satisfies Record<string, readonly (readonly [string, Ticks, number])[]>

const share = (symbol: string, rate: number, hours: Model['hours']): Model => ({
  instrument: equity(symbol, { token: symbol }),
  rate,
  hours,
})
const many = <T>(count: number, make: (nth: number) => T): T[] => Array.from({ length: count }, (_, nth) => make(nth))

/** Indices, liquid shares, middling ones, options of every kind, metals of the evening. */
export const MARKET: readonly Model[] = [
  ...many(3, nth => ({
    instrument: equity(`INDEX${nth}`, { token: `INDEX${nth}`, kind: 'INDEX' as const }),
    rate: 1,
    hours: 'index' as const,
  })),
  ...many(8, nth => share(`LIQUID${nth}`, 1 + nth * 0.5, 'auctioned')),
  ...many(6, nth => share(`PLAIN${nth}`, 0.4 + nth * 0.3, 'plain')),
  ...many(8, nth => share(`MID${nth}`, 0.1, nth % 2 === 0 ? 'plain' : 'auctioned')),
  ...many(20, nth => share(`OPTION${nth}`, 1 / (60 + nth * 60), 'derivative')),
  ...many(3, nth => share(`FUTURE${nth}`, 0.8 + nth, 'derivative')),
  ...many(6, nth => share(`METAL${nth}`, [2, 1, 0.5, 0.1, 0.02, 0.005][nth] ?? 1, 'metal')),
]

const MODELS = new Map(MARKET.map(model => [model.instrument.symbol, model]))

/** The phases of the days of which the first begins at `midnight`, milliseconds since 1970. */
export const hoursFrom =
  (midnight: number): PhaseAt =>
  ({ symbol }, wall) => {
    const day = Math.floor((wall - midnight) / DAY_MS) * DAY_MS + midnight
    let from = day
    for (const [name, ticks, end] of HOURS[MODELS.get(symbol)?.hours ?? 'plain']) {
      if (wall < day + end) return { name, ticks, from, to: day + end } satisfies Phase
      from = day + end
    }
    return { name: 'closed', ticks: 'none', from, to: day + DAY_MS }
  }

/** How many ticks a second there are of it, on average, at a time of the day in a phase. */
export function intensity({ rate, hours }: Model, time: number, { name, ticks, from }: Phase, day: number): number {
  if (name === 'pre-open') return Math.min(rate, 1) * 0.3
  if (name === 'closing auction') return hours === 'index' ? 0.05 : rate * 0.01
  if (ticks === 'none') return 0
  const burst = 1 + 4 * Math.exp((from - day - time) / 600_000)
  const isThin = rate < 0.05
  const lunch = time > at(12, 15) && time < at(13, 45) ? (isThin ? 0.25 : 0.6) : 1
  return rate * burst * lunch
}

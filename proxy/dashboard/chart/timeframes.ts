/** How long a candle lasts, and when it begins: by the market's day and hour, Asia/Kolkata, whatever the browser's zone. */
export const TIMEFRAMES = ['1m', '3m', '5m', '15m', '1h', '1D'] as const
export type Timeframe = (typeof TIMEFRAMES)[number]

export const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** India has no summer time. */
export const IST_MS = 19_800_000

const LENGTH_MS: Readonly<Record<Timeframe, number>> = {
  '1m': MINUTE_MS,
  '3m': 3 * MINUTE_MS,
  '5m': 5 * MINUTE_MS,
  '15m': 15 * MINUTE_MS,
  '1h': 60 * MINUTE_MS,
  '1D': DAY_MS,
}

/** Hours of equities and their derivatives are counted from the opening, as brokers' charts do; all others from the clock. */
const OPENING_MS = (9 * 60 + 15) * MINUTE_MS
const FROM_OPENING = /^(NSE|BSE|NFO|BFO)(_INDEX)?$/

/** When trading begins on a day that is given by its midnight: an hour of its own on a special day is not known here. */
const openingOf = (day: number, exchange: string): number =>
  day + (FROM_OPENING.test(exchange) ? OPENING_MS : OPENING_MS - 15 * MINUTE_MS)

/** Who is there until then has seen the day from its beginning. */
const BEGINNING_MS = 5 * MINUTE_MS

/** Before the market of this moment's day opened, or just after. */
export const isBeginning = (at: number, exchange: string): boolean => at < openingOf(dayOf(at), exchange) + BEGINNING_MS

/** Midnight in India before this moment. */
export const dayOf = (at: number): number => Math.floor((at + IST_MS) / DAY_MS) * DAY_MS - IST_MS

/** When the candle begins that this moment belongs to. */
export function startOf(at: number, timeframe: Timeframe, exchange: string): number {
  const day = dayOf(at)
  if (timeframe === '1D') return day
  const length = LENGTH_MS[timeframe]
  const origin = FROM_OPENING.test(exchange) ? day + OPENING_MS : day
  return origin + Math.floor((at - origin) / length) * length
}

export const endOf = (start: number, timeframe: Timeframe): number => start + LENGTH_MS[timeframe]

/** What somebody types while the chart has the focus: `5`, `15m`, `60`, `1h`, `d`. */
export function readTimeframe(text: string): Timeframe | undefined {
  const [, digits = '', unit = ''] = /^(\d*)\s*([mhd]?)$/.exec(text.trim().toLowerCase()) ?? []
  if (digits === '' && (unit === '' || unit === 'm')) return undefined
  const count = digits === '' ? 1 : Number(digits)
  const each = unit === 'd' ? DAY_MS : unit === 'h' ? 60 * MINUTE_MS : MINUTE_MS
  return TIMEFRAMES.find(one => LENGTH_MS[one] === count * each)
}

/** `04:12` until then, `1:04:12` when it is hours. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const two = (value: number) => String(value).padStart(2, '0')
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${two(minutes)}:${two(rest)}`
}

import { atIndian, indianDate } from '../../shared/market/india.ts'

const DAY_MS = 86_400_000
/** What clocks in India are ahead, all year. */
const INDIA_MS = 19_800_000
/** How far a trade may seem to lie after the frame that tells of it: both are whole seconds, of two clocks. */
const AHEAD_MS = 5000
/** The same when only our own clock says when the frame was made. */
const AHEAD_OF_US_MS = 600_000

/** `ft`: seconds since 1970, as milliseconds; `undefined` for what is none. 0 is how "none" is written. */
export const feedTime = (text: string): number | undefined =>
  /^\d{9,10}$/.test(text) ? Number(text) * 1000 : undefined

/** When a frame was made: as the exchange says, or else when it was received. Milliseconds since 1970. */
export interface Made {
  readonly at: number
  readonly isStampedHere: boolean
}

/**
 * `ltt`, in milliseconds since 1970: a clock time in India of the day the frame was made, a date with one, or epoch
 * seconds; `null` for never, `undefined` for what is no time.
 */
export function tradeTime(text: string, made: Made): number | null | undefined {
  const time = readTime(text, made)
  // It would stay in what is known of the instrument, and make every later frame one that cannot be.
  return typeof time === 'number' && time > made.at + AHEAD_OF_US_MS ? undefined : time
}

function readTime(text: string, made: Made): number | null | undefined {
  if (/^\d+$/.test(text)) return Number(text) === 0 ? null : feedTime(text)
  const [, day, month, year, clock] = /^(?:(\d{2})-(\d{2})-(\d{4}) )?(\d{2}:\d{2}:\d{2})$/.exec(text) ?? []
  const second = clock === undefined ? undefined : secondOfDay(clock)
  if (second === undefined) return undefined
  if (year === undefined) return clockTime(second, made)
  const at = dated(`${year}-${month}-${day}`, second)
  // Epoch 0 in India, and the first day of the exchanges' own count.
  return at !== undefined && (at === 0 || year === '1980') ? null : at
}

/** 05:30:00 is epoch 0 in India: nothing has been traded. */
function clockTime(second: number, { at, isStampedHere }: Made): number | null {
  if (second === 19_800) return null
  // Without a text of the date: it is asked for with nearly every tick.
  const today = at - ((at + INDIA_MS) % DAY_MS) + second * 1000
  // A trade of before midnight, told after it.
  return today - at > (isStampedHere ? AHEAD_OF_US_MS : AHEAD_MS) ? today - DAY_MS : today
}

function dated(date: string, second: number): number | undefined {
  const midnight = atIndian(date, 0)
  return Number.isFinite(midnight) && indianDate(midnight) === date ? midnight + second * 1000 : undefined
}

function secondOfDay(clock: string): number | undefined {
  const [hour = 0, minute = 0, second = 0] = clock.split(':').map(Number)
  return hour < 24 && minute < 60 && second < 60 ? hour * 3600 + minute * 60 + second : undefined
}

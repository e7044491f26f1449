import { z } from 'zod'
import { EXCHANGES } from '../exchange.ts'

const date = z
  .string({ error: 'must be a date as YYYY-MM-DD' })
  .regex(/^\d{4}-\d\d-\d\d$/, { error: 'must be a date as YYYY-MM-DD' })
  .refine(text => new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text), { error: 'is no day of the calendar' })
const clock = z
  .string({ error: 'must be a clock time as HH:MM' })
  .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, { error: 'must be a clock time as HH:MM, from 00:00 to 24:00' })
const word = z.string().min(1).max(64)
const line = z.string().min(1).max(500)
const exchange = z.enum(EXCHANGES)

export const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const
const weekday = z.enum(WEEKDAYS)

const source = z.strictObject({
  /**
   * `confirmed` by a circular or page of the exchange or the regulator, `reported` by press or brokers, `derived` by a
   * known rule, `open` when sources disagree or none was found.
   */
  status: z.enum(['confirmed', 'reported', 'derived', 'open']),
  text: line,
  published_at: date.optional(),
})

const phase = z.strictObject({
  name: word,
  start: clock,
  /** The first instant after it; `us_clock`: as the segment's `us_clock` says for the day. */
  end: z.union([clock, z.literal('us_clock')], { error: 'must be a clock time as HH:MM, or us_clock' }),
  /** From when on it may end at any moment. */
  random_end_from: clock.optional(),
  matching: z.enum(['continuous', 'auction', 'none']),
  ticks: z.enum(['expected', 'sparse', 'none']),
  /** What `morning_closed` and `evening_closed` mean of it. */
  part: z.enum(['morning', 'evening']).optional(),
  /** Sources disagree whether it is held: within it the calendar does not know. */
  unsure: z.boolean().optional(),
})

/** Instruments of one segment that keep other hours. The first whose conditions hold, else the first without any. */
const profile = z.strictObject({
  name: word,
  kinds: z.array(z.enum(['EQ', 'INDEX', 'FUT', 'CE', 'PE'])).optional(),
  /** Common symbols of underlyings. */
  underlyings: z.array(word).optional(),
  /** Whether a derivative of it is listed on one of these. */
  underlying_of: z.array(exchange).optional(),
  /** Nothing in a list of instruments tells it. */
  by_name_only: z.boolean().optional(),
})

const segment = z.strictObject({
  market: word,
  /** The profile of an instrument of which too little is known: the one that is silent soonest. */
  usual: word,
  profiles: z.array(profile).min(1),
  /** Where trading ends with the clocks of the United States; `confirmed`: what circulars said, from which day on. */
  us_clock: z
    .strictObject({
      daylight: clock,
      standard: clock,
      confirmed: z.array(z.strictObject({ from: date, end: clock, source: word })),
    })
    .optional(),
  source: word,
})

const market = z.strictObject({
  /**
   * First and last day for which all is here. Outside, only days named by themselves are known. Without `holidays` the
   * hours are known, and not on which weekdays they hold.
   */
  coverage: z.strictObject({ from: date, to: date, holidays: z.boolean(), source: word }),
  /** How many weekdays of a year are closed, wholly or in part; a list outside of that is not whole. */
  closed_weekdays: z.strictObject({ least: z.int(), most: z.int() }).optional(),
  /** Whether each year has a Muhurat session. */
  muhurat: z.boolean().optional(),
})

const schedule = z.strictObject({
  segments: z.array(exchange).min(1),
  /** All of them, unless named. */
  profiles: z.array(word).optional(),
  valid_from: date,
  valid_to: date.optional(),
  weekdays: z.array(weekday).min(1),
  phases: z.array(phase),
  source: word,
})

const KINDS = [
  'closed',
  'morning_closed',
  'evening_closed',
  'special_session',
  'muhurat',
  'split',
  'settlement_only',
  'mock',
] as const

const exception = z.strictObject({
  date,
  /** A second witness of the date. */
  weekday,
  segments: z.array(exchange).min(1),
  profiles: z.array(word).optional(),
  kind: z.enum(KINDS),
  /** Of a session; without them, a `special_session` has those of a weekday, and the hours of others are not known. */
  phases: z.array(phase).optional(),
  name: line,
  status: z.enum(['tentative', 'confirmed', 'withdrawn']),
  source: word,
  published_at: date.optional(),
  note: line.optional(),
})

/** When markets trade, as a file: shipped with Tickwire, imported by an operator, or carried by an adapter. */
export const calendarSchema = z.strictObject({
  /** Grows with each review: the day of it. */
  version: line,
  generated_at: date,
  /** IANA name: dates and clock times are of this zone. */
  zone: z.string().refine(isZone, { error: 'is no time zone of this machine' }),
  markets: z.record(word, market),
  segments: z.partialRecord(exchange, segment),
  schedules: z.array(schedule),
  exceptions: z.array(exception),
  sources: z.record(word, source),
})

export type CalendarData = z.infer<typeof calendarSchema>
export type SegmentData = z.infer<typeof segment>
export type PhaseData = z.infer<typeof phase>
export type Exception = z.infer<typeof exception>
export type Source = z.infer<typeof source>

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

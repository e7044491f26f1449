import { z } from 'zod'
import type { Clock } from '../../shared/clock.ts'
import type { Calendar, Subject } from '../../shared/market/calendar/calendar.ts'
import type { ServingCalendar } from '../../shared/store/calendar.ts'
import type { Api } from './app.ts'
import { refusalSchema } from './refusal.ts'

export interface CalendarParts {
  readonly calendar: { readonly serving: ServingCalendar }
  readonly clock: Clock
  /** What feeds go by: with `always-open` they do not ask the calendar. */
  readonly market: 'calendar' | 'always-open'
}

const MOST_EXCEPTIONS = 20

const segmentSchema = z
  .object({
    exchange: z.string(),
    profile: z.string().optional().describe('Which of its instruments keep these hours.'),
    phase: z.string().optional().describe('Absent: the calendar does not know.'),
    ticks: z.enum(['expected', 'sparse', 'none']).optional(),
    from: z.number().optional(),
    until: z.number().optional(),
    nextOpen: z.number().optional(),
    nextClose: z.number().optional(),
    isTradingDay: z.boolean().optional(),
  })
  .meta({ id: 'Segment' })

const calendarSchema = z
  .object({
    now: z.number(),
    zone: z.string(),
    version: z.string(),
    origin: z.enum(['shipped', 'imported']),
    market: z.enum(['calendar', 'always-open']).describe('always-open: feeds do not go by this calendar.'),
    trouble: z.string().optional(),
    coverage: z.array(z.object({ market: z.string(), from: z.string(), to: z.string(), holidays: z.boolean() })),
    segments: z.array(segmentSchema),
    exceptions: z.array(
      z.object({
        date: z.string(),
        exchanges: z.array(z.string()),
        kind: z.string(),
        name: z.string(),
        status: z.string(),
      }),
    ),
  })
  .meta({ id: 'Calendar' })

/** When markets trade: now, next, and on which days otherwise. */
export function addCalendar(api: Api, { calendar: file, clock, market }: CalendarParts): void {
  api.get(
    '/api/v1/calendar',
    {
      schema: {
        operationId: 'calendar',
        summary: 'The phase of each market now, its next session, and the next holidays',
        response: { 200: calendarSchema, 401: refusalSchema },
      },
    },
    async () => {
      const now = clock.now()
      const { calendar, origin, trouble } = file.serving
      const { zone, version } = calendar
      return {
        now,
        zone,
        version,
        origin,
        market,
        ...(trouble !== undefined && { trouble }),
        coverage: calendar.coverage().map(one => ({
          market: one.market,
          from: one.from,
          to: one.to,
          holidays: one.holidays,
        })),
        segments: subjectsOf(calendar).map(subject => segmentOf(calendar, subject, now)),
        exceptions: calendar
          .exceptionsFrom(calendar.dateOf(now))
          .slice(0, MOST_EXCEPTIONS)
          .map(({ date, segments, kind, name, status }) => ({ date, exchanges: segments, kind, name, status })),
      }
    },
  )
}

const subjectsOf = ({ exchanges }: Calendar): Subject[] =>
  [...exchanges].flatMap(([exchange, profiles]) => profiles.map(profile => ({ exchange, profile })))

function segmentOf(calendar: Calendar, subject: Subject, now: number): z.infer<typeof segmentSchema> {
  const { name: phase, ticks, from, to: until } = calendar.phaseAt(subject, now) ?? {}
  const { exchange, profile } = subject
  const next = { nextOpen: calendar.nextOpen(subject, now), nextClose: calendar.nextClose(subject, now) }
  const isTradingDay = calendar.isTradingDay(subject, calendar.dateOf(now))
  // What is not there is left out of the JSON.
  return { exchange, profile, phase, ticks, from, until, ...next, isTradingDay } as z.infer<typeof segmentSchema>
}

import type { Exchange } from '../exchange.ts'
import { hasDaylight } from './daylight.ts'
import { type Ruling, rule } from './ruling.ts'
import { type CalendarData, type Exception, type PhaseData, type SegmentData, WEEKDAYS } from './schema.ts'
import { weekdayOf } from './zone.ts'

/** One phase of a day as the calendar has it, in minutes since midnight, the end not included. */
export interface Window extends Pick<PhaseData, 'name' | 'matching' | 'ticks'> {
  readonly start: number
  readonly end: number
  readonly randomEndFrom?: number
  /** Otherwise it may be held, or not. */
  readonly isKnown: boolean
}

/** What is held on one day, in order and without overlap. Between windows the market is closed. */
export interface Day {
  readonly windows: readonly Window[]
  /** `undefined`: the calendar does not know. */
  readonly isTrading: boolean | undefined
}

const MIDNIGHT = 1440
const UNKNOWN: Window = { name: 'unknown', matching: 'none', ticks: 'none', start: 0, end: MIDNIGHT, isKnown: false }
const UNKNOWN_DAY: Day = { windows: [UNKNOWN], isTrading: undefined }
const CLOSED_DAY: Day = { windows: [], isTrading: false }

/** Days on which there is a session by their kind, also where its hours are not known. */
const HELD: ReadonlySet<Exception['kind']> = new Set(['special_session', 'muhurat', 'split'])

/** The exceptions of a date that concern one segment and profile. */
export const exceptionsOf = (rows: readonly Exception[], exchange: Exchange, profile: string): Exception[] =>
  rows.filter(row => row.segments.includes(exchange) && (row.profiles?.includes(profile) ?? true))

/** What one segment and profile holds on a date; `rows`: the exceptions of the date. Pure. */
export function dayOf(
  data: CalendarData,
  { exchange, profile }: { exchange: Exchange; profile: string },
  date: string,
  rows: readonly Exception[],
): Day {
  const segment = data.segments[exchange]
  const coverage = segment && data.markets[segment.market]?.coverage
  if (!coverage) return UNKNOWN_DAY
  const era = data.schedules.find(
    row =>
      row.segments.includes(exchange) &&
      (row.profiles?.includes(profile) ?? true) &&
      row.valid_from <= date &&
      date <= (row.valid_to ?? date),
  )
  const usual = era?.phases
  const ruling = rule(exceptionsOf(rows, exchange, profile))
  const isCovered = coverage.from <= date && date <= coverage.to
  const isWeekday = era?.weekdays.includes(WEEKDAYS[weekdayOf(date)] ?? 'Sun') ?? false
  const toWindows = (phases: readonly PhaseData[]) => phases.map(one => windowOf(one, segment, date))
  if (ruling.counts) return ruledDay(ruling.counts, usual, toWindows)
  if (!isCovered || !usual) return UNKNOWN_DAY
  if (ruling.undecided.length > 0) return undecidedDay(ruling, isWeekday ? usual : [], usual, toWindows)
  if (!isWeekday) return CLOSED_DAY
  const windows = toWindows(usual)
  return coverage.holidays ? knownDay(windows) : { windows: unsure(windows), isTrading: undefined }
}

type ToWindows = (phases: readonly PhaseData[]) => Window[]

function ruledDay(exception: Exception, usual: readonly PhaseData[] | undefined, toWindows: ToWindows): Day {
  const phases = phasesOf(exception, usual)
  if (phases) return knownDay(toWindows(phases))
  return { windows: [UNKNOWN], isTrading: HELD.has(exception.kind) || undefined }
}

/** Whatever may be held is not known; when nothing is held either way, the market is closed. */
function undecidedDay(
  { undecided }: Ruling,
  otherwise: readonly PhaseData[],
  usual: readonly PhaseData[],
  toWindows: ToWindows,
): Day {
  const outcomes = [otherwise, ...undecided.map(one => phasesOf(one, usual))]
  const windows: Window[] = []
  for (const phases of outcomes) {
    if (!phases) return UNKNOWN_DAY
    windows.push(...toWindows(phases))
  }
  return { windows: unsure(windows), isTrading: undefined }
}

/** What an exception makes of the usual phases; nothing when it does not say. */
function phasesOf(
  { kind, phases }: Exception,
  usual: readonly PhaseData[] | undefined,
): readonly PhaseData[] | undefined {
  switch (kind) {
    case 'closed':
      return []
    case 'morning_closed':
      return phases ?? usual?.filter(({ part }) => part === 'evening')
    case 'evening_closed':
      return phases ?? usual?.filter(({ part }) => part !== 'evening')
    case 'special_session':
      return phases ?? usual
    case 'muhurat':
    case 'split':
    case 'mock':
      return phases
    case 'settlement_only':
      return usual
    default:
      throw kind satisfies never
  }
}

function knownDay(windows: readonly Window[]): Day {
  const isHeld = windows.some(({ matching, isKnown }) => matching === 'continuous' && isKnown)
  return { windows, isTrading: isHeld || (windows.every(({ isKnown }) => isKnown) ? false : undefined) }
}

/** The same times, merged where they meet, as times of which nothing is known. */
function unsure(windows: readonly Window[]): Window[] {
  const merged: Window[] = []
  for (const { start, end } of windows.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1)
    if (last && start <= last.end) merged[merged.length - 1] = { ...last, end: Math.max(end, last.end) }
    else merged.push({ ...UNKNOWN, start, end })
  }
  return merged
}

function windowOf({ name, matching, ticks, ...phase }: PhaseData, segment: SegmentData, date: string): Window {
  return {
    name,
    matching,
    ticks,
    start: minutesOf(phase.start),
    end: minutesOf(phase.end === 'us_clock' ? usClock(segment, date) : phase.end),
    ...(phase.random_end_from !== undefined && { randomEndFrom: minutesOf(phase.random_end_from) }),
    isKnown: !phase.unsure,
  }
}

/** When a segment that follows the clocks of the United States ends on a date. */
export const usClock = ({ us_clock }: SegmentData, date: string): string =>
  (hasDaylight(date) ? us_clock?.daylight : us_clock?.standard) ?? '24:00'

/** `15:30` as minutes since midnight. */
export function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number)
  return hours * 60 + minutes
}

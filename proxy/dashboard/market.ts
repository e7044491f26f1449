import { dayOfDate, leftOf, momentOf } from './ist.ts'

/** One line of GET /api/v1/calendar; what the calendar does not know is absent. Milliseconds since 1970. */
export interface MarketLine {
  readonly exchange: string
  readonly profile?: string
  readonly phase?: string
  readonly ticks?: 'expected' | 'sparse' | 'none'
  readonly to?: number
  readonly nextOpen?: number
  readonly nextClose?: number
}

/** A day that is not as the others. */
export interface MarketException {
  /** `2026-11-24` */
  readonly date: string
  readonly kind: string
  readonly exchanges?: readonly string[]
  readonly title?: string
}

export interface MarketView {
  readonly exchanges: readonly MarketLine[]
  readonly exceptions?: readonly MarketException[]
  readonly trouble?: string
  /** The feeds do not ask the calendar. */
  readonly isAlwaysOpen?: boolean
}

const SPOT: Readonly<Record<string, string>> = { NSE_INDEX: 'NSE', BSE_INDEX: 'BSE', MCX_INDEX: 'MCX' }

/** The plain line of the market an instrument of this exchange belongs to. */
export function lineOf({ exchanges }: MarketView, exchange: string): MarketLine | undefined {
  const lines = exchanges.filter(one => one.exchange === (SPOT[exchange] ?? exchange))
  return lines.find(({ profile }) => profile === undefined) ?? lines[0]
}

export const isClosed = (line: MarketLine | undefined): boolean => line?.phase !== undefined && line.ticks === 'none'

/** `Open until 15:30`, `Pre-open 04:12 left`, `Closed until 09:00 Mon`. */
export function phaseWords({ phase, ticks, to, nextOpen }: MarketLine, now: number): string {
  if (phase === undefined) return 'Hours not known'
  if (phase === 'closed') return nextOpen === undefined ? 'Closed' : `Closed until ${momentOf(nextOpen, now)}`
  if (phase === 'continuous') return to === undefined ? 'Open' : `Open until ${momentOf(to, now)}`
  const word = phase.charAt(0).toUpperCase() + phase.slice(1)
  return to === undefined ? word : `${word} ${leftOf(to - now)} left${ticks === 'none' ? ', no ticks' : ''}`
}

/** `Tue 24 Nov closed` */
export const exceptionWords = ({ date, kind }: MarketException): string => `${dayOfDate(date)} ${kind}`

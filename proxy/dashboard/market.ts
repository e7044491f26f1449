import { dayOfDate, leftOf, momentOf } from './ist.ts'

/** One line of GET /api/v1/calendar; what the calendar does not know is absent. Milliseconds since 1970. */
export interface MarketLine {
  readonly exchange: string
  readonly profile?: string
  readonly phase?: string
  readonly ticks?: 'expected' | 'sparse' | 'none'
  readonly until?: number
  readonly nextOpen?: number
  readonly nextClose?: number
}

/** A day that is not as the others. */
export interface MarketException {
  /** `2026-11-24` */
  readonly date: string
  readonly exchanges: readonly string[]
  readonly kind: string
  readonly name: string
}

export interface MarketView {
  /** `always-open`: the feeds do not ask the calendar. */
  readonly market: 'calendar' | 'always-open'
  readonly segments: readonly MarketLine[]
  readonly exceptions: readonly MarketException[]
  readonly trouble?: string
}

/** Those of the calendar have their usual instruments in front. */
export function lineOf({ segments }: MarketView, exchange: string): MarketLine | undefined {
  const parent = exchange.replace(/_INDEX$/, '')
  return segments.find(one => one.exchange === exchange) ?? segments.find(one => one.exchange === parent)
}

export const isClosed = (line: MarketLine | undefined): boolean => line?.phase !== undefined && line.ticks === 'none'

/** Whether none of these markets gives ticks now, and when the first of them does again. One that is not known is open. */
export function closingOf(
  market: MarketView | undefined,
  exchanges: Iterable<string>,
): { readonly isClosed: boolean; readonly opensAt: number | undefined } {
  const lines = [...new Set(exchanges)].map(exchange => market && lineOf(market, exchange))
  const areClosed = lines.length > 0 && market?.market !== 'always-open' && lines.every(isClosed)
  const openings = areClosed ? lines.flatMap(line => line?.nextOpen ?? []) : []
  return { isClosed: areClosed, opensAt: openings.length > 0 ? Math.min(...openings) : undefined }
}

const endOf = ({ phase, until, nextOpen }: MarketLine): number | undefined => (phase === 'closed' ? nextOpen : until)

/** It was said of a time that is over: nobody knows yet what is now. */
export const isOver = (line: MarketLine, now: number): boolean => (endOf(line) ?? Number.POSITIVE_INFINITY) <= now

/** `Open until 15:30`, `Pre-open 04:12 left`, `Closed until 09:00 Mon`; afterwards, until the server was asked, `Was …`. */
export function phaseWords(line: MarketLine, now: number): string {
  const { phase, ticks, until, nextOpen } = line
  if (phase === undefined) return 'Hours not known'
  const end = endOf(line)
  if (end !== undefined && end <= now)
    return `Was ${phase === 'continuous' ? 'open' : phase} until ${momentOf(end, now)}`
  if (phase === 'closed') return nextOpen === undefined ? 'Closed' : `Closed until ${momentOf(nextOpen, now)}`
  if (phase === 'continuous') return until === undefined ? 'Open' : `Open until ${momentOf(until, now)}`
  const word = phase.charAt(0).toUpperCase() + phase.slice(1)
  return until === undefined ? word : `${word} ${leftOf(until - now)} left${ticks === 'none' ? ', no ticks' : ''}`
}

/** `Tue 24 Nov closed` */
export const exceptionWords = ({ date, kind }: MarketException): string =>
  `${dayOfDate(date)} ${kind.replaceAll('_', ' ')}`

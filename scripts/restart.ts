import { ERROR_CODES, type ErrorCode } from '../shared/errors.ts'

/** What a supervised process did last, in monotonic milliseconds, as far as the policy needs it. */
export interface History {
  /** When it died, oldest first, not older than the window. */
  readonly deaths: readonly number[]
  /** Lives in a row that ended before the process was ready, however long each of them took. */
  readonly failedStarts: number
  /** The pause before the last restart; 0 before the first. */
  readonly pauseMs: number
}

export type Verdict = { readonly kind: 'restart'; readonly pauseMs: number } | { readonly kind: 'park' }

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5000
/** Alive this long, and the next death counts as the first. */
const STEADY_MS = 60_000
/** One that has worked for so long does not die of its start: a pause would only be time without prices. */
const SERVED_MS = 10_000
const DEATHS_TO_PARK = 5
const PARK_WINDOW_MS = 60_000

/** What lies outside the process and may go away while it is tried again, whatever the command that met it should do. */
const MAY_PASS: ReadonlySet<string> = new Set<ErrorCode>([
  'PORT_TAKEN',
  'ALREADY_RUNNING',
  'BUS_UNAVAILABLE',
  'STORE_BUSY',
  // A full disk is one.
  'FOLDER_UNUSABLE',
])

/** Whether the cause of a death goes away by itself (a taken port), needs a person (a wrong setting), or nobody knows. */
export type Cause = 'passes' | 'stays' | 'unknown'

/** The cause behind the error a process could not start for; `undefined` when it named none. */
export function causeOf(code: ErrorCode | 'UNEXPECTED' | undefined): Cause {
  if (code === undefined || code === 'UNEXPECTED') return 'unknown'
  if (MAY_PASS.has(code)) return 'passes'
  return ERROR_CODES[code].retry === 'never' ? 'stays' : 'unknown'
}

export const UNTROUBLED: History = { deaths: [], failedStarts: 0, pauseMs: 0 }

/**
 * What to do after a death at `at` of a process that had lived for `aliveMs`, and was `ready` in that life or not. One whose cause passes is tried for ever,
 * with the longest pause in the end; one whose cause stays is parked at once.
 */
export function afterDeath(
  history: History,
  death: { readonly at: number; readonly aliveMs: number; readonly ready: boolean; readonly cause: Cause },
): { history: History; verdict: Verdict } {
  const before = death.aliveMs >= STEADY_MS ? UNTROUBLED : history
  const hasServed = death.ready && death.aliveMs >= SERVED_MS && death.cause !== 'passes'
  const isFirst = before.pauseMs === 0 || hasServed
  const pauseMs = isFirst ? FIRST_PAUSE_MS : Math.min(before.pauseMs * 2, LONGEST_PAUSE_MS)
  if (death.cause === 'passes') return { history: { ...before, pauseMs }, verdict: { kind: 'restart', pauseMs } }
  const deaths = [...before.deaths.filter(at => at > death.at - PARK_WINDOW_MS), death.at]
  const failedStarts = death.ready ? 0 : before.failedStarts + 1
  const next: History = { deaths, failedStarts, pauseMs }
  return death.cause === 'stays' || Math.max(deaths.length, failedStarts) >= DEATHS_TO_PARK
    ? { history: next, verdict: { kind: 'park' } }
    : { history: next, verdict: { kind: 'restart', pauseMs } }
}

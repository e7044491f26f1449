/** What a supervised process did last, in monotonic milliseconds, as far as the policy needs it. */
export interface History {
  /** When it died, oldest first, not older than the window. */
  readonly deaths: readonly number[]
  /** The pause before the last restart; 0 before the first. */
  readonly pauseMs: number
}

export type Verdict = { readonly kind: 'restart'; readonly pauseMs: number } | { readonly kind: 'park' }

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5000
/** Alive this long, and the next death counts as the first. */
const STEADY_MS = 60_000
const DEATHS_TO_PARK = 5
const PARK_WINDOW_MS = 60_000

export const UNTROUBLED: History = { deaths: [], pauseMs: 0 }

/**
 * What to do after a death at `at` of a process that had lived for `aliveMs`. `mayPass` says that the cause lies outside
 * and may go away by itself (a taken port): such a process is tried for ever, with the longest pause in the end.
 */
export function afterDeath(
  history: History,
  death: { readonly at: number; readonly aliveMs: number; readonly mayPass: boolean },
): { history: History; verdict: Verdict } {
  const before = death.aliveMs >= STEADY_MS ? UNTROUBLED : history
  const pauseMs = before.pauseMs === 0 ? FIRST_PAUSE_MS : Math.min(before.pauseMs * 2, LONGEST_PAUSE_MS)
  if (death.mayPass) return { history: { ...before, pauseMs }, verdict: { kind: 'restart', pauseMs } }
  const deaths = [...before.deaths.filter(at => at > death.at - PARK_WINDOW_MS), death.at]
  const next: History = { deaths, pauseMs }
  return deaths.length >= DEATHS_TO_PARK
    ? { history: next, verdict: { kind: 'park' } }
    : { history: next, verdict: { kind: 'restart', pauseMs } }
}

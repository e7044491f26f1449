/**
 * While a broker is away for a short time nobody waits longer than this for it after it is back: ticks are promised within
 * 5 s, and a handshake and a subscription come before them.
 */
const SHORT_OUTAGE_CEILING_MS = 4000
/** Of an outage, in a long one. */
const PATIENCE_SHARE = 1 / 8
const FIRST_CEILING_MS = 1000
const LONGEST_MS = 60_000

/**
 * Milliseconds until the next try, drawn anew each time between 0 and a ceiling ("full jitter"), so that many accounts do
 * not come back in step. The ceiling doubles from 1 s with each try to 4 s; in a long outage it is an eighth of its length,
 * at most 60 s. `tries`: how many have failed since the connection was lost; `random` in [0, 1).
 */
export function backoff(tries: number, outageMs: number, random: number): number {
  const patient = Math.min(Math.max(outageMs * PATIENCE_SHARE, SHORT_OUTAGE_CEILING_MS), LONGEST_MS)
  return Math.round(random * Math.min(FIRST_CEILING_MS * 2 ** Math.max(tries - 1, 0), patient))
}

/** A broker that says "too many" is left alone for a minute, or for as long as it says. */
const RATE_LIMIT_PAUSE_MS = 60_000
const RATE_LIMIT_JITTER_MS = 5000
/** "Retry-After: 0" is no leave to ask without end, and a week is a mistake. */
const RATE_LIMIT_LEAST_MS = 1000
const RATE_LIMIT_MOST_MS = 3_600_000

/**
 * Milliseconds until the next try after a refusal for too many requests. `firstMs`: of a broker that needs less than a
 * minute; doubled with each of `tries`.
 */
export function rateLimitPause(
  retryAfterMs: number | undefined,
  random: number,
  firstMs = RATE_LIMIT_PAUSE_MS,
  tries = 1,
): number {
  const ownMs = Math.min(firstMs * 2 ** Math.max(tries - 1, 0), RATE_LIMIT_PAUSE_MS)
  const pauseMs = Math.min(Math.max(retryAfterMs ?? ownMs, RATE_LIMIT_LEAST_MS), RATE_LIMIT_MOST_MS)
  return pauseMs + Math.round(random * Math.min(RATE_LIMIT_JITTER_MS, pauseMs))
}

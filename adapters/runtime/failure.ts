import type { FeedState } from '../../shared/control.ts'
import { TickwireError } from '../../shared/errors.ts'

/** What becomes of a feed whose source failed. */
interface Consequence {
  readonly state: Extract<FeedState, 'down' | 'auth_required' | 'parked'>
  /** `CODE: what happened`, and how often in a row; one line. */
  readonly reason: string
  /** Milliseconds until the source is started again; nothing when that would be of no use. */
  readonly pauseMs?: number
}

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 30_000
/** A source that worked this long before it failed begins with short pauses again. */
const FORGET_MS = 60_000
/** Leaves room in a status for how often it failed. */
const LONGEST_MESSAGE = 400

/** How often a source has failed in a row, this time included, when it ran for `ranMs`. */
export const countFailure = (before: number, ranMs: number): number => (ranMs >= FORGET_MS ? 1 : before + 1)

/**
 * `failures`: how often in a row, this time included. Only an error whose code says so ends the trying: the others may
 * pass, and a start every 30 s costs nothing.
 */
export function judge(error: unknown, failures: number): Consequence {
  const failure = nameFailure(error)
  const reason = `${failure.code}: ${oneLine(failure.message)}`
  if (failure.retry === 'never') return { state: 'parked', reason }
  if (failure.retry === 'after-login') return { state: 'auth_required', reason }
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS)
  return { state: 'down', reason: failures > 1 ? `${reason} (${failures} times in a row)` : reason, pauseMs }
}

function nameFailure(error: unknown): TickwireError {
  if (error instanceof TickwireError) return error
  // "fetch failed" says nothing without its cause.
  const message = error instanceof Error ? [error.message, causeOf(error)].filter(Boolean).join(': ') : String(error)
  return new TickwireError('SOURCE_FAILED', message, { cause: error })
}

const causeOf = ({ cause }: Error): string | undefined => (cause instanceof Error ? cause.message : undefined)

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, LONGEST_MESSAGE) || 'no message'

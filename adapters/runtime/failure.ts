import type { FeedState } from '../../shared/control.ts'
import { TickwireError } from '../../shared/errors.ts'

/** What becomes of a feed whose source failed. */
export interface Verdict {
  readonly state: Extract<FeedState, 'down' | 'auth_required' | 'parked'>
  /** `CODE: what happened`, one line. */
  readonly reason: string
  /** Milliseconds until the source is started again; nothing when that would be of no use. */
  readonly pauseMs?: number
}

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 30_000
/** A source that worked this long before it failed begins with short pauses again. */
const FORGET_MS = 60_000
const MAX_DEATHS = 5

/**
 * `deaths`: when this source failed, monotonic milliseconds, oldest first, this time included. An error whose code says
 * that trying again can help is tried for ever; one that nobody foresaw parks the feed after five deaths in a minute.
 */
export function judge(error: unknown, deaths: readonly number[]): Verdict {
  const failure = nameFailure(error)
  const reason = `${failure.code}: ${failure.message}`
  if (failure.retry === 'never') return { state: 'parked', reason }
  if (failure.retry === 'after-login') return { state: 'auth_required', reason }
  const now = deaths.at(-1) ?? 0
  const recent = deaths.filter(death => death > now - FORGET_MS).length
  if (failure.code === 'SOURCE_FAILED' && recent >= MAX_DEATHS)
    return { state: 'parked', reason: `${reason} (${recent} times in a minute)` }
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (deaths.length - 1), LONGEST_PAUSE_MS)
  return { state: 'down', reason, pauseMs }
}

/** The deaths that still count when a source that ran for `ranMs` fails at `now`. */
export const countDeath = (before: readonly number[], ranMs: number, now: number): readonly number[] =>
  [...(ranMs >= FORGET_MS ? [] : before), now].slice(-16)

function nameFailure(error: unknown): TickwireError {
  if (error instanceof TickwireError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new TickwireError('SOURCE_FAILED', message.replace(/\s+/g, ' ').trim() || 'no message', { cause: error })
}

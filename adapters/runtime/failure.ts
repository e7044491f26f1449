import type { FeedState } from '../../shared/control.ts'
import { TickwireError } from '../../shared/errors.ts'
import { scrub } from '../../shared/redaction.ts'
import type { Gap } from './pulse.ts'

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
/** A source that worked this long before its process stood still did not make it stand still by starting. */
const TRUSTED_MS = 10_000
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
  return postpone(reason, failures)
}

/**
 * What becomes of a feed whose process saw nothing for a while. Started again at once, a source that makes its process
 * stand still by itself would start for ever, and log in each time: only one that has worked for a while is trusted.
 * `failures`: how often in a row before; `workedMs`: from its first batch until the gap.
 */
export function judgeGap(gap: Gap, failures: number, workedMs: number): Consequence & { failures: number } {
  const lost = gap.clock === 'process' ? 'its process stood still' : 'its machine slept, or its clock was set,'
  const reason = `${lost} for ${Math.round(gap.ms / 100) / 10} s`
  if (workedMs >= TRUSTED_MS)
    return { state: 'down', reason, pauseMs: 0, failures: workedMs >= FORGET_MS ? 0 : failures }
  const counted = countFailure(failures, workedMs)
  return { ...postpone(reason, counted), failures: counted }
}

const postpone = (reason: string, failures: number): Consequence => ({
  state: 'down',
  reason: failures > 1 ? `${reason} (${failures} times in a row)` : reason,
  pauseMs: Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS),
})

function nameFailure(error: unknown): TickwireError {
  if (error instanceof TickwireError) return error
  // "fetch failed" says nothing without its cause.
  const message = error instanceof Error ? [error.message, causeOf(error)].filter(Boolean).join(': ') : String(error)
  return new TickwireError('SOURCE_FAILED', message, { cause: error })
}

const causeOf = ({ cause }: Error): string | undefined => (cause instanceof Error ? cause.message : undefined)

/** Masked first: of a secret across a line end or the cut, a part would stay. */
const oneLine = (text: string): string =>
  scrub(text).replace(/\s+/g, ' ').trim().slice(0, LONGEST_MESSAGE) || 'no message'

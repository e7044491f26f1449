import type { Question, Verdict } from '../proxy/limits/register.ts'
import type { Report, Whole } from '../proxy/whole.ts'

/** What the proxy's parent says to a worker. */
export type ToWorker =
  /** Comes with the connection itself. `sentAt` is the wall clock of this machine, milliseconds. */
  | { readonly kind: 'connection'; readonly number: number; readonly sentAt: number }
  | { readonly kind: 'count'; readonly round: number }
  | { readonly kind: 'whole'; readonly asked: number; readonly whole: Whole }
  /** To its questions, in their order; the first of them has this number. */
  | { readonly kind: 'verdicts'; readonly from: number; readonly verdicts: readonly Verdict[] }

/** What a worker says to its parent, beyond what every supervised process says. */
export type FromWorker =
  | { readonly kind: 'taken' | 'refused'; readonly number: number }
  /** Connections it had taken are no more. */
  | { readonly kind: 'left'; readonly numbers: readonly number[] }
  /** What only its parent can answer: it counts for all of them. */
  | { readonly kind: 'questions'; readonly from: number; readonly questions: readonly Question[] }
  /** Without a round it comes by itself. */
  | { readonly kind: 'report'; readonly round?: number; readonly report: Report }
  | { readonly kind: 'ask'; readonly asked: number }

/**
 * A worker that finds a connection this long after it was sent leaves it alone: it has stood still, and the connection is
 * about to go, or has gone, to another.
 */
export const STALE_MS = 500
/** A connection that nobody has taken for this long is given to another worker: well after the first would still take it. */
export const PATIENCE_MS = 1000
/** What a worker counted is known to its parent at least as of so long ago, should it die. */
export const REPORT_MS = 500
/** For the answers of all workers. */
export const ROUND_LIMIT_MS = 1000
/** A worker that is not answered for so long lets its clients in, and counts for itself. */
export const VERDICT_LIMIT_MS = 1000

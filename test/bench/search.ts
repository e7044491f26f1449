import { pause, systemClock } from '../../shared/clock.ts'
import type { Contender } from './contender.ts'
import type { Load } from './load.ts'
import { DISTURBED, measureOnce, type Window } from './window.ts'

/** Of what was offered, this much has to arrive within the window, and not late. */
const SHARE = 0.97
const P50_MICROS = 125_000
const P99_MICROS = 250_000
const STEP_UP = 1.6
const STEP_DOWN = 2
const MOST_TRIALS = 10
/** After this a rate that was found is good enough. */
const PATIENCE_MS = 14_000
const FINE = 1.1
const SETTLE_SECONDS = 0.5
const RECOVERY_MS = 500

export interface Found {
  /** Ticks a second; 0 when not even the lowest rate was kept up. */
  readonly rate: number
  readonly window: Window
}

interface SearchOptions {
  readonly contender: Contender
  readonly load: Load
  /** How many clients get a tick, on average. */
  readonly holders: number
  /** Ticks a second to begin with. */
  readonly from: number
  /** A rate counts only if no client has a hole; the load keeps a ledger. */
  readonly unbroken?: boolean
  readonly seconds: number
  /** At most. */
  readonly trials?: number
}

/** The highest rate that the contender sustains. */
export async function search(options: SearchOptions): Promise<Found> {
  let rate = options.from
  const end = systemClock.monotonic() + PATIENCE_MS
  let failed = Number.POSITIVE_INFINITY
  let best: Found | undefined
  let last = await attempt(options, rate)
  for (let trial = 1; ; trial++) {
    if (isSustained(last, options)) best = { rate, window: last }
    else failed = rate
    const isGoodEnough = best && (failed / best.rate < FINE || systemClock.monotonic() > end)
    if (isGoodEnough || trial >= (options.trials ?? MOST_TRIALS)) break
    rate = Math.max(1, Math.round(next(best?.rate, failed)))
    last = await attempt(options, rate)
  }
  return best ?? { rate: 0, window: last }
}

/** Steps up to the first failure or down to the first success, then the middle between the two. */
function next(best: number | undefined, failed: number): number {
  if (best === undefined) return failed / STEP_DOWN
  return failed === Number.POSITIVE_INFINITY ? best * STEP_UP : Math.sqrt(best * failed)
}

/** Once again where it failed and somebody else may have been the reason. */
async function attempt(options: SearchOptions, rate: number): Promise<Window> {
  const window = await trial(options, rate)
  return window.disturbed > DISTURBED && !isSustained(window, options) ? trial(options, rate) : window
}

async function trial({ contender, load, seconds }: SearchOptions, rate: number): Promise<Window> {
  contender.setRate(rate)
  const window = await measureOnce(contender, load, seconds, SETTLE_SECONDS)
  // What an overload left in the queues, and the clients it cost, are no fault of the next rate.
  contender.setRate(0)
  await pause(systemClock, RECOVERY_MS)
  if (window.closed > 0 || (await load.report()).closed > 0) await load.renew()
  return window
}

const isSustained = (window: Window, { holders, unbroken }: SearchOptions): boolean =>
  window.ticks > 0 &&
  window.perSecond >= SHARE * window.offered * holders &&
  window.p50 < P50_MICROS &&
  window.p99 < P99_MICROS &&
  (!unbroken || window.missing === 0)

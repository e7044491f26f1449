import { pause, systemClock } from '../../shared/clock.ts'
import type { Contender } from './contender.ts'
import type { Load } from './load.ts'
import { DISTURBED, measureOnce, type Window } from './window.ts'

/** Of what was offered, this much has to arrive within the window, and not late. */
const SHARE = 0.97
const P50_MICROS = 125_000
const P99_MICROS = 250_000
const STEP = 1.6
const FINE = 1.08
const RECOVERY_MS = 700

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
  let best: Found | undefined
  let lowestFailed = Number.POSITIVE_INFINITY
  let last: Window | undefined
  for (let trial = 0; trial < (options.trials ?? 12); trial++) {
    last = await attempt(options, rate)
    // A failure that somebody else may have caused does not count at once.
    for (let again = 0; again < 2 && last.disturbed > DISTURBED && !isSustained(last, options); again++)
      last = await attempt(options, rate)
    if (isSustained(last, options)) best = { rate, window: last }
    else lowestFailed = rate
    if (best && lowestFailed / best.rate < FINE) break
    if (best && lowestFailed < Number.POSITIVE_INFINITY) rate = Math.round(Math.sqrt(best.rate * lowestFailed))
    else rate = Math.max(1, Math.round(best ? rate * STEP : rate / (STEP * STEP)))
  }
  if (!best && !last) throw new Error('A search has at least one trial')
  return best ?? { rate: 0, window: last as Window }
}

async function attempt({ contender, load, seconds }: SearchOptions, rate: number): Promise<Window> {
  contender.setRate(rate)
  const window = await measureOnce(contender, load, seconds)
  // What an overload left in the queues is no fault of the next rate.
  contender.setRate(0)
  await pause(systemClock, RECOVERY_MS)
  return window
}

const isSustained = (window: Window, { holders, unbroken }: SearchOptions): boolean =>
  window.ticks > 0 &&
  window.perSecond >= SHARE * window.offered * holders &&
  window.p50 < P50_MICROS &&
  window.p99 < P99_MICROS &&
  (!unbroken || window.missing === 0)

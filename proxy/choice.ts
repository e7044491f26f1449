import type { InstrumentState } from '../shared/states.ts'
import type { FeedView } from './feeds.ts'

/** How a feed stands for one instrument. `unknown`: nobody has heard yet. */
export type Health = 'good' | 'doubtful' | 'bad' | 'unknown'

export interface Standing {
  readonly health: Health
  /** It was in no trouble lately: worth going back to. */
  readonly isProven: boolean
}

export type StandingOf = (feed: FeedView, exchange: string, symbol: string) => Standing

/** How a feed as a whole stands. One whose stream cannot be had, so that it asks for prices, is for want of a better one. */
export function healthOf({ state, label }: Pick<FeedView, 'state' | 'label'>): Health {
  switch (state) {
    case 'live':
    case 'quiet':
      return label === 'polled' ? 'doubtful' : 'good'
    case 'suspect':
      return 'doubtful'
    case 'starting':
      return 'unknown'
    case 'down':
    case 'auth_required':
    case 'parked':
      return 'bad'
    default:
      throw state satisfies never
  }
}

/** How a feed stands for an instrument of which it says more than for all. */
export function healthOfInstrument(
  feed: Pick<FeedView, 'state' | 'label'>,
  state: InstrumentState | undefined,
): Health {
  const whole = healthOf(feed)
  if (whole === 'bad' || whole === 'unknown') return whole
  switch (state) {
    case 'live':
    case 'quiet':
      return 'good'
    case 'suspect':
      return 'doubtful'
    case 'down':
    case 'refused':
      return 'bad'
    case 'accepted':
    case 'confirmed':
    case undefined:
      return whole
    default:
      throw state satisfies never
  }
}

/** Without a memory of trouble. */
export const byState: StandingOf = feed => ({ health: healthOf(feed), isProven: true })

/** The better first: a doubtful feed may still give prices, one that is just starting gives none. */
const ORDER: readonly Health[] = ['good', 'doubtful', 'unknown', 'bad']

/**
 * Which of several sources, the preferred first, serves an instrument. One that is healthy is only left for a preferred
 * one that has proved itself; one that is not is left for whatever is better. `current`: who serves it now, by place.
 */
export function choose(standings: readonly Standing[], current = -1): number {
  const now = standings[current]
  if (now?.health === 'good') {
    const better = standings.findIndex(({ health, isProven }) => health === 'good' && isProven)
    return better >= 0 && better < current ? better : current
  }
  const proven = standings.findIndex(({ health, isProven }) => health === 'good' && isProven)
  if (proven >= 0) return proven
  for (const wanted of ORDER) {
    if (now?.health === wanted) return current
    const found = standings.findIndex(({ health }) => health === wanted)
    if (found >= 0) return found
  }
  return -1
}

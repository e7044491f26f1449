import type { Clock } from '../shared/clock.ts'
import type { FeedView } from './feeds.ts'
import type { Instruments } from './routing.ts'

/** A feed that starts for the first time ever has its list within this time, unless a login or a download comes first. */
const FIRST_LIST_MS = 10_000
const LOOK_MS = 100

interface Rooms {
  readonly clock: Clock
  readonly instruments: Instruments
}

/**
 * Waits, in steps that it yields in milliseconds, while a system starts for the first time: no feed of the client has
 * ever written its list, and one has begun only now. A client that came before the adapter would else be refused what a
 * moment later is there.
 */
export function* firstList(feedsOf: () => readonly FeedView[], { clock, instruments }: Rooms): Generator<number, void> {
  const isComing = () => {
    const feeds = feedsOf()
    if (feeds.some(({ name }) => instruments.has(name))) return false
    return feeds.some(({ state, since }) => state === 'starting' && Math.abs(clock.now() - since) < FIRST_LIST_MS)
  }
  while (isComing()) yield LOOK_MS
}

import type { Clock } from '../shared/clock.ts'
import type { FeedView } from './feeds.ts'
import type { Instruments, Route } from './routing.ts'

/** A feed that starts for the first time ever has its list within this time, unless a login or a download comes first. */
const FIRST_LIST_MS = 10_000
const LOOK_MS = 100
const COMING: ReadonlySet<FeedView['state']> = new Set(['starting', 'live', 'quiet'])

interface Rooms {
  readonly clock: Clock
  readonly instruments: Pick<Instruments, 'has'>
}

/**
 * Looks up, and again, in steps that it yields in milliseconds, while something is not found that a feed may list that
 * starts for the first time ever. A client that came before that adapter would else be refused what a moment later is there.
 */
export function* lookUpListed(
  lookUp: () => Generator<undefined, readonly Route[]>,
  feedsOf: () => readonly FeedView[],
  { clock, instruments }: Rooms,
): Generator<number | undefined, readonly Route[]> {
  // One that is live already has its list on the disk: it was not looked at since.
  const isComing = ({ name, state, since }: FeedView) =>
    COMING.has(state) && !instruments.has(name) && Math.abs(clock.now() - since) < FIRST_LIST_MS
  for (;;) {
    const routes = yield* lookUp()
    const awaited = new Set(routes.flatMap(one => (one.ok ? [] : (one.unlisted ?? []))))
    const coming = () => feedsOf().filter(feed => awaited.has(feed.name) && isComing(feed)).length
    const before = coming()
    if (before === 0) return routes
    while (coming() === before) yield LOOK_MS
  }
}

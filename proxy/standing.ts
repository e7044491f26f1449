import type { FeedLabel } from '../shared/control.ts'
import type { InstrumentState, StateGroup } from '../shared/states.ts'
import type { FeedView } from './feeds.ts'

/** How an instrument, or a whole feed, stands. Times in milliseconds since 1970. */
export interface Standing {
  readonly state: InstrumentState
  /** Of `refused`. */
  readonly code?: string | undefined
  /** One line for a person. */
  readonly reason?: string | undefined
  readonly since: number
  readonly label: FeedLabel | undefined
  readonly lastTickAt: number | undefined
}

/** What is known of a feed that is gone from the list of feeds. */
const GONE = 'its feed was removed or disabled'

/** Of a feed that reports its instruments, what these states say of all of them; of the others it is told one by one. */
const OF_ALL: Partial<Record<FeedView['state'], InstrumentState>> = {
  starting: 'accepted',
  down: 'down',
  parked: 'down',
  auth_required: 'down',
}

/**
 * How all instruments of a feed stand, because the feed itself does: `undefined` when each has a state of its own. One
 * that reports no instruments, such as a program of another language, is all there is to know.
 */
export function standingOfFeed(view: FeedView): Standing | undefined {
  const { state, reason, since, label, lastTickAt, status } = view
  const isReporting = status?.states !== undefined
  const ofAll = OF_ALL[state] ?? (isReporting ? undefined : (state as InstrumentState))
  return ofAll && { state: ofAll, reason: reason ?? wordsOf(state), since, label, lastTickAt }
}

/** Of an instrument that is wanted and that its feed has not said anything of. */
export const accepted = ({ since, label }: Pick<FeedView, 'since' | 'label'>): Standing => ({
  state: 'accepted',
  since,
  label,
  lastTickAt: undefined,
})

export const goneAt = (since: number): Standing => ({
  state: 'down',
  reason: GONE,
  since,
  label: undefined,
  lastTickAt: undefined,
})

/** How an instrument of a group stands. */
export const standingIn = (
  { state, code, reason, since, label }: StateGroup,
  { lastTickAt }: StateGroup['instruments'][number],
): Standing => ({ state, code, reason, since, label, lastTickAt })

/** Whether there is nothing to tell: times alone are no change. */
export const isSame = (one: Standing | undefined, other: Standing | undefined): boolean =>
  one === other ||
  (one !== undefined &&
    other !== undefined &&
    one.state === other.state &&
    one.code === other.code &&
    one.reason === other.reason &&
    one.label === other.label)

/** A feed that gives no reason of its own. */
const wordsOf = (state: FeedView['state']): string | undefined =>
  state === 'auth_required'
    ? 'its feed has no session with the broker'
    : state === 'parked'
      ? 'its feed is parked'
      : undefined

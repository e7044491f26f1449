import type { Clock } from '../shared/clock.ts'
import type { AuditState } from '../shared/store/auditqueue.ts'
import type { Access, Identity } from './access.ts'
import type { StatusOf } from './api/status.ts'
import { describe } from './description.ts'
import type { Disagreement } from './disagreement.ts'
import type { Feeds, FeedView } from './feeds.ts'
import type { States } from './states.ts'
import type { Strangers } from './strangers.ts'
import type { Whole } from './whole.ts'

export interface StatusParts {
  /** Name of this process on the bus. */
  readonly proxy: string
  readonly access: Access
  readonly feeds: Feeds
  readonly states: States
  readonly strangers: Strangers
  readonly disagreement: Disagreement
  readonly clock: Clock
  readonly whole: () => Promise<Whole>
  readonly feedsOf: (identity: Identity) => readonly FeedView[]
  readonly certificateEndsAt: () => number | undefined
  readonly auditState: () => AuditState
}

/** The status as each user may see it. */
export function statusFrom(all: StatusParts): StatusOf {
  const { proxy, access, feeds, states, strangers, disagreement, clock } = all
  const eventsOf = (names: ReadonlySet<string>) => [...feeds.events(names), ...disagreement.events(names)]
  return async (identity, wish) => {
    // Whoever can mint a ticket reads the data folder anyway, and runs this system: he sees all of it.
    const whole = await all.whole()
    const reading = access.reading(identity)
    const parts = { proxy, states, clock, reading, certificateEndsAt: all.certificateEndsAt() }
    const operator = { ...parts, events: eventsOf, audit: all.auditState() }
    if (identity.ticket)
      return describe(operator, { ...whole, events: [...whole.events, ...strangers.events()] }, feeds.views(), wish)
    // What two feeds say of an instrument is for who may read it.
    const events = reading.isWide ? eventsOf : (names: ReadonlySet<string>) => feeds.events(names)
    const own = { ...parts, keyId: identity.keyId, events }
    return describe(own, { ...whole, events: [] }, all.feedsOf(identity), wish)
  }
}

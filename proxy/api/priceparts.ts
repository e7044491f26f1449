import type { Clock } from '../../shared/clock.ts'
import type { Config } from '../../shared/config.ts'
import type { Identity } from '../access.ts'
import type { Hub } from '../fanout/hub.ts'
import { Cache } from '../lookout/cache.ts'
import { type Looked, Lookout, type LookoutRooms, type Wish } from '../lookout/lookout.ts'
import { NO_FEED } from '../refusals.ts'
import type { States } from '../states.ts'
import type { Wanted } from '../wanted.ts'
import { type Desk, gone, type Hand } from './desk.ts'
import { HttpRefusal } from './refusal.ts'

/** What the routes of prices share. */
export interface PriceParts {
  readonly clock: Clock
  readonly limits: Config['proxy']
  readonly hub: Hub
  readonly states: States
  readonly cache: Cache
  readonly access: PriceRooms['access']
  /** What is looked at for a key from now on. Throws what is said to a key that has gone, or has no feed. */
  readonly ask: (identity: Identity, wish: Wish, hand: Hand) => Promise<readonly Looked[]>
  readonly desk: Desk
}

export interface PriceRooms extends LookoutRooms {
  readonly access: LookoutRooms['access'] & {
    allows(identity: Identity, scope: 'admin'): boolean
    owns(identity: Identity, feed: string): boolean
  }
  readonly limits: Config['proxy']
  readonly hub: Hub
  readonly states: States
  readonly wanted: Pick<Wanted, 'resync'>
  readonly desk: Desk
}

/** Opens what keeps prices known for requests. */
export function openPrices(rooms: PriceRooms): PriceParts & { close(): void } {
  const { clock, limits, hub, states, access, wanted, desk } = rooms
  const lookout = new Lookout(rooms)
  const cache = new Cache({ hub, wanted, clock, limits })
  return {
    clock,
    limits,
    hub,
    states,
    access,
    cache,
    desk,
    async ask(identity, wish, { isGone }) {
      if (rooms.feedsOf(identity).length === 0) throw new HttpRefusal(409, NO_FEED.message, { code: NO_FEED.code })
      const looked = await lookout.ask(identity, wish, isGone)
      if (isGone()) throw gone()
      if (!looked) throw new HttpRefusal(401, 'the key was revoked or has expired')
      return looked
    },
    close() {
      lookout.close()
      cache.close()
    },
  }
}

import type { Clock } from '../shared/clock.ts'
import type { Secret } from '../shared/secret.ts'
import type { ControlStore } from '../shared/store/control.ts'
import type { FeedRecord } from '../shared/store/feeds.ts'

/** The user of a system that has only one. */
export const FIRST_USER = 'trader'

/** The feed of a new system: prices around the clock, without a broker. */
export const firstFeed = (createdAt: number): FeedRecord => ({
  name: 'SIMULATOR',
  userId: FIRST_USER,
  adapter: 'simulator',
  kind: 'builtin',
  settings: {},
  enabled: true,
  createdAt,
})

/** Gives an empty system its user and its first feed. A feed that was removed later does not come back. */
export function prepareFirstStart(store: ControlStore, clock: Clock): void {
  const isEmpty = () => store.users.list().length === 0
  if (!isEmpty()) return
  store.atomically(() => {
    // Another process may have been faster.
    if (!isEmpty()) return
    const feed = firstFeed(clock.now())
    store.users.ensure(feed.userId, feed.createdAt)
    store.feeds.add(feed)
  })
}

/**
 * A key for a system that never had one; `undefined` when it has. It is given to who starts the system, and goes where an
 * OpenAlgo key was before: bots that ask for order updates out of habit shall get what they got there.
 */
export function createFirstKey(store: ControlStore, clock: Clock): Secret | undefined {
  if (store.keys.list().length > 0) return undefined
  return store.keys.create({ userId: FIRST_USER, label: 'first', scopes: ['orders'], now: clock.now() }).key
}

import type { ControlStore } from '../shared/store/control.ts'
import { type FeedRecord, isBrokerValid } from '../shared/store/feeds.ts'

/** Whose feeds there are at one moment, and with whom they are shared. Replace it whole when the store changes. */
export class Ownership {
  /** Those that may run, of all users, the first one registered in front. */
  readonly feeds: readonly FeedRecord[]
  /** The user of each feed there is, also of those that may not run. */
  readonly #owners: ReadonlyMap<string, string>
  /** Feeds that others may read, by user. */
  readonly #shared: ReadonlyMap<string, ReadonlySet<string>>

  /** `validBrokers`: lower-case names; without it, feeds of any broker count. */
  constructor(store: Pick<ControlStore, 'feeds' | 'shares'>, validBrokers: readonly string[] | undefined) {
    const all = store.feeds.list()
    const shares = store.shares.list()
    this.#owners = new Map(all.map(({ name, userId }) => [name, userId]))
    this.#shared = new Map(
      shares.map(({ userId }) => [
        userId,
        new Set(shares.flatMap(share => (share.userId === userId ? [share.feed] : []))),
      ]),
    )
    this.feeds = all
      .filter(feed => feed.enabled && isBrokerValid(feed, validBrokers))
      .sort((a, b) => a.createdAt - b.createdAt)
  }

  /** Those of a user, then those shared with them. */
  of(userId: string): readonly FeedRecord[] {
    const shared = this.#shared.get(userId)
    const own = this.feeds.filter(feed => feed.userId === userId)
    return shared ? [...own, ...this.feeds.filter(feed => feed.userId !== userId && shared.has(feed.name))] : own
  }

  /** Whether a feed is this user's, or shared with them; of one that is gone nothing comes any more. */
  mayHear(userId: string, feed: string): boolean {
    const owner = this.#owners.get(feed)
    return owner === undefined || owner === userId || (this.#shared.get(userId)?.has(feed) ?? false)
  }

  owns(userId: string, feed: string): boolean {
    return this.#owners.get(feed) === userId
  }

  /** Changes when a feed is another user's, or is shared with others. */
  get text(): string {
    const shared = [...this.#shared].map(([userId, feeds]) => `${userId} ${[...feeds].sort().join()}`)
    return [...[...this.#owners].map(one => one.join(' ')), '', ...shared.sort()].join('\n')
  }
}

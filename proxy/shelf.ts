import type { FeedStatus } from '../shared/control.ts'
import type { Hub } from './fanout/hub.ts'
import type { HasRoom } from './routing.ts'

/**
 * How many deep books there is still room for: an account gets so many, and nobody shall be promised one more. The feed
 * says twice a second how many it uses; what was taken here since then is known here only.
 */
export class Shelf {
  readonly #hub: Pick<Hub, 'find' | 'books'>
  /** Books that other proxies hold, by feed. */
  readonly #elsewhere = new Map<string, number>()

  constructor(hub: Pick<Hub, 'find' | 'books'>) {
    this.#hub = hub
  }

  /** A feed has said how many of its books are used, those of this proxy among them. */
  heard({ feed, limits }: Pick<FeedStatus, 'feed' | 'limits'>): void {
    if (limits?.books) this.#elsewhere.set(feed, Math.max(0, limits.books.used - this.#hub.books(feed)))
  }

  /**
   * For the time of one message, which takes hold of nothing before its end: whether a book can be had, as those that are
   * held already always can. What is granted counts from then on.
   */
  open(): HasRoom {
    const granted = new Map<string, Set<string>>()
    return ({ name, status }, topic) => {
      const limit = status?.limits?.books?.limit
      const mine = granted.get(name) ?? new Set()
      if (limit === undefined || mine.has(topic) || this.#hub.find(topic)) return true
      if ((this.#elsewhere.get(name) ?? 0) + this.#hub.books(name) + mine.size >= limit) return false
      granted.set(name, mine.add(topic))
      return true
    }
  }
}

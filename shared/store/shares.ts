import { TickwireError } from '../errors.ts'
import type { Database } from './database.ts'
import type { UserStore } from './users.ts'

/** A feed that an operator lets another user read, too. Times are milliseconds since 1970. */
export interface ShareRecord {
  readonly feed: string
  /** Who may read it besides its own user. */
  readonly userId: string
  readonly createdAt: number
}

export class ShareStore {
  readonly #database: Database
  readonly #users: UserStore

  constructor(database: Database, users: UserStore) {
    this.#database = database
    this.#users = users
  }

  list(): ShareRecord[] {
    return this.#database.rows(
      'SELECT feed, user_id AS userId, created_at AS createdAt FROM shares ORDER BY created_at, feed, user_id',
    )
  }

  /** False when it was shared already. Throws FEED_UNKNOWN, NOT_FOUND for an unknown user, USAGE for the feed's own. */
  add(feed: string, userId: string, now: number): boolean {
    return this.#database.atomically(() => {
      const owner = this.#ownerOf(feed)
      this.#users.require(userId)
      if (owner === userId) throw new TickwireError('USAGE', `Feed ${feed} is ${userId}'s own`)
      const sql = 'INSERT INTO shares (feed, user_id, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING'
      return this.#database.write(sql, feed, userId, now) > 0
    })
  }

  /** False when it was not shared. Throws FEED_UNKNOWN. */
  remove(feed: string, userId: string): boolean {
    this.#ownerOf(feed)
    return this.#database.write('DELETE FROM shares WHERE feed = ? AND user_id = ?', feed, userId) > 0
  }

  #ownerOf(feed: string): string {
    const row = this.#database.row<{ userId: string }>('SELECT user_id AS userId FROM feeds WHERE name = ?', feed)
    if (row) return row.userId
    throw new TickwireError('FEED_UNKNOWN', `There is no feed ${JSON.stringify(feed)}`, {
      next: 'tickwire adapter list',
    })
  }
}

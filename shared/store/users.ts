import { TickwireError } from '../errors.ts'
import type { Database } from './database.ts'

/** The person keys and feeds belong to. */
export interface UserRecord {
  readonly id: string
  /** Milliseconds since 1970, as all times here. */
  readonly createdAt: number
}

export class UserStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  list(): UserRecord[] {
    return this.#database.rows('SELECT id, created_at AS createdAt FROM users ORDER BY created_at, id')
  }

  /** Makes the user unless it exists. Throws USAGE for a name that is not 1 to 32 of a-z, 0-9, "-" and "_". */
  ensure(id: string, now: number): UserRecord {
    if (!/^[a-z0-9_-]{1,32}$/.test(id))
      throw new TickwireError('USAGE', `User ${JSON.stringify(id)}: a name is 1 to 32 of a-z, 0-9, "-" and "_"`)
    this.#database.write('INSERT INTO users (id, created_at) VALUES (?, ?) ON CONFLICT DO NOTHING', id, now)
    return this.require(id)
  }

  /** Throws NOT_FOUND, naming the users there are. */
  require(id: string): UserRecord {
    const user = this.#database.row<UserRecord>('SELECT id, created_at AS createdAt FROM users WHERE id = ?', id)
    if (user) return user
    const known = this.list().map(user => user.id)
    throw new TickwireError('NOT_FOUND', `There is no user ${JSON.stringify(id)}`, {
      next: known.length > 0 ? `use one of: ${known.join(', ')}` : 'tickwire init',
    })
  }
}

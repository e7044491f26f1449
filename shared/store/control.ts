import { existsSync } from 'node:fs'
import { TickwireError } from '../errors.ts'
import { Database, type Migration } from './database.ts'
import { FeedStore } from './feeds.ts'
import type { DataFolder } from './folder.ts'
import { KeyRing } from './keyring.ts'
import { KeyStore } from './keys.ts'
import { readPepper } from './pepper.ts'
import { ProxyStore } from './proxies.ts'
import { Rotation } from './rotation.ts'
import { SessionStore } from './sessions.ts'
import { ShareStore } from './shares.ts'
import { TicketStore } from './tickets.ts'
import { UserStore } from './users.ts'

const MIGRATIONS: readonly Migration[] = [
  `CREATE TABLE users (
     id TEXT PRIMARY KEY,
     created_at INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE api_keys (
     id TEXT PRIMARY KEY,
     user_id TEXT NOT NULL REFERENCES users (id),
     label TEXT NOT NULL,
     digest BLOB NOT NULL UNIQUE,
     origin TEXT NOT NULL CHECK (origin IN ('created', 'imported', 'ticket')),
     created_at INTEGER NOT NULL,
     expires_at INTEGER,
     revoked_at INTEGER
   ) STRICT;
   CREATE TABLE feeds (
     name TEXT PRIMARY KEY,
     user_id TEXT NOT NULL REFERENCES users (id),
     adapter TEXT NOT NULL,
     kind TEXT NOT NULL CHECK (kind IN ('builtin', 'folder', 'external')),
     path TEXT,
     settings TEXT NOT NULL,
     enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
     created_at INTEGER NOT NULL
   ) STRICT;`,
  // What external feeds publish; others say it themselves.
  `ALTER TABLE feeds ADD COLUMN modes TEXT;`,
  `ALTER TABLE feeds ADD COLUMN switched_at INTEGER;`,
  // What a key may read besides prices, with commas between: of keys from before, nothing.
  `ALTER TABLE api_keys ADD COLUMN scopes TEXT NOT NULL DEFAULT '';`,
  // Where a key's prices come from, in that order, with commas between; of keys from before, all feeds of their user.
  `ALTER TABLE api_keys ADD COLUMN feeds TEXT;`,
  // What bounds a key (shared/grant.ts), when it was last used, and the key a ticket or a successor comes from.
  `ALTER TABLE api_keys ADD COLUMN bounds TEXT NOT NULL DEFAULT '{}';
   ALTER TABLE api_keys ADD COLUMN last_used_at INTEGER;
   ALTER TABLE api_keys ADD COLUMN parent_id TEXT;`,
  // Feeds that an operator lets other users read too.
  `CREATE TABLE shares (
     feed TEXT NOT NULL REFERENCES feeds (name) ON DELETE CASCADE,
     user_id TEXT NOT NULL REFERENCES users (id),
     created_at INTEGER NOT NULL,
     PRIMARY KEY (feed, user_id)
   ) STRICT;`,
  // What a feed's publisher proves itself with on the bus; of feeds from before, none yet.
  `ALTER TABLE feeds ADD COLUMN public_key BLOB;`,
  // What proxies prove themselves with on the bus.
  `CREATE TABLE proxies (public_key BLOB PRIMARY KEY, created_at INTEGER NOT NULL) STRICT;`,
  // What pages show instead of a key; without a key, that of whoever can read this folder.
  `CREATE TABLE sessions (
     id TEXT PRIMARY KEY,
     user_id TEXT NOT NULL REFERENCES users (id),
     key_id TEXT,
     digest BLOB NOT NULL UNIQUE,
     created_at INTEGER NOT NULL,
     expires_at INTEGER NOT NULL
   ) STRICT;`,
]

/** Owner of control.db: users, keys and registered feeds. Never on the way of a tick. */
export class ControlStore {
  readonly users: UserStore
  readonly keys: KeyStore
  readonly tickets: TicketStore
  readonly sessions: SessionStore
  readonly rotation: Rotation
  readonly feeds: FeedStore
  readonly shares: ShareStore
  readonly proxies: ProxyStore
  readonly #database: Database
  readonly #pepper: Buffer

  private constructor(database: Database, pepper: Buffer) {
    this.#database = database
    this.#pepper = pepper
    this.users = new UserStore(database)
    this.keys = new KeyStore(database, this.users, pepper)
    this.tickets = new TicketStore(database, pepper)
    this.sessions = new SessionStore(database, pepper)
    this.rotation = new Rotation(database, this.keys, pepper)
    this.feeds = new FeedStore(database, this.users)
    this.shares = new ShareStore(database, this.users)
    this.proxies = new ProxyStore(database)
  }

  /** Creates what is missing in a prepared folder. Throws STORE_CORRUPT, STORE_NEWER, STORE_BUSY, FOLDER_UNUSABLE. */
  static open(folder: DataFolder): ControlStore {
    const database = Database.open(folder.controlDb, { migrations: MIGRATIONS })
    try {
      if (!existsSync(folder.pepperFile)) refuseLostPepper(database, folder)
      return new ControlStore(database, readPepper(folder))
    } catch (error) {
      database.close()
      throw error
    }
  }

  /** All keys, tickets and sessions of this moment, for checking in memory. */
  keyRing(): KeyRing {
    return new KeyRing([...this.keys.list({ tickets: true }), ...this.sessions.list()], this.#pepper)
  }

  /** Changes when another connection, of this or another process, has changed the file. */
  version(): number {
    return Number(this.#database.pragma('data_version'))
  }

  /** Several writes of these stores: all of them or none, also for a process that dies between them. */
  atomically<T>(act: () => T): T {
    return this.#database.atomically(act)
  }

  close(): void {
    this.#database.close()
  }
}

/** A new pepper would refuse every existing key without saying why. */
function refuseLostPepper(database: Database, { pepperFile }: DataFolder): void {
  const keys = database.row<{ count: number }>("SELECT count(*) AS count FROM api_keys WHERE origin <> 'ticket'")
  if (keys?.count)
    throw new TickwireError(
      'STORE_CORRUPT',
      `${pepperFile} is missing, and without it none of the ${keys.count} keys can be checked`,
      {
        next: `restore ${pepperFile} from a backup, or start over in another folder with --data-dir`,
      },
    )
}

import { TickwireError } from '../errors.ts'
import { Secret } from '../secret.ts'
import { Database, type Migration } from './database.ts'
import { type DataFolder, prepareVaultFolder } from './folder.ts'
import { rekey } from './rekey.ts'
import { accountKey, type SealedPlace } from './seal.ts'
import type { KeyPlace } from './vaultkey.ts'
import { type SealedRecord, VaultKeys } from './vaultkeys.ts'

const MIGRATIONS: readonly Migration[] = [
  `CREATE TABLE sealed (
     account TEXT NOT NULL,
     field TEXT NOT NULL CHECK (field IN ('credentials', 'ticket')),
     content BLOB NOT NULL,
     granted_at INTEGER NOT NULL,
     expires_at INTEGER,
     holder TEXT,
     PRIMARY KEY (account, field)
   ) STRICT;
   CREATE TABLE key_digest (
     one INTEGER PRIMARY KEY CHECK (one = 1),
     digest BLOB NOT NULL
   ) STRICT;`,
  `ALTER TABLE sealed ADD COLUMN sealed_with BLOB;
   CREATE TABLE rekeying (
     one INTEGER PRIMARY KEY CHECK (one = 1),
     sealed BLOB NOT NULL
   ) STRICT;`,
]

/** What may be known of a ticket without opening it. Times are milliseconds since 1970. */
export interface TicketFacts {
  readonly grantedAt: number
  /** When the broker says it ends. Its own refusal is what counts. */
  readonly expiresAt?: number
  /** The broker's name of the account (client id). */
  readonly holder?: string
}

export interface SealedAccount {
  /** Name of its feed. */
  readonly account: string
  readonly hasCredentials: boolean
  readonly ticket?: TicketFacts
}

interface Row extends SealedRecord {
  grantedAt: number
  expiresAt: number | null
  holder: string | null
}

const SELECT =
  'SELECT account, field, content, sealed_with AS sealedWith, granted_at AS grantedAt, expires_at AS expiresAt, holder FROM sealed'
const INSERT =
  'INSERT OR REPLACE INTO sealed (account, field, content, sealed_with, granted_at, expires_at, holder) VALUES (?, ?, ?, ?, ?, ?, ?)'

const factsOf = ({ grantedAt, expiresAt, holder }: Row): TicketFacts => ({
  grantedAt,
  ...(expiresAt !== null && { expiresAt }),
  ...(holder !== null && { holder }),
})

/**
 * Owner of vault.db: what the brokers' accounts are opened with, sealed with a key that is kept elsewhere. The proxy
 * never opens it. Whatever needs the key throws VAULT_LOCKED when it is missing, cut or another one, CONFIG_INVALID or
 * FOLDER_UNUSABLE when it stands where it must not; `list` and `remove` need none.
 */
export class Vault {
  readonly #database: Database
  readonly #folder: DataFolder
  readonly #place: KeyPlace
  readonly #keys: VaultKeys

  private constructor(database: Database, folder: DataFolder, place: KeyPlace) {
    this.#database = database
    this.#folder = folder
    this.#place = place
    this.#keys = new VaultKeys(database, folder, place)
  }

  /** Creates what is missing in a prepared folder, except the key. Throws STORE_CORRUPT, STORE_NEWER, STORE_BUSY, FOLDER_UNUSABLE. */
  static open(folder: DataFolder, key: KeyPlace): Vault {
    prepareVaultFolder(folder)
    const database = Database.open(folder.vaultDb, { migrations: MIGRATIONS })
    try {
      // What was removed leaves no bytes behind, sealed as they are.
      database.pragma('secure_delete = ON')
      return new Vault(database, folder, key)
    } catch (error) {
      database.close()
      throw error
    }
  }

  /** Proves that the key is there and fits what is sealed; without anything sealed, that there is nothing against it. */
  unlock(): void {
    this.#keys.prove()
  }

  /**
   * Seals what an account is opened with; makes the key if it is the first. Other credentials than before drop the
   * ticket that the old ones gave.
   */
  putCredentials(account: string, text: Secret, now: number): 'new' | 'same' | 'changed' {
    return this.#database.atomically(() => {
      const before = this.#row({ account, field: 'credentials' })
      if (before && this.#keys.open(before) === text.reveal()) return 'same'
      this.#put({ account, field: 'credentials' }, text, { grantedAt: now })
      // Also one without credentials, which a removal that was broken off may have left.
      this.dropTicket(account)
      return before ? 'changed' : 'new'
    })
  }

  /** Throws STORE_CORRUPT for a record that was changed or is another account's. */
  credentials(account: string): Secret | undefined {
    return this.#read({ account, field: 'credentials' })?.text
  }

  /** Seals what a login gave. Throws NOT_FOUND when the account has no credentials, since it was removed meanwhile. */
  putTicket(account: string, text: Secret, facts: TicketFacts): void {
    this.#database.atomically(() => {
      if (!this.#row({ account, field: 'credentials' }))
        throw new TickwireError('NOT_FOUND', `There is no account ${account} any more`, {
          next: 'tickwire account list',
        })
      this.#put({ account, field: 'ticket' }, text, facts)
    })
  }

  /** Throws STORE_CORRUPT for a record that was changed or is another account's. */
  ticket(account: string): ({ readonly text: Secret } & TicketFacts) | undefined {
    const read = this.#read({ account, field: 'ticket' })
    return read && { text: read.text, ...factsOf(read.row) }
  }

  dropTicket(account: string): void {
    this.#database.write("DELETE FROM sealed WHERE account = ? AND field = 'ticket'", account)
  }

  /** By name. Opens nothing. */
  list(): SealedAccount[] {
    const rows = this.#database.rows<Row>(`${SELECT} ORDER BY account`)
    const names = [...new Set(rows.map(row => row.account))]
    return names.map(account => {
      const own = rows.filter(row => row.account === account)
      const ticket = own.find(row => row.field === 'ticket')
      return {
        account,
        hasCredentials: own.some(row => row.field === 'credentials'),
        ...(ticket && { ticket: factsOf(ticket) }),
      }
    })
  }

  /** Forgets credentials and ticket. False when there was nothing. */
  remove(account: string): boolean {
    const removed = this.#database.write('DELETE FROM sealed WHERE account = ?', account) > 0
    // Else the write-ahead log keeps the pages as they were.
    if (removed) this.#database.pragma('wal_checkpoint(TRUNCATE)')
    return removed
  }

  /** Records of the oldest layout, which the key of an account cannot open, and whether a rekeying was broken off. */
  arrears(): { readonly old: readonly string[]; readonly isRekeying: boolean } {
    const rows = this.#database.rows<{ account: string }>(
      'SELECT DISTINCT account FROM sealed WHERE sealed_with IS NULL ORDER BY account',
    )
    const isRekeying = this.#database.row('SELECT 1 FROM rekeying') !== undefined
    return { old: rows.map(({ account }) => account), isRekeying }
  }

  /** A new key, and every record sealed anew; running adapters follow. Gives the accounts. Throws what `rekey.ts` says. */
  rekey(): string[] {
    return rekey({ database: this.#database, folder: this.#folder, place: this.#place, keys: this.#keys })
  }

  /**
   * The key that opens this account and no other, for the caller to wipe. Throws NOT_FOUND when nothing of it is sealed,
   * VAULT_LOCKED.
   */
  accountKey(account: string): Buffer {
    return this.#database.atomically(() => {
      const rows = this.#database.rows<Row>(`${SELECT} WHERE account = ?`, account)
      if (rows.length === 0)
        throw new TickwireError('NOT_FOUND', `Nothing is sealed for account ${account}`, {
          next: 'tickwire account list',
        })
      for (const { field, sealedWith } of rows) {
        const read = sealedWith ? undefined : this.#read({ account, field })
        if (read) this.#put({ account, field }, read.text, factsOf(read.row))
      }
      return this.#keys.withVaultKey(key => accountKey(key, account))
    })
  }

  /** Changes when another connection, of this or another process, has changed the file. */
  version(): number {
    return Number(this.#database.pragma('data_version'))
  }

  /** Also forgets the keys. */
  close(): void {
    this.#keys.forget()
    this.#database.close()
  }

  #row({ account, field }: SealedPlace): Row | undefined {
    return this.#database.row<Row>(`${SELECT} WHERE account = ? AND field = ?`, account, field)
  }

  #read(place: SealedPlace): { readonly text: Secret; readonly row: Row } | undefined {
    const row = this.#row(place)
    if (!row) return undefined
    const text = this.#keys.open(row)
    if (text !== undefined) return { text: new Secret(text, place.field === 'ticket' ? 'passing' : 'lasting'), row }
    const { account, field } = place
    throw new TickwireError(
      'STORE_CORRUPT',
      `The ${field} of account ${account} in ${this.#folder.vaultDb} are damaged`,
      {
        next:
          field === 'ticket'
            ? `tickwire account login ${account}`
            : `tickwire account remove ${account}, then tickwire account add again`,
      },
    )
  }

  #put(place: SealedPlace, text: Secret, { grantedAt, expiresAt, holder }: TicketFacts): void {
    const { account, field } = place
    const { content, sealedWith } = this.#keys.seal(place, text.reveal())
    this.#database.write(INSERT, account, field, content, sealedWith, grantedAt, expiresAt ?? null, holder ?? null)
  }
}

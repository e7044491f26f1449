import { timingSafeEqual } from 'node:crypto'
import { TickwireError } from '../errors.ts'
import { forget, knowBytes } from '../redaction.ts'
import type { Database } from './database.ts'
import type { DataFolder } from './folder.ts'
import { accountKey, keyDigest, type SealedPlace, seal, unseal, unsealBytes } from './seal.ts'
import { accountKeyPath, createVaultKey, type KeyPlace, keyPath, readAccountKey, readVaultKey } from './vaultkey.ts'

/** What the key of a rekeying that is under way is bound to. */
export const BRIDGE = Buffer.from('tickwire rekeying')

/** A record as it stands in the file. */
export interface SealedRecord extends SealedPlace {
  readonly content: Buffer
  /** Digest of the account's key; nothing in the oldest layout, which took the vault's key itself. */
  readonly sealedWith: Buffer | null
}

/**
 * Which key opens what. Of the vault's own key nothing is kept: it is read, an account's is derived from it, and it is
 * wiped. Where the key of an account was handed over, the vault's is never looked for.
 */
export class VaultKeys {
  readonly #database: Database
  readonly #folder: DataFolder
  readonly #place: KeyPlace
  /** Of the accounts that were opened here. */
  readonly #known = new Map<string, Buffer>()

  constructor(database: Database, folder: DataFolder, place: KeyPlace) {
    this.#database = database
    this.#folder = folder
    this.#place = place
  }

  /** Proves that the key is there and fits what is sealed; without anything sealed, that there is nothing against it. */
  prove(): void {
    if (accountKeyPath(this.#place) !== undefined) readAccountKey(this.#place)?.fill(0)
    else if (this.#isEmpty()) readVaultKey(this.#place, this.#folder)?.fill(0)
    else this.withVaultKey(() => {})
  }

  /** The text; `undefined` when it is damaged. Throws VAULT_LOCKED. */
  open(record: SealedRecord): string | undefined {
    const { account, sealedWith, content } = record
    if (!sealedWith) return this.withVaultKey(key => unseal(key, record, content, 1))
    const key = this.#keyOf(account, sealedWith)
    return key && unseal(key, record, content)
  }

  /** Seals for an account; makes the vault's key with the first. Within a transaction. */
  seal(place: SealedPlace, text: string): Pick<SealedRecord, 'content'> & { readonly sealedWith: Buffer } {
    const key = this.#keyToSeal(place.account)
    return { content: seal(key, place, text), sealedWith: keyDigest(key) }
  }

  /** The key of the vault, which is wiped after `use`. Throws VAULT_LOCKED. */
  withVaultKey<T>(use: (key: Buffer) => T): T {
    const key = this.#read()
    try {
      // In one step, during which nothing is said: a mask of it would be one more copy.
      return use(key)
    } finally {
      key.fill(0)
    }
  }

  /** Of what is kept here. */
  forget(): void {
    for (const key of this.#known.values()) wipe(key)
    this.#known.clear()
  }

  /** `undefined` when no key that fits the vault gives this digest: the record is another account's, or was changed. */
  #keyOf(account: string, digest: Buffer): Buffer | undefined {
    const known = this.#known.get(account)
    if (known && fits(known, digest)) return known
    if (accountKeyPath(this.#place) !== undefined) return this.#handedOver(account, digest)
    const key = this.withVaultKey(vaultKey => accountKey(vaultKey, account))
    return fits(key, digest) ? this.#keep(account, key) : undefined
  }

  #keyToSeal(account: string): Buffer {
    const digest = this.#database.row<{ digest: Buffer }>(
      'SELECT sealed_with AS digest FROM sealed WHERE account = ? AND sealed_with IS NOT NULL LIMIT 1',
      account,
    )?.digest
    const known = digest && this.#keyOf(account, digest)
    if (known) return known
    if (accountKeyPath(this.#place) !== undefined) throw this.#locked('was made for no account that is sealed here')
    if (this.#isEmpty()) this.#adopt()
    return this.#keep(
      account,
      this.withVaultKey(vaultKey => accountKey(vaultKey, account)),
    )
  }

  #handedOver(account: string, digest: Buffer): Buffer {
    const key = readAccountKey(this.#place)
    if (key && fits(key, digest)) return this.#keep(account, key)
    key?.fill(0)
    throw this.#locked(`is not that of account ${account}`)
  }

  #keep(account: string, key: Buffer): Buffer {
    const before = this.#known.get(account)
    if (before) wipe(before)
    knowBytes(key)
    this.#known.set(account, key)
    return key
  }

  /** An empty vault takes whatever key there is, or a new one. */
  #adopt(): void {
    const key = readVaultKey(this.#place, this.#folder) ?? createVaultKey(this.#place, this.#folder)
    this.#database.write('INSERT OR REPLACE INTO key_digest (one, digest) VALUES (1, ?)', keyDigest(key))
    this.#database.write('DELETE FROM rekeying')
    key.fill(0)
  }

  #isEmpty(): boolean {
    return this.#database.row('SELECT 1 FROM sealed LIMIT 1') === undefined
  }

  /** The key that fits what is sealed: that of the file, or, while the file is about to be replaced, the one it leads to. */
  #read(): Buffer {
    const digest = this.#database.row<{ digest: Buffer }>('SELECT digest FROM key_digest')?.digest
    if (accountKeyPath(this.#place) !== undefined) throw this.#locked('opens no records of the oldest layout')
    const key = readVaultKey(this.#place, this.#folder)
    if (!key) throw this.#locked('is missing')
    if (digest && fits(key, digest)) return key
    const sealed = this.#database.row<{ sealed: Buffer }>('SELECT sealed FROM rekeying')?.sealed
    const next = sealed && unsealBytes(key, BRIDGE, sealed)
    key.fill(0)
    if (next && digest && fits(next, digest)) return next
    throw this.#locked('is another one')
  }

  #locked(why: string): TickwireError {
    const own = accountKeyPath(this.#place)
    const next = own
      ? 'tickwire secrets rekey, then tickwire secrets export-account-key NAME, and hand the new file over'
      : 'restore that key, or name it with TICKWIRE_VAULT_KEY_FILE; if it is lost: tickwire account remove NAME, then add each account again'
    const key = own ?? keyPath(this.#place)
    const message = `The credentials in ${this.#folder.vaultDb} cannot be opened: their key ${key} ${why}`
    return new TickwireError('VAULT_LOCKED', message, { next })
  }
}

/** What is in no memory any more needs no mask, and the mask would hold it. */
function wipe(key: Buffer): void {
  forget(key)
  key.fill(0)
}

const fits = (key: Buffer, digest: Buffer): boolean => {
  const own = keyDigest(key)
  return own.length === digest.length && timingSafeEqual(own, digest)
}

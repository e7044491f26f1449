import { randomBytes } from 'node:crypto'
import { chownSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { TickwireError } from '../errors.ts'
import type { Database } from './database.ts'
import { type DataFolder, folderError } from './folder.ts'
import { flushFolder, KEY_LENGTH, readKeyFile } from './keyfile.ts'
import { accountKey, keyDigest, seal, sealBytes } from './seal.ts'
import { accountKeyPath, type KeyPlace, keyPath } from './vaultkey.ts'
import { BRIDGE, type SealedRecord, type VaultKeys } from './vaultkeys.ts'

interface Parts {
  readonly database: Database
  readonly folder: DataFolder
  readonly place: KeyPlace
  readonly keys: VaultKeys
}

/** Where the next key waits. */
export const nextKeyPath = (path: string): string => `${path}.next`

/**
 * Gives the vault a new key and seals every record anew; gives the accounts. At every moment the key file that is in
 * place opens the vault, however this is broken off: the transaction that seals everything with the new key also leaves
 * that key itself sealed with the old one, until the files have changed places. Throws NOT_FOUND when nothing is sealed,
 * USAGE for a key that a service manager owns, STORE_CORRUPT for a record that does not open; then nothing has changed.
 */
export function rekey({ database, folder, place, keys }: Parts): string[] {
  const path = ownPath(place)
  if (database.row('SELECT 1 FROM sealed LIMIT 1') === undefined)
    throw new TickwireError('NOT_FOUND', `Nothing is sealed in ${folder.vaultDb}`, {
      next: 'tickwire account add BROKER',
    })
  keys.prove()
  const next = randomBytes(KEY_LENGTH)
  try {
    database.pragma('busy_timeout = 5000')
    // What is renamed after it must not be on the disk before it.
    database.pragma('synchronous = FULL')
    const accounts = layBeside(path, next, () => sealAnew(database, path, next, keys))
    database.pragma('wal_checkpoint(TRUNCATE)')
    renameSync(nextKeyPath(path), path)
    flushFolder(dirname(path))
    database.write('DELETE FROM rekeying')
    // Else the write-ahead log keeps what was sealed with the old key.
    database.pragma('wal_checkpoint(TRUNCATE)')
    return accounts
  } finally {
    next.fill(0)
    keys.forget()
  }
}

/** Links are followed: what they lead to is replaced, not they. */
function ownPath(place: KeyPlace): string {
  if ((accountKeyPath(place) ?? keyPath(place)) !== place.keyFile)
    throw new TickwireError('USAGE', 'The key of the vault is handed over by a service manager, which owns it', {
      next: 'run this where the service manager does not, with vault.key_file naming the file that it loads',
    })
  try {
    return realpathSync(place.keyFile)
  } catch {
    // Missing: whoever asks for it says so.
    return place.keyFile
  }
}

/** Writes the next key beside the one in use, for the same owner; it goes again when `act` throws. */
function layBeside<T>(path: string, key: Buffer, act: () => T): T {
  const beside = nextKeyPath(path)
  try {
    const { uid, gid } = statSync(path)
    rmSync(beside, { force: true })
    writeFileSync(beside, key, { mode: 0o400, flag: 'wx', flush: true })
    if (process.getuid?.() !== uid) chownSync(beside, uid, gid)
    flushFolder(dirname(path))
  } catch (error) {
    throw folderError(beside, error)
  }
  try {
    return act()
  } catch (error) {
    rmSync(beside, { force: true })
    throw error
  }
}

function sealAnew(database: Database, path: string, next: Buffer, keys: VaultKeys): string[] {
  return database.atomically(() => {
    const records = database.rows<SealedRecord>('SELECT account, field, content, sealed_with AS sealedWith FROM sealed')
    for (const record of records) {
      const { account, field } = record
      const text = keys.open(record)
      if (text === undefined)
        throw new TickwireError(
          'STORE_CORRUPT',
          `The ${field} of account ${account} are damaged; nothing was changed`,
          {
            next: field === 'ticket' ? `tickwire account login ${account}` : `tickwire account remove ${account}`,
          },
        )
      const key = accountKey(next, account)
      const [content, digest] = [seal(key, record, text), keyDigest(key)]
      key.fill(0)
      database.write(
        'UPDATE sealed SET content = ?, sealed_with = ? WHERE account = ? AND field = ?',
        content,
        digest,
        account,
        field,
      )
    }
    database.write('UPDATE key_digest SET digest = ?', keyDigest(next))
    const inPlace = readKeyFile(path)?.bytes
    if (!inPlace) throw new TickwireError('VAULT_LOCKED', `The vault key ${path} is missing`)
    database.write('INSERT OR REPLACE INTO rekeying (one, sealed) VALUES (1, ?)', sealBytes(inPlace, BRIDGE, next))
    inPlace.fill(0)
    return [...new Set(records.map(({ account }) => account))].sort()
  })
}

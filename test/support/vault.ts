import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { Database } from '../../shared/store/database.ts'
import type { DataFolder } from '../../shared/store/folder.ts'
import { type SealedPlace, seal } from '../../shared/store/seal.ts'
import { Vault } from '../../shared/store/vault.ts'
import type { KeyPlace } from '../../shared/store/vaultkey.ts'
import { temporaryFolder, temporaryPath } from './datafolder.ts'

/** A place for a key that is not there yet, outside every data folder. */
export const temporaryKey = (): KeyPlace => ({ keyFile: join(temporaryPath(), 'keys', 'vault.key') })

/** The key a service manager hands over. */
export function handedOverKey(bytes = randomBytes(32), mode = 0o400): KeyPlace {
  const place = { keyFile: join(temporaryPath(), 'none'), handedOver: join(temporaryPath(), 'tickwire-vault-key') }
  writeFileSync(place.handedOver, bytes, { mode })
  return place
}

/** A key of our making in a file of our own. */
export function keyFile(path: string, bytes = randomBytes(32), mode = 0o400): KeyPlace {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, bytes, { mode })
  return { keyFile: path }
}

/** A vault that is closed with the test. */
export function openVault(folder: DataFolder = temporaryFolder(), key: KeyPlace = temporaryKey()): Vault {
  const vault = Vault.open(folder, key)
  onTestFinished(() => vault.close())
  return vault
}

/** Seals a record as the first versions did, with the key of the vault itself. */
export function sealAsBefore(folder: DataFolder, { keyFile }: KeyPlace, place: SealedPlace, text: string): void {
  const database = Database.open(folder.vaultDb, { migrations: ['', ''] })
  const values = [seal(readFileSync(keyFile), place, text, 1), place.account, place.field]
  database.write('UPDATE sealed SET content = ?, sealed_with = NULL WHERE account = ? AND field = ?', ...values)
  database.close()
}

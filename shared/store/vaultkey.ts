import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path'
import { TickwireError } from '../errors.ts'
import { type DataFolder, folderError, makeFolder } from './folder.ts'
import { createKeyFile, KEY_LENGTH, type KeyFile, readKeyFile } from './keyfile.ts'

/** Where the key of the vault is. It never stands in the data folder: one backup would hold the lock and the key. */
export interface KeyPlace {
  /** 32 bytes for their owner only. Made with the first account. */
  readonly keyFile: string
  /** Where a service manager hands the key over; it wins where it exists. */
  readonly handedOver?: string | undefined
  /** Where it hands over the key of one account alone; where that exists, the key of the vault is not looked for. */
  readonly accountKey?: string | undefined
}

const ROOT = 0
/** The group bits of a handed-over file are the mask of its access list, which lets in this user alone. */
const HANDED_OVER = 0o007

/** The file that counts for the whole vault. */
export const keyPath = ({ keyFile, handedOver }: KeyPlace): string => (isThere(handedOver) ? handedOver : keyFile)

/** The file that counts for one account alone, where there is one. */
export const accountKeyPath = ({ accountKey }: KeyPlace): string | undefined =>
  isThere(accountKey) ? accountKey : undefined

const isThere = (path: string | undefined): path is string => path !== undefined && existsSync(path)

/** The key of one account, as it was handed over, for the caller to wipe. Throws as reading the vault's does. */
export function readAccountKey(place: KeyPlace): Buffer | undefined {
  const path = accountKeyPath(place)
  const file = path === undefined ? undefined : readKeyFile(path)
  return path !== undefined && file ? judge(path, file, HANDED_OVER) : undefined
}

/**
 * The key, for the caller to wipe; `undefined` when there is none yet. Throws CONFIG_INVALID for a key file inside the data folder,
 * FOLDER_UNUSABLE for one that others can read or that is not ours, VAULT_LOCKED for one of another length.
 */
export function readVaultKey(place: KeyPlace, folder: DataFolder): Buffer | undefined {
  const path = keyPath(place)
  const isHandedOver = path === place.handedOver
  if (!isHandedOver) requireOutside(path, folder)
  const file = readKeyFile(path)
  return file && judge(path, file, isHandedOver ? HANDED_OVER : 0o077)
}

/** Makes the key where it is kept, with the folder (0700) around it. Throws as reading does. */
export function createVaultKey({ keyFile }: KeyPlace, folder: DataFolder): Buffer {
  requireOutside(keyFile, folder)
  try {
    makeFolder(dirname(keyFile))
  } catch (error) {
    throw folderError(dirname(keyFile), error)
  }
  return createKeyFile(keyFile)
}

function judge(path: string, { bytes, mode, owner }: KeyFile, forbidden: number): Buffer {
  if (mode & forbidden)
    throw new TickwireError('FOLDER_UNUSABLE', `The vault key ${path} can be read by other users`, {
      next: `chmod 400 ${path}; if somebody may have read it, get new API secrets from your brokers`,
    })
  const user = process.getuid?.()
  if (user !== undefined && owner !== user && owner !== ROOT)
    throw new TickwireError('FOLDER_UNUSABLE', `The vault key ${path} belongs to user ${owner}, this is user ${user}`, {
      next: `run as that user, or: chown ${user} ${path}`,
    })
  if (bytes.length !== KEY_LENGTH)
    throw new TickwireError('VAULT_LOCKED', `The vault key ${path} has not ${KEY_LENGTH} bytes`, {
      next: `restore ${path} from a backup`,
    })
  return bytes
}

/** Throws CONFIG_INVALID for a file in the data folder or beside the vault, naming the setting or the option that says so. */
export function requireOutside(keyFile: string, { root, vaultDb }: DataFolder, setting = 'vault.key_file'): void {
  const isOutside = (folder: string) => {
    const rest = relative(realPath(folder), realPath(keyFile))
    return rest.split(sep)[0] === '..' || isAbsolute(rest)
  }
  if (isOutside(root) && isOutside(dirname(vaultDb))) return
  throw new TickwireError('CONFIG_INVALID', `${setting} (${keyFile}): is inside the data folder ${root}`, {
    next: `name a file outside of it, so that no backup of the folder holds the key: ${setting}`,
  })
}

/** With all links followed, also of a file that is not there yet. */
const realPath = (path: string): string =>
  existsSync(path) || dirname(path) === path ? realpathSync(path) : join(realPath(dirname(path)), basename(path))

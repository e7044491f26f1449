import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { TickwireError } from '../errors.ts'
import { type DataFolder, folderError, makeFolder } from './folder.ts'
import { createKeyFile, KEY_LENGTH, readKeyFile } from './keyfile.ts'

/** Where a private key of the bus is: in the data folder, or where a setting or the service manager says. */
export interface IdentityPlace {
  readonly path: string
  /** Handed over: never made or replaced here, and its group bits may be the mask of an access list. */
  readonly isHandedOver: boolean
}

/** `feed`: nothing for the proxy. `handedOver`: a file for this one process alone. */
export const identityPlace = (
  folder: DataFolder,
  feed: string | undefined,
  handedOver: string | undefined,
): IdentityPlace =>
  handedOver === undefined
    ? { path: folder.identityFile(feed), isHandedOver: false }
    : { path: handedOver, isHandedOver: true }

/**
 * The 32 bytes of a private key; made (0400, in a folder of 0700) where there are none. Throws FOLDER_UNUSABLE for a file
 * others can read or one that was to be handed over and is not there, STORE_CORRUPT for one of another length.
 */
export function readIdentity({ path, isHandedOver }: IdentityPlace): Buffer {
  const file = readKeyFile(path)
  if (!file) {
    if (!isHandedOver) return createIdentity(path)
    throw new TickwireError('FOLDER_UNUSABLE', `The bus identity ${path} is not there`, {
      next: 'put the 32 bytes of the key there, or unset TICKWIRE_IDENTITY_FILE',
    })
  }
  if (file.mode & (isHandedOver ? 0o007 : 0o077))
    throw new TickwireError('FOLDER_UNUSABLE', `The bus identity ${path} can be read by other users`, {
      next: `chmod 400 ${path}; if somebody may have read it: tickwire bus keys --rotate`,
    })
  if (file.bytes.length !== KEY_LENGTH)
    throw new TickwireError('STORE_CORRUPT', `The bus identity ${path} has not ${KEY_LENGTH} bytes`, {
      next: `rm ${path}, then: tickwire bus keys --rotate`,
    })
  return file.bytes
}

/** Puts a fresh key in the place of the old one. Throws FOLDER_UNUSABLE. */
export function replaceIdentity(path: string): Buffer {
  rmSync(path, { force: true })
  return createIdentity(path)
}

function createIdentity(path: string): Buffer {
  try {
    makeFolder(dirname(path))
  } catch (error) {
    throw folderError(dirname(path), error)
  }
  return createKeyFile(path)
}

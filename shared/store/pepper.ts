import { TickwireError } from '../errors.ts'
import { knowBytes } from '../redaction.ts'
import type { DataFolder } from './folder.ts'
import { createKeyFile, KEY_LENGTH, readKeyFile } from './keyfile.ts'
import { isShared } from './sharing.ts'

/** Permissions that it is made with, and those that nobody may have on it. */
export const pepperModes = (path: string): { readonly own: number; readonly forbidden: number } =>
  isShared(path) ? { own: 0o440, forbidden: 0o037 } : { own: 0o400, forbidden: 0o077 }

/**
 * The secret every stored key digest depends on, kept apart from the database so that a copy of one is worth nothing
 * without the other. Made once (0400; 0440 where a group shares the folder). Throws FOLDER_UNUSABLE when others can read it, STORE_CORRUPT when it is cut.
 */
export function readPepper(folder: DataFolder): Buffer {
  const pepper = openPepper(folder)
  knowBytes(pepper)
  return pepper
}

function openPepper({ pepperFile }: DataFolder): Buffer {
  const { own, forbidden } = pepperModes(pepperFile)
  const kept = readKeyFile(pepperFile)
  if (!kept) return createKeyFile(pepperFile, own)
  const { bytes, mode } = kept
  if (mode & forbidden)
    throw new TickwireError('FOLDER_UNUSABLE', `${pepperFile} can be read by other users`, {
      next: `chmod ${own.toString(8)} ${pepperFile}, and create new keys if somebody may have read it`,
    })
  if (bytes.length !== KEY_LENGTH)
    throw new TickwireError('STORE_CORRUPT', `${pepperFile} has not ${KEY_LENGTH} bytes`, {
      next: `restore ${pepperFile} from a backup`,
    })
  return bytes
}

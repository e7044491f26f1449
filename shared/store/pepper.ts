import { TickwireError } from '../errors.ts'
import { knowBytes } from '../redaction.ts'
import type { DataFolder } from './folder.ts'
import { createKeyFile, KEY_LENGTH, readKeyFile } from './keyfile.ts'

/**
 * The secret every stored key digest depends on, kept apart from the database so that a copy of one is worth nothing
 * without the other. Made once (0400). Throws FOLDER_UNUSABLE when others can read it, STORE_CORRUPT when it is cut.
 */
export function readPepper(folder: DataFolder): Buffer {
  const pepper = openPepper(folder)
  knowBytes(pepper)
  return pepper
}

function openPepper({ pepperFile }: DataFolder): Buffer {
  const kept = readKeyFile(pepperFile)
  if (!kept) return createKeyFile(pepperFile)
  const { bytes, mode } = kept
  if (mode & 0o077)
    throw new TickwireError('FOLDER_UNUSABLE', `${pepperFile} can be read by other users`, {
      next: `chmod 400 ${pepperFile}, and create new keys if somebody may have read it`,
    })
  if (bytes.length !== KEY_LENGTH)
    throw new TickwireError('STORE_CORRUPT', `${pepperFile} has not ${KEY_LENGTH} bytes`, {
      next: `restore ${pepperFile} from a backup`,
    })
  return bytes
}

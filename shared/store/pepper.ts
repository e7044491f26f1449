import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { systemCode, TickwireError } from '../errors.ts'
import { type DataFolder, folderError } from './folder.ts'

const LENGTH = 32

/**
 * The secret every stored key digest depends on, kept apart from the database so that a copy of one is worth nothing
 * without the other. Made once (0400). Throws FOLDER_UNUSABLE when others can read it, STORE_CORRUPT when it is cut.
 */
export function readPepper({ pepperFile }: DataFolder): Buffer {
  const pepper = read(pepperFile) ?? create(pepperFile)
  if (statSync(pepperFile).mode & 0o077)
    throw new TickwireError('FOLDER_UNUSABLE', `${pepperFile} can be read by other users`, {
      next: `chmod 400 ${pepperFile}, and create new keys if somebody may have read it`,
    })
  if (pepper.length !== LENGTH)
    throw new TickwireError('STORE_CORRUPT', `${pepperFile} has ${pepper.length} bytes instead of ${LENGTH}`, {
      next: `restore ${pepperFile} from a backup`,
    })
  return pepper
}

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw folderError(path, error)
  }
}

/** Two processes may start at once: the one whose link comes second takes the other's pepper. */
function create(path: string): Buffer {
  const beside = `${path}.${process.pid}.new`
  const pepper = randomBytes(LENGTH)
  try {
    writeFileSync(beside, pepper, { mode: 0o400, flag: 'wx', flush: true })
    linkSync(beside, path)
    return pepper
  } catch (error) {
    const other = systemCode(error) === 'EEXIST' ? read(path) : undefined
    if (other) return other
    throw folderError(path, error)
  } finally {
    rmSync(beside, { force: true })
  }
}

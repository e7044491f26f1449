import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { systemCode } from '../errors.ts'
import { folderError } from './folder.ts'

/** Bytes in a key file. */
export const KEY_LENGTH = 32

export interface KeyFile {
  readonly bytes: Buffer
  /** Permission bits. */
  readonly mode: number
  /** Number of the user it belongs to. */
  readonly owner: number
}

/** What is in a key file, unjudged; `undefined` when there is none. Throws FOLDER_UNUSABLE when it cannot be read. */
export function readKeyFile(path: string): KeyFile | undefined {
  try {
    const { mode, uid, size } = statSync(path)
    // A device or a pipe would have no end; a disk image would fill the memory.
    const bytes = size > KEY_LENGTH ? Buffer.alloc(KEY_LENGTH + 1) : readFileSync(path)
    return { bytes, mode: mode & 0o777, owner: uid }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw folderError(path, error)
  }
}

/**
 * Makes a key file (0400 unless told) of random bytes, and gives them. Two processes may do so at once: the one whose link comes
 * second takes the other's key. Throws FOLDER_UNUSABLE.
 */
export function createKeyFile(path: string, mode = 0o400): Buffer {
  const beside = `${path}.${process.pid}.new`
  const key = randomBytes(KEY_LENGTH)
  try {
    writeFileSync(beside, key, { mode, flag: 'wx', flush: true })
    // The file mask may have taken from the group what is meant for it.
    chmodSync(beside, mode)
    linkSync(beside, path)
    flushFolder(dirname(path))
    return key
  } catch (error) {
    const other = systemCode(error) === 'EEXIST' ? readKeyFile(path) : undefined
    if (other) return other.bytes
    throw folderError(path, error)
  } finally {
    rmSync(beside, { force: true })
  }
}

/** What is sealed with the key shall not outlive its name after a power cut. */
export function flushFolder(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { systemCode } from '../errors.ts'
import { folderError } from './folder.ts'
import { fileMode, grant } from './sharing.ts'

/** Writes a small file (0600; 0660 in a folder of a group), replaced whole: a reader sees the old or the new one. Throws FOLDER_UNUSABLE. */
export function writeJsonFile(path: string, value: unknown): void {
  const beside = `${path}.${process.pid}.new`
  try {
    writeFileSync(beside, `${JSON.stringify(value)}\n`, { mode: fileMode(path) })
    grant(beside)
    renameSync(beside, path)
  } catch (error) {
    // Half of it, when the disk is full.
    rmSync(beside, { force: true })
    throw folderError(path, error)
  }
}

/**
 * Absent is undefined, and so is what is no JSON: a power cut may leave an empty file. For what can be done without.
 * Throws FOLDER_UNUSABLE when it cannot be read.
 */
export function readJsonFile(path: string): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw folderError(path, error)
  }
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { systemCode } from '../errors.ts'
import { type DataFolder, folderError } from './folder.ts'

/**
 * Small facts a running process leaves for others, as JSON (0600), replaced whole: a reader sees the old or the new one.
 * They outlive a process that was killed, so that readers ask the lock of that process who holds it now. Throws
 * FOLDER_UNUSABLE.
 */
export function writeRunFile(folder: DataFolder, name: string, value: unknown): void {
  const path = folder.runFile(name)
  const beside = `${path}.${process.pid}.new`
  try {
    writeFileSync(beside, `${JSON.stringify(value)}\n`, { mode: 0o600 })
    renameSync(beside, path)
  } catch (error) {
    // Half of it, when the disk is full.
    rmSync(beside, { force: true })
    throw folderError(path, error)
  }
}

/**
 * Absent is undefined, and so is what is no JSON: a power cut may leave an empty file, and these are but hints. Throws
 * FOLDER_UNUSABLE when it cannot be read.
 */
export function readRunFile(folder: DataFolder, name: string): unknown {
  const path = folder.runFile(name)
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

export function removeRunFile(folder: DataFolder, name: string): void {
  rmSync(folder.runFile(name), { force: true })
}

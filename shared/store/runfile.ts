import { rmSync } from 'node:fs'
import type { DataFolder } from './folder.ts'
import { readJsonFile, writeJsonFile } from './jsonfile.ts'

/**
 * Small facts a running process leaves for others. They outlive a process that was killed, so that readers ask the lock
 * of that process who holds it now. Throws FOLDER_UNUSABLE.
 */
export const writeRunFile = (folder: DataFolder, name: string, value: unknown): void =>
  writeJsonFile(folder.runFile(name), value)

/** `undefined` when there is none, or none that can be understood: these are but hints. Throws FOLDER_UNUSABLE. */
export const readRunFile = (folder: DataFolder, name: string): unknown => readJsonFile(folder.runFile(name))

export function removeRunFile(folder: DataFolder, name: string): void {
  rmSync(folder.runFile(name), { force: true })
}

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { systemCode } from '../errors.ts'
import { folderError } from './folder.ts'

/** That a list was fetched again and was the same: beside the list, so that whoever reads that is not disturbed. */
const receipt = z.object({ hash: z.string(), writtenAt: z.int() })
type Receipt = z.infer<typeof receipt>

const pathOf = (list: string): string => list.replace(/\.db$/, '.json')

/** Throws FOLDER_UNUSABLE. */
export function writeReceipt(list: string, value: Receipt): void {
  const path = pathOf(list)
  const beside = `${path}.${process.pid}.new`
  try {
    writeFileSync(beside, `${JSON.stringify(value)}\n`, { mode: 0o600 })
    renameSync(beside, path)
  } catch (error) {
    rmSync(beside, { force: true })
    throw folderError(path, error)
  }
}

/** When a list of this content was last fetched; `undefined` when that was when it was written. Throws FOLDER_UNUSABLE. */
export function readReceipt(list: string, hash: string): number | undefined {
  const path = pathOf(list)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw folderError(path, error)
  }
  const read = receipt.safeParse(parse(text))
  // Of a list that stood here before, or of one that was put back from a backup: it says nothing of this one.
  return read.success && read.data.hash === hash ? read.data.writtenAt : undefined
}

export function removeReceipt(list: string): void {
  rmSync(pathOf(list), { force: true })
}

/** A power cut may leave an empty file; the list is then as old as it says itself. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

import { rmSync } from 'node:fs'
import { z } from 'zod'
import { readJsonFile, writeJsonFile } from './jsonfile.ts'

/** That a list was fetched again and was the same: beside the list, so that whoever reads that is not disturbed. */
const receipt = z.object({ hash: z.string(), writtenAt: z.int() })
type Receipt = z.infer<typeof receipt>

const pathOf = (list: string): string => list.replace(/\.db$/, '.json')

/** Throws FOLDER_UNUSABLE. */
export const writeReceipt = (list: string, value: Receipt): void => writeJsonFile(pathOf(list), value)

/** When a list of this content was last fetched; `undefined` when that was when it was written. Throws FOLDER_UNUSABLE. */
export function readReceipt(list: string, hash: string): number | undefined {
  const read = receipt.safeParse(readJsonFile(pathOf(list)))
  // Of a list that stood here before, or of one that was put back from a backup: it says nothing of this one.
  return read.success && read.data.hash === hash ? read.data.writtenAt : undefined
}

export function removeReceipt(list: string): void {
  rmSync(pathOf(list), { force: true })
}

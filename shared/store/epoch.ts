import { z } from 'zod'
import type { DataFolder } from './folder.ts'
import { readRunFile, writeRunFile } from './runfile.ts'

const record = z.object({ epoch: z.int().nonnegative() })

const fileOf = (feed: string): string => `epoch-${feed}`

/**
 * The epoch of a publisher of `feed` that starts at `now`: that time, or one more than the last of this data folder, should
 * the clock have been set back since. Throws FOLDER_UNUSABLE.
 */
export function nextEpoch(folder: DataFolder, feed: string, now: number): number {
  const epoch = Math.max(now, lastEpoch(folder, feed) + 1)
  writeRunFile(folder, fileOf(feed), { epoch })
  return epoch
}

/** Some process publishes `feed` in this epoch: the next one that starts here is newer. Throws FOLDER_UNUSABLE. */
export function noteEpoch(folder: DataFolder, feed: string, epoch: number): void {
  if (epoch > lastEpoch(folder, feed)) writeRunFile(folder, fileOf(feed), { epoch })
}

function lastEpoch(folder: DataFolder, feed: string): number {
  const last = record.safeParse(readRunFile(folder, fileOf(feed)))
  return last.success ? last.data.epoch : 0
}

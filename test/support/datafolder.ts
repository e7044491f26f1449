import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type DataFolder, dataFolder, prepareFolder } from '../../shared/store/folder.ts'

/** An empty folder that goes away with the test. */
export function temporaryPath(): string {
  const path = mkdtempSync(join(tmpdir(), 'tw-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** A prepared data folder that goes away with the test. */
export function temporaryFolder(): DataFolder {
  const root = temporaryPath()
  const folder = dataFolder({ dataDir: root, bus: { runDir: join(root, 'run') } })
  prepareFolder(folder)
  return folder
}

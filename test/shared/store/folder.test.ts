import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { dataFolder, prepareFolder } from '../../../shared/store/folder.ts'
import { temporaryPath } from '../../support/datafolder.ts'
import { failure } from '../../support/failure.ts'

const folderIn = (root: string) => dataFolder({ dataDir: root, bus: { runDir: join(root, 'run') } })
const modeOf = (path: string) => statSync(path).mode & 0o777
const isRoot = process.getuid?.() === 0

test('the places are told without touching the disk', () => {
  const folder = folderIn('/nowhere/ticks')
  expect(folder).toMatchObject({ root: '/nowhere/ticks', controlDb: '/nowhere/ticks/control.db' })
  expect(folder.instrumentsDb('ALPHA-2')).toBe('/nowhere/ticks/instruments/ALPHA-2.db')
  expect(folder.lockFile('up')).toBe('/nowhere/ticks/run/up.lock')
  expect(folder.runFile('proxy')).toBe('/nowhere/ticks/run/proxy.json')
  expect(existsSync('/nowhere')).toBe(false)
})

test('a feed name cannot lead out of the folder', () => {
  expect(failure(() => folderIn('/x').instrumentsDb('../control')).code).toBe('FEED_UNKNOWN')
})

test('missing folders are made, for their owner only, and nothing is left in them', () => {
  const root = join(temporaryPath(), 'deep', 'ticks')
  prepareFolder(folderIn(root))
  expect([root, join(root, 'run'), join(root, 'instruments')].map(modeOf)).toEqual([0o700, 0o700, 0o700])
  expect(readdirSync(root).sort()).toEqual(['instruments', 'run'])
  prepareFolder(folderIn(root))
})

test('a path below a regular file is refused, also for root', () => {
  const file = join(temporaryPath(), 'file')
  writeFileSync(file, '')
  const error = failure(() => prepareFolder(folderIn(join(file, 'ticks'))))
  expect(error.code).toBe('FOLDER_UNUSABLE')
  expect(error.message).toContain('a part of the path is a file')
  expect(failure(() => prepareFolder(folderIn(file))).message).toContain('it is a file')
})

test('a folder on a read-only file system is refused, also for root', () => {
  // The only one every Linux has.
  expect(failure(() => prepareFolder(folderIn('/proc/ticks'))).code).toBe('FOLDER_UNUSABLE')
})

test('a run folder open to others is refused with the command to type, and left as it is', () => {
  const root = temporaryPath()
  const run = join(root, 'run')
  mkdirSync(run)
  chmodSync(run, 0o755)
  const error = failure(() => prepareFolder(folderIn(root)))
  expect(error).toMatchObject({ code: 'FOLDER_UNUSABLE', next: `chmod 700 ${run}` })
  expect(modeOf(run)).toBe(0o755)
})

test('a data folder others may read is accepted, one they may write is not', () => {
  const root = temporaryPath()
  chmodSync(root, 0o755)
  prepareFolder(folderIn(root))
  chmodSync(root, 0o770)
  expect(failure(() => prepareFolder(folderIn(root))).next).toBe(`chmod 700 ${root}`)
})

test('a folder of another user is refused', () => {
  const root = isRoot ? temporaryPath() : '/usr'
  if (isRoot) chownSync(root, 12_345, 12_345)
  const error = failure(() => prepareFolder(folderIn(root)))
  expect(error.code).toBe('FOLDER_UNUSABLE')
  expect(error.message).toContain(`belongs to user ${isRoot ? 12_345 : 0}`)
})

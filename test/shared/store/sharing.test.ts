import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loadConfig } from '../../../shared/config.ts'
import { ControlStore } from '../../../shared/store/control.ts'
import { type DataFolder, dataFolder, prepareFolder } from '../../../shared/store/folder.ts'
import { acquireLock, lockHolder } from '../../../shared/store/lock.ts'
import { writeRunFile } from '../../../shared/store/runfile.ts'
import { Vault } from '../../../shared/store/vault.ts'
import { temporaryPath } from '../../support/datafolder.ts'
import { failure } from '../../support/failure.ts'

/** The one group that whoever runs the tests is in for sure. */
const GROUP = process.getgid?.() ?? 0

const modeOf = (path: string): string => (statSync(path).mode & 0o7777).toString(8)

const folderOf = (root: string, group?: number): DataFolder =>
  dataFolder({ dataDir: root, bus: { runDir: join(root, 'run') }, group })

function withMask(mask: number): void {
  const before = process.umask(mask)
  onTestFinished(() => void process.umask(before))
}

test('folders of a group are made for it and for nobody else, whatever the file mask', () => {
  withMask(0o077)
  const root = join(temporaryPath(), 'ticks')
  prepareFolder(folderOf(root, GROUP))
  prepareFolder(folderOf(root, GROUP))
  expect(readdirSync(root).sort()).toEqual(['identities', 'instruments', 'last', 'run'])
  for (const path of ['', 'run', 'instruments', 'last', 'identities'].map(name => join(root, name)))
    expect([path, modeOf(path), statSync(path).gid]).toEqual([path, '2770', GROUP])
})

test('what processes write in them is for the group; what a key depends on is for it to read only', () => {
  withMask(0o077)
  const folder = folderOf(join(temporaryPath(), 'ticks'), GROUP)
  prepareFolder(folder)
  const store = ControlStore.open(folder)
  onTestFinished(() => store.close())
  writeRunFile(folder, 'proxy', {})
  const lock = acquireLock(folder.lockFile('bus'), 'The bus')
  onTestFinished(() => lock.release())
  const { controlDb, pepperFile } = folder
  const files = [controlDb, `${controlDb}-wal`, `${controlDb}-shm`, folder.runFile('proxy'), folder.lockFile('bus')]
  expect(files.map(modeOf)).toEqual(files.map(() => '660'))
  expect(modeOf(pepperFile)).toBe('440')
  expect(lockHolder(folder.lockFile('bus'))).toBe(process.pid)
})

test('a pepper that the group may write, or others may read, is refused', () => {
  const folder = folderOf(join(temporaryPath(), 'ticks'), GROUP)
  prepareFolder(folder)
  ControlStore.open(folder).close()
  for (const mode of [0o460, 0o444]) {
    chmodSync(folder.pepperFile, mode)
    const error = failure(() => ControlStore.open(folder))
    expect(error).toMatchObject({ code: 'FOLDER_UNUSABLE', next: expect.stringContaining('chmod 440 ') })
  }
})

test.each([
  ['open to others', 0o2775, GROUP, 'is open to others than its group'],
  ['its owner’s only', 0o700, GROUP, 'is not shared with its group (700)'],
  ['without the mark that gives what is made in it to the group', 0o770, GROUP, 'is not shared with its group (770)'],
  ['of another group', 0o2770, GROUP + 1, `is to be shared with group ${GROUP + 1}`],
])('a folder that is %s is refused with the command to type, and left as it is', (_, mode, group, why) => {
  const root = join(temporaryPath(), 'ticks')
  mkdirSync(root)
  chmodSync(root, mode)
  const error = failure(() => prepareFolder(folderOf(root, group)))
  expect(error).toMatchObject({ code: 'FOLDER_UNUSABLE', next: `chgrp ${group} ${root} && chmod 2770 ${root}` })
  expect(error.message).toContain(why)
  expect(modeOf(root)).toBe(mode.toString(8))
})

test('without a group in the configuration, a folder of a group is refused as ever', () => {
  const root = join(temporaryPath(), 'ticks')
  prepareFolder(folderOf(root, GROUP))
  expect(failure(() => prepareFolder(folderOf(root))).message).toBe(`${root} is open to other users`)
})

test('the vault stands in a folder of its own, with a group of its own', () => {
  const [root, dir] = [join(temporaryPath(), 'ticks'), join(temporaryPath(), 'vault')]
  const folder = dataFolder({ dataDir: root, bus: { runDir: join(root, 'run') }, vault: { dir, group: GROUP } })
  prepareFolder(folder)
  Vault.open(folder, { keyFile: join(temporaryPath(), 'vault.key') }).close()
  expect(folder.vaultDb).toBe(join(dir, 'vault.db'))
  expect([dir, folder.vaultDb].map(modeOf)).toEqual(['2770', '660'])
  const inside = Vault.open(folder, { keyFile: join(dir, 'vault.key') })
  onTestFinished(() => inside.close())
  expect(failure(() => inside.unlock()).code).toBe('CONFIG_INVALID')
})

test('a group is named by its name or its number; one that is not there is a problem of the setting', () => {
  const dataDir = temporaryPath()
  const groupsOf = (said: string) => {
    writeFileSync(join(dataDir, 'tickwire.toml'), `${said}\n`)
    const { group, vault } = loadConfig({ dataDir }, {})
    return [group, vault.group]
  }
  expect(groupsOf('group = 990\n[vault]\ngroup = "daemon"')).toEqual([990, 1])
  expect(groupsOf('')).toEqual([undefined, undefined])
  expect(failure(() => groupsOf('group = "nobody-has-it"'))).toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('has no group "nobody-has-it"; make it (groupadd --system nobody-has-it)'),
  })
  for (const said of ['group = 0', 'group = "root"'])
    expect(failure(() => groupsOf(said)).message).toContain('is the group of root; make one of its own')
  expect(failure(() => groupsOf('group = "a b"')).message).toContain('must be the name or the number of a group')
})

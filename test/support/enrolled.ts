import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { dataFolder } from '../../shared/store/folder.ts'
import { Vault } from '../../shared/store/vault.ts'
import { credentialLines, sessionAdapterFolder } from './sessionadapter.ts'
import { Processes } from './system.ts'

/** A data folder of its own that goes away with the test. */
export function emptyFolder(config = ''): Processes {
  const processes = new Processes(config)
  onTestFinished(() => processes.remove())
  return processes
}

/** A folder with an account of the test's broker. */
export async function enrolled(config = '') {
  const there = emptyFolder(config)
  const path = sessionAdapterFolder()
  const add = (input = credentialLines(), ...more: string[]) =>
    there.pipe(input, 'account', 'add', 'testbroker', '--path', path, ...more)
  const first = await add()
  expect(first.code, first.err).toBe(0)
  return { there, path, add, first, vault: openVault(there) }
}

/** The vault of that folder. */
export function openVault({ folder, keyFile }: Processes): Vault {
  const vault = Vault.open(dataFolder({ dataDir: folder, bus: { runDir: join(folder, 'run') } }), { keyFile })
  onTestFinished(() => vault.close())
  return vault
}

/** What `account list` says. */
export const rows = async (there: Processes) =>
  (await there.run('account', 'list')).out
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line))

/** The names of all feeds. */
export const feeds = async (there: Processes) =>
  (await there.run('adapter', 'list')).out
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line).name)

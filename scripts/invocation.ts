import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Clock, systemClock } from '../shared/clock.ts'
import { type Config, loadConfig, type Overrides } from '../shared/config.ts'
import { createLog, type Log } from '../shared/log.ts'
import { ControlStore } from '../shared/store/control.ts'
import { type DataFolder, dataFolder, prepareFolder } from '../shared/store/folder.ts'
import type { Globals } from './globals.ts'
import { prepareFirstStart } from './setup.ts'
import { openTerminal, type Terminal } from './terminal.ts'

/** What one call of a command works with. */
export interface Invocation {
  readonly config: Config
  readonly folder: DataFolder
  readonly terminal: Terminal
  readonly clock: Clock
  /** The global options again, for child processes. */
  readonly args: readonly string[]
  readonly globals: Globals
  /** What the command line says of the market, for the feeds it starts. */
  readonly market?: string | undefined
}

/** What the global options say of the configuration. */
export const overridesOf = ({ config, dataDir }: Globals): Pick<Overrides, 'configFile' | 'dataDir'> => ({
  ...(config === undefined ? {} : { configFile: resolve(config) }),
  ...(dataDir === undefined ? {} : { dataDir: resolve(dataDir) }),
})

/** Reads the configuration. Throws CONFIG_INVALID with every problem. */
export function openInvocation(
  globals: Globals,
  overrides: Pick<Overrides, 'host' | 'port' | 'workers' | 'market' | 'fileMayMiss'> = {},
): Invocation {
  const { config: configFile, dataDir } = globals
  const config = loadConfig({ ...overridesOf(globals), ...overrides })
  const args = [
    ...(configFile === undefined ? [] : ['--config', resolve(configFile)]),
    ...(dataDir === undefined ? [] : ['--data-dir', resolve(dataDir)]),
    ...(globals.debug ? ['--debug'] : []),
  ]
  return {
    config,
    folder: dataFolder(config),
    terminal: openTerminal(globals),
    clock: systemClock,
    args,
    globals,
    market: overrides.market,
  }
}

/** The log of one process of this invocation, on stderr. */
export const openLog = ({ config, globals }: Invocation, name: string): Log =>
  createLog({ process: name, level: globals.debug ? 'debug' : config.log.level, format: config.log.format })

/** Opens the control data, with its first user and feed. Throws FOLDER_UNUSABLE, STORE_CORRUPT or STORE_BUSY. */
export function openStore({ folder, clock }: Invocation): ControlStore {
  prepareFolder(folder)
  const store = ControlStore.open(folder)
  prepareFirstStart(store, clock)
  return store
}

/** Opens the control data for as long as `use` takes. */
export async function withStore<T>(invocation: Invocation, use: (store: ControlStore) => T | Promise<T>): Promise<T> {
  const store = openStore(invocation)
  try {
    return await use(store)
  } finally {
    store.close()
  }
}

/** Whether there is anything to look at in the data folder. */
export const wasStarted = ({ folder }: Invocation): boolean => existsSync(folder.controlDb)

/** For commands that only look: the same where a system was started before; else says so, and makes nothing. */
export async function withExistingStore<T>(
  invocation: Invocation,
  use: (store: ControlStore) => T | Promise<T>,
): Promise<T | undefined> {
  return requireStarted(invocation) ? withStore(invocation, use) : undefined
}

/** The same, with false where nothing was started. */
export function requireStarted(invocation: Invocation): boolean {
  if (wasStarted(invocation)) return true
  const { folder, terminal } = invocation
  terminal.say(`Nothing was started in ${folder.root} yet. next: tickwire up, or name another folder with --data-dir`)
  return false
}

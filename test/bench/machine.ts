import { accessSync, constants } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { delimiter, join, resolve } from 'node:path'

const BIN = resolve(import.meta.dirname, '../../node_modules/.bin')

/** Where a program is, on the PATH or among the installed packages. */
export function findProgram(name: string): string | undefined {
  const folders = [BIN, ...(process.env['PATH'] ?? '').split(delimiter)]
  return folders.map(folder => join(folder, name)).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Which core is whose: the server under test has one to itself, as far as this machine lets it. */
export interface Cores {
  readonly server: number | undefined
  readonly load: number | undefined
}

export const CORES: Cores =
  cpus().length > 1 && findProgram('taskset') ? { server: 0, load: 1 } : { server: undefined, load: undefined }

/** One line that says where the figures were taken. */
export function describeMachine(now: Date): string {
  const all = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  const pinned = CORES.server === undefined ? 'not pinned' : 'server and load client pinned to a core each'
  return (
    `${all.length} cores (${all[0]?.model.trim() ?? 'unknown'}), ${memory} GiB, Linux ${release()}, ` +
    `Node ${process.versions.node}, ${pinned}. ${now.toISOString().slice(0, 10)}.`
  )
}

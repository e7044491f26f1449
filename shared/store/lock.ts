import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { systemCode, TickwireError } from '../errors.ts'
import { folderError } from './folder.ts'
import { fileMode, grant, isShared } from './sharing.ts'
import { openSqlite } from './sqlite.ts'

export interface Lock {
  release(): void
}

/** Whoever only looks (`lockHolder`) is in the way for a moment; a holder outlasts this. It blocks the event loop. */
const LOOKER_LIMIT_MS = 200
/** What the system call takes; a larger number in the file is no process. */
const LARGEST_PID = 0x7fffffff

/**
 * A lock for the life of this process: an EXCLUSIVE SQLite transaction held open on `path`, which the kernel gives back
 * when the process dies, however it dies. `what` names the locked thing in the error ("Tickwire in /home/a/.tickwire").
 * Throws ALREADY_RUNNING, FOLDER_UNUSABLE.
 */
export function acquireLock(path: string, what: string): Lock {
  const sqlite = lock(path, what)
  let held = true
  const pidFile = `${path}.pid`
  try {
    // Not opened and closed by hand before: closing a second descriptor of the lock file would drop the lock.
    // SQLite made it, or a process of another user did.
    grant(path)
    writeFileSync(pidFile, `${process.pid}\n`, { mode: fileMode(pidFile) })
    grant(pidFile)
  } catch (error) {
    sqlite.close()
    throw folderError(pidFile, error)
  }
  return {
    release() {
      if (!held) return
      held = false
      rmSync(pidFile, { force: true })
      sqlite.close()
    },
  }
}

/**
 * The living process that holds the lock at `path` now; `undefined` when nobody does, or when the holder did not say who
 * he is. The holder may ask, too: SQLite keeps its lock through the look. Throws FOLDER_UNUSABLE.
 */
export function lockHolder(path: string): number | undefined {
  if (!existsSync(path)) return undefined
  let sqlite: Sqlite.Database | undefined
  try {
    sqlite = openSqlite(path, { timeout: 0, readonly: true })
    // Any look into the file needs what the holder has.
    sqlite.exec('SELECT 1 FROM sqlite_schema')
    return undefined
  } catch (cause) {
    if (!isBusy(cause)) throw lockError(path, cause)
    return readHolder(`${path}.pid`)
  } finally {
    sqlite?.close()
  }
}

function lock(path: string, what: string): Sqlite.Database {
  let sqlite: Sqlite.Database | undefined
  try {
    sqlite = openSqlite(path, { timeout: LOOKER_LIMIT_MS })
    sqlite.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return sqlite
  } catch (cause) {
    sqlite?.close()
    if (!isBusy(cause)) throw lockError(path, cause)
    const pid = readHolder(`${path}.pid`)
    throw new TickwireError(
      'ALREADY_RUNNING',
      `${what} is already running${pid === undefined ? '' : ` (process ${pid})`}`,
      {
        next: pid === undefined ? 'tickwire status' : `tickwire status, or stop it: kill ${pid}`,
        cause,
      },
    )
  }
}

const isBusy = (cause: unknown): boolean => cause instanceof Sqlite.SqliteError && cause.code.startsWith('SQLITE_BUSY')

function lockError(path: string, cause: unknown): unknown {
  const code = systemCode(cause)
  if (code === undefined && !(cause instanceof TypeError)) return cause
  return new TickwireError('FOLDER_UNUSABLE', `Lock file ${path} cannot be used (${code ?? 'its folder is missing'})`, {
    next: `check its folder, and remove the file when nothing runs: rm ${path}`,
    cause,
  })
}

/** The process that holds the lock, when it said so and lives. A file left by a dead one names nobody. */
function readHolder(pidFile: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10)
    if (!(pid > 0 && pid <= LARGEST_PID)) return undefined
    return isAlive(pid, isShared(pidFile)) ? pid : undefined
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT') return undefined
    throw folderError(pidFile, error)
  }
}

/** A process of another user holds a lock only where a group shares the folder; elsewhere the number is used again. */
function isAlive(pid: number, mayBeOthers: boolean): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return mayBeOthers && systemCode(error) === 'EPERM'
  }
}

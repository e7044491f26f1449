import type { Clock } from '../../shared/clock.ts'
import { type Check, fail, ok, warn } from './check.ts'

const OLDEST_NODE = 20
/** Gets no security fixes any more. */
const ENDED_NODE = 20
const THIS_YEAR = 2026

export function checkNode(version: string): Check {
  const major = Number(version.split('.', 1)[0])
  const fix = 'install Node 22 or 24 from https://nodejs.org'
  if (major < OLDEST_NODE) return fail('node', `Node ${version} is too old`, fix)
  if (major <= ENDED_NODE) return warn('node', `Node ${version} works, but is past its end of life`, fix)
  return ok('node', `Node ${version}`)
}

/** Loads the compiled parts for real: a copy made on another machine fails here and nowhere clearer. */
export async function checkNatives(): Promise<Check> {
  try {
    const { openSqlite } = await import('../../shared/store/sqlite.ts')
    openSqlite(':memory:').close()
    const { version } = await import('zeromq')
    return ok('native modules', `SQLite and ZeroMQ ${version} load`)
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n', 1)[0] : String(error)
    return fail('native modules', why ?? '', 'npm rebuild better-sqlite3 zeromq')
  }
}

export function checkClock(clock: Pick<Clock, 'now'>): Check {
  const now = new Date(clock.now())
  if (now.getUTCFullYear() >= THIS_YEAR) return ok('clock', now.toISOString())
  return fail('clock', `The clock says ${now.toISOString()}`, 'timedatectl set-ntp true')
}

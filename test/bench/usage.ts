import { readdirSync, readFileSync } from 'node:fs'
import { systemClock } from '../../shared/clock.ts'

/** What a process has used since it began, in seconds. */
export interface Usage {
  /** On a core. */
  readonly cpu: number
  /** Its main thread: able to run, while something else had the core. */
  readonly waited: number
}

const NANOS = 1e9

/** Of all its threads, as the scheduler counts them; zeros once it is gone. */
export function usageOf(pid: number): Usage {
  let cpu = 0
  let waited = 0
  for (const thread of threads(pid)) {
    const [ran = 0, queued = 0] = read(`/proc/${pid}/task/${thread}/schedstat`).split(' ').map(Number)
    cpu += ran
    if (thread === String(pid)) waited = queued
  }
  return { cpu: cpu / NANOS, waited: waited / NANOS }
}

/** Resident memory, bytes. */
export function memoryOf(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1] ?? '0'
  return Number(kilobytes) * 1024
}

/** Memory that is its own and no file's, bytes. */
export function residentOf(pid: number): number {
  const kilobytes = /^RssAnon:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1] ?? '0'
  return Number(kilobytes) * 1024
}

function threads(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
}

/** A thread may end between being listed and being read. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Shares of a core that some processes use while something is measured. */
export async function sharesDuring<Name extends string, Result>(
  pids: Readonly<Record<Name, number>>,
  measured: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly shares: Readonly<Record<Name, number>> }> {
  const names = Object.keys(pids) as Name[]
  const before = names.map(name => usageOf(pids[name]).cpu)
  const began = systemClock.monotonic()
  const result = await measured()
  const seconds = (systemClock.monotonic() - began) / 1000
  const shares = names.map((name, nth) => [name, (usageOf(pids[name]).cpu - (before[nth] ?? 0)) / seconds])
  return { result, shares: Object.fromEntries(shares) }
}

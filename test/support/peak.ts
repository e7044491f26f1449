import { readFileSync } from 'node:fs'

/** What the kernel says of a process, to the process itself. */
export const OWN_STATUS = '/proc/self/status'

/**
 * The most memory a process ever had resident, in bytes, from the text of its status. The `maxRSS` of Node, which is the
 * kernel's `ru_maxrss`, is not that: a child begins it with what its parent had when it was started.
 */
export function peakOf(status: string): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]
  if (kilobytes === undefined) throw new Error(`No VmHWM in ${JSON.stringify(status)}`)
  return Number(kilobytes) * 1024
}

/** The same, of this process. */
export const ownPeak = (): number => peakOf(readFileSync(OWN_STATUS, 'utf8'))

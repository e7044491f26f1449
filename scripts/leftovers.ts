import { pause } from '../shared/clock.ts'
import { systemCode } from '../shared/errors.ts'
import { lockHolder } from '../shared/store/lock.ts'
import { readRunFile } from '../shared/store/runfile.ts'
import { lockName, upFacts } from './facts.ts'
import type { Invocation } from './invocation.ts'

/** Longer than a process takes that notices the death of its supervisor. */
const LIMIT_MS = 6000
const LOOK_MS = 50

export interface Leftover {
  readonly name: string
  readonly pid: number
  readonly lockFile: string
}

type Onlooker = Pick<Invocation, 'folder' | 'clock' | 'terminal'>

/**
 * After a `tickwire up` was killed its children take a moment to notice, and a hung one never does; they still hold the
 * bus, the port and the feeds. Waits for those that hold their lock, then kills them. The lock is the proof: an id alone
 * may belong to somebody else by now, as ids are used again and the run file outlives a reboot.
 */
export async function outlastLeftovers(invocation: Onlooker): Promise<void> {
  const { folder } = invocation
  const before = upFacts.safeParse(readRunFile(folder, 'up'))
  if (!before.success) return
  const leftovers = before.data.children.flatMap(({ name, kind, pid }): Leftover[] =>
    pid === undefined ? [] : [{ name, pid, lockFile: folder.lockFile(lockName(kind, name)) }],
  )
  await outlast(leftovers, 'tickwire up', invocation)
}

/** Waits for processes that an earlier `parent` left behind, then kills those that still hold their lock. */
export async function outlast(
  leftovers: readonly Leftover[],
  parent: string,
  { clock, terminal }: Pick<Onlooker, 'clock' | 'terminal'>,
): Promise<void> {
  const wait = async (goesOn: () => boolean) => {
    const deadline = clock.monotonic() + LIMIT_MS
    while (goesOn() && clock.monotonic() < deadline) await pause(clock, LOOK_MS)
  }
  const holdsOn = ({ pid, lockFile }: Leftover) => lockHolder(lockFile) === pid
  await wait(() => leftovers.some(holdsOn))
  const stuck = leftovers.filter(holdsOn)
  for (const { name, pid } of stuck) {
    terminal.say(`${name} of an earlier ${parent} (process ${pid}) did not end by itself: killed`)
    kill(pid)
  }
  await wait(() => stuck.some(holdsOn))
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    // It ended at last. One that may not be killed keeps its lock, and whoever needs that says so.
    const code = systemCode(error)
    if (code !== 'ESRCH' && code !== 'EPERM') throw error
  }
}

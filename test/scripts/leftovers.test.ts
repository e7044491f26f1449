import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { UpFacts } from '../../scripts/facts.ts'
import { outlastLeftovers } from '../../scripts/leftovers.ts'
import { Terminal } from '../../scripts/terminal.ts'
import { ManualClock } from '../../shared/clock.ts'
import { lockHolder } from '../../shared/store/lock.ts'
import { writeRunFile } from '../../shared/store/runfile.ts'
import { temporaryFolder } from '../support/datafolder.ts'
import { eventually, isAlive, System } from '../support/system.ts'

const HOLDER = fileURLToPath(new URL('../support/lockholder.mjs', import.meta.url))

function open() {
  const folder = temporaryFolder()
  const clock = new ManualClock()
  const err = new PassThrough()
  const terminal = new Terminal({ out: new PassThrough(), err, color: false, quiet: false })
  return {
    folder,
    said: () => String(err.read() ?? ''),
    /** A process of its own that holds a lock; `end` asks it to end, and resolves with the signal that did, if one did. */
    hold: async (lock: string) => {
      const child = fork(HOLDER, [folder.lockFile(lock)])
      onTestFinished(() => void child.kill('SIGKILL'))
      const ended = once(child, 'exit').then(([, signal]) => signal as string | null)
      await once(child, 'message')
      const end = () => {
        if (child.connected) child.disconnect()
        return ended
      }
      return { pid: child.pid ?? 0, end }
    },
    /** Leaves the run file that a killed `tickwire up` with this one feed would leave. */
    leave: (name: string, pid: number): void => {
      const child = { name, kind: 'adapter', pid, state: 'running', since: 0, restarts: 0 } as const
      const facts: UpFacts = { pid: 1, startedAt: 0, children: [child], events: [] }
      writeRunFile(folder, 'up', facts)
    },
    /** Resolves when nothing is waited for any more; meanwhile time flies. */
    outlast: async (): Promise<void> => {
      let done = false
      const outlasted = outlastLeftovers({ folder, clock, terminal }).then(() => {
        done = true
      })
      await eventually(() => {
        // What was killed takes a moment of real time to be gone.
        clock.advance(50)
        return done
      })
      await outlasted
    },
    /** The same while time stands still: resolves only when nothing is waited for. */
    outlastAtOnce: () => outlastLeftovers({ folder, clock, terminal }),
  }
}

describe('what an earlier tickwire up left behind', () => {
  it('is killed when it does not end and still holds its lock, which is free afterwards', async () => {
    const { folder, said, hold, leave, outlast } = open()
    const leftover = await hold('feed-DEMO')
    leave('DEMO', leftover.pid)
    await outlast()
    expect(lockHolder(folder.lockFile('feed-DEMO'))).toBeUndefined()
    expect(await leftover.end()).toBe('SIGKILL')
    expect(said()).toBe(`DEMO of an earlier tickwire up (process ${leftover.pid}) did not end by itself: killed\n`)
  })

  it('is not killed for its number alone, nor waited for: another program may have it now', async () => {
    const { said, hold, leave, outlastAtOnce } = open()
    const stranger = await hold('feed-OTHER')
    leave('DEMO', stranger.pid)
    await outlastAtOnce()
    expect(await stranger.end()).toBeNull()
    expect(said()).toBe('')
  })

  it('does not include a process that somebody started by hand', async () => {
    const { said, hold, leave, outlast } = open()
    const byHand = await hold('feed-DEMO')
    const stranger = await hold('feed-OTHER')
    leave('DEMO', stranger.pid)
    await outlast()
    expect(await byHand.end()).toBeNull()
    expect(await stranger.end()).toBeNull()
    expect(said()).toBe('')
  })
})

describe('tickwire up', () => {
  let system: System

  beforeAll(async () => {
    system = await System.start()
  })

  afterAll(() => system?.close())

  it('takes over from one that was killed while its processes hung', async () => {
    const hung = system.facts().children.map(({ name, pid = 0 }) => ({ name, pid }))
    for (const { pid } of hung) {
      process.kill(pid, 'SIGSTOP')
      onTestFinished(() => void (isAlive(pid) && process.kill(pid, 'SIGKILL')))
    }
    // Its output stays open in the hands of its children, so that only its exit can be awaited.
    const gone = once(system.up.child, 'exit')
    system.up.child.kill('SIGKILL')
    await gone
    // One that is ended while it waits for them must not forget who they are.
    const brokenOff = system.start(['up', '--port', 'auto'])
    await eventually(() => lockHolder(join(system.folder, 'run', 'up.lock')) === brokenOff.child.pid)
    expect(await brokenOff.stop('SIGINT')).toMatchObject({ code: 0, err: '' })
    system.up = system.start(['up', '--port', 'auto'])
    // Six seconds it waits for them, and then it starts.
    await eventually(() => system.up.out.includes('tickwire tail'), 40_000)
    for (const { name, pid } of hung)
      expect(system.up.err).toContain(
        `${name} of an earlier tickwire up (process ${pid}) did not end by itself: killed`,
      )
    await eventually(() => !hung.some(({ pid }) => isAlive(pid)))
    expect(system.facts().children.map(({ state }) => state)).toEqual(['running', 'running', 'running'])
  })
})

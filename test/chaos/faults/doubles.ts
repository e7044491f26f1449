import { copyFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../../shared/clock.ts'
import type { Program } from '../../bench/process.ts'
import { tickwireProcess, vaultKey } from '../../bench/system.ts'
import { back, type Fault, ONE_BROKER, type Run, wander } from '../fault.ts'
import type { Stage } from '../stage.ts'

const FENCED_MS = 3000
const STARTS_MS = 15_000
const AGAIN_MS = 10_000

/** The same account on another machine: a copy of the folder, with locks of its own, on the same bus. */
function twin(stage: Stage): { readonly process: Program; remove(): Promise<void> } {
  const outer = mkdtempSync('/tmp/tw-')
  const folder = join(outer, 'd')
  cpSync(stage.folder, folder, { recursive: true, filter: path => !path.startsWith(join(stage.folder, 'run')) })
  copyFileSync(vaultKey(stage.folder), vaultKey(folder))
  const process = tickwireProcess(folder, ['adapter', 'run', stage.feed()])
  return {
    process,
    async remove() {
      await process.stop()
      rmSync(outer, { recursive: true, force: true })
    },
  }
}

/** In the same folder the lock refuses it, in words and at once. */
async function plain({ stage }: Run): Promise<string[]> {
  const process = stage.run('adapter', 'run', stage.feed())
  const ended = await stage.eventually(() => (process.hasEnded ? true : undefined), STARTS_MS)
  await process.stop()
  if (!ended) return ['a second `adapter run` in the same folder was let in']
  const isTold = /ALREADY_RUNNING|already run/i.test(process.errors)
  return isTold ? [] : [`a second one ended without saying why: ${process.errors.slice(-300)}`]
}

/** From the second session at the broker until there is one again. */
async function fenced({ stage }: Run, before: number): Promise<number | undefined> {
  const wire = stage.wire()
  const came = await stage.eventually(
    () => (wire.connections > before ? systemClock.monotonic() : undefined),
    STARTS_MS,
  )
  if (came === undefined) return 0
  const gone = await stage.eventually(
    () => (wire.connections <= before ? systemClock.monotonic() : undefined),
    FENCED_MS * 5,
  )
  return gone === undefined ? undefined : gone - came
}

/** Who gave way is parked until a person says that it may serve again. */
async function enable({ stage }: Run): Promise<void> {
  const process = stage.run('adapter', 'enable', stage.feed())
  await stage.eventually(() => (process.hasEnded ? true : undefined), STARTS_MS)
}

export const duplicate: Fault = {
  name: 'duplicate-adapter',
  about:
    'a second adapter of the same feed: in the same folder, then from a copy of it elsewhere (fenced: one session left)',
  limits: { told: FENCED_MS, back: AGAIN_MS },
  runs: 2,
  promise: 'P2 P3',
  stage: seed => ({ ...ONE_BROKER(seed), hasTcp: true }),
  async run(run) {
    const { stage } = run
    await wander(run)
    const faults = await plain(run)
    const { doubled } = stage.judge.sums
    const before = stage.wire().connections
    const second = twin(stage)
    try {
      const after = await fenced(run, before)
      stage.judge.broke(systemClock.now())
      const again = await back(run)
      const doubles = stage.judge.sums.doubled - doubled
      if (doubles > 0) faults.push(`${doubles} ticks came twice`)
      const note = second.process.hasEnded ? 'the second one gave way' : 'the first one gave way'
      return { told: after, by: 'sessions', back: again, faults, note }
    } finally {
      await second.remove()
      await enable(run)
      stage.judge.broke(systemClock.now())
    }
  },
}

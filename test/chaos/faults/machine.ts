import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pause, systemClock } from '../../../shared/clock.ts'
import { ROOT } from '../../support/source.ts'
import { BAD, back, type Fault, ONE_BROKER, wander } from '../fault.ts'

const HOUR_MS = 3_600_000
/** Ahead, the furthest that does not lead into another trading day: then every login would be over, as it should be. */
const AHEAD = [2 * HOUR_MS, HOUR_MS, HOUR_MS / 4] as const
const BACK = -HOUR_MS
/** Six in the morning in India, as a time of the day of UTC. */
const ROLL_MS = 30 * 60_000
const DAY_MS = 24 * HOUR_MS
const LOOKED_MS = 4000
/** What does not tick has to be told by then. */
const TOLD_MS = 32_000
const AGAIN_MS = 10_000
/** A clock set ahead looks like sleep: the connection is made anew, which is said and is no alarm. */
const ALARMS = BAD.filter(state => state !== 'accepted')

function ahead(): number {
  const left = DAY_MS - ((systemClock.now() - ROLL_MS) % DAY_MS)
  return AHEAD.find(step => step + HOUR_MS / 20 < left) ?? HOUR_MS / 60
}

/** The wall clock of every process of Tickwire is what this file says; the monotonic one goes on. */
const STEP = join(ROOT, 'test/support/clockstep.mjs')

export const clockJump: Fault = {
  name: 'clock-jump',
  about: 'the wall clock of every process jumps ahead (2 h, or less before a login ends), 1 h behind, and back',
  limits: { back: AGAIN_MS },
  runs: 1,
  promise: 'P1 P2',
  stage(seed) {
    const folder = mkdtempSync('/tmp/tw-')
    const env = { NODE_OPTIONS: `--import ${STEP}`, CHAOS_CLOCK_FILE: `${folder}.step` }
    return { ...ONE_BROKER(seed), folder, env }
  },
  async run(run) {
    const { stage } = run
    const file = stage.options.env?.CHAOS_CLOCK_FILE ?? ''
    const faults: string[] = []
    stage.judge.judgesTimes = false
    try {
      for (const step of [ahead(), BACK]) {
        await wander(run)
        const since = systemClock.monotonic()
        writeFileSync(file, String(step))
        await pause(systemClock, LOOKED_MS)
        const word = stage.client.told(since, ALARMS)
        if (word) faults.push(`a jump of ${step / HOUR_MS} h was told as ${word.state}: ${word.reason}`)
        if ((await back(run, TOLD_MS)) !== undefined) continue
        const later = stage.client.told(since, [...ALARMS, 'accepted'])
        faults.push(
          `no ticks after a jump of ${step / HOUR_MS} h, ${later ? `told: ${later.reason}` : 'and no word of it'}`,
        )
        stage.judge.broke(systemClock.now())
      }
    } finally {
      writeFileSync(file, '0')
      await pause(systemClock, 500)
      stage.judge.broke(systemClock.now())
    }
    const again = await back(run)
    stage.judge.judgesTimes = true
    rmSync(file, { force: true })
    return { back: again, faults }
  },
}

const DISK_BYTES = 24 * 1_048_576

function mounted(): string | undefined {
  const mount = mkdtempSync('/tmp/td-')
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', mount], { stdio: 'pipe' })
    process.once('exit', () => unmount(mount))
    return mount
  } catch {
    rmSync(mount, { recursive: true })
    return undefined
  }
}

function unmount(mount: string): void {
  try {
    execFileSync('umount', ['-l', mount], { stdio: 'pipe' })
    rmSync(mount, { recursive: true })
  } catch {
    // It is gone already.
  }
}

/** Takes what is left of the disk, to the last block. */
function fill(mount: string): string {
  const file = join(mount, 'ballast')
  const { bavail, bsize } = statfsSync(mount)
  writeFileSync(file, Buffer.alloc(Math.max(0, bavail * bsize - bsize)))
  try {
    for (let nth = 0; nth < 64; nth++) writeFileSync(`${file}${nth}`, Buffer.alloc(4096))
  } catch {
    // Full.
  }
  return file
}

let mount: string | undefined

export const diskFull: Fault = {
  name: 'disk-full',
  about: 'the disk of the data folder is full: prices go on, a new key is refused in words; room again heals',
  limits: { back: AGAIN_MS },
  runs: 1,
  promise: 'P1',
  absent() {
    mount ??= mounted()
    return mount === undefined ? 'a small tmpfs cannot be mounted here (needs root)' : undefined
  },
  stage: seed => ({ ...ONE_BROKER(seed), folder: join(mount ?? '', 'd') }),
  async run(run) {
    const { stage } = run
    await wander(run)
    const faults: string[] = []
    let note = ''
    const since = systemClock.monotonic()
    const file = fill(mount ?? '')
    try {
      await pause(systemClock, LOOKED_MS)
      if ((await back(run)) === undefined) faults.push('no ticks on a full disk')
      const word = stage.client.told(since, BAD)
      if (word) faults.push(`told as ${word.state}: ${word.reason}`)
      const refused = await stage.says('key', 'create', 'full').then(
        () => undefined,
        (error: Error) => error.message,
      )
      if (refused === undefined) faults.push('a key was made on a full disk')
      else if (!/full|space/i.test(refused)) faults.push(`refused without saying why: ${refused.slice(0, 300)}`)
      // One that dies now may have to wait for room, but no longer.
      stage.judge.broke(systemClock.now())
      process.kill(stage.pid(stage.feed()), 'SIGKILL')
      const without = await back(run, AGAIN_MS)
      note = without === undefined ? 'an adapter that dies on a full disk comes back when there is room' : ''
    } finally {
      rmSync(file, { force: true })
      for (let nth = 0; nth < 64; nth++) rmSync(`${file}${nth}`, { force: true })
    }
    const again = await back(run)
    stage.judge.broke(systemClock.now())
    await stage.says('key', 'create', 'room').catch((error: Error) => faults.push(`with room again: ${error.message}`))
    return { back: again, faults, ...(note !== '' && { note }) }
  },
}

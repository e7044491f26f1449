import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pause, systemClock } from '../../../shared/clock.ts'
import { amount } from '../format.ts'
import { type Bench, type Findings, type Part, sized } from '../part.ts'
import { Program } from '../process.ts'
import { appearance, environment, tickwireProcess, tickwireSays } from '../system.ts'

const CROWD = join(import.meta.dirname, '../../support/crowd.mjs')
const HELD = 'RELIANCE,TCS,SBIN,ITC,INFY'
const PROGRAMS = 2
const WITNESSES = 50
const LOOK_MS = 50
/** By then something is wrong. */
const LIMIT_MS = 120_000
const CALM_MS = 3000

interface Stand {
  readonly whole: number
  readonly refused: number
  readonly attempts: number
}

interface Ages {
  readonly p99: number
  readonly max: number
}

/** Everybody comes at once, and comes back at once after a kill: `tickwire up` with its simulator, as it is installed. */
export const reconnect: Part = { name: 'reconnect', run }

async function run(bench: Bench): Promise<Findings> {
  const clients = sized(bench, 10_000, 200)
  const folder = mkdtempSync('/tmp/tw-')
  const programs: Program[] = []
  try {
    const key = (await tickwireSays(folder, 'key', 'create', 'bench')).trim()
    // All of them have one key and one address; how many are let in a second is as it is installed.
    const { TICKWIRE_PROXY_HANDSHAKES_PER_SECOND: _, ...env } = environment(folder)
    const up = tickwireProcess(folder, ['up', '--port', 'auto'], undefined, env)
    programs.push(up)
    const { port } = JSON.parse(await appearance(join(folder, 'run/proxy.json'), up)) as { port: number }
    const crowd = (size: number): Program => {
      const program = new Program({ command: process.execPath, args: [CROWD, String(port), key, String(size), HELD] })
      programs.push(program)
      return program
    }
    const witness = crowd(WITNESSES)
    await settled([witness], WITNESSES)
    const agesOf = () => witness.ask<Ages>('ages')
    await agesOf()
    await pause(systemClock, CALM_MS)
    const before = await agesOf()
    bench.say(`reconnect: ${clients} come`)
    const from = systemClock.monotonic()
    const crowds = Array.from({ length: PROGRAMS }, () => crowd(clients / PROGRAMS))
    const arrival = await settled(crowds, clients)
    const arrivedMs = systemClock.monotonic() - from
    const during = await agesOf()
    bench.say('reconnect: the proxy is killed')
    const killedAt = systemClock.monotonic()
    process.kill((JSON.parse(await appearance(join(folder, 'run/proxy.json'), up)) as { pid: number }).pid, 'SIGKILL')
    await until(async () => (await standOf([witness])).whole === 0)
    const back = await settled([...crowds, witness], clients + WITNESSES)
    const backMs = systemClock.monotonic() - killedAt
    return findings({ clients, before, during, arrival, arrivedMs, back, backMs })
  } finally {
    for (const one of programs.reverse()) await one.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Measured {
  readonly clients: number
  readonly before: Ages
  readonly during: Ages
  readonly arrival: Stand
  readonly arrivedMs: number
  readonly back: Stand
  readonly backMs: number
}

function findings({ clients, before, during, arrival, arrivedMs, back, backMs }: Measured): Findings {
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
  const many = amount(clients)
  return {
    tables: [
      {
        title: 'Reconnect',
        meaning: `${many} clients of five symbols each: until every one has its key accepted and its prices, tries and refused keys, and the ages that ${WITNESSES} clients saw who were there before.`,
        head: ['what', 'all whole after', 'tries', 'refused', 'p99', 'worst'],
        rows: [
          ['nobody comes', '', '', '', `${before.p99} ms`, `${before.max} ms`],
          [
            'all come at once',
            seconds(arrivedMs),
            amount(arrival.attempts),
            String(arrival.refused),
            `${during.p99} ms`,
            `${during.max} ms`,
          ],
          ['kill -9 of the proxy', seconds(backMs), amount(back.attempts), String(back.refused), '', ''],
        ],
      },
    ],
    aims: [
      {
        what: `${many} clients authenticated and subscribed again after a kill of the proxy`,
        aim: 'within 30 s, no key refused',
        measured: `${seconds(backMs)}, ${back.refused} refused`,
        met: backMs <= 30_000 && back.refused === 0,
      },
      {
        what: `while ${many} come at once, those who are there`,
        aim: 'p99 under 250 ms',
        measured: `p99 ${during.p99} ms`,
        met: during.p99 < 250,
      },
    ],
  }
}

async function standOf(programs: readonly Program[]): Promise<Stand> {
  const stands = await Promise.all(programs.map(one => one.ask<Stand>('stand')))
  const sum = (of: (stand: Stand) => number) => stands.reduce((total, stand) => total + of(stand), 0)
  return { whole: sum(one => one.whole), refused: sum(one => one.refused), attempts: sum(one => one.attempts) }
}

async function settled(programs: readonly Program[], whole: number): Promise<Stand> {
  let stand = await standOf(programs)
  await until(async () => {
    stand = await standOf(programs)
    return stand.whole === whole
  })
  return stand
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = systemClock.monotonic() + LIMIT_MS
  while (!(await isSo())) {
    if (systemClock.monotonic() > end) throw new Error(`not everybody was there after ${LIMIT_MS / 1000} s`)
    await pause(systemClock, LOOK_MS)
  }
}

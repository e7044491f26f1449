import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { proxyFacts, upFacts } from '../../../scripts/facts.ts'
import { pause, systemClock } from '../../../shared/clock.ts'
import { Program } from '../../bench/process.ts'
import { appearance, environment, tickwireProcess, tickwireSays, vaultKey } from '../../bench/system.ts'
import { ROOT } from '../../support/source.ts'
import { type Ages, Residents } from './residents.ts'
import { type Tally, WEAPONS } from './weapon.ts'

export interface Attack {
  /** How long it lasts. */
  readonly seconds: number
  /** Without it, all at once. */
  readonly weapons?: readonly string[]
  readonly say: (words: string) => void
}

/** What an attack did to those who were there before it. */
export interface Outcome {
  readonly before: Ages
  readonly during: Ages
  /** Publications that residents did not get, and residents whose connection ended. */
  readonly lost: number
  readonly gone: number
  /** Megabytes of the proxy's resident memory. */
  readonly memory: { readonly before: number; readonly most: number; readonly after: number }
  /** How long who has a good key, and tries again each second, took to a price in the middle of it; undefined: too long. */
  readonly newcomerMs: number | undefined
  /** Until the proxy's memory was back near where it was; undefined: not within a minute. */
  readonly backMs: number | undefined
  readonly tallies: Readonly<Record<string, Tally>>
}

const RESIDENTS = 50
const SYMBOLS = ['RELIANCE', 'TCS', 'SBIN', 'ITC', 'INFY']
const QUIET_MS = 5000
const LOOK_MS = 250
const AGAIN_MS = 1000
const NEWCOMER_MS = 30_000
const BACK_WITHIN_MS = 60_000
/** Memory that is no more than this above where it was is back; the collector never gives all of it back. */
const NEAR_MB = 50

/** All limits are the product's own, but for those of one user: the residents all have his key. */
const CONFIG = `[proxy]
connections_per_key = ${RESIDENTS + 10}
connections_per_user = ${RESIDENTS + 10}
`

/** Attacks a whole Tickwire, started as a user would, beside clients that want nothing but their prices. */
export async function attack({ seconds, weapons, say }: Attack): Promise<Outcome> {
  // Unix sockets live in it: their paths must stay short.
  const folder = mkdtempSync('/tmp/tw-')
  const residents = new Residents()
  let up: Program | undefined
  let attackers: Program | undefined
  try {
    writeFileSync(join(folder, 'tickwire.toml'), CONFIG)
    up = tickwireProcess(folder, ['up', '--port', 'auto'], undefined, strict(folder))
    const { host, port } = proxyFacts.parse(JSON.parse(await appearance(join(folder, 'run/proxy.json'), up)))
    const key = (await tickwireSays(folder, 'key', 'create', 'residents')).trim()
    const { children } = upFacts.parse(JSON.parse(await appearance(join(folder, 'run/up.json'), up)))
    const pid = children.find(({ name }) => name === 'proxy')?.pid ?? 0
    const url = `ws://${host}:${port}`
    await residents.enter(
      url,
      Array.from({ length: RESIDENTS }, () => key),
      SYMBOLS,
    )
    await pause(systemClock, QUIET_MS)
    const before = residents.ages()
    const memoryBefore = megabytesOf(pid)
    let most = memoryBefore
    const watch = setInterval(() => {
      most = Math.max(most, megabytesOf(pid))
    }, LOOK_MS)
    const names = weapons ?? WEAPONS.map(({ name }) => name)
    say(`${names.join(', ')} for ${seconds} s`)
    const script = join(ROOT, 'test/security/attack/attacker.ts')
    const args = ['--import', 'tsx', script, String(port), names.join()]
    attackers = new Program({ command: process.execPath, args })
    await pause(systemClock, (seconds * 1000) / 2)
    const newcomerMs = await enterNow(url, key)
    await pause(systemClock, (seconds * 1000) / 2)
    const tallies = await attackers.ask<Record<string, Tally>>('stand')
    const during = residents.ages()
    await attackers.stop('SIGKILL')
    const ended = systemClock.monotonic()
    let backMs: number | undefined
    while (backMs === undefined && systemClock.monotonic() - ended < BACK_WITHIN_MS) {
      await pause(systemClock, LOOK_MS)
      if (megabytesOf(pid) <= memoryBefore + NEAR_MB) backMs = systemClock.monotonic() - ended
    }
    clearInterval(watch)
    const { lost, gone } = residents
    const memory = { before: memoryBefore, most, after: megabytesOf(pid) }
    return { before, during, lost, gone, memory, newcomerMs, backMs, tallies }
  } finally {
    residents.close()
    await attackers?.stop('SIGKILL')
    await up?.stop()
    rmSync(folder, { recursive: true, force: true })
    rmSync(vaultKey(folder), { force: true })
  }
}

/** The environment of other tests raises the limits at the door; here they are what is tried. */
const strict = (folder: string): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(environment(folder)).filter(([name]) => !name.startsWith('TICKWIRE_PROXY_')))

/** How long who has a good key takes from nothing to a price, as bots do: with another try each second; undefined: too long. */
async function enterNow(url: string, key: string): Promise<number | undefined> {
  const since = systemClock.monotonic()
  while (systemClock.monotonic() - since < NEWCOMER_MS) {
    const newcomer = new Residents()
    try {
      await newcomer.enter(url, [key], SYMBOLS.slice(0, 1))
      return systemClock.monotonic() - since
    } catch {
      await pause(systemClock, AGAIN_MS)
    } finally {
      newcomer.close()
    }
  }
  return undefined
}

/** Resident memory of a process, as the kernel counts it. */
function megabytesOf(pid: number): number {
  const [, kilobytes = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Math.round(Number(kilobytes) / 1024)
}

import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { pause, systemClock } from '../../shared/clock.ts'
import { ROOMY_ENVIRONMENT } from '../support/roomy.ts'
import type { Contender, Rate } from './contender.ts'
import { Control } from './control.ts'
import { tickwire } from './dialect.ts'
import type { PeerKind } from './peer.ts'
import { Program } from './process.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const CLI = join(ROOT, 'dist/scripts/cli.js')
const FEED = join(import.meta.dirname, 'feed')
const PATIENCE_MS = 30_000

interface SystemOptions {
  readonly symbols: number
  /** Core of the proxy; bus and adapter run where there is room. */
  readonly core: number | undefined
  /** Features that clients ask for. */
  readonly features?: readonly string[]
}

/** Tickwire as it is installed: bus, one feed and the proxy, a process each, in a data folder of their own. */
export class System implements Contender {
  readonly name = 'Tickwire'
  bus!: Program
  adapter!: Program
  proxy!: Program
  port = 0
  /** Of a client. */
  key = ''
  dialect = tickwire()
  // Unix sockets live in it: their paths must stay short.
  readonly #folder = mkdtempSync('/tmp/tw-')
  readonly #control = new Control(join(this.#folder, 'bench'))
  readonly #processes: Program[] = []

  private constructor() {}

  static async start(options: SystemOptions): Promise<System> {
    const system = new System()
    try {
      await system.#begin(options)
      return system
    } catch (error) {
      await system.close()
      throw error
    }
  }

  get pid(): number {
    return this.proxy.pid
  }

  setRate(rate: Rate): void {
    if (rate === 'flood') throw new Error('The feed of Tickwire is an open loop')
    void this.#control.say(`rate ${rate}`)
  }

  setSymbols(symbols: number): void {
    void this.#control.say(`symbols ${symbols}`)
  }

  async ticks(): Promise<number> {
    return (await this.#ask<{ ticks: number }>('count')).ticks
  }

  /** Ticks made since it began, of each symbol. */
  async totals(): Promise<readonly number[]> {
    return (await this.#ask<{ totals: number[] }>('totals')).totals
  }

  async close(): Promise<void> {
    // The bus last: without it the others would only complain.
    for (const one of this.#processes.reverse()) await one.stop()
    this.#control.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #begin({ symbols, core, features = [] }: SystemOptions): Promise<void> {
    const folder = this.#folder
    this.key = (await tickwireSays(folder, 'key', 'create', 'bench')).trim()
    const settings = ['--set', `symbols=${symbols}`, '--set', `control=${this.#control.path}`]
    await tickwireSays(folder, 'adapter', 'add', 'BENCH', '--path', FEED, ...settings)
    this.bus = this.#run(['bus'])
    await appearance(join(folder, 'run/bus.json'), this.bus)
    this.adapter = this.#run(['adapter', 'run', 'BENCH'])
    await Promise.race([this.#control.connected(), failure(this.adapter)])
    this.proxy = this.#run(['proxy', '--port', 'auto'], core)
    const { port } = JSON.parse(await appearance(join(folder, 'run/proxy.json'), this.proxy))
    this.port = port
    this.dialect = tickwire(this.key, features)
  }

  #ask<Answer>(line: string): Promise<Answer> {
    return Promise.race([this.#control.ask<Answer>(line), failure(this.adapter)])
  }

  #run(args: readonly string[], core?: number): Program {
    const program = tickwireProcess(this.#folder, args, core)
    this.#processes.push(program)
    return program
  }
}

/** Tickwire among the contenders. */
export const TICKWIRE: PeerKind<System> = {
  name: 'Tickwire',
  needs: [],
  floods: false,
  start: (symbols, core) => System.start({ symbols, core }),
}

/** Outside the folder, where it has to be, and not that of whoever runs the bench. */
export const vaultKey = (folder: string): string => `${folder}-vault.key`

/** The environment of a process that must not find this machine's own installation. */
export const environment = (folder: string): NodeJS.ProcessEnv => {
  const clean = Object.entries(process.env).filter(
    ([name]) => !/^(TICKWIRE|WEBSOCKET|ZMQ|BROKER|CREDENTIALS)_/.test(name),
  )
  const own = { TICKWIRE_DATA_DIR: folder, TICKWIRE_VAULT_KEY_FILE: vaultKey(folder) }
  return { ...Object.fromEntries(clean), ...ROOMY_ENVIRONMENT, ...own }
}

/** One of its commands as a process that stays. */
export const tickwireProcess = (
  folder: string,
  args: readonly string[],
  core?: number,
  env: NodeJS.ProcessEnv = environment(folder),
): Program => new Program({ command: process.execPath, args: [CLI, ...args], core, env })

/** Text of a run file, as soon as the process has left it. */
export async function appearance(file: string, of: Program): Promise<string> {
  const end = systemClock.monotonic() + PATIENCE_MS
  while (!existsSync(file)) {
    if (of.hasEnded) throw new Error(`A process of Tickwire ended: ${of.errors}`)
    if (systemClock.monotonic() > end) throw new Error(`A process of Tickwire does not start: ${of.errors}`)
    await pause(systemClock, 5)
  }
  return readFileSync(file, 'utf8')
}

async function failure(program: Program): Promise<never> {
  await program.ended
  throw new Error(`A process of Tickwire ended: ${program.errors}`)
}

/** What one of its commands prints. */
export async function tickwireSays(folder: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...args], { env: environment(folder) })
  return stdout
}

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type UpFacts, upFacts } from '../../scripts/facts.ts'
import { pause, systemClock } from '../../shared/clock.ts'
import { indianDate } from '../../shared/market/india.ts'
import { universe } from '../emulators/kit/universe.ts'
import { Program } from './process.ts'
import { appearance, environment, tickwireProcess, tickwireSays, vaultKey } from './system.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const CLI = join(ROOT, 'dist/scripts/cli.js')
const EMULATORS = join(ROOT, 'dist/test/emulators/main.js')
/** What every emulated list has besides the instruments that only it has. */
const COMMON_ROWS = 700
const PATIENCE_MS = 60_000

/** One broker of the bench, as `npm run emulate -- … --json` tells of it. */
interface Told {
  readonly broker: string
  readonly origin: string
  readonly settings: Readonly<Record<string, string>>
  readonly credentials: Readonly<Record<string, string>>
  readonly answer: string
}

export interface BrokerSide extends Told {
  /** Of its list, those that no other broker has, as `EXCHANGE:SYMBOL`. */
  readonly instruments: readonly string[]
  readonly process: Program
}

/** What went out of an emulator. */
export interface Sent {
  readonly ticks: number
  /** Opened, the closed ones too. */
  readonly connections: number
}

/** Into how many messages a broker puts what one turn of an instrument says, where that is not one. */
const MESSAGES: Readonly<Record<string, number>> = { fyers: 2 }

/** Tickwire with an account at every emulated broker, set up with the commands a user types. */
export class BrokerSystem {
  readonly brokers: readonly BrokerSide[]
  key = ''
  port = 0
  // Unix sockets live in it: their paths must stay short.
  readonly #folder = mkdtempSync('/tmp/tw-')
  #up: Program | undefined

  private constructor(brokers: readonly BrokerSide[]) {
    this.brokers = brokers
  }

  /** Every broker with so many instruments and so many ticks a second of those that are wanted. */
  static async start(options: { instruments: number; rate: number }): Promise<BrokerSystem> {
    const names = (await emulators(['all'])).map(({ broker }) => broker)
    const sides = await Promise.all(names.map(name => side(name, options)))
    const system = new BrokerSystem(sides)
    try {
      await system.#begin()
      return system
    } catch (error) {
      await system.close()
      throw error
    }
  }

  /** How often a process of Tickwire had to be started again. */
  restarts(): number {
    return this.#facts().children.reduce((sum, one) => sum + one.restarts, 0)
  }

  /** Every process there is, by name. */
  pids(): Readonly<Record<string, number>> {
    const { children } = this.#facts()
    const ours = children.map(({ name, pid = 0 }): [string, number] => [name, pid])
    const theirs = this.brokers.map(({ broker, process }): [string, number] => [`emulated ${broker}`, process.pid])
    return Object.fromEntries([...ours, ...theirs])
  }

  /** Ticks that each feed has published since its start. */
  async ticks(): Promise<Readonly<Record<string, number>>> {
    const headers = { authorization: `Bearer ${this.key}` }
    const answer = await fetch(`http://127.0.0.1:${this.port}/status`, { headers })
    const { feeds } = (await answer.json()) as { feeds: { broker: string; status?: { ticks: number } }[] }
    return Object.fromEntries(feeds.map(({ broker, status }) => [broker, status?.ticks ?? 0]))
  }

  /** What each emulator has sent since it began. */
  async sent(): Promise<Readonly<Record<string, Sent>>> {
    const all = this.brokers.map(async ({ broker, origin }): Promise<[string, Sent]> => {
      const { connections } = (await (await fetch(`${origin}/emulator`)).json()) as {
        connections: { sent: { packets: number } }[]
      }
      return [
        broker,
        { ticks: connections.reduce((sum, { sent }) => sum + sent.packets, 0), connections: connections.length },
      ]
    })
    return Object.fromEntries(await Promise.all(all))
  }

  async close(): Promise<void> {
    await this.#up?.stop()
    await Promise.all(this.brokers.map(({ process }) => process.stop()))
    rmSync(this.#folder, { recursive: true, force: true })
    rmSync(vaultKey(this.#folder), { force: true })
  }

  #facts(): UpFacts {
    return upFacts.parse(JSON.parse(readFileSync(join(this.#folder, 'run/up.json'), 'utf8')))
  }

  async #begin(): Promise<void> {
    const folder = this.#folder
    this.key = (await tickwireSays(folder, 'key', 'create', 'bench')).trim()
    const sections = this.brokers.map(({ broker, settings }) => {
      const set = Object.entries(settings).map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
      return `[feeds.${broker.toUpperCase()}]\n${set.join('\n')}\n`
    })
    writeFileSync(join(folder, 'tickwire.toml'), sections.join('\n'))
    for (const { broker, credentials, answer } of this.brokers) {
      await tickwireTakes(folder, JSON.stringify(credentials), 'account', 'add', broker)
      const { answer: text = '' } = (await (await fetch(answer, { method: 'POST' })).json()) as { answer?: string }
      await tickwireTakes(folder, `${text}\n`, 'account', 'login', broker, '--callback-port', 'off')
    }
    this.#up = tickwireProcess(folder, ['up', '--port', 'auto'])
    this.port = JSON.parse(await appearance(join(folder, 'run/proxy.json'), this.#up)).port
    await this.#live()
  }

  async #live(): Promise<void> {
    const end = systemClock.monotonic() + PATIENCE_MS
    const headers = { authorization: `Bearer ${this.key}` }
    for (;;) {
      const answer = await fetch(`http://127.0.0.1:${this.port}/status`, { headers }).catch(() => undefined)
      const { feeds = [] } = ((await answer?.json()) ?? {}) as { feeds?: readonly { state: string }[] }
      const live = feeds.filter(({ state }) => state === 'live' || state === 'quiet')
      if (live.length === this.brokers.length) return
      if (systemClock.monotonic() > end) throw new Error(`Not every feed is live: ${JSON.stringify(feeds)}`)
      await pause(systemClock, 100)
    }
  }
}

const emulate = (words: readonly string[]): Program =>
  new Program({ command: process.execPath, args: [EMULATORS, ...words, '--port', '0', '--json'] })

/** Which there are. */
async function emulators(words: readonly string[]): Promise<readonly Told[]> {
  const program = emulate(words)
  const { emulators: told } = await program.answer<{ emulators: Told[] }>()
  await program.stop()
  return told
}

/** A process of its own for each: real brokers do not share a core either. */
async function side(broker: string, options: { instruments: number; rate: number }): Promise<BrokerSide> {
  const rows = options.instruments + COMMON_ROWS
  const rate = Math.round(options.rate / (MESSAGES[broker] ?? 1))
  const program = emulate([broker, '--rows', String(rows), '--rate', String(rate)])
  const { emulators: told } = await program.answer<{ emulators: Told[] }>()
  const [one] = told
  if (!one) throw new Error(`No broker ${broker} is emulated`)
  const own = broker.toUpperCase()
  // Some lists have a few rows more that only their broker has.
  const instruments = universe(indianDate(systemClock.now()), rows - 20, own)
    .filter(({ name, symbol, kind }) =>
      kind === 'EQ' ? new RegExp(`^${own}\\d+$`).test(symbol) : name.startsWith(own),
    )
    .slice(0, options.instruments)
    .map(({ exchange, symbol }) => `${exchange}:${symbol}`)
  return { ...one, instruments, process: program }
}

/** Runs one of its commands with this on its stdin. */
async function tickwireTakes(folder: string, input: string, ...args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [CLI, ...args], { env: environment(folder), stdio: ['pipe', 'ignore', 'pipe'] })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  child.stdin.end(input)
  const code = await new Promise<number | null>(done => child.once('close', done))
  if (code !== 0) throw new Error(`tickwire ${args[0]} ${args[1]} ended with ${code}: ${errors}`)
}

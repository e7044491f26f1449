import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ChildFacts, proxyFacts, upFacts } from '../../scripts/facts.ts'
import { pause, systemClock } from '../../shared/clock.ts'
import { Program } from '../bench/process.ts'
import { appearance, environment, tickwireProcess, tickwireSays, vaultKey } from '../bench/system.ts'
import { choose } from '../emulators/catalogue.ts'
import { type Emulated, startEmulators } from '../emulators/fleet.ts'
import { isDerivative } from '../emulators/kit/contract.ts'
import { freePort } from '../support/port.ts'
import { ROOT } from '../support/source.ts'
import { Client, type Held } from './client.ts'
import { Journal } from './oracle/journal.ts'
import { Judge } from './oracle/judge.ts'
import { Wire } from './wire/wire.ts'

export interface StageOptions {
  readonly brokers: readonly string[]
  readonly seed: number
  /** Ticks a second of each broker, evenly over what is held. */
  readonly rate: number
  /** Instruments held of each broker. */
  readonly instruments: number
  readonly mode?: Held['mode']
  /** Instruments that only their broker has, so that each is served by its own feed. */
  readonly own?: boolean
  /** All brokers serve the same instruments. */
  readonly isShared?: boolean
  /** The bus is TCP. */
  readonly hasTcp?: boolean
  readonly kept?: number
  readonly env?: NodeJS.ProcessEnv
  /** A folder that is there already. */
  readonly folder?: string
}

const CLI = join(ROOT, 'dist/scripts/cli.js')
/** What every emulated list has, and rows enough for some that are a broker's own. */
const COMMON = 20
const ROWS = 3000
const PATIENCE_MS = 60_000
const LOOK_MS = 10
const CALM_MS = 700

/** Brokers played in this process, each behind a wire, and Tickwire with an account at each, as a user sets it up. */
export class Stage {
  static readonly #open = new Set<Stage>()
  readonly options: StageOptions
  readonly folder: string
  readonly wires = new Map<string, Wire>()
  readonly journals = new Map<string, Journal>()
  readonly judge: Judge
  emulated: readonly Emulated[] = []
  client!: Client
  key = ''
  #up: Program | undefined

  private constructor(options: StageOptions) {
    this.options = options
    // Unix sockets live in it: their paths must stay short.
    this.folder = options.folder ?? mkdtempSync('/tmp/tw-')
    mkdirSync(this.folder, { recursive: true, mode: 0o700 })
    Stage.#open.add(this)
    this.judge = new Judge((broker, name) => this.journals.get(broker)?.pages.get(name))
  }

  /** All of it, live. */
  static async start(options: StageOptions): Promise<Stage> {
    const stage = new Stage(options)
    try {
      await stage.#begin()
      return stage
    } catch (error) {
      await stage.close()
      throw error
    }
  }

  /** Also those that are still beginning. */
  static async closeAll(): Promise<void> {
    await Promise.all([...Stage.#open].map(one => one.close()))
  }

  /** Name of a broker's feed. */
  feed(broker = this.options.brokers[0] ?? ''): string {
    return broker.toUpperCase()
  }

  wire(broker = this.options.brokers[0] ?? ''): Wire {
    const wire = this.wires.get(broker)
    if (!wire) throw new Error(`no wire to ${broker}`)
    return wire
  }

  /** Where the proxy is now, while it runs. */
  url(): string | undefined {
    const file = join(this.folder, 'run/proxy.json')
    if (!existsSync(file)) return undefined
    try {
      return `ws://127.0.0.1:${proxyFacts.parse(JSON.parse(readFileSync(file, 'utf8'))).port}`
    } catch {
      // It is being written.
      return undefined
    }
  }

  child(name: string): ChildFacts {
    const { children } = upFacts.parse(JSON.parse(readFileSync(join(this.folder, 'run/up.json'), 'utf8')))
    const child = children.find(one => one.name === name)
    if (!child) throw new Error(`no child ${name}`)
    return child
  }

  pid(name: string): number {
    const { pid } = this.child(name)
    if (pid === undefined) throw new Error(`${name} does not run`)
    return pid
  }

  /** Has a broker's emulator do something. */
  async order(name: string, body: object = {}, broker = this.options.brokers[0]): Promise<void> {
    const origin = this.emulated.find(({ manifest }) => manifest.broker === broker)?.running.origin
    const answer = await fetch(`${origin}/emulator/${name}`, { method: 'POST', body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`${broker} ${name}: ${await answer.text()}`)
  }

  /** As its owner every morning. */
  async login(broker = this.options.brokers[0] ?? ''): Promise<void> {
    const one = this.emulated.find(({ manifest }) => manifest.broker === broker)
    await this.give(`${one?.running.answer() ?? ''}\n`, 'account', 'login', broker, '--callback-port', 'off')
  }

  /** Who knocked at the broker's sockets, and how it was answered. */
  async handshakes(broker = this.options.brokers[0]): Promise<readonly { at: number; status?: number }[]> {
    const origin = this.emulated.find(({ manifest }) => manifest.broker === broker)?.running.origin
    const seen = (await (await fetch(`${origin}/emulator`)).json()) as { handshakes: { at: number; status?: number }[] }
    return seen.handshakes
  }

  /** What a feed says of itself. */
  async feedStatus(broker = this.options.brokers[0]): Promise<{ state: string; late: number; malformed: number }> {
    const headers = { authorization: `Bearer ${this.key}` }
    const answer = await fetch(`${this.url()?.replace('ws', 'http')}/status`, { headers })
    const { feeds } = (await answer.json()) as {
      feeds: {
        name: string
        state: string
        status?: { dropped?: { late: number }; traffic?: { malformed: number } }
      }[]
    }
    const feed = feeds.find(({ name }) => name === this.feed(broker))
    const { dropped, traffic } = feed?.status ?? {}
    return { state: feed?.state ?? 'unknown', late: dropped?.late ?? 0, malformed: traffic?.malformed ?? 0 }
  }

  /** What a broker lists. */
  contracts(broker = this.options.brokers[0]): Emulated['running']['market']['contracts'] {
    return this.emulated.find(({ manifest }) => manifest.broker === broker)?.running.market.contracts ?? []
  }

  says(...args: readonly string[]): Promise<string> {
    return tickwireSays(this.folder, ...args)
  }

  /** One of its commands as a process that stays. */
  run(...args: readonly string[]): Program {
    return tickwireProcess(this.folder, args)
  }

  /** Runs a command with this on its stdin. */
  async give(input: string, ...args: readonly string[]): Promise<void> {
    const env = environment(this.folder)
    const child = spawn(process.execPath, [CLI, ...args], { env, stdio: ['pipe', 'ignore', 'pipe'] })
    let errors = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text
    })
    child.stdin.end(input)
    const code = await new Promise<number | null>(done => child.once('close', done))
    if (code !== 0) throw new Error(`tickwire ${args.slice(0, 2).join(' ')} ended with ${code}: ${errors}`)
  }

  /** Awaits a value; `undefined` when it did not come in time. */
  async eventually<T>(read: () => T | undefined | Promise<T | undefined>, timeoutMs: number): Promise<T | undefined> {
    const end = systemClock.monotonic() + timeoutMs
    for (;;) {
      const value = await read()
      if (value !== undefined) return value
      if (systemClock.monotonic() > end) return undefined
      await pause(systemClock, LOOK_MS)
    }
  }

  /** Awaits that everything held has ticked anew, and has for a while. */
  async calm(): Promise<void> {
    for (let turn = 0; turn < 2; turn++) {
      const wall = systemClock.now()
      const fresh = await this.eventually(() => this.client.freshSince(wall), PATIENCE_MS)
      if (fresh === undefined) {
        // It ends with 1 where something is wrong, and says it all the same.
        const said = await this.says('status').catch(({ stdout, message }) => String(stdout || message))
        throw new Error(`not everything ticks: ${this.judge.examples[0] ?? said}`)
      }
      await pause(systemClock, CALM_MS)
    }
  }

  async close(): Promise<void> {
    Stage.#open.delete(this)
    this.client?.close()
    await this.#up?.stop()
    for (const wire of this.wires.values()) wire.close()
    await Promise.all(this.emulated.map(({ running }) => running.close()))
    rmSync(this.folder, { recursive: true, force: true })
    rmSync(vaultKey(this.folder), { force: true })
  }

  async #begin(): Promise<void> {
    const { brokers, seed, rate, instruments, mode = 'Depth', kept, own = false, isShared } = this.options
    this.emulated = await startEmulators(await choose([...brokers], ''), [0], {
      seed,
      rate,
      rows: own || instruments > COMMON ? ROWS : 0,
    })
    const sections: string[] = []
    const held: Held[] = []
    for (const { manifest, running } of this.emulated) {
      const { broker } = manifest
      this.journals.set(broker, new Journal(running.market, kept))
      sections.push(await this.#section(broker, running.settings))
      if (isShared && held.length > 0) continue
      held.push(...heldOf(running.market.contracts, { broker, instruments, mode, own }))
    }
    this.key = (await this.says('key', 'create', 'chaos')).trim()
    writeFileSync(join(this.folder, 'tickwire.toml'), [...sections, ...(await this.#busSection())].join('\n'))
    for (const { manifest, running } of this.emulated) {
      await this.give(JSON.stringify(running.credentials), 'account', 'add', manifest.broker)
      await this.login(manifest.broker)
    }
    this.#up = new Program({
      command: process.execPath,
      args: [CLI, 'up', '--port', 'auto'],
      env: { ...environment(this.folder), ...this.options.env },
    })
    await appearance(join(this.folder, 'run/proxy.json'), this.#up)
    this.client = new Client({ url: () => this.url(), key: this.key, held, judge: this.judge })
    this.client.isBatching = mode === 'Quote'
    this.client.open()
    await this.calm()
  }

  async #busSection(): Promise<readonly string[]> {
    return this.options.hasTcp ? [`[bus.tcp]\nport = ${await freePort(2)}\n`] : []
  }

  /** Every stream goes through a wire of its own. */
  async #section(broker: string, settings: Readonly<Record<string, string>>): Promise<string> {
    const lines: string[] = []
    for (const [name, value] of Object.entries(settings)) {
      if (!value.startsWith('ws:')) {
        lines.push(`${name} = ${JSON.stringify(value)}`)
        continue
      }
      const url = new URL(value)
      const wire = this.wires.get(broker) ?? (await Wire.open(Number(url.port)))
      this.wires.set(broker, wire)
      url.port = String(wire.port)
      const path = url.pathname === '/' && !value.endsWith('/') ? '' : url.pathname
      lines.push(`${name} = ${JSON.stringify(`${url.origin}${path}`)}`)
    }
    return `[feeds.${broker.toUpperCase()}]\nexpect_ticks = "always"\n${lines.join('\n')}\n`
  }
}

/** Shares and options: an index has no trades by which a frame could be told from another. */
function heldOf(
  contracts: Emulated['running']['market']['contracts'],
  options: { broker: string; instruments: number; mode: Held['mode']; own: boolean },
): Held[] {
  const { broker, instruments, mode, own } = options
  const name = broker.toUpperCase()
  const known = own ? contracts.filter(one => one.symbol.startsWith(name)) : contracts
  const shares = known.filter(one => one.exchange === 'NSE' && one.kind === 'EQ' && one.series === 'EQ')
  const rest = known.filter(one => one.exchange === 'NFO' && isDerivative(one))
  // The best known ones of every list play recorded packets, which no market has said.
  const some = shares.slice(-Math.ceil(instruments / 2))
  return [...some, ...rest.slice(0, instruments - some.length)].map(({ exchange, symbol }) => ({
    broker,
    exchange,
    symbol,
    mode,
  }))
}

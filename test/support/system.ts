import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ChildFacts, proxyFacts, type UpFacts, upFacts } from '../../scripts/facts.ts'
import { holds } from './holds.ts'
import { ROOMY_ENVIRONMENT } from './roomy.ts'
import { ROOT } from './source.ts'

/** The command a user types, as `npm run build` made it. */
const CLI = join(ROOT, 'dist/scripts/cli.js')

/** What a finished command said. */
export interface Said {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** One command line process: its output so far, its end, and a way to end it. */
export class Command {
  readonly child: ChildProcess
  readonly done: Promise<Said>
  out = ''
  err = ''

  /** `input` on its stdin; null leaves that open, for what is known later only. */
  constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}, input?: string | null) {
    // An inherited setting would reach the machine's own data folder; a test starts from nothing.
    const clean = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(TICKWIRE|WEBSOCKET|ZMQ|BROKER|CREDENTIALS)_/.test(name)),
    )
    this.child = spawn(process.execPath, [CLI, ...args], { env: { ...clean, ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.out += text
    })
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.err += text
    })
    if (input !== null) this.child.stdin?.end(input)
    this.done = new Promise(resolve => {
      this.child.once('close', code => resolve({ code, out: this.out, err: this.err }))
    })
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Said> {
    this.child.kill(signal)
    return this.done
  }
}

/** Waits for a condition: the value of `read` once it is neither undefined, false nor an exception. */
export const eventually = <T>(read: () => T | undefined | false | Promise<T | undefined | false>, timeout = 15_000) =>
  holds(
    async () => {
      const value = await read()
      if (value === undefined || value === false) throw new Error('not yet')
      return value
    },
    timeout,
    20,
  )

/** Whether a process with this id lives. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Commands and processes that share one data folder of their own. */
export class Processes {
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
  /** The same, unless theirs is below it. */
  protected readonly outer: string

  /** `below`: the data folder is one that a command makes in the folder it was given. */
  constructor(config = '', below = '') {
    // Unix sockets live in it: their paths must stay short.
    this.outer = mkdtempSync('/tmp/tw-')
    this.folder = join(this.outer, below)
    this.env = { ...ROOMY_ENVIRONMENT, TICKWIRE_DATA_DIR: this.folder, TICKWIRE_VAULT_KEY_FILE: this.keyFile }
    if (config) writeFileSync(join(this.outer, 'tickwire.toml'), config)
  }

  start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Command {
    return new Command(args, { ...this.env, ...env })
  }

  /** Of the vault: outside the data folder, and not the one of whoever runs the tests. */
  get keyFile(): string {
    return `${this.outer}-vault.key`
  }

  /** Starts a command with this on its stdin. */
  give(input: string, ...args: readonly string[]): Command {
    return new Command(args, this.env, input)
  }

  /** Runs a command to its end, with this on its stdin. */
  pipe(input: string, ...args: readonly string[]): Promise<Said> {
    return this.give(input, ...args).done
  }

  /** Runs a command to its end. */
  run(...args: readonly string[]): Promise<Said> {
    return this.start(args).done
  }

  hasProxy(): boolean {
    return this.runFile('proxy') !== undefined
  }

  /** Address of the proxy now. */
  url(): string {
    const { host, port } = proxyFacts.parse(this.runFile('proxy'))
    return `ws://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`
  }

  /** What a running process left for others, if it is there. */
  runFile(name: string): unknown {
    const file = join(this.folder, 'run', `${name}.json`)
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
  }

  remove(): void {
    rmSync(this.outer, { recursive: true, force: true })
    rmSync(this.keyFile, { force: true })
  }
}

/** A whole Tickwire, started as a user would: `tickwire up`. */
export class System extends Processes {
  up!: Command
  key = ''

  /** Starts it on a free port and waits for its first words. */
  static async start(config = ''): Promise<System> {
    const system = new System(config)
    await system.begin(['up', '--port', 'auto'])
    return system
  }

  /** Starts it with these words, and waits for its first ones. */
  protected async begin(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<void> {
    this.up = this.start(args, env)
    const ended = this.up.done.then(({ code, err }) => {
      throw new Error(`tickwire up ended with ${code}: ${err}`)
    })
    // As long as the supervisor itself gives its processes to start, and a little.
    await Promise.race([eventually(() => this.up.out.includes('tickwire tail'), 25_000), ended])
    ended.catch(() => {})
    this.key = /tw_live_\w+/.exec(this.up.out)?.[0] ?? this.key
  }

  facts(): UpFacts {
    return upFacts.parse(this.runFile('up'))
  }

  child(name: string): ChildFacts {
    const child = this.facts().children.find(one => one.name === name)
    if (!child) throw new Error(`no child ${name}`)
    return child
  }

  /** Kills one process without warning, or stops it for good; resolves when the supervisor has brought up another. */
  async kill(name: string, signal: 'SIGKILL' | 'SIGSTOP' = 'SIGKILL'): Promise<ChildFacts> {
    const { pid } = this.child(name)
    if (pid === undefined) throw new Error(`${name} does not run`)
    process.kill(pid, signal)
    return eventually(() => {
      const now = this.child(name)
      return now.state === 'running' && now.pid !== pid && now
    })
  }

  async close(): Promise<void> {
    if (this.up.child.exitCode === null) await this.up.stop()
    this.remove()
  }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

export interface Command {
  readonly command: string
  readonly args: readonly string[]
  /** The core it may run on, where the machine can pin. */
  readonly core?: number | undefined
  readonly env?: NodeJS.ProcessEnv
}

/** Before other programs of this machine; where the bench may not do that, it has no effect. */
const URGENT = ['nice', '-n', '-10'] as const
let prefix: readonly string[] = []

/** Every process from now on goes before other programs. */
export function hurry(): void {
  prefix = URGENT
}

/** How long a process may take to end once it is asked to. */
const GRACE_MS = 10_000

/** Nothing that the bench started outlives it, however it ends. */
const alive = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL')
})

/** A process that takes orders on stdin and answers on stdout, one JSON text in a line. */
export class Program {
  readonly ended: Promise<number | null>
  readonly #child: ChildProcess
  readonly #lines: string[] = []
  readonly #waiting: { readonly resolve: (line: string) => void; readonly reject: (error: Error) => void }[] = []
  #errors = ''
  #isOver = false

  constructor({ command, args, core, env = process.env }: Command) {
    const pin = core === undefined ? [] : ['taskset', '-c', String(core)]
    const [program = command, ...words] = [...prefix, ...pin, command, ...args]
    this.#child = spawn(program, words, { env, stdio: ['pipe', 'pipe', 'pipe'] })
    const child = this.#child
    alive.add(child)
    // A process that is gone takes no orders; its end is told below.
    this.#child.stdin?.on('error', () => {})
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-4000)
    })
    if (this.#child.stdout) createInterface({ input: this.#child.stdout }).on('line', line => this.#take(line))
    this.ended = new Promise(resolve => {
      this.#child.once('error', ({ message }) => {
        this.#errors += message
        resolve(null)
      })
      this.#child.once('close', code => resolve(code))
    })
    void this.ended.then(code => {
      this.#isOver = true
      alive.delete(child)
      for (const { reject } of this.#waiting.splice(0))
        reject(new Error(`${[command, ...args].join(' ')} ended with ${code}: ${this.#errors}`))
    })
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** Also when it could not even be started. */
  get hasEnded(): boolean {
    return this.#isOver || this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  /** What it said on stderr, the last of it. */
  get errors(): string {
    return this.#errors
  }

  say(line: string): void {
    this.#child.stdin?.write(`${line}\n`)
  }

  /** The next line it says, as JSON. Rejects when it ends instead. */
  async answer<Answer>(): Promise<Answer> {
    const early = this.#lines.shift()
    if (early !== undefined) return JSON.parse(early) as Answer
    if (this.hasEnded) throw new Error(`it ended: ${this.#errors}`)
    const line = await new Promise<string>((resolve, reject) => this.#waiting.push({ resolve, reject }))
    return JSON.parse(line) as Answer
  }

  ask<Answer>(line: string): Promise<Answer> {
    this.say(line)
    return this.answer<Answer>()
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.hasEnded) return
    this.#child.kill(signal)
    const late = setTimeout(() => this.#child.kill('SIGKILL'), GRACE_MS)
    await this.ended
    clearTimeout(late)
  }

  #take(line: string): void {
    const waiting = this.#waiting.shift()
    if (waiting) waiting.resolve(line)
    else this.#lines.push(line)
  }
}

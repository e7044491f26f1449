import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compile } from './compiler.ts'
import type { Contender } from './contender.ts'
import { type Command, Program } from './process.ts'
import { type Group, scriptOf } from './script.ts'

/** What the clients saw since the last reset. Ages in microseconds. */
export interface Seen {
  readonly clients: number
  /** Connections that the server ended. */
  readonly closed: number
  readonly seconds: number
  /** CPU seconds of the load client itself. */
  readonly cpu: number
  readonly ticks: number
  readonly bytes: number
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly max: number
  /** With a ledger: ticks that a jump of the sequence left out, jumps, steps back or repetitions. */
  readonly missing: number
  readonly holes: number
  readonly backward: number
  /** With a ledger: what the frames and the gap messages say they stand for, and what the sequences moved. */
  readonly counts: number
  readonly lost: number
  readonly gaps: number
  readonly advance: number
}

export interface LoadOptions {
  readonly core: number | undefined
  /** Key of the sequence to keep a ledger of. */
  readonly sequence?: 'ltp' | 'seq'
  /** The age of every tick, not of one in each read. */
  readonly every?: boolean
}

/** A process full of clients. */
export class Load {
  readonly #command: Command
  readonly #folder: string
  #program: Program

  private constructor(command: Command, folder: string) {
    this.#command = command
    this.#folder = folder
    this.#program = new Program(command)
  }

  /** Resolves when every client is connected and has its subscriptions. */
  static async start(
    { port, dialect }: Contender,
    groups: readonly Group[],
    { core, sequence, every = false }: LoadOptions,
  ): Promise<Load> {
    const folder = mkdtempSync(join(tmpdir(), 'tickwire-load-'))
    const script = join(folder, 'script')
    writeFileSync(script, scriptOf(groups, dialect))
    const args = ['--port', String(port), '--path', dialect.path, '--tick', dialect.tick, '--script', script]
    if (sequence) args.push('--sequence', sequence)
    if (every) args.push('--all')
    const load = new Load({ command: compile('client'), args: [...args, ...dialect.options], core }, folder)
    try {
      await load.#program.answer<object>()
      return load
    } catch (error) {
      await load.close()
      throw error
    }
  }

  get pid(): number {
    return this.#program.pid
  }

  /** All clients again, in a new process: those that the server cut are there again. */
  async renew(): Promise<void> {
    await this.#program.stop()
    this.#program = new Program(this.#command)
    await this.#program.answer<object>()
  }

  reset(): void {
    this.#program.say('reset')
  }

  report(): Promise<Seen> {
    return this.#program.ask<Seen>('report')
  }

  async close(): Promise<void> {
    await this.#program.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

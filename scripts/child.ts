import { type ChildProcess, fork } from 'node:child_process'
import type { Socket } from 'node:net'
import type { Cancel, Clock } from '../shared/clock.ts'
import { TickwireError } from '../shared/errors.ts'
import { childFlags } from '../shared/hardening.ts'
import type { Ending, EndMessage, ProcessDetails, ProcessMessage } from '../shared/process.ts'
import { type ChildFacts, type ChildKind, enableCommand, type LastExit } from './facts.ts'
import { type Heartbeat, LOOK_MS, look, newHeartbeat, SILENCE_LIMIT_MS } from './heartbeat.ts'
import { afterDeath, causeOf, type History, UNTROUBLED } from './restart.ts'

export interface ChildSpec {
  readonly name: string
  readonly kind: ChildKind
  readonly script: string
  /** Arguments of the next start; `details` is what the process said of itself when it was last ready. */
  readonly args: (details: ProcessDetails) => readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** Takes what the process says beyond what every supervised process says. */
  readonly hear?: (message: unknown) => void
}

/** Nothing takes this long to start; what does is killed and counted as dead. */
const START_LIMIT_MS = 20_000
/** What is told to end before it was ready has nothing to tidy up that would take longer. */
const UNREADY_GRACE_MS = 1000

/** What brings back a process that was parked. */
const wayBack = ({ kind, name }: ChildSpec): string =>
  kind === 'adapter' ? enableCommand(name) : 'stop tickwire up and start it again'

/** What led to the parking. */
const timesOf = ({ deaths, failedStarts }: History): string =>
  failedStarts > deaths.length
    ? `${failedStarts} starts in a row that failed`
    : `${deaths.length} deaths within a minute`

type Fatal = Extract<ProcessMessage, { kind: 'fatal' }>

/** One supervised process through all its lives: starts it, starts it again when it dies or hangs, ends it when told to. */
export class Child {
  readonly spec: ChildSpec
  /** The first start: resolves when the process is ready, rejects with the reason when it dies or is stopped before. */
  readonly ready: Promise<void>
  readonly #clock: Clock
  readonly #changed: (text?: string) => void
  #settle: { resolve: () => void; reject: (error: Error) => void } | undefined
  #process: ChildProcess | undefined
  #details: ProcessDetails = {}
  #state: ChildFacts['state'] = 'starting'
  #since: number
  #spawnedAt = 0
  /** In this life. */
  #wasReady = false
  #restarts = 0
  #history: History = UNTROUBLED
  #lastExit: LastExit | undefined
  #fatal: Fatal | undefined
  #heartbeat: Heartbeat = newHeartbeat(0)
  /** Why it was killed from here, if it was. */
  #killedFor: string | undefined
  #cancel: Cancel = () => {}
  #stopping: Promise<void> | undefined
  #gone: () => void = () => {}

  /**
   * `changed` is called after each change of the facts: with a line for a person when the state is another, without one
   * when a process was started again.
   */
  constructor(spec: ChildSpec, clock: Clock, changed: (text?: string) => void) {
    this.spec = spec
    this.#clock = clock
    this.#changed = changed
    this.#since = clock.now()
    this.ready = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    // Who does not wait for the first start learns of its failure by the state.
    this.ready.catch(() => {})
    this.#spawn()
  }

  get details(): ProcessDetails {
    return this.#details
  }

  facts(): ChildFacts {
    const { name, kind } = this.spec
    const pid = this.#process?.pid
    return {
      name,
      kind,
      ...(pid === undefined ? {} : { pid }),
      state: this.#state,
      since: this.#since,
      restarts: this.#restarts,
      ...(this.#lastExit ? { lastExit: this.#lastExit } : {}),
    }
  }

  /**
   * Asks the process to end, kills it after `graceMs`, or sooner if it was not ready yet; resolves when it is gone.
   * `ending`: what it is to tell those who use it; `restart`, unless told.
   */
  stop(graceMs: number, ending?: Ending): Promise<void> {
    this.#stopping ??= new Promise(resolve => {
      this.#cancel()
      this.#gone = () => {
        this.#cancel()
        this.#enter('stopped', 'stopped')
        this.#settle?.reject(new Error(`The ${this.spec.name} process was stopped before it was ready`))
        this.#settle = undefined
        resolve()
      }
      if (!this.#process) return this.#gone()
      this.#askToEnd(this.#process, ending)
      const limitMs = this.#state === 'running' ? graceMs : Math.min(graceMs, UNREADY_GRACE_MS)
      // One that hangs is not worth a long grace: it tidies nothing up.
      const stopLooking = this.#clock.every(LOOK_MS, () => this.#state === 'running' && this.#isSilent() && this.kill())
      const stopWaiting = this.#clock.after(limitMs, () => this.kill())
      this.#cancel = () => {
        stopLooking()
        stopWaiting()
      }
    })
    return this.#stopping
  }

  kill(): void {
    this.#process?.kill('SIGKILL')
  }

  /** Lets it read again what may change while it runs. One that still starts is about to read it. */
  reload(): void {
    if (this.#state === 'running') this.#process?.kill('SIGHUP')
  }

  /** Says something to the process, and lends it a socket, of which this process keeps its own hold; whether there is a process. */
  send(message: object, socket?: Socket): boolean {
    if (!this.#process?.connected) return false
    // One that dies before it has read this tells so by its exit.
    this.#process.send(message, socket, { keepOpen: true }, () => {})
    return true
  }

  /** By a signal, which also reaches one that does not listen yet, unless there is more to say than a signal can. */
  #askToEnd(process: ChildProcess, ending: Ending | undefined): void {
    if (ending !== 'stop' || this.#state !== 'running' || !process.connected) {
      process.kill('SIGTERM')
      return
    }
    const message: EndMessage = { kind: 'end', ending }
    process.send(message, undefined, {}, error => {
      if (error) process.kill('SIGTERM')
    })
  }

  #spawn(): void {
    this.#fatal = undefined
    this.#killedFor = undefined
    this.#wasReady = false
    this.#spawnedAt = this.#clock.monotonic()
    const { script, args, env } = this.spec
    // stdout belongs to the supervisor's own words; whatever a child writes goes with the logs.
    let process: ChildProcess
    try {
      process = fork(script, args(this.#details), { env, execArgv: childFlags(), stdio: ['ignore', 2, 2, 'ipc'] })
    } catch (error) {
      // Some failures come as an event, others (no memory) at once.
      const reason = error instanceof Error ? error.message : String(error)
      this.#ended({ code: null, signal: null, at: this.#clock.now(), reason })
      return
    }
    this.#process = process
    let over = false
    const end = (code: number | null, signal: string | null, reason: string) => {
      if (over) return
      over = true
      this.#process = undefined
      this.#ended({ code, signal, at: this.#clock.now(), reason })
    }
    // What one said that has ended may be read after its exit, even in the next life.
    process.on('message', message => !over && this.#hear(message as ProcessMessage))
    process.on('error', error => end(null, null, error.message))
    process.on('exit', (code, signal) => end(code, signal, this.#reason(code, signal)))
    this.#cancel = this.#clock.after(START_LIMIT_MS, () => {
      this.#killFor(`was not ready after ${START_LIMIT_MS / 1000} s`)
    })
  }

  #hear(message: ProcessMessage): void {
    if (message.kind === 'fatal') {
      this.#fatal = message
      return
    }
    const at = this.#clock.monotonic()
    if (message.kind === 'alive') {
      this.#heartbeat = { ...this.#heartbeat, heardAt: at }
      return
    }
    if (message.kind !== 'ready') {
      this.spec.hear?.(message)
      return
    }
    this.#details = message.details
    this.#wasReady = true
    if (this.#stopping) return
    this.#cancel()
    this.#heartbeat = newHeartbeat(at)
    this.#cancel = this.#clock.every(LOOK_MS, () => this.#look())
    this.#enter('running', this.#restarts === 0 ? 'running' : 'back')
    this.#settle?.resolve()
    this.#settle = undefined
  }

  #isSilent(): boolean {
    const { heartbeat, silent } = look(this.#heartbeat, this.#clock.monotonic())
    this.#heartbeat = heartbeat
    return silent
  }

  #look(): void {
    if (this.#isSilent()) this.#killFor(`did not answer for ${SILENCE_LIMIT_MS / 1000} s`)
  }

  #killFor(why: string): void {
    this.#cancel()
    this.#killedFor = why
    this.kill()
  }

  #ended(exit: LastExit): void {
    this.#cancel()
    if (this.#stopping) {
      this.#gone()
      return
    }
    this.#lastExit = exit
    this.#settle?.reject(this.#error(exit.reason))
    this.#settle = undefined
    const at = this.#clock.monotonic()
    const cause = causeOf(this.#fatal?.code)
    const { history, verdict } = afterDeath(this.#history, {
      at,
      aliveMs: at - this.#spawnedAt,
      ready: this.#wasReady,
      cause,
    })
    this.#history = history
    if (verdict.kind === 'park') {
      const why = cause === 'stays' ? 'because trying again cannot help' : `after ${timesOf(history)}, the last`
      this.#enter('parked', `parked ${why}: ${exit.reason}; once mended: ${wayBack(this.spec)}`)
      return
    }
    this.#cancel = this.#clock.after(verdict.pauseMs, () => {
      this.#restarts++
      this.#spawn()
      this.#changed()
    })
    const what = this.#killedFor === undefined ? `died: ${exit.reason}` : exit.reason
    this.#enter('restarting', `${what}; starts again in ${verdict.pauseMs} ms`)
  }

  #enter(state: ChildFacts['state'], text: string): void {
    this.#state = state
    this.#since = this.#clock.now()
    this.#changed(text)
  }

  #reason(code: number | null, signal: string | null): string {
    if (this.#fatal) return `${this.#fatal.code}: ${this.#fatal.message}`
    if (this.#killedFor !== undefined) return `killed: ${this.#killedFor}`
    return signal === null ? `exit code ${code}` : `killed by ${signal}`
  }

  #error(reason: string): Error {
    if (!this.#fatal) return new Error(`The ${this.spec.name} process ended before it was ready: ${reason}`)
    const { code, message, next } = this.#fatal
    return code === 'UNEXPECTED'
      ? new Error(message)
      : new TickwireError(code, message, next === undefined ? {} : { next })
  }
}

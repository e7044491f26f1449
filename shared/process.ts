import type { Logger } from 'pino'
import { type Clock, pause, systemClock } from './clock.ts'
import { type ErrorCode, TickwireError } from './errors.ts'
import { harden, refuseInspector } from './hardening.ts'
import { scrub } from './redaction.ts'

/** What others should know of a running process: an address, a port. */
export type ProcessDetails = Readonly<Record<string, string | number>>

/** What a process says to the one that supervises it. */
export type ProcessMessage =
  | { readonly kind: 'ready'; readonly details: ProcessDetails }
  /** Every second from then on: the event loop turns. */
  | { readonly kind: 'alive' }
  | {
      readonly kind: 'fatal'
      readonly code: ErrorCode | 'UNEXPECTED'
      readonly message: string
      readonly next?: string
      readonly exitCode: number
    }

/**
 * What those who use a process may expect of its end. SIGTERM is a `restart`: service managers send it for both, and to
 * come back in vain costs little. Ctrl-C is a `stop`.
 */
export type Ending = 'restart' | 'stop'

/** What a supervisor says to a process that is to end. SIGTERM says the same, but not what kind of end it is. */
export interface EndMessage {
  readonly kind: 'end'
  readonly ending: Ending
}

/** What `start` gives: how to end it, and what to tell of it. */
export interface Running {
  /** `ending`: told when a person or a service manager asked for the end; undefined for one that has to be quick. */
  close(ending?: Ending): Promise<void>
  readonly details?: ProcessDetails
  /** Reads again what may change while it runs (SIGHUP). */
  readonly reload?: (() => void) | undefined
  /** Rejects when it cannot go on by itself: it is closed, and the reason told as that of a failed start is. */
  readonly failed?: Promise<never>
}

/** A process that has not closed after this long ends all the same. */
export const CLOSE_GRACE_MS = 5000
/** One with clients has to let them go first: over 5 s, the last of them in 3.5 s. */
export const CLIENTS_GRACE_MS = 10_000
/** The same after an error that nobody expected: what it broke may never close. */
const BROKEN_GRACE_MS = 1000
const ALIVE_MS = 1000
/** One Ctrl-C arrives twice under npm: from the terminal, and passed on by npm. */
const SAME_SIGNAL_MS = 300

/**
 * Runs one long-lived process: starts it, tells the supervisor, also that it is still alive, and ends it when told to:
 * on SIGTERM, on SIGINT, with its terminal, by the supervisor's word, and when that is gone (its IPC channel closes); a second signal ends
 * at once. SIGHUP of a process without a terminal lets it `reload`. Told while it starts, it aborts `ending`, closes what the start still gives, and ignores what it throws.
 * Never returns after a good start: the process exits with 0. A failed start goes to the supervisor, else it is thrown.
 * An error that nobody expected closes, too, and exits with 1; what does not close within a second is killed. What fails by its own
 * word (`failed`) is closed and then told, or thrown, like a failed start.
 */
export async function runProcess(options: {
  name: string
  log: Logger
  /** Settles soon after `ending` aborts, with nothing left behind if it rejects. */
  start: (ending: AbortSignal) => Promise<Running>
  /** Somebody else tells of starts and ends; the log need not. */
  untold?: boolean
  /** How long `close` may take; CLOSE_GRACE_MS unless told. */
  graceMs?: number
  clock?: Clock
}): Promise<void> {
  const { log, name, graceMs = CLOSE_GRACE_MS, clock = systemClock } = options
  const supervised = process.send !== undefined
  harden(log)
  let reload = () => {}
  const asked = endAsked(clock, supervised, () => reload())
  const ending = new AbortController()
  let started: Promise<Running> | undefined
  /** Ends with the process. */
  let dying: Promise<unknown> | undefined
  let how: End = { why: 'an error' }
  const close = within(clock, async () => {
    ending.abort()
    // Why a start that was broken off has failed is of no use to anybody.
    const running = await started?.catch(() => undefined)
    await running?.close(how.ending)
  })
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (err: unknown) => {
      log.fatal(
        { err, code: err instanceof TickwireError ? err.code : 'UNEXPECTED' },
        `${name} met an error it did not expect`,
      )
      // Not by exit alone: in a process with a running forwarder that never returns.
      dying ??= close(BROKEN_GRACE_MS).then(closed => (closed ? process.exit(1) : killItself()), killItself)
    })

  started = unlessInspected(() => options.start(ending.signal))
  let failed: Promise<never> | undefined
  const level = supervised || options.untold ? 'debug' : 'info'
  try {
    const running = await Promise.race([started, asked])
    if (!('why' in running)) {
      const { details = {} } = running
      failed = running.failed
      reload = () => running.reload?.()
      // It may fail before anybody waits for it.
      failed?.catch(() => {})
      await tell({ kind: 'ready', details })
      if (supervised) keepSayingAlive(clock)
      log[level](details, `${name} is ready`)
    }
  } catch (error) {
    // A start that is broken off for an error already told.
    await dying
    if (!supervised) throw error
    await tell(fatal(error))
    process.exit(exitCode(error))
  }
  const end = await Promise.race([asked, ...(failed ? [failed] : [])]).catch((error: unknown) => ({ error }))
  if ('why' in end) how = end
  log[level]({ why: 'why' in end ? end.why : String(end.error) }, `${name} stops`)
  if (!(await close(graceMs))) log.warn(`${name} did not close within ${graceMs} ms`)
  if ('why' in end) process.exit(0)
  if (!supervised) throw end.error
  await tell(fatal(end.error))
  process.exit(exitCode(end.error))
}

/** Refused as a failed start is, so that the supervisor hears of it. */
async function unlessInspected(start: () => Promise<Running>): Promise<Running> {
  refuseInspector()
  return start()
}

/** Does the work once, whoever asks; each time resolves with whether it was done within that many milliseconds. */
function within(clock: Clock, work: () => Promise<void>): (limitMs: number) => Promise<boolean> {
  let done: Promise<boolean> | undefined
  return limitMs => {
    done ??= work().then(() => true)
    return Promise.race([done, pause(clock, limitMs).then(() => false)])
  }
}

/** The last resort. Whoever listens for the exit (to end its children) is still called. */
function killItself(): void {
  process.once('exit', () => process.kill(process.pid, 'SIGKILL'))
  process.exit(1)
}

/** What `work` gives; rejects as soon as `ending` aborts, whatever becomes of the work. For a part of a start that may hang. */
export const unlessEnding = <T>(work: Promise<T>, ending: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const end = () => reject(new Error('The process ends'))
    if (ending.aborted) end()
    ending.addEventListener('abort', end, { once: true })
    work.then(resolve, reject)
  })

interface End {
  readonly why: string
  readonly ending?: Ending
}

/** Resolves with the reason when this process is told to end; a second signal ends it at once. */
function endAsked(clock: Clock, supervised: boolean, reload: () => void): Promise<End> {
  return new Promise(resolve => {
    let first: number | undefined
    /** Ctrl-C was pressed. */
    let interrupted = false
    const ask = (why: string, ending: Ending = interrupted ? 'stop' : 'restart') => {
      first ??= clock.monotonic()
      if (clock.monotonic() - first > SAME_SIGNAL_MS) process.exit(1)
      resolve({ why, ending })
    }
    process.on('SIGTERM', () => ask('SIGTERM'))
    // Ctrl-C reaches the whole terminal group; a supervised process waits for its supervisor, which knows the order.
    process.on('SIGINT', () => {
      interrupted = true
      if (!supervised) ask('SIGINT')
    })
    // A terminal that goes away says the same as an operator who has changed a file.
    const hasTerminal = process.stdin.isTTY || process.stderr.isTTY
    process.on('SIGHUP', () => {
      if (!hasTerminal) reload()
      else if (!supervised) ask('its terminal is gone')
    })
    if (supervised)
      process.on('message', message => {
        const { kind, ending } = message as Partial<EndMessage>
        if (kind === 'end') ask('the supervisor says so', ending)
      })
    const gone = { why: 'the supervisor is gone' }
    process.on('disconnect', () => resolve(gone))
    // It may have gone before this process could listen.
    if (supervised && !process.connected) resolve(gone)
  })
}

const exitCode = (error: unknown): number => (error instanceof TickwireError ? error.exitCode : 1)

function fatal(error: unknown): ProcessMessage {
  const message = scrub(error instanceof Error ? error.message : String(error))
  if (!(error instanceof TickwireError)) return { kind: 'fatal', code: 'UNEXPECTED', message, exitCode: 1 }
  const { code, next } = error
  return {
    kind: 'fatal',
    code,
    message,
    ...(next === undefined ? {} : { next: scrub(next) }),
    exitCode: error.exitCode,
  }
}

/** Until the end of the process. A supervisor that is stopped reads nothing: it gets one more message, not a pile. */
function keepSayingAlive(clock: Clock): void {
  let left = true
  clock.every(ALIVE_MS, () => {
    if (!left) return
    left = false
    void tell({ kind: 'alive' }).then(() => {
      left = true
    })
  })
}

/** Waits until the message has left: what follows may be the end of the process. */
const tell = (message: ProcessMessage): Promise<void> =>
  new Promise(resolve => {
    if (!process.send) return resolve()
    // A supervisor that is gone is not an error here: the disconnect ends this process anyway.
    process.send(message, undefined, {}, () => resolve())
  })

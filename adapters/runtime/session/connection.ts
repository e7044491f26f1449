import type { Cancel, Clock } from '../../../shared/clock.ts'
import { TickwireError } from '../../../shared/errors.ts'
import type { Decoder, Dial, Failure, Frame, Session, Signal } from '../../contract.ts'
import type { OpenSocket, Socket } from './socket.ts'

interface ConnectionListener {
  /** The broker takes subscriptions now. */
  ready(): void
  /** What one frame said. Microseconds. */
  heard(signals: readonly Signal[], receivedAt: number): void
  /** No byte for as long as makes the connection suspect, or a byte again. */
  silent(silent: boolean): void
  /** Nothing comes after this. `retryAfterMs` where the broker said how long to wait. */
  ended(error: TickwireError, retryAfterMs?: number): void
}

interface ConnectionParts {
  readonly dial: Dial
  readonly session: Pick<Session<unknown, unknown>, 'heartbeat' | 'classify'>
  readonly decode: Decoder
  readonly open: OpenSocket
  readonly clock: Clock
  readonly listener: ConnectionListener
  /** Sees every frame before it is decoded. Microseconds. */
  readonly capture: ((frame: Frame, receivedAt: number) => void) | undefined
}

/** A broker that has not answered by then does not. */
const HANDSHAKE_LIMIT_MS = 7000
/** The login is looked up behind the socket, which takes its time in the morning. */
const HELLO_LIMIT_MS = 10_000
/** For the words of a refusal: its status says enough. */
const REFUSAL_LIMIT_MS = 1000
const LOOK_MS = 250
/** The socket is open, and nothing answers the `hello`: some brokers have no other word for a ticket that is over. */
export const LOGIN_UNANSWERED = 'no answer to the login'
/** So many malformed frames within so long a time: what comes next can no longer be trusted. */
const MALFORMED_LIMIT = 3
const MALFORMED_WINDOW_MS = 10_000

/** One socket to the broker, from the handshake to its end. It is never opened again: its decoder dies with it. */
export class Connection {
  readonly #parts: ConnectionParts
  readonly #socket: Socket
  readonly #malformedAt: number[] = []
  readonly #cancels: Cancel[] = []
  #cancelDeadline: Cancel
  #heardAt: number
  #ready = false
  #isOpen = false
  #silent = false
  /** A ping of ours was answered. */
  #isProbed = false
  #over = false

  constructor(parts: ConnectionParts) {
    this.#parts = parts
    const { clock, dial, open } = parts
    this.#heardAt = clock.monotonic()
    this.#cancelDeadline = clock.after(dial.patienceMs ?? HANDSHAKE_LIMIT_MS, () => this.#tooLate())
    this.#socket = open(dial, {
      opened: () => this.#opened(),
      received: frame => this.#received(frame),
      ponged: () => this.#ponged(),
      refused: failure => this.#refused(failure),
      ended: failure => this.#fail(failure),
    })
  }

  send(frames: readonly Frame[]): void {
    if (!this.#over) for (const frame of frames) this.#socket.send(frame)
  }

  /** Cuts the connection; its listener hears no more. */
  close(): void {
    if (this.#over) return
    this.#over = true
    this.#cancelDeadline()
    for (const cancel of this.#cancels) cancel()
    this.#socket.end()
  }

  #opened(): void {
    if (this.#over) return
    const { dial, session, clock } = this.#parts
    this.#isOpen = true
    this.#heardAt = clock.monotonic()
    this.#cancels.push(clock.every(LOOK_MS, () => this.#look()))
    const { send, probeMs } = session.heartbeat
    if (send) this.#cancels.push(clock.every(send.everyMs, () => this.send([send.frame])))
    if (probeMs !== undefined) this.#cancels.push(clock.every(probeMs, () => this.#socket.ping()))
    if (!dial.hello) {
      this.#becomeReady()
      return
    }
    this.#cancelDeadline()
    this.#cancelDeadline = clock.after(dial.patienceMs ?? HELLO_LIMIT_MS, () => this.#tooLate())
    this.send(dial.hello)
  }

  #refused(failure: Failure): void {
    if (this.#over) return
    this.#cancelDeadline()
    this.#cancelDeadline = this.#parts.clock.after(REFUSAL_LIMIT_MS, () => this.#fail(failure))
  }

  #becomeReady(): void {
    if (this.#ready) return
    this.#ready = true
    this.#cancelDeadline()
    // Until a first answer nothing proves that this one can be missed: a socket that dies before it is dead unnoticed.
    if (this.#parts.session.heartbeat.probeMs !== undefined) this.#socket.ping()
    this.#parts.listener.ready()
  }

  #received(frame: Frame): void {
    const { clock, capture, decode, listener } = this.#parts
    if (this.#over) return
    const receivedAt = clock.micros()
    this.#heard()
    capture?.(frame, receivedAt)
    const signals = decode(frame, receivedAt)
    listener.heard(signals, receivedAt)
    for (const signal of signals)
      if (signal.kind !== 'tick' && signal.kind !== 'part' && !this.#over) this.#serve(signal)
  }

  #ponged(): void {
    if (this.#over) return
    this.#isProbed = true
    this.#heard()
  }

  #heard(): void {
    this.#heardAt = this.#parts.clock.monotonic()
    if (this.#silent) this.#setSilent(false)
  }

  #serve(signal: Signal): void {
    if (signal.kind === 'ready') this.#becomeReady()
    else if (signal.kind === 'reply') this.send([signal.frame])
    else if (signal.kind === 'refused') this.#fail({ kind: 'refused', reason: signal.reason })
    else if (signal.kind === 'malformed') this.#noteMalformed(signal.what)
  }

  #noteMalformed(what: string): void {
    const now = this.#parts.clock.monotonic()
    this.#malformedAt.push(now)
    while (now - (this.#malformedAt[0] ?? now) > MALFORMED_WINDOW_MS) this.#malformedAt.shift()
    if (this.#malformedAt.length < MALFORMED_LIMIT) return
    const message = `${MALFORMED_LIMIT} frames within ${MALFORMED_WINDOW_MS / 1000} s could not be read, the last: ${what}`
    this.#end(new TickwireError('FRAME_MALFORMED', message))
  }

  #look(): void {
    const { heartbeat } = this.#parts.session
    // Until it is ready the deadline of its login counts.
    if (!this.#ready || (heartbeat.probeMs !== undefined && !this.#isProbed)) return
    const silentMs = this.#parts.clock.monotonic() - this.#heardAt
    if (silentMs >= heartbeat.deadMs)
      this.#fail({ kind: 'network', reason: `no byte for ${heartbeat.deadMs / 1000} s` })
    else if (silentMs >= heartbeat.suspectMs && !this.#silent) this.#setSilent(true)
  }

  #setSilent(silent: boolean): void {
    this.#silent = silent
    this.#parts.listener.silent(silent)
  }

  #tooLate(): void {
    const { patienceMs } = this.#parts.dial
    const [what, ms] = this.#isOpen
      ? [LOGIN_UNANSWERED, patienceMs ?? HELLO_LIMIT_MS]
      : ['no answer to the handshake', patienceMs ?? HANDSHAKE_LIMIT_MS]
    this.#fail({ kind: 'network', reason: `${what} within ${ms / 1000} s` })
  }

  #fail(failure: Failure): void {
    const retryAfterMs = failure.kind === 'handshake' ? failure.retryAfterMs : undefined
    this.#end(this.#parts.session.classify(failure), retryAfterMs)
  }

  #end(error: TickwireError, retryAfterMs?: number): void {
    if (this.#over) return
    this.close()
    this.#parts.listener.ended(error, retryAfterMs)
  }
}

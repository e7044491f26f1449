import type { Cancel, Clock } from '../../../shared/clock.ts'
import type { TickwireError } from '../../../shared/errors.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'
import type { TopicMode } from '../../../shared/market/mode.ts'
import type { OrderUpdate } from '../../../shared/market/order.ts'
import type { Dial, Failure, Signal, Stream } from '../../contract.ts'
import type { Union } from '../union.ts'
import type { Breaker } from './breaker.ts'
import { Connection } from './connection.ts'
import { Patience } from './patience.ts'
import type { OpenSocket } from './socket.ts'
import { Teller } from './teller.ts'
import type { Traffic } from './traffic.ts'

/** How one place for a connection stands. */
export interface LinkView {
  /** From 1, as people count. */
  readonly number: number
  readonly state: 'idle' | 'connecting' | 'open' | 'silent' | 'waiting'
  /** Why it is not open. */
  readonly error: TickwireError | undefined
  /** Tries that failed since it was last open for good. */
  readonly failures: number
  readonly instruments: number
}

/** A connection that ends sooner was no success: the broker takes it and throws it out, over and over. */
const STEADY_MS = 10_000

/** A signal that holds prices. */
export type MarketSignal = Extract<Signal, { kind: 'tick' | 'part' | 'stale' }>

export interface LinkListener {
  /** The state is another. */
  changed(): void
  /** It may dial as soon as `dial()` is called; no two links dial at once. */
  asks(link: Link): void
  /** The broker took the dial, or did not: the next one may dial. */
  answered(link: Link, error?: TickwireError): void
  /** What the broker said of one instrument that is wanted. */
  ticked(instrument: Instrument, signal: MarketSignal, receivedAt: number): void
  /** What became of an order of the account. */
  ordered(order: OrderUpdate): void
  /** The broker does not take these of what it was asked for. */
  rejected(instruments: readonly Instrument[], reason: string): void
  /** The broker was told something. */
  told(): void
  /** Values of these are of the past. */
  lost(instruments: Iterable<Instrument>): void
}

export interface LinkParts {
  readonly number: number
  readonly stream: Omit<Stream<unknown, unknown>, 'carries'>
  /** What the stream's session says a failure means, without the ticket. */
  readonly classify: (failure: Failure) => TickwireError
  readonly open: OpenSocket
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly traffic: Traffic
  /** Of the account: hears how its connections fare. */
  readonly breaker: Breaker
  readonly listener: LinkListener
}

/**
 * One place for a connection: keeps it open over all its losses, and the broker told of what is wanted on it. Everything
 * is said again on each new connection, since the broker remembers nothing.
 */
export class Link {
  readonly number: number
  readonly #parts: LinkParts
  readonly #patience: Patience
  #connection: Connection | undefined
  #state: LinkView['state'] = 'idle'
  #error: TickwireError | undefined
  #failures = 0
  #lostAt = 0
  #openedAt = 0
  /** The last connection died of silence: the next one is open when it has said something, not before. */
  #mustProve = false
  /** This connection has brought a price. */
  #isProven = false
  #instruments: ReadonlyMap<string, Instrument> = new Map()
  readonly #teller: Teller
  #cancelWait: Cancel = () => {}

  constructor(parts: LinkParts) {
    this.number = parts.number
    this.#parts = parts
    this.#patience = new Patience(parts.stream.session.pauses, parts.random)
    this.#teller = new Teller({
      stream: parts.stream,
      send: frames => this.#connection?.send(frames),
      onTold: () => parts.listener.told(),
      clock: parts.clock,
    })
  }

  view(): LinkView {
    const { number } = this
    return {
      number,
      state: this.isOpen && this.#mustProve ? 'connecting' : this.#state,
      error: this.#error,
      failures: this.#failures,
      instruments: this.#instruments.size,
    }
  }

  /** Replaces what it has to carry; while it is open the broker hears of it in batches. */
  want(union: Union): void {
    const instruments = new Map<string, Instrument>()
    const wanted = new Map<string, TopicMode>()
    for (const [instrument, mode] of union) {
      const token = this.#tokenOf(instrument)
      instruments.set(token, instrument)
      wanted.set(token, mode)
    }
    for (const [token, instrument] of this.#instruments)
      if (instruments.get(token) !== instrument) this.#teller.spend(token)
    this.#instruments = instruments
    this.#teller.want(wanted)
  }

  /** Whether the broker was asked for it on the connection that is open. */
  isTold(instrument: Instrument): boolean {
    return this.#teller.isTold(this.#tokenOf(instrument))
  }

  /** Ends their subscriptions and begins them again, in batches. */
  askAgain(instruments: readonly Instrument[]): void {
    this.#teller.askAgain(instruments.map(instrument => this.#tokenOf(instrument)))
  }

  /** Begins to connect, or again at once where it waits; not before the broker wants it, after "too many" or a cut. */
  start(): void {
    if (this.#state !== 'idle' && this.#state !== 'waiting') return
    this.#cancelWait()
    this.#lostAt = this.#parts.clock.monotonic()
    const bound = this.#patience.bound(this.#lostAt)
    const restMs = this.#patience.rest(this.#lostAt)
    if (bound) {
      this.#error = bound.error
      this.#failures = 1
      this.#wait(bound.ms)
    } else if (restMs > 0) this.#wait(restMs)
    else this.#ask()
  }

  /** Connects, in answer to `asks`. */
  dial(dial: Dial, capture: LinkCapture | undefined): void {
    const { stream, classify, open, clock } = this.#parts
    this.#enter('connecting')
    this.#connection = new Connection({
      dial,
      session: { heartbeat: stream.session.heartbeat, classify },
      decode: stream.createDecoder(),
      open,
      clock,
      capture: capture && ((frame, receivedAt) => capture(this.number, frame, receivedAt)),
      listener: {
        ready: () => this.#ready(),
        heard: (signals, receivedAt) => this.#hear(signals, receivedAt),
        silent: silent => this.#enter(silent ? 'silent' : 'open'),
        ended: (error, retryAfterMs) => this.#ended(error, retryAfterMs),
      },
    })
  }

  /** Cuts the connection; it stays so until `start`. */
  stop(): void {
    this.#cancelWait()
    const wasOpen = this.isOpen
    this.#disconnect()
    this.#error = undefined
    this.#failures = 0
    if (wasOpen) {
      this.#patience.cut(this.#parts.clock.monotonic())
      this.#parts.listener.lost(this.#instruments.values())
    }
    this.#enter('idle')
  }

  /** Cuts the connection and makes another, as soon as the broker likes: what came on this one is no longer trusted. */
  restart(): void {
    this.stop()
    this.start()
  }

  get isOpen(): boolean {
    return this.#state === 'open' || this.#state === 'silent'
  }

  /** The broker has a dial of it before it; one that only waits for its turn has not. */
  get isDialling(): boolean {
    return this.#state === 'connecting' && this.#connection !== undefined
  }

  #tokenOf(instrument: Instrument): string {
    return this.#parts.stream.tokenOf?.(instrument) ?? instrument.token
  }

  #ask(): void {
    this.#enter('connecting')
    this.#parts.listener.asks(this)
  }

  #ready(): void {
    if (!this.#mustProve) this.#error = undefined
    this.#openedAt = this.#parts.clock.monotonic()
    this.#isProven = false
    this.#parts.breaker.opened()
    this.#state = 'open'
    // First what it begins, then how all stands: silence is counted from here.
    this.#parts.listener.answered(this)
    this.#parts.listener.changed()
    this.#teller.open()
  }

  #ended(error: TickwireError, retryAfterMs: number | undefined): void {
    const { clock, listener, breaker } = this.#parts
    const wasOpen = this.isOpen
    if (this.#state === 'silent') this.#mustProve = true
    this.#disconnect()
    const now = clock.monotonic()
    breaker.ended({ error, openMs: wasOpen ? now - this.#openedAt : undefined, isProven: this.#isProven })
    if (wasOpen) listener.lost(this.#instruments.values())
    const isSteady = wasOpen && now - this.#openedAt >= STEADY_MS
    // One that brought prices was no part of the outage before it, however soon it ended.
    if (isSteady || (wasOpen && this.#isProven)) this.#lostAt = now
    if (isSteady) this.#failures = 0
    this.#error = error
    this.#failures++
    const ending = { error, tries: this.#failures, outageMs: now - this.#lostAt, retryAfterMs }
    this.#wait(this.#patience.pause(ending, now))
    if (!wasOpen || error.retry === 'after-login') listener.answered(this, error)
  }

  #wait(ms: number): void {
    this.#cancelWait()
    this.#cancelWait = this.#parts.clock.after(ms, () => this.#ask())
    this.#enter('waiting')
  }

  #disconnect(): void {
    this.#teller.close()
    this.#connection?.close()
    this.#connection = undefined
  }

  #hear(signals: readonly Signal[], receivedAt: number): void {
    const { traffic, listener } = this.#parts
    if (this.#mustProve) this.#prove()
    for (const signal of signals) {
      if (signal.kind === 'tick' || signal.kind === 'part' || signal.kind === 'stale') {
        if (!this.#isProven) this.#bring()
        const instrument = this.#instruments.get(signal.token)
        if (instrument) listener.ticked(instrument, signal, receivedAt)
        else traffic.unasked++
      } else if (signal.kind === 'order') listener.ordered(signal.order)
      else {
        if (signal.kind === 'rejected') listener.rejected(this.#named(signal.tokens), signal.reason)
        traffic.note(signal)
      }
    }
  }

  #bring(): void {
    this.#isProven = true
    this.#parts.breaker.proved()
  }

  #named(tokens: readonly string[]): Instrument[] {
    return tokens.flatMap(token => this.#instruments.get(token) ?? [])
  }

  #prove(): void {
    this.#mustProve = false
    this.#error = undefined
    this.#parts.listener.changed()
  }

  #enter(state: LinkView['state']): void {
    if (state === this.#state) return
    this.#state = state
    this.#parts.listener.changed()
  }
}

export type LinkCapture = (connection: number, frame: string | Uint8Array, receivedAt: number) => void

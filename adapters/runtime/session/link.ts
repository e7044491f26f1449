import type { Cancel, Clock } from '../../../shared/clock.ts'
import type { TickwireError } from '../../../shared/errors.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'
import type { TopicMode } from '../../../shared/market/mode.ts'
import type { OrderUpdate } from '../../../shared/market/order.ts'
import type { Dial, Failure, Signal, Stream } from '../../contract.ts'
import type { Union } from '../union.ts'
import type { Breaker } from './breaker.ts'
import { Connection } from './connection.ts'
import type { OpenSocket } from './socket.ts'
import { Teller } from './teller.ts'
import type { Traffic } from './traffic.ts'
import { Tries } from './tries.ts'

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
  readonly #tries: Tries
  #connection: Connection | undefined
  #state: LinkView['state'] = 'idle'
  #instruments: ReadonlyMap<string, Instrument> = new Map()
  readonly #teller: Teller
  #cancelWait: Cancel = () => {}

  constructor(parts: LinkParts) {
    this.number = parts.number
    this.#parts = parts
    const { breaker, random, clock } = parts
    this.#tries = new Tries({ pauses: parts.stream.session.pauses, breaker, random, clock })
    this.#teller = new Teller({
      stream: parts.stream,
      send: frames => this.#connection?.send(frames),
      onTold: () => parts.listener.told(),
      clock,
    })
  }

  view(): LinkView {
    const { error, failures, mustProve } = this.#tries
    return {
      number: this.number,
      state: this.isOpen && mustProve ? 'connecting' : this.#state,
      error,
      failures,
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
    const ms = this.#tries.begin()
    if (ms > 0) this.#wait(ms)
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
    this.#tries.cut(wasOpen)
    if (wasOpen) this.#parts.listener.lost(this.#instruments.values())
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
    this.#tries.opened()
    this.#state = 'open'
    // First what it begins, then how all stands: silence is counted from here.
    this.#parts.listener.answered(this)
    this.#parts.listener.changed()
    this.#teller.open()
  }

  #ended(error: TickwireError, retryAfterMs: number | undefined): void {
    const { listener } = this.#parts
    const wasOpen = this.isOpen
    const wasSilent = this.#state === 'silent'
    this.#disconnect()
    const ms = this.#tries.ended({ error, retryAfterMs, wasOpen, wasSilent })
    if (wasOpen) listener.lost(this.#instruments.values())
    this.#wait(ms)
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
    if (this.#tries.mustProve) this.#prove()
    for (const signal of signals) {
      if (signal.kind === 'tick' || signal.kind === 'part' || signal.kind === 'stale') {
        this.#tries.brought()
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

  #named(tokens: readonly string[]): Instrument[] {
    return tokens.flatMap(token => this.#instruments.get(token) ?? [])
  }

  #prove(): void {
    this.#tries.heard()
    this.#parts.listener.changed()
  }

  #enter(state: LinkView['state']): void {
    if (state === this.#state) return
    this.#state = state
    this.#parts.listener.changed()
  }
}

export type LinkCapture = (connection: number, frame: string | Uint8Array, receivedAt: number) => void

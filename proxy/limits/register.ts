import type { Clock } from '../../shared/clock.ts'
import { type Arrival, Gate, type GateLimits } from './gate.ts'
import { type Guest, type SeatLimits, Seats } from './seats.ts'
import type { Reached } from './words.ts'

export interface RegisterLimits extends GateLimits, SeatLimits {}

/** What only who knows all connections of the proxy can answer. `seat`: a connection of the process that asks. */
export type Question =
  /** It has shown a good key. */
  | { readonly kind: 'admit'; readonly seat: number; readonly guest: Guest }
  /** Requests with a good key are answered under this number, which is no connection. */
  | { readonly kind: 'look-out'; readonly seat: number; readonly guest: Guest }
  /** It has shown a bad one. */
  | { readonly kind: 'fail'; readonly address: string }
  /** How full it is of those without a key. */
  | { readonly kind: 'crowd' }
  /** It comes through a forwarder, from this address. */
  | { readonly kind: 'enter'; readonly seat: number; readonly address: string }
  /** It wants to hold so many symbols in all. */
  | { readonly kind: 'hold'; readonly seat: number; readonly symbols: number }
  /** The bound of its key may be less by now. */
  | { readonly kind: 'trim'; readonly seat: number }
  | { readonly kind: 'leave'; readonly seat: number }

/** How much is used of what a client is told of. */
export interface Standing {
  readonly key: number
  readonly user: number
  readonly symbols: number
  readonly address: number
}

export interface Verdict {
  /** What was in the way. */
  readonly reached?: Reached
  /** To `admit`. */
  readonly standing?: Standing
  /** To `fail`: the address is to be let go at once, and whether it was not before. */
  readonly isLocked?: boolean
  readonly isNew?: boolean
  /** To `fail` where it is locked: for how long. */
  readonly waitMs?: number
  /** To `crowd`: the part of the places for those without a key that is taken. */
  readonly crowd?: number
  /** To `enter`. */
  readonly arrival?: Arrival
  /** To `hold` and `trim`: so many it has from now on. */
  readonly symbols?: number
}

/** Where questions are asked; the answer may come at once. */
export interface Registry {
  ask(question: Question, answer?: (verdict: Verdict) => void): void
}

const SWEEP_MS = 10_000

/** One owner of all counts of the proxy: in the process that clients connect to, or in the parent of all workers. */
export class Register {
  readonly gate: Gate
  readonly #seats: Seats
  readonly #clock: Clock
  /** Addresses of connections through a forwarder, by seat. */
  readonly #entered = new Map<string, string>()
  /** Seats of each process. */
  readonly #owned = new Map<number, Set<string>>()
  readonly close: () => void

  constructor(limits: RegisterLimits, clock: Clock, random: () => number = Math.random) {
    this.#clock = clock
    this.gate = new Gate(limits, clock.monotonic(), random)
    this.#seats = new Seats(limits)
    this.close = clock.every(SWEEP_MS, () => this.gate.sweep(clock.monotonic()))
  }

  answer(owner: number, question: Question): Verdict {
    const now = this.#clock.monotonic()
    if (question.kind === 'fail') return this.gate.fail(question.address, now)
    if (question.kind === 'crowd') return { crowd: this.gate.crowd }
    const seat = `${owner} ${question.seat}`
    switch (question.kind) {
      case 'admit':
        return this.#admit(owner, seat, question.guest, now)
      case 'look-out':
        this.#own(owner, seat)
        this.#seats.lookOut(seat, question.guest, this.#clock.now())
        return {}
      case 'enter': {
        const arrival = this.gate.enter(question.address, now)
        if (arrival.kind === 'welcome') {
          this.#entered.set(seat, question.address)
          this.#own(owner, seat)
        }
        return { arrival }
      }
      case 'hold':
        return this.#seats.hold(seat, question.symbols)
      case 'trim':
        return this.#seats.trim(seat)
      case 'leave':
        this.#leave(seat, now)
        this.#owned.get(owner)?.delete(seat)
        return {}
    }
  }

  /** A process has ended, and all its connections with it. */
  ended(owner: number): void {
    for (const seat of this.#owned.get(owner) ?? []) this.#leave(seat, this.#clock.monotonic())
    this.#owned.delete(owner)
  }

  #admit(owner: number, seat: string, guest: Guest, now: number): Verdict {
    const isSeated = this.#seats.has(seat)
    const reached = this.#seats.take(seat, guest, this.#clock.now())
    if (reached) return { reached }
    if (!isSeated) {
      this.#own(owner, seat)
      this.gate.authenticated(guest.address, 1, now)
    }
    return { standing: { ...this.#seats.standing(guest), address: this.gate.openOf(guest.address) } }
  }

  #own(owner: number, seat: string): void {
    const owned = this.#owned.get(owner) ?? new Set()
    this.#owned.set(owner, owned.add(seat))
  }

  #leave(seat: string, now: number): void {
    const guest = this.#seats.leave(seat)
    if (guest) this.gate.authenticated(guest.address, -1, now)
    const entered = this.#entered.get(seat)
    if (entered !== undefined) this.gate.exit(entered, now)
    this.#entered.delete(seat)
  }
}

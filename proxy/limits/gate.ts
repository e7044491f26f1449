import { Bucket } from './bucket.ts'
import { type LockLimits, Lockout } from './lockout.ts'
import { networkOf } from './network.ts'
import type { Reached } from './words.ts'

export interface GateLimits extends LockLimits {
  readonly connectionsPerAddress: number
  readonly connectsPerAddressPerSecond: number
  readonly connectsPerAddressBurst: number
  readonly handshakesPerSecond: number
  readonly maxUnauthenticated: number
  readonly unauthenticatedPerAddress: number
  readonly badKeysPerSecond: number
}

/** What is known of one address. */
interface Visitor {
  /** Connections, those included that wait their turn. */
  open: number
  /** Of these, those with a good key. */
  authenticated: number
  connects: Bucket
  /** From its first refused key on. */
  lockout: Lockout | undefined
  /** How fast it may come while it is locked. */
  paced: Bucket | undefined
}

export type Arrival =
  /** Comes in after so many milliseconds. */
  | { readonly kind: 'welcome'; readonly afterMs: number }
  /** 429: it is about this address; 503: everybody together. */
  | {
      readonly kind: 'refused'
      readonly status: 429 | 503
      readonly retryAfterSeconds: number
      readonly reached: Reached
    }

/** `isLocked`: how long to wait before the next key, too. */
export interface Failure {
  readonly isLocked: boolean
  /** It was not before. */
  readonly isNew: boolean
  readonly waitMs: number
}

/** A table that grows with every address that ever came would be an attack of its own. */
const MOST_ADDRESSES = 50_000
/** How many are looked at to make room for one. */
const LOOKED_AT = 16
/** Known clients give up after 5 s. */
const LONGEST_TURN_MS = 4000
/** So many of a second's handshakes may come at once; the others take their turns. */
const BURST_PART = 0.2
const PACED_PER_SECOND = 1
const LONGEST_PACE_MS = 5000
/** While all addresses together show too many bad keys, another is looked at after this. */
const CROWD_MS = 1000
/** Who is sent away comes back spread over this. */
const RETRY_SPREAD_S = 10

/**
 * The addresses of all connections of the whole proxy, one owner: how many each has, how fast they come, and which are
 * locked for showing bad keys. Pure: `now` is monotonic milliseconds, `random` is in [0, 1).
 */
export class Gate {
  readonly #limits: GateLimits
  readonly #random: () => number
  /** The one that was touched last is the last. */
  readonly #visitors = new Map<string, Visitor>()
  readonly #most: number
  readonly #handshakes: Bucket
  readonly #badKeys: Bucket
  #open = 0
  #authenticated = 0

  constructor(limits: GateLimits, now: number, random: () => number, most = MOST_ADDRESSES) {
    this.#limits = limits
    this.#random = random
    this.#most = most
    const { handshakesPerSecond, badKeysPerSecond } = limits
    this.#handshakes = new Bucket(handshakesPerSecond, Math.max(1, handshakesPerSecond * BURST_PART), now)
    this.#badKeys = new Bucket(badKeysPerSecond, badKeysPerSecond, now)
  }

  /** Somebody connects. Welcome, it counts until `left`. A forwarder brings many: what is counted by address comes at `enter`. */
  arrive(address: string, isForwarder: boolean, now: number): Arrival {
    const { maxUnauthenticated, handshakesPerSecond } = this.#limits
    const anonymous = this.#open - this.#authenticated
    if (anonymous >= maxUnauthenticated)
      return this.#full({ limit: 'max_unauthenticated', max: maxUnauthenticated, used: anonymous })
    let pace = 0
    if (!isForwarder) {
      const entered = this.enter(address, now)
      if (entered.kind === 'refused') return entered
      pace = entered.afterMs
    }
    const turn = this.#handshakes.queue(now, LONGEST_TURN_MS)
    if (turn === undefined) {
      if (!isForwarder) this.#visitor(address, now).open--
      return this.#full({ limit: 'handshakes_per_second', max: handshakesPerSecond, used: handshakesPerSecond })
    }
    this.#open++
    return { kind: 'welcome', afterMs: Math.max(pace, turn) }
  }

  /** The same for one address alone; it counts until `exit`. */
  enter(address: string, now: number): Arrival {
    const { connectionsPerAddress, unauthenticatedPerAddress, connectsPerAddressPerSecond } = this.#limits
    const visitor = this.#visitor(address, now)
    const { open, authenticated, lockout, connects } = visitor
    const anonymous = open - authenticated
    if (open >= connectionsPerAddress)
      return this.#busy({ limit: 'connections_per_address', max: connectionsPerAddress, used: open })
    if (anonymous >= unauthenticatedPerAddress)
      return this.#busy({ limit: 'unauthenticated_per_address', max: unauthenticatedPerAddress, used: anonymous })
    const isLocked = lockout?.isLocked(now) ?? false
    visitor.paced = isLocked ? (visitor.paced ?? new Bucket(PACED_PER_SECOND, 1, now)) : undefined
    const afterMs = visitor.paced ? visitor.paced.queue(now, LONGEST_PACE_MS) : 0
    if (afterMs === undefined || !connects.take(now)) {
      const max = isLocked ? PACED_PER_SECOND : connectsPerAddressPerSecond
      return this.#busy({ limit: 'connects_per_address_per_second', max, used: max })
    }
    visitor.open++
    return { kind: 'welcome', afterMs }
  }

  left(address: string, isForwarder: boolean, now: number): void {
    this.#open--
    if (!isForwarder) this.exit(address, now)
  }

  exit(address: string, now: number): void {
    this.#visitor(address, now).open--
  }

  /** A connection of this address has shown a good key (1), or has gone (-1). */
  authenticated(address: string, change: 1 | -1, now: number): void {
    this.#authenticated += change
    this.#visitor(address, now).authenticated += change
  }

  /** A key was refused: `isLocked` when nothing is to be waited for with this address any more. */
  fail(address: string, now: number): Failure {
    const visitor = this.#visitor(address, now)
    visitor.lockout ??= new Lockout(this.#limits)
    const { isLocked, isNew } = visitor.lockout.fail(now)
    const waitMs = isLocked ? visitor.lockout.waitMs(now) : CROWD_MS
    return { isLocked: !this.#badKeys.take(now) || isLocked, isNew, waitMs }
  }

  /** How much of the places for those without a key is taken, 0 to 1. */
  get crowd(): number {
    return (this.#open - this.#authenticated) / this.#limits.maxUnauthenticated
  }

  /** Connections of an address. */
  openOf(address: string): number {
    return this.#visitors.get(networkOf(address))?.open ?? 0
  }

  /** Forgets addresses of which there is nothing left to know. */
  sweep(now: number): void {
    for (const [name, visitor] of this.#visitors) if (isIdle(visitor, now)) this.#visitors.delete(name)
  }

  /** Addresses that something is known of. */
  get size(): number {
    return this.#visitors.size
  }

  #visitor(address: string, now: number): Visitor {
    const name = networkOf(address)
    const known = this.#visitors.get(name)
    const { connectsPerAddressPerSecond: rate, connectsPerAddressBurst: burst } = this.#limits
    const connects = known?.connects ?? new Bucket(rate, burst, now)
    const visitor = known ?? { open: 0, authenticated: 0, connects, lockout: undefined, paced: undefined }
    this.#visitors.delete(name)
    this.#visitors.set(name, visitor)
    if (this.#visitors.size > this.#most) this.#forgetOldest()
    return visitor
  }

  /** The one that was quiet for longest, unless it has something open; those that have go behind the others. */
  #forgetOldest(): void {
    let tries = 0
    for (const [name, visitor] of this.#visitors) {
      this.#visitors.delete(name)
      if (visitor.open === 0 && visitor.authenticated === 0) return
      this.#visitors.set(name, visitor)
      if (++tries === LOOKED_AT) return
    }
  }

  #busy(reached: Reached): Arrival {
    return { kind: 'refused', status: 429, retryAfterSeconds: 1 + Math.floor(this.#random() * 3), reached }
  }

  #full(reached: Reached): Arrival {
    const retryAfterSeconds = 1 + Math.floor(this.#random() * RETRY_SPREAD_S)
    return { kind: 'refused', status: 503, retryAfterSeconds, reached }
  }
}

const isIdle = ({ open, authenticated, connects, lockout }: Visitor, now: number): boolean =>
  open === 0 && authenticated === 0 && connects.isFull(now) && (lockout?.isOver(now) ?? true)

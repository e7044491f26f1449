export interface LockLimits {
  readonly badKeysPerMinute: number
  readonly lockSeconds: number
  readonly lockMaxSeconds: number
}

const MINUTE_MS = 60_000

/**
 * Refused keys of one address. Locked, it can guess no faster, and a good key still gets in: nobody is kept out by his
 * neighbours. What is counted is the address alone, never the key, whose id anybody may name. Pure; monotonic milliseconds.
 */
export class Lockout {
  readonly #limits: LockLimits
  /** Of the last minute, oldest first. */
  #failures: number[] = []
  /** Locks in a row. */
  #locks = 0
  #until = Number.NEGATIVE_INFINITY

  constructor(limits: LockLimits) {
    this.#limits = limits
  }

  /** A key was refused; whether the address is locked now, and whether it has not been before. */
  fail(now: number): { readonly isLocked: boolean; readonly isNew: boolean } {
    if (this.isLocked(now)) return { isLocked: true, isNew: false }
    const { badKeysPerMinute, lockSeconds } = this.#limits
    this.#failures = [...this.#failures.filter(at => now - at < MINUTE_MS), now]
    if (this.#failures.length < badKeysPerMinute) return { isLocked: false, isNew: false }
    // Who was good for as long as the longest lock begins anew.
    if (now - this.#until > this.#longestMs) this.#locks = 0
    this.#until = now + Math.min(lockSeconds * 1000 * 2 ** this.#locks++, this.#longestMs)
    this.#failures = []
    return { isLocked: true, isNew: true }
  }

  isLocked(now: number): boolean {
    return now < this.#until
  }

  /** How long it stays so. */
  waitMs(now: number): number {
    return Math.max(0, this.#until - now)
  }

  /** Whether all of it may be forgotten. */
  isOver(now: number): boolean {
    return now - (this.#failures.at(-1) ?? Number.NEGATIVE_INFINITY) > MINUTE_MS && now - this.#until > this.#longestMs
  }

  get #longestMs(): number {
    return this.#limits.lockMaxSeconds * 1000
  }
}

/** So many at once, so many a second in the long run. Times are monotonic milliseconds. Pure. */
export class Bucket {
  readonly #perMs: number
  readonly #burst: number
  #level: number
  #at: number

  constructor(perSecond: number, burst: number, now: number) {
    this.#perMs = perSecond / 1000
    this.#burst = burst
    this.#level = burst
    this.#at = now
  }

  /** Whether one more goes through now. */
  take(now: number): boolean {
    if (this.#fill(now) < 1) return false
    this.#level--
    return true
  }

  /** The same at another rate: what is used of it stays used. */
  resized(perSecond: number, burst: number, now: number): Bucket {
    const next = new Bucket(perSecond, burst, now)
    next.#level = Math.min(burst, this.#fill(now))
    return next
  }

  /** It did not count after all. */
  giveBack(): void {
    this.#level = Math.min(this.#burst, this.#level + 1)
  }

  /** Takes a turn in the queue: milliseconds until it comes; `undefined`, and nothing is taken, when that were longer than `longest`. */
  queue(now: number, longest: number): number | undefined {
    const wait = Math.max(0, (1 - this.#fill(now)) / this.#perMs)
    if (wait > longest) return undefined
    this.#level--
    return Math.ceil(wait)
  }

  /** Milliseconds until one more goes through. */
  wait(now: number): number {
    return Math.ceil(Math.max(0, (1 - this.#fill(now)) / this.#perMs))
  }

  /** Whether nothing of it is in use. */
  isFull(now: number): boolean {
    return this.#fill(now) >= this.#burst
  }

  #fill(now: number): number {
    this.#level = Math.min(this.#burst, this.#level + (now - this.#at) * this.#perMs)
    this.#at = now
    return this.#level
  }
}

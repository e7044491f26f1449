/** With one ticket. */
const MOST = 3
/** A session that the broker ends sooner was never taken: some open the socket first and look at the ticket afterwards. */
const STEADY_MS = 10_000

/** How often a broker has refused a session since it last took it for good. Times monotonic, milliseconds. */
export class Refusals {
  #count = 0
  #openedAt: number | undefined

  get count(): number {
    return this.#count
  }

  /** Asking once more would say nothing new. */
  get areEnough(): boolean {
    return this.#count >= MOST
  }

  /** There is another ticket, or a reason to ask again. */
  reset(): void {
    this.#count = 0
    this.#openedAt = undefined
  }

  opened(now: number): void {
    this.#openedAt ??= now
  }

  /** `isCertain`: once is enough. */
  refused(now: number, isCertain = false): void {
    if (this.#openedAt !== undefined && now - this.#openedAt >= STEADY_MS) this.#count = 0
    this.#openedAt = undefined
    this.#count = isCertain ? MOST : this.#count + 1
  }
}

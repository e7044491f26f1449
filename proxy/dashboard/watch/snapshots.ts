import type { Cancel, PageClock } from '../clock.ts'
import type { Name } from '../names.ts'

/** Rows that nobody sees are as old as this, at most. */
const EVERY_MS = 5000
/** While the server refuses or is away. */
const LONGEST_MS = 60_000

/**
 * Prices of what is in the list and not on the stream, so that its order stays true: one request for all of them, the
 * next one so long after its answer.
 */
export class Snapshots {
  readonly #clock: Pick<PageClock, 'after'>
  readonly #names: () => readonly Name[]
  readonly #fetch: (names: readonly Name[]) => Promise<void>
  #planned: Cancel | undefined
  #isAsking = false
  #isWanted = false
  #pauseMs = EVERY_MS
  #isClosed = false

  /** `fetch` takes what it gets to where it belongs; a rejection makes the next try later. */
  constructor(
    clock: Pick<PageClock, 'after'>,
    names: () => readonly Name[],
    fetch: (names: readonly Name[]) => Promise<void>,
  ) {
    this.#clock = clock
    this.#names = names
    this.#fetch = fetch
  }

  /** At once: another list is in view. */
  now(): void {
    this.#isWanted = this.#isAsking
    if (!this.#isAsking) void this.#go()
  }

  close(): void {
    this.#isClosed = true
    this.#planned?.()
  }

  async #go(): Promise<void> {
    this.#planned?.()
    this.#isAsking = true
    const names = this.#names()
    try {
      if (names.length > 0) await this.#fetch(names)
      this.#pauseMs = EVERY_MS
    } catch {
      this.#pauseMs = Math.min(LONGEST_MS, this.#pauseMs * 2)
    }
    this.#isAsking = false
    if (this.#isClosed) return
    const pauseMs = this.#isWanted ? 0 : this.#pauseMs
    this.#isWanted = false
    this.#planned = this.#clock.after(pauseMs, () => void this.#go())
  }
}

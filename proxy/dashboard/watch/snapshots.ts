import type { Cancel, PageClock } from '../clock.ts'
import { spanOf } from '../ist.ts'
import type { Name } from '../names.ts'
import { CallError } from '../session.ts'

/** Rows that nobody sees are as old as this, at most. */
const EVERY_MS = 5000
/** While the server refuses or is away. */
const LONGEST_MS = 60_000

type Clock = Pick<PageClock, 'after' | 'now'>

/** That they do not come. */
export interface Trouble {
  readonly why: string
  /** When they came last, milliseconds since 1970. */
  readonly lastAt: number | undefined
}

/** For the foot of the list. */
export const troubleWords = ({ why, lastAt }: Trouble, now: number): string =>
  lastAt === undefined ? `off-view prices do not come: ${why}` : `off-view prices ${spanOf(now - lastAt)} old: ${why}`

/**
 * Prices of what is in the list and not on the stream, so that its order stays true: one request for all of them, the
 * next one so long after its answer.
 */
export class Snapshots {
  readonly #clock: Clock
  readonly #names: () => readonly Name[]
  readonly #fetch: (names: readonly Name[]) => Promise<void>
  readonly #tell: (trouble: Trouble | undefined) => void
  #planned: Cancel | undefined
  #lastAt: number | undefined
  #isAsking = false
  #isWanted = false
  #pauseMs = EVERY_MS
  #isClosed = false

  /** `fetch` takes what it gets to where it belongs; a rejection makes the next try later. */
  constructor(
    clock: Clock,
    names: () => readonly Name[],
    fetch: (names: readonly Name[]) => Promise<void>,
    tell: (trouble: Trouble | undefined) => void = () => {},
  ) {
    this.#clock = clock
    this.#names = names
    this.#fetch = fetch
    this.#tell = tell
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
    let waitMs = 0
    const names = this.#names()
    try {
      if (names.length > 0) {
        await this.#fetch(names)
        this.#lastAt = this.#clock.now()
      }
      this.#pauseMs = EVERY_MS
      this.#tell(undefined)
    } catch (error) {
      this.#pauseMs = Math.min(LONGEST_MS, this.#pauseMs * 2)
      if (error instanceof CallError) waitMs = error.waitMs ?? 0
      this.#tell({ why: error instanceof Error ? error.message : String(error), lastAt: this.#lastAt })
    }
    this.#isAsking = false
    if (this.#isClosed) return
    // Who asks to be left alone is, whatever came into view.
    const pauseMs = Math.max(waitMs, this.#isWanted ? 0 : this.#pauseMs)
    this.#isWanted = false
    this.#planned = this.#clock.after(pauseMs, () => void this.#go())
  }
}

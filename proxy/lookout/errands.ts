import type { Clock } from '../../shared/clock.ts'
import { type Rest, Worklist, type Workshop } from '../worklist.ts'

interface Rooms {
  readonly clock: Clock
  readonly workshop: Workshop
}

/** Work for requests, one piece after the other, in the turns that all clients share. */
export class Errands {
  readonly #list: Worklist
  readonly #pending = new Set<() => void>()

  constructor({ clock, workshop }: Rooms) {
    this.#list = new Worklist(
      clock,
      workshop,
      () => {},
      () => {},
    )
  }

  /** Whether somebody waits for something. */
  get isBusy(): boolean {
    return this.#pending.size > 0
  }

  /**
   * What comes of it; `undefined` when this ends before, or who it is for has gone: then its next step is not done.
   * Rejects with what it throws.
   */
  do<Result>(work: Generator<Rest | undefined, Result>, isGone = () => false): Promise<Result | undefined> {
    const pending = this.#pending
    return new Promise((resolve, reject) => {
      const giveUp = () => resolve(undefined)
      pending.add(giveUp)
      this.#list.add(
        (function* () {
          try {
            resolve(yield* until(isGone, work))
          } catch (error) {
            reject(error)
          } finally {
            pending.delete(giveUp)
          }
        })(),
      )
    })
  }

  /** Nobody waits for the rest any more. */
  close(): void {
    this.#list.close()
    for (const giveUp of this.#pending) giveUp()
    this.#pending.clear()
  }
}

function* until<Result>(
  isGone: () => boolean,
  work: Generator<Rest | undefined, Result>,
): Generator<Rest | undefined, Result | undefined> {
  while (!isGone()) {
    const { done, value } = work.next()
    if (done) return value
    yield value
  }
  work.return(undefined as never)
  return undefined
}

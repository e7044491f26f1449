import type { Name } from './names.ts'
import type { MarketFrame } from './protocol.ts'

interface Place {
  epoch: number
  seq: number
}

/** What did not reach the page while there was no connection, by the numbers of the frames before and after. */
export class Missed {
  readonly #last: readonly Map<Name, Place>[] = [new Map(), new Map(), new Map()]
  /** Topics that have not been heard of since the connection came back. */
  readonly #before: readonly Map<Name, Place>[] = [new Map(), new Map(), new Map()]
  readonly #names = new Set<Name>()

  take(name: Name, { mode, epoch, seq }: Pick<MarketFrame, 'mode' | 'epoch' | 'seq'>): void {
    const last = this.#last[mode - 1]
    if (epoch === undefined || seq === undefined || !last) return
    const before = this.#before[mode - 1]
    const was = before?.get(name)
    if (was) {
      before?.delete(name)
      // The last one again, or the next one: nothing lies between.
      if (was.epoch !== epoch || seq > was.seq + 1) this.#names.add(name)
    }
    const place = last.get(name)
    if (place) {
      place.epoch = epoch
      place.seq = seq
    } else last.set(name, { epoch, seq })
  }

  lost(): void {
    this.#names.clear()
    for (const [nth, places] of this.#last.entries()) {
      for (const [name, place] of places) this.#before[nth]?.set(name, place)
      places.clear()
    }
  }

  /** How many instruments missed updates, as far as they were heard of again. */
  get count(): number {
    return this.#names.size
  }
}

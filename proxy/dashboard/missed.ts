import { spanOf } from './ist.ts'
import type { Entry } from './journal.ts'
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

  /** How many of these were heard of before, and not yet again. */
  unheard(names: Iterable<Name>): number {
    const isUnheard = (name: Name) =>
      this.#before.some(places => places.has(name)) && !this.#last.some(places => places.has(name))
    return [...names].filter(isUnheard).length
  }
}

/** What is said of a connection that came back: no more than what is known. */
export function backNews(afterMs: number, missed: number, unheard: number): Omit<Entry, 'at' | 'count'> {
  const parts = [
    ...(missed > 0 ? [`${instruments(missed)} missed updates`] : []),
    ...(unheard > 0 ? [`not yet known of ${instruments(unheard)} whether updates were missed`] : []),
  ]
  const words = parts.join(', ') || 'nothing was missed'
  const level = missed > 0 ? 'warn' : unheard > 0 ? 'news' : 'good'
  return { level, what: 'link', text: `back after ${spanOf(afterMs)}, ${words}` }
}

const instruments = (count: number): string => `${count} ${count === 1 ? 'instrument' : 'instruments'}`

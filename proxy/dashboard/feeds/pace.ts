import type { FeedView } from '../feedview.ts'

interface Reading {
  readonly startedAt: number | undefined
  readonly ticks: number
  readonly at: number
}

/** How many ticks a second each feed gives, by two readings of its counter. */
export class Paces {
  readonly #last = new Map<string, Reading>()
  readonly #paces = new Map<string, number>()

  take(feeds: readonly FeedView[], at: number): void {
    for (const { name, ticks, startedAt } of feeds) {
      if (ticks === undefined) continue
      const last = this.#last.get(name)
      if (last && at <= last.at) continue
      this.#last.set(name, { ticks, startedAt, at })
      // Another process counts from nothing.
      if (last && last.startedAt === startedAt && ticks >= last.ticks)
        this.#paces.set(name, ((ticks - last.ticks) * 1000) / (at - last.at))
      else this.#paces.delete(name)
    }
  }

  /** `undefined`: not known yet. */
  of(name: string): number | undefined {
    return this.#paces.get(name)
  }
}

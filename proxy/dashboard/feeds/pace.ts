import type { FeedView } from '../feedview.ts'

interface Reading {
  readonly epoch: number | undefined
  readonly ticks: number
  readonly at: number
}

/** How many ticks a second each feed gives, by two readings of its counter. */
export class Paces {
  readonly #last = new Map<string, Reading>()
  readonly #paces = new Map<string, number>()

  take(feeds: readonly FeedView[], at: number): void {
    for (const { name, status } of feeds) {
      if (!status) continue
      const { ticks, epoch } = status
      const last = this.#last.get(name)
      if (last && at <= last.at) continue
      this.#last.set(name, { ticks, epoch, at })
      // Another process counts from nothing.
      if (last && last.epoch === epoch && ticks >= last.ticks)
        this.#paces.set(name, ((ticks - last.ticks) * 1000) / (at - last.at))
      else this.#paces.delete(name)
    }
  }

  /** `undefined`: not known yet. */
  of(name: string): number | undefined {
    return this.#paces.get(name)
  }
}

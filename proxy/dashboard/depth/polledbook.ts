import type { Name } from '../names.ts'
import type { PollState } from '../polling.ts'
import type { Price } from '../prices.ts'
import type { Fields, MarketFrame } from '../protocol.ts'

/** Snapshots come every two seconds; a book that missed so many is none of now. */
const OLD_MS = 10_000
export const NO_BOOK = 'no book while prices come as snapshots'

/** Owner of which books came as snapshots, and when: while these are all there is, an older one must not be taken for one of now. */
export class PolledBooks {
  readonly #at = new Map<Name, number>()

  take({ name, via }: Pick<Price, 'name' | 'via'>, { data }: Pick<MarketFrame, 'data'>, now: number): void {
    if (!data.depth) return
    if (via === 'snapshot') this.#at.set(name, now)
    else this.#at.delete(name)
  }

  /** What may be shown: without its book where that is not of now. */
  shown({ name, fields }: Pick<Price, 'name' | 'fields'>, state: PollState | undefined, now: number): Fields {
    if (!state || now - (this.#at.get(name) ?? Number.NEGATIVE_INFINITY) < OLD_MS) return fields
    const { depth: _, depth_level: __, ...rest } = fields
    return rest
  }
}

import type { Tick } from './frame.ts'

/** Beyond it nobody comes back for a tick. */
const TICKS_PER_TOPIC = 4096

/** The last ticks of one topic without a hole between them. */
export class Ring {
  readonly ticks: Tick[] = []
  readonly #rings: Rings

  constructor(rings: Rings) {
    this.#rings = rings
  }

  add(tick: Tick): void {
    this.ticks.push(tick)
    this.#rings.grow(this, tick.message.length)
    if (this.ticks.length > TICKS_PER_TOPIC) this.drop()
  }

  /** Forgets the oldest. */
  drop(): void {
    const oldest = this.ticks.shift()
    if (oldest) this.#rings.grow(this, -oldest.message.length)
  }

  /** There is a hole: what was before it is of no use. */
  clear(): void {
    while (this.ticks.length > 0) this.drop()
  }

  /** Every tick after `sequence` up to the newest, or `undefined` when one of them is gone. */
  since(epoch: number, sequence: number): readonly Tick[] | undefined {
    const [oldest] = this.ticks
    const newest = this.ticks.at(-1)
    if (!oldest || !newest || newest.header.epoch !== epoch) return undefined
    if (sequence < oldest.header.sequence - 1 || sequence > newest.header.sequence) return undefined
    return this.ticks.slice(sequence - oldest.header.sequence + 1)
  }
}

/** Owner of the rings of all topics whose clients may want to resume: bounded together. */
export class Rings {
  readonly #maxBytes: number
  readonly #all = new Set<Ring>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  open(): Ring {
    const ring = new Ring(this)
    this.#all.add(ring)
    return ring
  }

  close(ring: Ring): void {
    ring.clear()
    this.#all.delete(ring)
  }

  /** A ring has more (or less) in it: the topic with the longest one pays for what is too much. */
  grow(ring: Ring, bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes <= this.#maxBytes) return
    let longest = ring
    for (const one of this.#all) if (one.ticks.length > longest.ticks.length) longest = one
    // Many at once, so that the search is rare.
    for (let left = Math.ceil(longest.ticks.length / 2); left > 0; left--) longest.drop()
  }
}

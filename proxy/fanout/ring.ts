import { Tick } from './frame.ts'

/** Beyond it nobody comes back for a tick. */
const TICKS_PER_TOPIC = 4096
/** A ring's memory comes in slabs of a part of what it holds, between these bounds in bytes. */
const SLAB_PART = 0.25
const SMALLEST_SLAB = 1024
const LARGEST_SLAB = 65_536

/** The last ticks of one topic without a hole between them. */
export class Ring {
  readonly #rings: Rings
  readonly #ticks: Tick[] = []
  #bytes = 0
  #slab = Buffer.alloc(0)
  #used = 0

  constructor(rings: Rings) {
    this.#rings = rings
  }

  get length(): number {
    return this.#ticks.length
  }

  /** The newest ones, oldest first. */
  newest(count: number): readonly Tick[] {
    return this.#ticks.slice(Math.max(0, this.#ticks.length - count))
  }

  add(tick: Tick): void {
    const message = this.#copy(tick.message)
    this.#ticks.push(new Tick(tick.header, message))
    this.#bytes += message.length
    if (this.#ticks.length > TICKS_PER_TOPIC) this.drop()
    this.#rings.grow(message.length)
  }

  /** Forgets the oldest. */
  drop(): void {
    const bytes = this.#ticks.shift()?.message.length ?? 0
    this.#bytes -= bytes
    this.#rings.shrink(bytes)
  }

  /** There is a hole: what was before it is of no use. */
  clear(): void {
    this.#rings.shrink(this.#bytes)
    this.#ticks.length = 0
    this.#bytes = 0
    this.#slab = Buffer.alloc(0)
    this.#used = 0
  }

  /** Every tick after `sequence` up to the newest, or `undefined` when one of them is gone. */
  since(epoch: number, sequence: number): readonly Tick[] | undefined {
    const [oldest] = this.#ticks
    const newest = this.#ticks.at(-1)
    if (!oldest || !newest || newest.header.epoch !== epoch) return undefined
    if (sequence < oldest.header.sequence - 1 || sequence > newest.header.sequence) return undefined
    return this.#ticks.slice(sequence - oldest.header.sequence + 1)
  }

  /** A tick's own bytes lie among those of other topics: keeping one of them keeps the memory of all of these. */
  #copy(message: Buffer): Buffer {
    if (this.#used + message.length > this.#slab.length) {
      const wished = Math.min(Math.max(this.#bytes * SLAB_PART, SMALLEST_SLAB), LARGEST_SLAB)
      this.#slab = Buffer.allocUnsafeSlow(Math.max(Math.ceil(wished), message.length))
      this.#used = 0
    }
    const copy = this.#slab.subarray(this.#used, this.#used + message.length)
    copy.set(message)
    this.#used += message.length
    return copy
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

  /** What all of them hold. */
  get bytes(): number {
    return this.#bytes
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

  /** A ring has more in it: the topic with the longest one pays for what is too much. */
  grow(bytes: number): void {
    this.#bytes += bytes
    while (this.#bytes > this.#maxBytes) {
      let longest: Ring | undefined
      for (const one of this.#all) if (one.length > (longest?.length ?? 0)) longest = one
      if (!longest) return
      // Many at once, so that the search is rare.
      for (let left = Math.ceil(longest.length / 2); left > 0; left--) longest.drop()
    }
  }

  /** A ring has less in it. */
  shrink(bytes: number): void {
    this.#bytes -= bytes
  }
}

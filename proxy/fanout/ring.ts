import type { TickHeader } from '../../bus/message.ts'
import { Tick } from './frame.ts'

/** Beyond it nobody comes back for a tick. */
const TICKS_PER_TOPIC = 4096

/** What one costs beside its bytes. */
const EACH_BYTES = 200

/** A tick as text: its buffer lies among those of other frames, and all of them would stay in memory with it. */
interface Kept {
  readonly header: TickHeader
  /** Byte for byte. */
  readonly payload: string
}

/** The last ticks of one topic without a hole between them. */
export class Ring {
  readonly #kept: Kept[] = []
  readonly #rings: Rings

  constructor(rings: Rings) {
    this.#rings = rings
  }

  add(tick: Tick): void {
    const payload = tick.payload.toString('latin1')
    this.#kept.push({ header: tick.header, payload })
    this.#rings.grow(this, payload.length + EACH_BYTES)
    if (this.length > TICKS_PER_TOPIC) this.drop()
  }

  get length(): number {
    return this.#kept.length
  }

  /** Forgets the oldest. */
  drop(): void {
    const oldest = this.#kept.shift()
    if (oldest) this.#rings.grow(this, -oldest.payload.length - EACH_BYTES)
  }

  /** There is a hole: what was before it is of no use. */
  clear(): void {
    while (this.length > 0) this.drop()
  }

  /** Whether every tick after `sequence` is here, up to the newest. */
  reaches(epoch: number, sequence: number): boolean {
    const [oldest, newest] = [this.#kept[0], this.#kept.at(-1)]
    if (!oldest || !newest || newest.header.epoch !== epoch) return false
    return sequence >= oldest.header.sequence - 1 && sequence <= newest.header.sequence
  }

  /** Every tick after `sequence` up to the newest; for a ring that reaches so far. */
  since(sequence: number): Tick[] {
    const from = sequence - (this.#kept[0]?.header.sequence ?? 0) + 1
    return this.#kept.slice(from).map(({ header, payload }) => new Tick(header, Buffer.from(payload, 'latin1')))
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
    for (const one of this.#all) if (one.length > longest.length) longest = one
    // Many at once, so that the search is rare.
    for (let left = Math.ceil(longest.length / 2); left > 0; left--) longest.drop()
  }
}

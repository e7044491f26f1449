import { type Name, partsOf } from '../names.ts'
import { Minutes } from './minutes.ts'

interface Place {
  readonly minutes: Minutes
  /** Turns count uses, not time. */
  usedAt: number
}

/** Keeps candles of so many instruments; of more, the one goes that was used longest ago and that nobody holds on to. */
export class Shelf {
  readonly #most: number
  readonly #isHeld: (name: Name) => boolean
  readonly #places = new Map<Name, Place>()
  #turn = 0

  constructor(most: number, isHeld: (name: Name) => boolean) {
    this.#most = most
    this.#isHeld = isHeld
  }

  names(): Iterable<Name> {
    return this.#places.keys()
  }

  find(name: Name): Minutes | undefined {
    const place = this.#places.get(name)
    if (place) place.usedAt = ++this.#turn
    return place?.minutes
  }

  open(name: Name): Minutes {
    const found = this.find(name)
    if (found) return found
    if (this.#places.size >= this.#most) this.#makeRoom()
    const minutes = new Minutes(partsOf(name).exchange)
    this.#places.set(name, { minutes, usedAt: ++this.#turn })
    return minutes
  }

  clear(): void {
    this.#places.clear()
  }

  #makeRoom(): void {
    let oldest: Name | undefined
    let usedAt = Number.POSITIVE_INFINITY
    for (const [name, place] of this.#places)
      if (place.usedAt < usedAt && !this.#isHeld(name)) {
        oldest = name
        usedAt = place.usedAt
      }
    if (oldest !== undefined) this.#places.delete(oldest)
  }
}

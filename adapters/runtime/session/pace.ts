import { Tail } from './tail.ts'

/** Ticks of one second count as one: a burst says nothing of how long a silence may be. */
const SLOT_MS = 1000
/** A rate is mostly of the last two minutes. */
const MEMORY_MS = 120_000
/** What was seen for less time is not taken for the rule. */
const LEAST_MEMORY_MS = 20_000
const GAPS_KEPT_MS = 600_000
/** So many seconds with ticks of the last hundred make an instrument dense: of one tick a second on average, 63 have one. */
const DENSE = 0.55
const DENSE_SLOTS = 45
const REGULAR_SLOTS = 600
const STEADY = 0.97
/** A silence that was half as long before, lately, is no sign. */
export const LEAST_GAPS = 2

/**
 * How often something ticks in one phase of its market, learned from its ticks: seconds in which it ticked, as a decaying
 * rate, and the longest silence of the last ten to twenty minutes. A tick costs a few nanoseconds and allocates nothing.
 * All times are monotonic milliseconds.
 */
export class Pace {
  /** Of the last tick; -Infinity before the first. */
  lastAt = Number.NEGATIVE_INFINITY
  #slot = -1
  #slots = 0
  #level = 0
  #levelAt = 0
  #since = 0
  /** The silence that the next tick ends is none of the market's: the connection was away. */
  #isBroken = true
  #longest = 0
  #longestBefore = 0
  #longestSince = 0
  readonly #tail = new Tail()

  ticked(now: number): void {
    const slot = Math.floor(now / SLOT_MS)
    if (!this.#isBroken) this.#tail.note(now - this.lastAt, now)
    if (slot !== this.#slot) this.#learn(now, slot)
    this.lastAt = now
  }

  /** The market is in another phase: what was learned says nothing any more. */
  forget(): void {
    this.#slots = 0
    this.#level = 0
    this.#isBroken = true
    this.#longest = 0
    this.#longestBefore = 0
    this.#tail.forget()
  }

  /** The silence that ends now was none of the market's. */
  excuse(): void {
    this.#isBroken = true
  }

  /** The connection was away until now: what was learned is still true, and the silence counts from here. */
  resume(now: number): void {
    if (this.#slots > 0) {
      const away = now - this.#levelAt
      this.#since += away
      this.#levelAt = now
    }
    this.#isBroken = true
  }

  /** How many seconds with a tick there should have been since an instant, by what came until then. */
  expectedIn(since: number, now: number): number {
    if (this.#slots === 0) return 0
    const faded = this.#level * Math.exp(Math.min(this.#levelAt - since, 0) / MEMORY_MS)
    const seen = Math.max(since - this.#since + SLOT_MS, LEAST_MEMORY_MS)
    return (faded / (MEMORY_MS * (1 - Math.exp(-seen / MEMORY_MS)))) * (now - since)
  }

  /** It ticks about every second, and has done so for a while. */
  get isDense(): boolean {
    return this.#slots >= DENSE_SLOTS && this.expectedIn(this.#levelAt, this.#levelAt + SLOT_MS) >= DENSE
  }

  /** It ticked about every second for all of the time that was looked at, and that was long. */
  get isRegular(): boolean {
    return this.#slots >= REGULAR_SLOTS && this.#occupied >= DENSE
  }

  /** The longest silence lately, milliseconds. */
  get longestGap(): number {
    return Math.max(this.#longest, this.#longestBefore)
  }

  /** A silence of this length is odd, milliseconds: by the longest lately, and by how rare long ones are. */
  oddGap(rarity: number): number {
    return Math.max(LEAST_GAPS * this.longestGap, this.#tail.rarest(rarity))
  }

  /** It ticked in nearly every second: a silence many times as long as any is odd, whatever its hiccups are like. */
  get isSteady(): boolean {
    return this.#slots >= DENSE_SLOTS && this.#occupied >= STEADY
  }

  /** Of the seconds since it was looked at, how many had a tick: a part. */
  get #occupied(): number {
    return (this.#slots * SLOT_MS) / (this.lastAt - this.#since)
  }

  #learn(now: number, slot: number): void {
    this.#slot = slot
    if (this.#slots++ === 0) {
      this.#since = now
      this.#longestSince = now
      this.#level = 1
    } else {
      this.#level = this.#level * Math.exp((this.#levelAt - now) / MEMORY_MS) + 1
      if (!this.#isBroken) this.#noteGap(now)
    }
    this.#levelAt = now
    this.#isBroken = false
  }

  #noteGap(now: number): void {
    if (now - this.#longestSince > GAPS_KEPT_MS) {
      this.#longestBefore = this.#longest
      this.#longest = 0
      this.#longestSince = now
    }
    this.#longest = Math.max(this.#longest, now - this.lastAt)
  }
}

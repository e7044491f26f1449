/**
 * sfc32 ("small fast counter", Chris Doty-Humphrey, public domain): 128 bits of state, passes PractRand, a few
 * nanoseconds a number. One stream per exchange; the same seed gives the same numbers on every machine.
 */
export class Sfc32 {
  #a = 0x9e3779b9 | 0
  #b = 0x243f6a88 | 0
  #c: number
  #counter = 1

  /** `seed`: integer, 0 to 2^32 - 1. */
  constructor(seed: number) {
    this.#c = seed | 0
    // Neighbouring seeds differ in few bits; the first rounds spread them over the whole state.
    for (let round = 0; round < 16; round++) this.bits()
  }

  /** 32 random bits as an integer, 0 to 2^32 - 1. */
  bits(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** Number from 0 up to, not including, 1. */
  unit(): number {
    return this.bits() / 2 ** 32
  }

  /** Number from -1 up to, not including, 1. */
  signed(): number {
    return this.bits() / 2 ** 31 - 1
  }

  /** Integer from 0 up to, not including, `limit`. */
  below(limit: number): number {
    return Math.floor(this.unit() * limit)
  }
}

const PULL = 1 / 8192

/**
 * Next value of a random walk with steps of at most `reach`. A faint pull to 0 keeps it there for ever: it strays some
 * 40 times its reach, seldom 100 times.
 */
export const wander = (value: number, reach: number, random: Sfc32): number =>
  value - value * PULL + reach * random.signed()

/** The bytes of a piece of JSON that is written again and again. ASCII. */
export const ink = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'))

const ZERO = 48
const POINT = 46
const MINUS = 45
/** The longest a number gets, `-1.2345678901234567e-123`, with room to spare. */
const NUMBER_BYTES = 32
const BILLION = 1e9
const EIGHT_DIGITS = 1e8

/**
 * Writes JSON into bytes, one piece behind the other. A number costs 30 to 50 ns, a third of what it costs as text that
 * becomes bytes afterwards: nothing else of a tick is as dear.
 */
export class Pen {
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0

  /** Writes into `bytes` from `at` on. */
  begin(bytes: Buffer, at: number): void {
    this.#bytes = bytes
    this.#at = at
  }

  /** What was begun with, or larger bytes that hold the same when it was too short. */
  get bytes(): Buffer {
    return this.#bytes
  }

  /** Behind what was written. */
  get at(): number {
    return this.#at
  }

  write(piece: Uint8Array): void {
    this.#room(piece.length)
    const bytes = this.#bytes
    let at = this.#at
    for (let place = 0; place < piece.length; place++) bytes[at++] = piece[place] as number
    this.#at = at
  }

  /** Exactly as JSON.stringify does it. `value` is finite. */
  number(value: number): void {
    this.#room(NUMBER_BYTES)
    if (Number.isSafeInteger(value)) this.#integer(value)
    else this.#decimal(value)
  }

  #integer(value: number): void {
    if (value < 0) this.#bytes[this.#at++] = MINUS
    this.#digits(Math.abs(value))
  }

  /**
   * Prices have four decimals at most. A decimal of up to 15 digits has a double of its own, so one that gives the same
   * double is what the shortest spelling, that of JSON, would be.
   */
  #decimal(value: number): void {
    const scaled = Math.round(value * 1e4)
    if (scaled / 1e4 !== value || Math.abs(scaled) >= 1e13) {
      this.#at += this.#bytes.write(String(value), this.#at, 'latin1')
      return
    }
    const bytes = this.#bytes
    if (value < 0) bytes[this.#at++] = MINUS
    const size = Math.abs(scaled)
    const whole = Math.floor(size / 1e4)
    this.#digits(whole)
    bytes[this.#at++] = POINT
    let rest = size - whole * 1e4
    for (let unit = 1000; rest > 0; unit = (unit / 10) | 0) {
      const digit = (rest / unit) | 0
      bytes[this.#at++] = ZERO + digit
      rest -= digit * unit
    }
  }

  /** Whole and not negative. Beyond 31 bits arithmetic is slow: larger numbers are cut into parts of eight digits. */
  #digits(value: number): void {
    if (value >= BILLION) {
      const high = Math.floor(value / EIGHT_DIGITS)
      this.#digits(high)
      this.#padded(value - high * EIGHT_DIGITS, 8)
      return
    }
    let count = 1
    for (let rest = value | 0; rest >= 10; rest = (rest / 10) | 0) count++
    this.#padded(value, count)
  }

  #padded(value: number, count: number): void {
    const bytes = this.#bytes
    const end = this.#at + count
    let rest = value | 0
    for (let place = end - 1; place >= this.#at; place--) {
      const tenth = (rest / 10) | 0
      bytes[place] = ZERO + rest - tenth * 10
      rest = tenth
    }
    this.#at = end
  }

  #room(needed: number): void {
    if (this.#at + needed <= this.#bytes.length) return
    const larger = Buffer.allocUnsafeSlow(2 * (this.#at + needed))
    this.#bytes.copy(larger)
    this.#bytes = larger
  }
}

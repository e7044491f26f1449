/** Of one second. The last ones of it stay. */
const SAMPLES = 40
const SECONDS = 60

export interface Spread {
  readonly p50: number
  readonly p95: number
  readonly mean: number
}

/** What was measured in the last minute, second by second. Adding costs no memory. */
export class Minute {
  readonly #values = new Float64Array(SECONDS * SAMPLES)
  readonly #counts = new Uint32Array(SECONDS)
  /** Which second each of the sixty places holds. */
  readonly #seconds = new Float64Array(SECONDS).fill(-1)

  /** `at`: milliseconds by the monotonic clock. */
  add(value: number, at: number): void {
    const second = Math.floor(at / 1000)
    const place = second % SECONDS
    if (this.#seconds[place] !== second) {
      this.#seconds[place] = second
      this.#counts[place] = 0
    }
    const count = this.#counts[place] ?? 0
    this.#values[place * SAMPLES + (count % SAMPLES)] = value
    this.#counts[place] = count + 1
  }

  /** `undefined`: nothing was measured. */
  spread(at: number): Spread | undefined {
    const all: number[] = []
    for (let ago = 0; ago < SECONDS; ago++) all.push(...this.#of(Math.floor(at / 1000) - ago))
    return spreadOf(all)
  }

  /** Each second of the minute, the oldest first; not the one that has just begun. */
  seconds(at: number): (Spread | undefined)[] {
    const last = Math.floor(at / 1000)
    return Array.from({ length: SECONDS - 1 }, (_, nth) => spreadOf(this.#of(last - SECONDS + 1 + nth)))
  }

  #of(second: number): Iterable<number> {
    if (second < 0) return []
    const place = second % SECONDS
    if (this.#seconds[place] !== second) return []
    const from = place * SAMPLES
    return this.#values.subarray(from, from + Math.min(SAMPLES, this.#counts[place] ?? 0))
  }
}

function spreadOf(values: Iterable<number>): Spread | undefined {
  const sorted = Float64Array.from(values).sort()
  if (sorted.length === 0) return undefined
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0
  return { p50: at(0.5), p95: at(0.95), mean: sorted.reduce((sum, one) => sum + one, 0) / sorted.length }
}

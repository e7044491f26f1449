/** Of a doubling: what is read from a histogram is at most a quarter off, and half of that with luck. */
const PARTS = 4
/** Up to 2^32 microseconds, 71 minutes; what takes longer is counted as that. */
const BUCKETS = 124
const LONGEST = 2 ** 32 - 1

/** How many durations were this long: the sum of all, microseconds, then the number of a bucket and its count in turn. */
export type Counted = readonly number[]

/**
 * How long something took, each time: counts by length in buckets that grow with it. Observing is an increment, so it may
 * stand on the tick path; nothing is computed before somebody reads.
 */
export class Histogram {
  readonly #counts = new Uint32Array(BUCKETS)
  #sum = 0

  /** Clocks that part make some durations negative: those took no time. */
  observe(micros: number): void {
    const length = micros > 0 ? Math.min(micros, LONGEST) : 0
    const at = bucketOf(length)
    this.#counts[at] = (this.#counts[at] ?? 0) + 1
    this.#sum += length
  }

  read(): Counted {
    const counted = [Math.round(this.#sum)]
    for (const [at, count] of this.#counts.entries()) if (count > 0) counted.push(at, count)
    return counted
  }
}

function bucketOf(micros: number): number {
  const whole = micros >>> 0
  if (whole < PARTS) return whole
  const doublings = 31 - Math.clz32(whole)
  return (doublings - 1) * PARTS + ((whole >>> (doublings - 2)) & (PARTS - 1))
}

/** Where a bucket ends, microseconds: what it holds is shorter. */
export function endOf(bucket: number): number {
  if (bucket < PARTS) return bucket + 1
  return (PARTS + (bucket % PARTS) + 1) * 2 ** (Math.floor(bucket / PARTS) - 1)
}

export const sumOf = ([sum = 0]: Counted): number => sum

export function* bucketsOf(counted: Counted): Generator<readonly [bucket: number, count: number]> {
  for (let at = 1; at + 1 < counted.length; at += 2) yield [counted[at] ?? 0, counted[at + 1] ?? 0]
}

export function countOf(counted: Counted): number {
  let count = 0
  for (const [, of] of bucketsOf(counted)) count += of
  return count
}

/** The duration that so large a part of all is not longer than, microseconds; `undefined` when there is none. */
export function quantile(counted: Counted, part: number): number | undefined {
  const wanted = part * countOf(counted)
  let before = 0
  for (const [bucket, count] of bucketsOf(counted)) {
    if (before + count >= wanted && count > 0) {
      const start = bucket === 0 ? 0 : endOf(bucket - 1)
      return start + ((endOf(bucket) - start) * (wanted - before)) / count
    }
    before += count
  }
  return undefined
}

/** What came in addition from `before` to `after`, of one histogram. */
export const since = (after: Counted, before: Counted): Counted => merge([after, negative(before)])

/** All together. */
export function merge(all: readonly Counted[]): Counted {
  const counts = new Map<number, number>()
  let sum = 0
  for (const counted of all) {
    sum += sumOf(counted)
    for (const [bucket, count] of bucketsOf(counted)) counts.set(bucket, (counts.get(bucket) ?? 0) + count)
  }
  const kept = [...counts].filter(([, count]) => count > 0).sort(([one], [other]) => one - other)
  return [sum, ...kept.flat()]
}

const negative = (counted: Counted): Counted => counted.map((value, at) => (at % 2 === 0 ? -value : value))

const ZERO = 0x30
/** A half of so many digits fits the engine's integer arithmetic. */
const HALF = 1e8
const HALF_DIGITS = 8

/**
 * Writes a whole number, 0 to 2^53 - 1, as ASCII digits that end before `end`; gives where they begin. Backwards,
 * because a number is known from its last digit on; in place, because a text per number would be garbage on the tick
 * path.
 */
export function writeDigits(target: Uint8Array, value: number, end: number): number {
  let at = end
  let rest = value
  if (value >= HALF) {
    const high = Math.floor(value / HALF)
    rest = value - high * HALF
    for (const stop = end - HALF_DIGITS; at > stop; ) {
      const others = (rest / 10) | 0
      target[--at] = ZERO + rest - others * 10
      rest = others
    }
    rest = high
  }
  do {
    const others = (rest / 10) | 0
    target[--at] = ZERO + rest - others * 10
    rest = others
  } while (rest > 0)
  return at
}

const POINT = 0x2e

/** The same of microseconds as milliseconds, with three digits behind a point. */
export function writeMillis(target: Uint8Array, micros: number, end: number): number {
  const millis = Math.floor(micros / 1000)
  let rest = micros - millis * 1000
  let at = end
  for (let digit = 0; digit < 3; digit++) {
    const others = (rest / 10) | 0
    target[--at] = ZERO + rest - others * 10
    rest = others
  }
  target[--at] = POINT
  return writeDigits(target, millis, at)
}

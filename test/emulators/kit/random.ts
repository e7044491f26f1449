/** Numbers in [0, 1), always the same ones for the same words (mulberry32 over an FNV-1a hash). */
export const generator = (words: string): (() => number) => drawsFrom(hashOf(words))

/** The same, from a number. */
export function drawsFrom(start: number): () => number {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    return mixed(state) / 4_294_967_296
  }
}

/** 32 bits of any words. */
export function hashOf(words: string): number {
  let state = 0x811c9dc5
  for (const letter of words) state = Math.imul(state ^ (letter.codePointAt(0) ?? 0), 0x01000193)
  return state >>> 0
}

/** 32 bits that look like nothing, always the same ones for the same number. */
export function mixed(number: number): number {
  let bits = Math.imul(number ^ (number >>> 15), number | 1)
  bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
  return (bits ^ (bits >>> 14)) >>> 0
}

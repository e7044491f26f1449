/** Shorter ones cannot be looked for: they would be found everywhere. */
export const SHORTEST_NEEDLE = 4
/** A number of fewer digits is one by itself only: longer numbers hold it by chance. */
const LONGEST_CODE = 7
const BITS = 16

/**
 * Many texts looked for at once, at a cost that does not grow with their number: four characters at a time lead to those
 * that begin so, if there are any.
 */
export class Needles {
  /** 1 where a needle begins with four characters of that mark. */
  readonly #isStart = new Uint8Array(2 ** BITS)
  /** By the mark of the first four characters, the longest first. */
  readonly #byStart = new Map<number, string[]>()

  constructor(texts: Iterable<string>) {
    const usable = [...new Set(texts)].filter(text => text.length >= SHORTEST_NEEDLE)
    for (const text of usable.sort((one, other) => other.length - one.length)) {
      let mark = 0
      for (let at = 0; at < SHORTEST_NEEDLE; at++) mark = next(mark, text.charCodeAt(at))
      const others = this.#byStart.get(mark)
      if (others) others.push(text)
      else this.#byStart.set(mark, [text])
      this.#isStart[mark] = 1
    }
  }

  /** Whether any of them is in it. */
  areIn(text: string): boolean {
    return this.#find(text, 0) !== undefined
  }

  /** The text with each of them replaced; of two that begin at one place, the longer. */
  replace(text: string, mask: string): string {
    let [out, from] = ['', 0]
    for (let found = this.#find(text, 0); found; found = this.#find(text, from)) {
      out += text.slice(from, found.at) + mask
      from = found.at + found.length
    }
    return from === 0 ? text : out + text.slice(from)
  }

  #find(text: string, from: number): { readonly at: number; readonly length: number } | undefined {
    const isStart = this.#isStart
    let mark = 0
    for (let end = from; end < text.length; end++) {
      mark = next(mark, text.charCodeAt(end))
      const at = end - SHORTEST_NEEDLE + 1
      if (isStart[mark] === 0 || at < from) continue
      for (const needle of this.#byStart.get(mark) ?? [])
        if (text.startsWith(needle, at) && !isPartOfNumber(text, at, needle)) return { at, length: needle.length }
    }
    return undefined
  }
}

/** Of the last four characters and no more: what is older is shifted out. */
const next = (mark: number, unit: number): number => ((mark << (BITS / SHORTEST_NEEDLE)) ^ unit) & (2 ** BITS - 1)

function isPartOfNumber(text: string, at: number, needle: string): boolean {
  if (needle.length > LONGEST_CODE || !/^\d+$/.test(needle)) return false
  return /\d/.test(text.charAt(at - 1)) || /\d/.test(text.charAt(at + needle.length))
}

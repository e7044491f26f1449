const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const SPACE = 0x20
const OPEN = { brace: 0x7b, bracket: 0x5b } as const
const CLOSE = { brace: 0x7d, bracket: 0x5d } as const

/** One look in a table instead of a comparison per byte that matters: most bytes of a frame are digits. */
function table(...marked: number[]): Uint8Array {
  const found = new Uint8Array(256)
  for (const byte of marked) found[byte] = 1
  return found
}

const SPACES = [SPACE, 0x0a, 0x0d, 0x09]
const IS_SPACE = table(...SPACES)
const ENDS_VALUE = table(COMMA, CLOSE.brace, CLOSE.bracket, ...SPACES)
const NESTS = table(QUOTE, OPEN.brace, OPEN.bracket, CLOSE.brace, CLOSE.bracket)

/**
 * The pairs of one JSON object, found by their bytes: nothing is decoded, and what is no JSON object ends the walk
 * early instead of failing. All positions are bytes from the start of `bytes`.
 */
export class Pairs {
  /** Of the key: its first byte behind the quote, and the closing quote. */
  keyFrom = 0
  keyTo = 0
  valueFrom = 0
  /** Behind the value. */
  valueTo: number
  /** Whether the walk came to the object's own end; `valueTo` is then the closing brace. */
  complete = false
  readonly #bytes: Uint8Array
  readonly #open: number

  /** `open`: where the object's brace is. */
  constructor(bytes: Uint8Array, open: number) {
    this.#bytes = bytes
    this.#open = open
    this.valueTo = open
  }

  /** Moves to the next pair; false when there is none. */
  next(): boolean {
    const bytes = this.#bytes
    const isFirst = this.valueTo === this.#open
    let at = skipSpace(bytes, isFirst ? this.valueTo + 1 : this.valueTo)
    if (bytes[at] === CLOSE.brace) {
      this.complete = true
      this.valueTo = at
      return false
    }
    if (!isFirst) {
      if (bytes[at] !== COMMA) return false
      at = skipSpace(bytes, at + 1)
    }
    if (bytes[at] !== QUOTE) return false
    const keyEnd = skipString(bytes, at)
    const colon = skipSpace(bytes, keyEnd)
    if (bytes[colon] !== COLON) return false
    this.keyFrom = at + 1
    this.keyTo = keyEnd - 1
    this.valueFrom = skipSpace(bytes, colon + 1)
    this.valueTo = skipValue(bytes, this.valueFrom)
    return this.valueTo > this.valueFrom
  }

  /** Where the value of `key` begins; -1 when there is no such pair. */
  find(key: Uint8Array): number {
    while (this.next()) if (sameBytes(this.#bytes, this.keyFrom, this.keyTo, key)) return this.valueFrom
    return -1
  }
}

/** Whether the bytes from `from` up to `to` are those of `name`. */
export function sameBytes(bytes: Uint8Array, from: number, to: number, name: Uint8Array): boolean {
  if (to - from !== name.length) return false
  for (let at = 0; at < name.length; at++) if (bytes[from + at] !== name[at]) return false
  return true
}

export const isSpace = (byte: number | undefined): boolean => byte !== undefined && IS_SPACE[byte] === 1

function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from
  while (IS_SPACE[bytes[at] as number] === 1) at++
  return at
}

/** Behind the closing quote of the text that begins at `from`, or behind everything. */
function skipString(bytes: Uint8Array, from: number): number {
  const { length } = bytes
  let at = from + 1
  while (at < length && bytes[at] !== QUOTE && bytes[at] !== BACKSLASH) at++
  // No text of our own making has a backslash.
  while (at < length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
  return Math.min(at + 1, length)
}

/** Behind the value that begins at `from`; `from` itself when there is none, or it does not end. */
function skipValue(bytes: Uint8Array, from: number): number {
  const first = bytes[from]
  if (first === QUOTE) return skipString(bytes, from)
  if (first === OPEN.brace || first === OPEN.bracket) return skipNested(bytes, from)
  const { length } = bytes
  let at = from
  while (at < length && ENDS_VALUE[bytes[at] as number] === 0) at++
  return at
}

function skipNested(bytes: Uint8Array, from: number): number {
  let depth = 0
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (!NESTS[byte]) continue
    if (byte === QUOTE) at = skipString(bytes, at) - 1
    else if (byte === OPEN.brace || byte === OPEN.bracket) depth++
    else if (--depth === 0) return at + 1
  }
  return from
}

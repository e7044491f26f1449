import { Lines } from './lines.ts'

/** Slots at the beginning; a power of two, always. */
const SLOTS = 1024
/** Fuller than half, and the way to a free slot becomes long. */
const FULLEST = 0.5

/**
 * Texts and what each stands for, outside the heap of JavaScript: a `Map` of broker size makes the heap of the process
 * grow by three times what its texts need, and it does not shrink again.
 */
export class Dictionary {
  /** The text of entry n is line 2n, what it stands for the one behind it. */
  readonly #lines = new Lines()
  /** The number of an entry plus one, where its hash says, or in the first free slot behind; 0 is free. */
  #entries = new Uint32Array(SLOTS)
  #hashes = new Uint32Array(SLOTS)

  /** What the text stands for; nothing when it is not here. */
  get(text: string): string | undefined {
    const bytes = Buffer.from(text)
    const entry = this.#entries[this.#slot(bytes, hashOf(bytes))] as number
    return entry === 0 ? undefined : this.#lines.text(2 * entry - 1)
  }

  /** Adds the text, unless it is here: then it stays as it is, and what it stands for comes back. */
  add(text: string, value: string): string | undefined {
    const bytes = Buffer.from(text)
    const hash = hashOf(bytes)
    const slot = this.#slot(bytes, hash)
    const entry = this.#entries[slot] as number
    if (entry !== 0) return this.#lines.text(2 * entry - 1)
    this.#lines.add(text)
    this.#lines.add(value)
    const count = this.#lines.count / 2
    this.#entries[slot] = count
    this.#hashes[slot] = hash
    if (count > this.#entries.length * FULLEST) this.#grow()
    return undefined
  }

  /** Where the text is, or would be. */
  #slot(bytes: Buffer, hash: number): number {
    for (let slot = hash & (this.#entries.length - 1); ; slot = (slot + 1) & (this.#entries.length - 1)) {
      const entry = this.#entries[slot] as number
      if (entry === 0) return slot
      if (this.#hashes[slot] === hash && this.#lines.bytes(2 * entry - 2).equals(bytes)) return slot
    }
  }

  #grow(): void {
    const entries = this.#entries
    const hashes = this.#hashes
    this.#entries = new Uint32Array(entries.length * 2)
    this.#hashes = new Uint32Array(entries.length * 2)
    for (const [at, entry] of entries.entries()) {
      if (entry === 0) continue
      const hash = hashes[at] as number
      let slot = hash & (this.#entries.length - 1)
      while (this.#entries[slot] !== 0) slot = (slot + 1) & (this.#entries.length - 1)
      this.#entries[slot] = entry
      this.#hashes[slot] = hash
    }
  }
}

/** FNV-1a, 32 bits, with its low bits mixed once more: tokens differ in their last digits only. */
function hashOf(bytes: Buffer): number {
  let hash = 0x811c9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  return (hash ^ (hash >>> 15)) >>> 0
}

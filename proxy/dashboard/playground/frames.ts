/** One message of either direction. */
export interface Frame {
  readonly id: number
  /** Milliseconds since 1970. */
  readonly at: number
  readonly direction: 'in' | 'out'
  readonly text: string
  readonly bytes: number
  /** Refused, wholly or in part. */
  readonly isError: boolean
}

const KEPT = 500
const encoder = new TextEncoder()

/** Owner of what went over the connection of the playground, the newest last. */
export class Frames {
  /** Of all, also of those no longer kept. */
  count = 0
  bytes = 0
  #kept: Frame[] = []

  get all(): readonly Frame[] {
    return this.#kept
  }

  add(at: number, direction: Frame['direction'], text: string): void {
    const bytes = encoder.encode(text).length
    this.count++
    this.bytes += bytes
    this.#kept.push({ id: this.count, at, direction, text, bytes, isError: direction === 'in' && isRefusal(text) })
    // Not one by one: a busy stream has thousands a second.
    if (this.#kept.length >= KEPT * 2) this.#kept = this.#kept.slice(-KEPT)
  }

  /** The newest of those that contain all the words, the newest first. */
  find(filter: string, most: number): Frame[] {
    const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
    const found: Frame[] = []
    for (const frame of this.#kept.slice(-KEPT).reverse()) {
      if (found.length === most) break
      const text = frame.text.toLowerCase()
      if (words.every(word => text.includes(word))) found.push(frame)
    }
    return found
  }

  clear(): void {
    this.#kept = []
    this.count = 0
    this.bytes = 0
  }
}

/** Errors have no type; replies say of each item whether it failed. Prices are not looked into. */
const isRefusal = (text: string): boolean =>
  !text.startsWith('{"type":"market_data"') && /"status":"(error|partial)"/.test(text)

/** Easy to read: with two spaces, or as it is where it is no JSON. */
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2)
  } catch {
    return text
  }
}

import type { OrderUpdate } from '../../../shared/market/order.ts'

/** Connections of one account hear of the same moment within this. Milliseconds. */
const APART_MS = 10_000

interface Heard {
  /** How often each connection has brought it. */
  readonly counts: Map<number, number>
  /** The most of those. */
  told: number
  readonly at: number
}

/**
 * Tells an order update that is heard for the first time from its copies: some brokers send each to all connections of an
 * account, and on the slower one `open` comes after `complete` was heard on the other. What a connection itself repeats
 * is no copy: an order may be changed and changed back.
 */
export class Copies {
  /** By what the update says, the oldest first. */
  readonly #heard = new Map<string, Heard>()

  /** `connection`: which one brought it. `now`: monotonic milliseconds. */
  isNew(order: OrderUpdate, connection: number, now: number): boolean {
    for (const [text, { at }] of this.#heard) {
      if (now - at < APART_MS) break
      this.#heard.delete(text)
    }
    const text = JSON.stringify(order)
    const heard = this.#heard.get(text) ?? { counts: new Map(), told: 0, at: now }
    const count = (heard.counts.get(connection) ?? 0) + 1
    heard.counts.set(connection, count)
    this.#heard.set(text, heard)
    if (count <= heard.told) return false
    heard.told = count
    return true
  }
}

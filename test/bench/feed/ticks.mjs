import { performance } from 'node:perf_hooks'

/** A timer of Node is up to this late without anybody's fault, microseconds. */
const GRAIN_MICROS = 2000

/** Wall clock in microseconds: the one the load client reads. */
export const wallMicros = () => Math.round((performance.timeOrigin + performance.now()) * 1000)

export const symbolName = index => `BENCH${String(index + 1).padStart(4, '0')}`

/**
 * Ticks in an open loop: what falls due is made, however late, and its stamp says when it was due. So a program that
 * cannot keep up shows as age, never as a lower rate. Each round has every symbol once, in an order of its own.
 */
export class Ticks {
  made = 0
  #sequences
  #order
  #place = 0
  #seed = 2463534242
  #rate = 0
  #since = 0
  #inPeriod = 0

  constructor(symbols) {
    this.#sequences = new Uint32Array(symbols)
    this.#order = Uint32Array.from({ length: symbols }, (_, index) => index)
  }

  /** Ticks made so far, of each symbol. */
  get totals() {
    return [...this.#sequences]
  }

  /** Ticks a second from now on; what was owed is forgotten. */
  setRate(rate) {
    this.#rate = rate
    this.#since = performance.now()
    this.#inPeriod = 0
  }

  /** The first `symbols` of them from now on. */
  setSymbols(symbols) {
    this.#order = Uint32Array.from({ length: Math.min(symbols, this.#sequences.length) }, (_, index) => index)
    this.#place = 0
  }

  /** Calls `each(symbol, sequence, stamp)` for the ticks due now, at most `most` of them. */
  due(most, each) {
    if (this.#rate === 0) return
    const elapsed = performance.now() - this.#since
    const count = Math.min(most, Math.floor((elapsed * this.#rate) / 1000) - this.#inPeriod)
    if (count <= 0) return
    const now = wallMicros()
    const micros = 1_000_000 / this.#rate
    let late = elapsed * 1000 - (this.#inPeriod + 1) * micros
    for (let nth = 0; nth < count; nth++, late -= micros)
      this.#make(late > GRAIN_MICROS ? Math.round(now - late) : now, each)
    this.#inPeriod += count
  }

  /** The next `count` ticks, due or not. */
  take(count, each) {
    const now = wallMicros()
    for (let nth = 0; nth < count; nth++) this.#make(now, each)
  }

  #make(stamp, each) {
    if (this.#place === 0) this.#shuffle()
    const symbol = this.#order[this.#place]
    this.#place = (this.#place + 1) % this.#order.length
    this.made++
    each(symbol, ++this.#sequences[symbol], stamp)
  }

  #shuffle() {
    const order = this.#order
    for (let place = order.length - 1; place > 0; place--) {
      const other = this.#random() % (place + 1)
      const kept = order[place]
      order[place] = order[other]
      order[other] = kept
    }
  }

  #random() {
    this.#seed ^= this.#seed << 13
    this.#seed ^= this.#seed >>> 17
    this.#seed ^= this.#seed << 5
    return this.#seed >>> 0
  }
}

import type { FeedDelays, FeedLabel } from '../../shared/control.ts'
import { type Counted, Histogram } from '../../shared/histogram.ts'
import type { Exchange } from '../../shared/market/exchange.ts'

/**
 * How long ticks take from the exchange to the bus, in this process. No clock is read for it: of each tick the stamps are
 * known, and of each message when it was sent.
 */
export class Delays {
  readonly #isTold: boolean
  /** From the exchange to the bus. */
  readonly #exchanges = new Map<Exchange, Histogram>()
  /** From the exchange to here. */
  readonly #received = new Histogram()
  /** From here to the bus. */
  readonly #sent = new Histogram()
  /** How long the last message was held here, microseconds. */
  #heldMicros = 0

  /** A replay tells times of another day. */
  constructor(label: FeedLabel) {
    this.#isTold = label !== 'replay'
  }

  /** A tick that the exchange stamped, in milliseconds, is about to go as the last one went; `receivedAt` in microseconds. */
  tick(exchange: Exchange, timestamp: number, receivedAt: number): void {
    const micros = receivedAt - timestamp * 1000
    this.#received.observe(micros)
    let delays = this.#exchanges.get(exchange)
    if (!delays) {
      delays = new Histogram()
      this.#exchanges.set(exchange, delays)
    }
    delays.observe(micros + this.#heldMicros)
  }

  /** A message goes out; `receivedAt`: of the first tick in it. Both in microseconds. */
  message(receivedAt: number, sentAt: number): void {
    this.#heldMicros = Math.max(0, sentAt - receivedAt)
    this.#sent.observe(this.#heldMicros)
  }

  /** As a status tells them. */
  report(): FeedDelays | undefined {
    if (!this.#isTold) return undefined
    const exchanges: Partial<Record<Exchange, Counted>> = {}
    for (const [exchange, delays] of this.#exchanges) exchanges[exchange] = delays.read()
    return { exchanges, received: this.#received.read(), sent: this.#sent.read() }
  }
}

import type { Clock } from '../../shared/clock.ts'
import type { FeedDelays, FeedLabel } from '../../shared/control.ts'
import { type Counted, Histogram } from '../../shared/histogram.ts'
import type { Exchange } from '../../shared/market/exchange.ts'

/**
 * How long ticks take from the exchange to the bus, in this process. Of each tick it takes two additions and of each
 * message one; the clock is read once for what was received together.
 */
export class Delays {
  readonly #clock: Clock
  readonly #isTold: boolean
  /** From the exchange to the bus. */
  readonly #exchanges = new Map<Exchange, Histogram>()
  /** From the exchange to here. */
  readonly #received = new Histogram()
  /** From here to the bus. */
  readonly #sent = new Histogram()
  #receivedAt = 0
  #heldMicros = 0

  /** A replay tells times of another day. */
  constructor(clock: Clock, label: FeedLabel) {
    this.#clock = clock
    this.#isTold = label !== 'replay'
  }

  /** A tick that the exchange stamped, in milliseconds, goes to the bus; `receivedAt` in microseconds. */
  tick(exchange: Exchange, timestamp: number, receivedAt: number): void {
    if (receivedAt !== this.#receivedAt) {
      this.#receivedAt = receivedAt
      this.#heldMicros = this.#clock.micros() - receivedAt
    }
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
    this.#sent.observe(sentAt - receivedAt)
  }

  /** As a status tells them. */
  report(): FeedDelays | undefined {
    if (!this.#isTold) return undefined
    const exchanges: Partial<Record<Exchange, Counted>> = {}
    for (const [exchange, delays] of this.#exchanges) exchanges[exchange] = delays.read()
    return { exchanges, received: this.#received.read(), sent: this.#sent.read() }
  }
}

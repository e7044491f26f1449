import type { Socket } from 'node:net'
import type { Cancel, Clock } from '../../shared/clock.ts'
import { plainAddress } from '../visitor.ts'
import type { Arrival, Gate } from './gate.ts'
import { explain, type Reached } from './words.ts'

/** What the settings say of those who come to the port. */
export interface Passage {
  /** Whether this address is a proxy of the operator's own in front of this one: it brings clients of many addresses. */
  readonly isForwarder?: (address: string) => boolean
  /** Whether clients speak without TLS: only then can somebody be told why he is sent away. */
  readonly isPlain?: boolean
  /** Somebody was sent away. */
  readonly onRefused?: (reached: Reached, address: string) => void
}

interface TurnstileParts extends Passage {
  readonly clock: Clock
  readonly gate: Gate
}

/** One connection that was let in, until it is over. */
export interface Visit {
  /** It is over; once is enough. */
  end(): void
}

const STATUS_TEXT = { 429: 'Too Many Requests', 503: 'Service Unavailable' } as const
/** So long somebody who is sent away has time to read why. */
const FAREWELL_MS = 1000
/** So many at once are told; more are just cut off. */
const MOST_TOLD = 256

/** What stands before the port: lets each connection in at its time, or sends it away with a word. */
export class Turnstile {
  readonly #parts: TurnstileParts
  /** They wait their turn, or read why they were sent away. */
  readonly #held = new Map<Socket, Cancel>()
  #told = 0

  constructor(parts: TurnstileParts) {
    this.#parts = parts
  }

  /** `enter` is called once, now or later, unless this one is not let in. */
  arrive(socket: Socket, enter: (visit: Visit) => void): void {
    const { gate, clock, isForwarder = () => false } = this.#parts
    const address = plainAddress(socket.remoteAddress ?? '')
    if (address === '') {
      // It is gone already.
      socket.destroy()
      return
    }
    const forwards = isForwarder(address)
    const arrival = gate.arrive(address, forwards, clock.monotonic())
    if (arrival.kind === 'refused') {
      this.#parts.onRefused?.(arrival.reached, address)
      this.#sendAway(socket, arrival)
      return
    }
    let isOver = false
    const end = () => {
      if (!isOver) gate.left(address, forwards, clock.monotonic())
      isOver = true
    }
    if (arrival.afterMs === 0) enter({ end })
    else this.#hold(socket, arrival.afterMs, () => (socket.destroyed ? end() : enter({ end })), end)
  }

  /** Lets go of all who wait here. */
  close(): void {
    for (const [socket, cancel] of this.#held) {
      cancel()
      socket.destroy()
    }
    this.#held.clear()
  }

  #sendAway(socket: Socket, refused: Arrival & { kind: 'refused' }): void {
    socket.on('error', () => {})
    const { isPlain = true } = this.#parts
    if (!isPlain || this.#told >= MOST_TOLD) {
      socket.resetAndDestroy()
      return
    }
    this.#told++
    socket.once('close', () => this.#told--)
    // Read, and not listened to: with something unread the answer would be lost.
    socket.resume()
    socket.end(answerOf(refused))
    this.#hold(socket, FAREWELL_MS, () => socket.destroy())
  }

  #hold(socket: Socket, ms: number, then: () => void, giveUp: () => void = () => {}): void {
    const cancel = this.#parts.clock.after(ms, () => {
      this.#held.delete(socket)
      then()
    })
    this.#held.set(socket, () => {
      cancel()
      giveUp()
    })
  }
}

/** The whole HTTP answer of a refusal. */
export function answerOf({ status, retryAfterSeconds, reached }: Arrival & { kind: 'refused' }): string {
  const body = `${explain(reached)}\n`
  return [
    `HTTP/1.1 ${status} ${STATUS_TEXT[status]}`,
    `Retry-After: ${retryAfterSeconds}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n')
}

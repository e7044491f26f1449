import type { Cancel, Clock } from '../../../shared/clock.ts'
import type { TopicMode } from '../../../shared/market/mode.ts'
import type { Frame, Stream } from '../../contract.ts'
import { Told } from './told.ts'

interface TellerParts {
  readonly stream: Pick<Stream<unknown, unknown>, 'limits' | 'session'>
  readonly send: (frames: readonly Frame[]) => void
  /** The broker was told something. */
  readonly onTold: () => void
  readonly clock: Clock
}

/** Keeps the broker told of what is wanted on one connection: the first batch at once, further ones at the pace it stands. */
export class Teller {
  readonly #parts: TellerParts
  #wanted: ReadonlyMap<string, TopicMode> = new Map()
  #told = new Told()
  #isOpen = false
  #cancel: Cancel | undefined
  #toldAt = Number.NEGATIVE_INFINITY

  constructor(parts: TellerParts) {
    this.#parts = parts
  }

  /** Tokens with their modes. */
  want(wanted: ReadonlyMap<string, TopicMode>): void {
    this.#wanted = wanted
    this.#tell()
  }

  /** What was said of it is of the past: where it is wanted, it is begun again. */
  spend(token: string): void {
    this.#told.spend(token)
  }

  /** Ends their subscriptions and begins them again. */
  askAgain(tokens: readonly string[]): void {
    for (const token of tokens) this.#told.spend(token)
    this.#tell()
  }

  /** Whether the broker was told of it on the connection that is open. */
  isTold(token: string): boolean {
    return this.#isOpen && this.#told.has(token)
  }

  /** There is a connection, which was told nothing yet. */
  open(): void {
    this.#isOpen = true
    this.#toldAt = Number.NEGATIVE_INFINITY
    this.#tell()
  }

  /** There is none any more. */
  close(): void {
    this.#isOpen = false
    this.#cancel?.()
    this.#cancel = undefined
    this.#told = new Told()
  }

  #tell(): void {
    const { clock, stream, send, onTold } = this.#parts
    if (!this.#isOpen || this.#cancel) return
    const waitMs = this.#toldAt + stream.limits.messagePauseMs - clock.monotonic()
    if (waitMs > 0) {
      this.#cancel = clock.after(waitMs, () => {
        this.#cancel = undefined
        this.#tell()
      })
      return
    }
    const order = this.#told.next(this.#wanted, stream.session, stream.limits)
    if (!order) return
    send(order.frames)
    this.#toldAt = clock.monotonic()
    onTold()
    this.#tell()
  }
}

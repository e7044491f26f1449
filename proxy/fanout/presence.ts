import type { TickHeader } from '../../bus/message.ts'
import type { Clock } from '../../shared/clock.ts'
import type { TopicParts } from '../../shared/market/topic.ts'
import type { Channel } from './channel.ts'
import type { Tick } from './frame.ts'
import type { Served } from './variant.ts'

/** What a feed that is not up asks its broker for is of now for so long: a round of asking takes no longer. */
const POLLED_MS = 5000
/** The market may have opened since a feed said that a value it kept is still the last: then it is asked again. */
const KEPT_MS = 60_000

/** Since when an instrument is not to be trusted, milliseconds since 1970; `undefined` while it is. */
export type Doubt = (parts: TopicParts) => number | undefined

/** What of the last values is of now. Owner of which feeds are there. */
export class Presence {
  readonly #clock: Clock
  readonly #doubt: Doubt
  /** Feeds whose values are of now only while they are fresh. */
  readonly #absent = new Set<string>()

  constructor(clock: Clock, doubt: Doubt) {
    this.#clock = clock
    this.#doubt = doubt
  }

  /** From now on a feed is there, or not; whether it has come back. */
  attend(feed: string, isThere: boolean): boolean {
    if (isThere) return this.#absent.delete(feed)
    this.#absent.add(feed)
    return false
  }

  /** A feed has said that the value it kept is still the last. */
  confirm(channel: Channel): void {
    channel.keptAt = this.#clock.monotonic()
  }

  /** Whether the last value of a topic is the last there is: its feed would have sent a newer one. */
  isOfNow({ served, keptAt }: Channel, { header }: Tick): boolean {
    if (header.kept) return this.#clock.monotonic() - keptAt < KEPT_MS
    return !this.#absent.has(served.parts.feed) && !this.#isDoubted(served, header)
  }

  /** Whether it is what a feed that is not up has just asked for. */
  isOfMoment({ served }: Channel, last: Tick): boolean {
    return this.isFresh(last) && !this.#isDoubted(served, last.header)
  }

  /** Whether its instrument has been told as one that ought to tick since it came. */
  #isDoubted({ parts }: Served, { receivedAt }: TickHeader): boolean {
    const since = this.#doubt(parts)
    return since !== undefined && receivedAt <= since * 1000
  }

  /** Whether it came a moment ago. */
  isFresh({ header }: Tick): boolean {
    return this.#clock.micros() - header.receivedAt < POLLED_MS * 1000
  }
}

import { type Bus, statusTopic } from '../../bus/bus.ts'
import type { Cancel, Clock } from '../../shared/clock.ts'
import {
  type FeedLabel,
  type FeedState,
  type FeedStatus,
  formatControl,
  STATUS_HEARTBEAT_MS,
} from '../../shared/control.ts'
import type { Publisher } from './publisher.ts'

const MAX_REASON = 500

/** Says on the bus how the feed is: at once when its state changes, and as a heartbeat. */
export class StatusReporter {
  readonly #label: FeedLabel
  readonly #publisher: Publisher
  readonly #bus: Bus
  readonly #clock: Clock
  readonly #stop: Cancel
  #state: FeedState = 'starting'
  #reason: string | undefined
  #since: number

  constructor(options: { label: FeedLabel; publisher: Publisher; bus: Bus; clock: Clock }) {
    this.#label = options.label
    this.#publisher = options.publisher
    this.#bus = options.bus
    this.#clock = options.clock
    this.#since = this.#clock.now()
    this.#stop = this.#clock.every(STATUS_HEARTBEAT_MS, () => this.#send())
    this.#send()
  }

  get state(): FeedState {
    return this.#state
  }

  /** Reason: one line for a person, without secrets. */
  enter(state: FeedState, reason?: string): void {
    const text = reason?.slice(0, MAX_REASON)
    if (state === this.#state && text === this.#reason) return
    if (state !== this.#state) this.#since = this.#clock.now()
    this.#state = state
    this.#reason = text
    this.#send()
  }

  /** No heartbeat after this. */
  close(): void {
    this.#stop()
  }

  #send(): void {
    const publisher = this.#publisher
    publisher.expire()
    // A status must not name a lane message that is not on the bus before it.
    publisher.flush()
    this.#bus.publish(statusTopic(publisher.catalogue.feed), formatControl(this.#status()))
  }

  #status(): FeedStatus {
    const publisher = this.#publisher
    const { feed, broker, modes } = publisher.catalogue
    const { ticks, late, invalid, unknown } = publisher.counts()
    const lastTickAt = publisher.lastTickAt()
    return {
      version: 1,
      feed,
      broker,
      label: this.#label,
      modes: [...modes],
      epoch: publisher.epoch,
      state: this.#state,
      ...(this.#reason === undefined ? {} : { reason: this.#reason }),
      since: this.#since,
      at: this.#clock.now(),
      ...(lastTickAt === undefined ? {} : { lastTickAt }),
      ticks,
      dropped: { late, invalid, unknown },
      wanted: publisher.instruments().size,
      confirmed: publisher.confirmed(),
      rejected: publisher.rejected(),
      lanes: publisher.laneSequences(),
    }
  }
}

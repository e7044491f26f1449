import { type Bus, statusTopic } from '../../bus/bus.ts'
import type { Cancel, Clock } from '../../shared/clock.ts'
import {
  type FeedLabel,
  type FeedState,
  type FeedStatus,
  formatControl,
  STATUS_HEARTBEAT_MS,
} from '../../shared/control.ts'
import type { Audience } from './audience.ts'
import type { Catalogue, Rejection } from './catalogue.ts'
import type { Publisher } from './publisher.ts'

const MAX_REASON = 500
const MAX_REJECTED = 200

/** What only a feed with a session can say. */
export type SessionReport = Pick<FeedStatus, 'tokenExpiresAt' | 'limits' | 'connections' | 'traffic' | 'books'> & {
  /** Beyond what the broker allows. */
  readonly refused: readonly Rejection[]
}

/** Says on the bus how the feed is: at once when its state changes, and as a heartbeat. */
export class StatusReporter {
  readonly #label: FeedLabel
  readonly #catalogue: Catalogue
  readonly #epoch: number
  readonly #publisher: Publisher
  readonly #audience: Audience
  readonly #bus: Bus
  readonly #clock: Clock
  readonly #stop: Cancel
  #state: FeedState = 'starting'
  #reason: string | undefined
  #since: number
  #report: (() => SessionReport) | undefined

  constructor(options: {
    label: FeedLabel
    catalogue: Catalogue
    /** When the publisher started, milliseconds. */
    epoch: number
    publisher: Publisher
    audience: Audience
    bus: Bus
    clock: Clock
    /** Notices whether the process stood still. */
    look: () => void
  }) {
    this.#label = options.label
    this.#catalogue = options.catalogue
    this.#epoch = options.epoch
    this.#publisher = options.publisher
    this.#audience = options.audience
    this.#bus = options.bus
    this.#clock = options.clock
    this.#since = this.#clock.now()
    this.#stop = this.#clock.every(STATUS_HEARTBEAT_MS, () => {
      options.look()
      this.#send()
    })
    this.#send()
  }

  get state(): FeedState {
    return this.#state
  }

  /** Adds what a session has to say to every status. */
  ask(report: () => SessionReport): void {
    this.#report = report
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
    this.#audience.expire()
    // A status must not name a lane message that is not on the bus before it.
    this.#audience.flush()
    this.#bus.publish(statusTopic(this.#catalogue.feed), formatControl(this.#status()))
  }

  #status(): FeedStatus {
    const audience = this.#audience
    const { feed, broker, modes } = this.#catalogue
    const { ticks, late, invalid, unknown } = this.#publisher.counts()
    const lastTickAt = this.#publisher.lastTickAt()
    const { refused = [], ...session } = this.#report?.() ?? {}
    return {
      version: 1,
      feed,
      broker,
      label: this.#label,
      modes: [...modes],
      epoch: this.#epoch,
      state: this.#state,
      ...(this.#reason === undefined ? {} : { reason: this.#reason }),
      since: this.#since,
      at: this.#clock.now(),
      ...(lastTickAt === undefined ? {} : { lastTickAt }),
      ticks,
      dropped: { late, invalid, unknown },
      wanted: audience.instruments().size,
      confirmed: audience.confirmed(),
      rejected: [...audience.rejected(), ...refused].slice(0, MAX_REJECTED),
      lanes: audience.laneSequences(),
      ...session,
    }
  }
}

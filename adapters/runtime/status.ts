import { type Bus, statusTopic } from '../../bus/bus.ts'
import type { Cancel, Clock } from '../../shared/clock.ts'
import {
  type FeedLabel,
  type FeedState,
  type FeedStatus,
  formatControl,
  STATUS_HEARTBEAT_MS,
} from '../../shared/control.ts'
import { excerpt, scrub } from '../../shared/redaction.ts'
import type { Audience } from './audience.ts'
import type { Catalogue, Rejection } from './catalogue.ts'
import type { Delays } from './delays.ts'
import type { Lease } from './lease.ts'
import type { Publisher } from './publisher.ts'
import type { States } from './states.ts'

const MAX_REASON = 500
const MAX_REJECTED = 200

/** What only a feed with a session can say. */
export type SessionReport = Pick<
  FeedStatus,
  'tokenExpiresAt' | 'rest' | 'limits' | 'connections' | 'traffic' | 'books'
> & {
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
  readonly #states: States
  readonly #bus: Bus
  readonly #clock: Clock
  readonly #stop: Cancel
  readonly #remarks = new Map<string, string>()
  readonly #lease: Pick<Lease, 'instance' | 'aliveMs'> | undefined
  readonly #delays: Pick<Delays, 'report'> | undefined
  #state: FeedState = 'starting'
  /** As it was given, and as it is told. */
  #given: string | undefined
  #reason = ''
  #since: number
  #report: (() => SessionReport) | undefined

  constructor(options: {
    label: FeedLabel
    catalogue: Catalogue
    /** When the publisher started, milliseconds. */
    epoch: number
    publisher: Publisher
    audience: Audience
    states: States
    bus: Bus
    clock: Clock
    /** Notices whether the process stood still. */
    look: () => void
    lease?: Pick<Lease, 'instance' | 'aliveMs'>
    delays?: Pick<Delays, 'report'>
  }) {
    this.#lease = options.lease
    this.#delays = options.delays
    this.#label = options.label
    this.#catalogue = options.catalogue
    this.#epoch = options.epoch
    this.#publisher = options.publisher
    this.#audience = options.audience
    this.#states = options.states
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

  /** Reason: one line for a person; what is secret in it is masked. */
  enter(state: FeedState, reason?: string): void {
    if (state === this.#state && reason === this.#given) return
    if (state !== this.#state) this.#since = this.#clock.now()
    this.#state = state
    this.#given = reason
    this.#reason = scrub(reason ?? '')
    this.#send()
  }

  /** What else a person should know, besides the reason of the state: one line of each `kind`. */
  remark(kind: string, text: string | undefined): void {
    const told = text === undefined ? undefined : scrub(text)
    if (this.#remarks.get(kind) === told) return
    if (told === undefined) this.#remarks.delete(kind)
    else this.#remarks.set(kind, told)
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

  /** The next step stays last. */
  #explain(): string | undefined {
    const reason = this.#reason
    const at = reason.lastIndexOf('; next: ')
    const [cause, next] = at < 0 ? [reason, ''] : [reason.slice(0, at), reason.slice(at)]
    const text = [cause, ...this.#remarks.values()].filter(Boolean).join('; ')
    return text === '' ? undefined : `${text.slice(0, MAX_REASON - next.length)}${next}`
  }

  #status(): FeedStatus {
    // First: who is asked may find that a remark is no longer true.
    const { refused = [], ...session } = this.#report?.() ?? {}
    const reason = this.#explain()
    const audience = this.#audience
    const { feed, broker, modes } = this.#catalogue
    const { ticks, late, invalid, unknown } = this.#publisher.counts()
    const lastTickAt = this.#publisher.lastTickAt()
    const delays = this.#delays?.report()
    return {
      version: 1,
      feed,
      broker,
      label: this.#label,
      modes: [...modes],
      epoch: this.#epoch,
      ...(this.#lease && { instance: this.#lease.instance, aliveMs: this.#lease.aliveMs }),
      state: this.#state,
      ...(reason === undefined ? {} : { reason }),
      since: this.#since,
      at: this.#clock.now(),
      ...(lastTickAt === undefined ? {} : { lastTickAt }),
      ticks,
      dropped: { late, invalid, unknown },
      wanted: audience.instruments().size,
      confirmed: audience.confirmed(),
      rejected: [...audience.rejected(), ...refused]
        .slice(0, MAX_REJECTED)
        .map(one => ({ ...one, reason: excerpt(one.reason, MAX_REASON) })),
      lanes: audience.laneSequences(),
      states: this.#states.revision,
      ...(delays && { delays }),
      ...session,
    }
  }
}

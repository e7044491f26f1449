import { type Bus, controlTopic } from '../../bus/bus.ts'
import { laneTopic } from '../../bus/lane.ts'
import type { Clock } from '../../shared/clock.ts'
import { parseSubscriptionSet, type SubscriptionSet } from '../../shared/control.ts'
import { TickwireError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { Board, Entry } from './board.ts'
import type { Catalogue, Rejection } from './catalogue.ts'
import type { Delays } from './delays.ts'
import { Lane } from './lane.ts'
import { Linger } from './linger.ts'
import { type LaneChange, Subscriptions } from './subscriptions.ts'
import type { Union } from './union.ts'

export interface AudienceParts {
  readonly catalogue: Catalogue
  /** When this run of the publisher began, milliseconds. */
  readonly epoch: number
  readonly board: Board
  readonly bus: Bus
  readonly clock: Clock
  readonly log: Log
  /** Notices whether the process stood still. */
  readonly look: () => void
  /** How long what nobody wants any more is carried all the same; nothing unless told. */
  readonly lingerMs?: number | undefined
  /** Takes what comes from the bus besides subscription sets. */
  readonly hear: (topic: string, body: Buffer) => void
  readonly delays: Pick<Delays, 'message'>
}

const REPORT_PAUSE_MS = 10_000

/**
 * Who listens to the feed: hears on the bus what is wanted, keeps the lane of every proxy, and changes the board so that
 * each topic goes where it is wanted, its last value first.
 */
export class Audience {
  readonly #catalogue: Catalogue
  readonly #epoch: number
  readonly #board: Board
  readonly #bus: Bus
  readonly #clock: Clock
  readonly #log: Log
  readonly #look: () => void
  readonly #subscriptions: Subscriptions
  readonly #linger: Linger
  readonly #delays: Pick<Delays, 'message'>
  readonly #lanes = new Map<string, Lane>()
  /** Last sequence of lanes that are over, should their proxy come back. */
  readonly #ended = new Map<string, number>()
  #onWanted: () => void = () => {}
  #onStates: () => void = () => {}
  /** By proxy: which of its wishes for the states of all was heard last. */
  readonly #heard = new Map<string, number | undefined>()
  #malformed = 0
  #reportedAt = Number.NEGATIVE_INFINITY

  /** Becomes the receiver of `bus`: a process has one feed. */
  constructor({ catalogue, epoch, board, bus, clock, log, look, hear, delays, lingerMs = 0 }: AudienceParts) {
    this.#catalogue = catalogue
    this.#epoch = epoch
    this.#board = board
    this.#bus = bus
    this.#clock = clock
    this.#log = log
    this.#look = look
    this.#delays = delays
    this.#subscriptions = new Subscriptions(catalogue, clock)
    this.#linger = new Linger({
      ms: lingerMs,
      isListed: one => catalogue.find(one.exchange, one.symbol) === one,
      over: () => this.#onWanted(),
      clock,
    })
    const control = controlTopic(catalogue.feed)
    bus.onMessage(({ topic, body }) => (topic === control ? this.#receive(body) : hear(topic, body)))
    this.#hearDemand()
    bus.subscribe(control)
  }

  /** Called whenever `instruments()` or `carried()` may have changed. One listener. */
  listen(onWanted: () => void): void {
    this.#onWanted = onWanted
  }

  /** Called when a proxy does not know how all instruments stand: a new one, or one that says so. One listener. */
  onStates(onStates: () => void): void {
    this.#onStates = onStates
  }

  /** The list of instruments has changed. What is wanted of it is found out anew; last values of what changed are gone. */
  review(): void {
    const changes = this.#subscriptions.review()
    this.#board.review()
    for (const change of changes) this.#apply(change)
    this.#hearDemand()
    this.#onWanted()
  }

  /** An instrument has its first value: prefixes are matched now, as there may be 100,000 that never get one. */
  meet(entry: Entry): void {
    if (this.#subscriptions.overheard) this.#overhear(entry)
  }

  /** Sends what the lanes hold. */
  flush(): void {
    for (const lane of this.#lanes.values()) lane.flush()
  }

  /** Forgets proxies that fell silent. */
  expire(): void {
    for (const change of this.#subscriptions.expire()) {
      const lane = this.#apply(change)
      lane.flush()
      this.#lanes.delete(change.proxy)
      this.#heard.delete(change.proxy)
      this.#ended.set(change.proxy, lane.sequence)
    }
  }

  /** What somebody wants now. */
  instruments(): Union {
    return this.#subscriptions.instruments()
  }

  /** What a broker has to be asked for: that, and what lingers. */
  carried(): Union {
    return this.#linger.follow(this.instruments())
  }

  /** The broker's limit leaves some of what is wanted without a place: true when so many that only linger made room. */
  makeRoom(count: number): boolean {
    return this.#linger.release(count)
  }

  /** How many of the wanted instruments have a value. */
  confirmed(): number {
    let confirmed = 0
    for (const instrument of this.instruments().keys()) if (this.#board.find(instrument)?.last) confirmed++
    return confirmed
  }

  rejected(): Rejection[] {
    return this.#subscriptions.rejected()
  }

  /** Last sequence of every lane, by proxy. */
  laneSequences(): Record<string, number> {
    return Object.fromEntries([...this.#lanes].map(([proxy, lane]) => [proxy, lane.sequence]))
  }

  /** Sends what the lanes hold, and hears no more sets. */
  close(): void {
    this.flush()
    this.#linger.close()
    this.#bus.unsubscribe(controlTopic(this.#catalogue.feed))
  }

  #receive(body: Buffer): void {
    this.#look()
    const set = this.#read(body)
    if (set?.feed !== this.#catalogue.feed) return
    const change = this.#subscriptions.receive(set)
    if (change) this.#apply(change)
    const { proxy, states } = set
    if (this.#heard.has(proxy) && this.#heard.get(proxy) === states) return
    this.#heard.set(proxy, states)
    this.#onStates()
  }

  #read(body: Buffer): SubscriptionSet | undefined {
    try {
      return parseSubscriptionSet(body)
    } catch (error) {
      if (!(error instanceof TickwireError)) throw error
      this.#malformed++
      this.#report(error)
      return
    }
  }

  /** A broken sender can break thousands of messages a second: one in 10 s is told. */
  #report(error: TickwireError): void {
    const now = this.#clock.monotonic()
    if (now - this.#reportedAt < REPORT_PAUSE_MS) return
    this.#reportedAt = now
    this.#log.warn({ err: error, malformed: this.#malformed }, 'subscription set ignored')
  }

  #apply({ proxy, added, dropped, snapshots }: LaneChange): Lane {
    const lane = this.#lane(proxy)
    for (const target of dropped) this.#board.leave(target, lane)
    for (const target of added) this.#board.join(target, lane)
    for (const target of snapshots) this.#board.repeat(target, lane)
    if (added.length > 0 || dropped.length > 0) this.#onWanted()
    return lane
  }

  /** The bus says all that is subscribed now, then what changes. */
  #hearDemand(): void {
    this.#bus.onDemand((filter, wanted) => this.#demand(filter, wanted))
  }

  #lane(proxy: string): Lane {
    let lane = this.#lanes.get(proxy)
    if (!lane) {
      const topic = laneTopic(this.#catalogue.feed, proxy)
      const sequence = this.#ended.get(proxy) ?? 0
      this.#ended.delete(proxy)
      lane = new Lane({
        topic,
        sequence,
        epoch: this.#epoch,
        bus: this.#bus,
        clock: this.#clock,
        delays: this.#delays,
      })
      this.#lanes.set(proxy, lane)
    }
    return lane
  }

  #demand(filter: string, wanted: boolean): void {
    this.#look()
    if (wanted) this.#hear(filter)
    const target = this.#subscriptions.demand(filter, wanted)
    if (target === 'prefix') for (const entry of this.#board.entries()) if (entry.last) this.#overhear(entry)
    if (!target || target === 'prefix') return
    this.#board.setDirect(target, this.#subscriptions.direct(target.topic))
    if (wanted) this.#board.repeat(target)
    this.#onWanted()
  }

  /** A lane's receiver was connected after its set was known, or came back with the bus: what it missed goes out again. */
  #hear(filter: string): void {
    for (const [proxy, lane] of this.#lanes) {
      if (filter !== `${laneTopic(this.#catalogue.feed, proxy)}\0`) continue
      for (const target of this.#subscriptions.of(proxy)) this.#board.repeat(target, lane)
    }
  }

  #overhear({ instrument }: Entry): void {
    for (const mode of this.#catalogue.modes) {
      const target = this.#catalogue.target(instrument, mode)
      const direct = this.#subscriptions.direct(target.topic)
      if (direct || this.#board.knows(target.topic)) this.#board.setDirect(target, direct)
    }
  }
}

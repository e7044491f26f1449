import { type Bus, controlTopic } from '../../bus/bus.ts'
import { laneTopic } from '../../bus/lane.ts'
import type { Clock } from '../../shared/clock.ts'
import { parseSubscriptionSet, type SubscriptionSet } from '../../shared/control.ts'
import { TickwireError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { Update } from '../contract.ts'
import { Board, type Entry } from './board.ts'
import { withinBounds } from './bounds.ts'
import type { Catalogue, Rejection } from './catalogue.ts'
import { Lane } from './lane.ts'
import type { Pulse } from './pulse.ts'
import { type LaneChange, Subscriptions } from './subscriptions.ts'
import type { Union } from './union.ts'

/** Counted since the publisher started. */
export interface PublisherCounts {
  /** Updates accepted. */
  readonly ticks: number
  /** Older than the last one of their instrument. */
  readonly late: number
  /** Out of bounds. */
  readonly invalid: number
  /** Of an instrument the adapter did not list. */
  readonly unknown: number
}

/**
 * Between a source's updates and the bus: keeps the last value of every instrument, and for each wanted topic stamps
 * the sequence, encodes once and puts the record into every lane that wants it.
 */
export class Publisher {
  /** When this publisher started, milliseconds. */
  readonly epoch: number
  readonly catalogue: Catalogue
  readonly #bus: Bus
  readonly #clock: Clock
  readonly #log: Log
  readonly #pulse: Pulse
  readonly #subscriptions: Subscriptions
  readonly #board: Board
  readonly #lanes = new Map<string, Lane>()
  /** Last sequence of lanes that are over, should their proxy come back. */
  readonly #ended = new Map<string, number>()
  readonly #counts = { ticks: 0, late: 0, invalid: 0, unknown: 0 }
  #lastReceivedAt: number | undefined

  /** Becomes the receiver of `bus`: a process has one feed. */
  constructor(options: { catalogue: Catalogue; epoch: number; bus: Bus; clock: Clock; log: Log; pulse: Pulse }) {
    const { catalogue, bus, clock, epoch } = options
    this.epoch = epoch
    this.catalogue = catalogue
    this.#bus = bus
    this.#clock = clock
    this.#log = options.log
    this.#pulse = options.pulse
    this.#subscriptions = new Subscriptions(catalogue, clock)
    this.#board = new Board({ catalogue, epoch, bus })
    const control = controlTopic(catalogue.feed)
    bus.onMessage(({ topic, body }) => topic === control && this.#receive(body))
    bus.onDemand((filter, wanted) => this.#demand(filter, wanted))
    bus.subscribe(control)
  }

  /** Takes what the source saw. Nothing is encoded unless somebody wants it; what may not be published is counted. */
  offer(update: Update): void {
    const { instrument, tick } = update
    const entry = this.#board.find(instrument)
    if (!entry) this.#drop('unknown', update)
    else if (!withinBounds(update)) this.#drop('invalid', update)
    else if (entry.last && tick.timestamp < entry.last.timestamp) this.#drop('late', update)
    else this.#publish(entry, update)
  }

  /** Sends what the lanes hold. */
  flush(): void {
    for (const lane of this.#lanes.values()) lane.flush()
  }

  /** Forgets all last values; sequences go on. */
  forget(): void {
    this.#board.forget()
  }

  /** Forgets proxies that fell silent. */
  expire(): void {
    for (const change of this.#subscriptions.expire()) {
      const lane = this.#apply(change)
      lane.flush()
      this.#lanes.delete(change.proxy)
      this.#ended.set(change.proxy, lane.sequence)
    }
  }

  counts(): PublisherCounts {
    return { ...this.#counts }
  }

  /** When the newest accepted update was received, milliseconds. */
  lastTickAt(): number | undefined {
    return this.#lastReceivedAt === undefined ? undefined : Math.floor(this.#lastReceivedAt / 1000)
  }

  /** What a broker would have to be asked for. */
  instruments(): Union {
    return this.#subscriptions.instruments()
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

  close(): void {
    this.flush()
    this.#bus.unsubscribe(controlTopic(this.catalogue.feed))
  }

  #publish(entry: Entry, { tick, receivedAt }: Update): void {
    const first = entry.last === undefined
    entry.last = tick
    entry.receivedAt = receivedAt
    this.#counts.ticks++
    this.#lastReceivedAt = receivedAt
    if (first && this.#subscriptions.overheard) this.#overhear(entry)
    for (const channel of entry.wanted) channel.publish(tick, receivedAt)
  }

  /** One log line for the first of a kind: a source that errs does so thousands of times a second. */
  #drop(kind: 'late' | 'invalid' | 'unknown', { instrument, tick, receivedAt }: Update): void {
    if (this.#counts[kind]++ > 0) return
    const { exchange, symbol } = instrument
    const { ltp, timestamp } = tick
    this.#log.warn({ kind, exchange, symbol, ltp, timestamp, receivedAt }, 'update dropped; further ones are counted')
  }

  #receive(body: Buffer): void {
    this.#pulse.look()
    const set = this.#read(body)
    const change = set?.feed === this.catalogue.feed ? this.#subscriptions.receive(set) : undefined
    if (change) this.#apply(change)
  }

  #read(body: Buffer): SubscriptionSet | undefined {
    try {
      return parseSubscriptionSet(body)
    } catch (error) {
      if (!(error instanceof TickwireError)) throw error
      this.#log.warn({ err: error }, 'subscription set ignored')
      return
    }
  }

  #apply({ proxy, added, dropped, snapshots }: LaneChange): Lane {
    const lane = this.#lane(proxy)
    for (const target of dropped) this.#board.leave(target, lane)
    for (const target of added) this.#board.join(target, lane)
    for (const target of snapshots) this.#board.repeat(target, lane)
    return lane
  }

  #lane(proxy: string): Lane {
    let lane = this.#lanes.get(proxy)
    if (!lane) {
      const topic = laneTopic(this.catalogue.feed, proxy)
      const sequence = this.#ended.get(proxy) ?? 0
      this.#ended.delete(proxy)
      lane = new Lane({ topic, sequence, epoch: this.epoch, bus: this.#bus, clock: this.#clock })
      this.#lanes.set(proxy, lane)
    }
    return lane
  }

  #demand(filter: string, wanted: boolean): void {
    this.#pulse.look()
    if (wanted) this.#hear(filter)
    const target = this.#subscriptions.demand(filter, wanted)
    if (target === 'prefix') for (const entry of this.#board.entries()) if (entry.last) this.#overhear(entry)
    if (!target || target === 'prefix') return
    this.#board.setDirect(target, this.#subscriptions.direct(target.topic))
    if (wanted) this.#board.repeat(target)
  }

  /** A lane's receiver was connected after its set was known, or came back with the bus: what it missed goes out again. */
  #hear(filter: string): void {
    for (const [proxy, lane] of this.#lanes) {
      if (filter !== `${laneTopic(this.catalogue.feed, proxy)}\0`) continue
      for (const target of this.#subscriptions.of(proxy)) this.#board.repeat(target, lane)
    }
  }

  /** Prefixes are matched against instruments as they appear: there may be 100,000 that never will. */
  #overhear({ instrument }: Entry): void {
    for (const mode of this.catalogue.modes) {
      const target = this.catalogue.target(instrument, mode)
      const direct = this.#subscriptions.direct(target.topic)
      if (direct || this.#board.knows(target.topic)) this.#board.setDirect(target, direct)
    }
  }
}

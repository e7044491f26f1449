import { type Bus, controlTopic, statesTopic, statusTopic } from '../../bus/bus.ts'
import { LANE_HEADER_BYTES, laneTopic, RECORD_HEADER_BYTES, writeLaneHeader } from '../../bus/lane.ts'
import type { MemoryExchange } from '../../bus/memory.ts'
import { TICK_HEADER_BYTES, writeTickHeader } from '../../bus/message.ts'
import type { Clock } from '../../shared/clock.ts'
import {
  type FeedState,
  type FeedStatus,
  formatControl,
  parseSubscriptionSet,
  STATUS_HEARTBEAT_MS,
  type SubscriptionSet,
} from '../../shared/control.ts'
import { formatFrame, frameTemplate } from '../../shared/market/frame.ts'
import type { TopicMode } from '../../shared/market/mode.ts'
import type { Tick } from '../../shared/market/tick.ts'
import { parseTopic } from '../../shared/market/topic.ts'
import { formatStates, type StateGroup, type StateReport } from '../../shared/states.ts'
import { until } from './bus.ts'
import { guarded } from './identity.ts'

interface Lane {
  topics: Set<string>
  resync: number
  sequence: number
}

/** A record of a lane. */
export interface Told {
  readonly topic: string
  readonly body: Buffer
}

export interface FakeFeedOptions {
  readonly exchange: MemoryExchange
  readonly clock: Clock
  readonly name: string
  readonly broker: string
  readonly modes?: readonly TopicMode[] | undefined
}

/** An adapter process as the proxy sees it, which can also misbehave: everything it says is the test's wish. */
export class FakeFeed {
  /** All sets received, newest last. */
  readonly sets: SubscriptionSet[] = []
  readonly lanes = new Map<string, Lane>()
  readonly name: string
  /** When this publisher started, as it says. */
  epoch: number
  /** What it says of itself besides. */
  facts: Partial<FeedStatus> = {}
  /** How long ago its lane messages were sent, as they say. */
  lagMs = 0
  /** How long ago what it tells was received, as it says. */
  ageMs = 0
  readonly #bus: Bus
  readonly #clock: Clock
  readonly #broker: string
  readonly #modes: readonly TopicMode[]
  readonly #values = new Map<string, Tick>()
  readonly #sequences = new Map<string, number>()
  readonly #stop: () => void
  #state: FeedState = 'live'
  #speaking = true

  constructor({ exchange, clock, name, broker, modes = ['LTP', 'QUOTE', 'DEPTH'] }: FakeFeedOptions) {
    this.name = name
    this.epoch = clock.now()
    this.#clock = clock
    this.#broker = broker
    this.#modes = modes
    this.#bus = guarded(exchange.open(), clock, { name, role: 'feed' })
    this.#bus.onMessage(({ body }) => this.#receive(parseSubscriptionSet(body)))
    this.#bus.subscribe(controlTopic(name))
    this.#stop = clock.every(STATUS_HEARTBEAT_MS, () => this.#speaking && this.status())
    this.status()
  }

  /** Resolves when some proxy wants the topic `EXCHANGE_SYMBOL_MODE` (symbol escaped) of this feed. */
  wanted(topic: string): Promise<void> {
    return until(`${topic} is wanted`, () => this.#wants(`${this.name}_${topic}`))
  }

  unwanted(topic: string): Promise<void> {
    return until(`${topic} is not wanted`, () => !this.#wants(`${this.name}_${topic}`))
  }

  /** The market moves: remembers the value and sends it into every lane that wants the instrument, in one message. */
  tick(exchange: string, symbol: string, tick: Tick): void {
    this.set(exchange, symbol, tick)
    for (const topic of this.#topicsOf(exchange, symbol))
      this.#sequences.set(topic, (this.#sequences.get(topic) ?? 0) + 1)
    for (const [proxy, lane] of this.lanes) {
      const records = [...lane.topics].filter(topic => isOf(topic, exchange, symbol)).map(topic => this.record(topic))
      if (records.length > 0) this.send(proxy, records)
    }
  }

  /** Remembers the value without telling anybody. */
  set(exchange: string, symbol: string, tick: Tick): void {
    this.#values.set(`${exchange}:${symbol}`, tick)
  }

  /** It has this value no more. */
  forget(exchange: string, symbol: string): void {
    this.#values.delete(`${exchange}:${symbol}`)
  }

  /** `count` lane messages are lost on the way. */
  lose(count = 1): void {
    for (const lane of this.lanes.values()) lane.sequence += count
  }

  /** No heartbeat from now on, until `speak`. */
  mute(): void {
    this.#speaking = false
  }

  speak(): void {
    this.#speaking = true
    this.status()
  }

  enter(state: FeedState): void {
    this.#state = state
    this.status()
  }

  /** The process died and a new one took its place, knowing nothing. */
  restart(epoch = this.epoch + 1): void {
    this.epoch = epoch
    this.lanes.clear()
    this.#values.clear()
    this.#sequences.clear()
    this.status()
  }

  /**
   * Says how instruments stand, `EXCHANGE:SYMBOL` by state: the next change of this epoch, or all of it again. From then
   * on its heartbeat names the revision.
   */
  report(
    states: Partial<Record<StateGroup['state'], readonly string[]>>,
    { reason, ...rest }: Partial<StateReport> & { reason?: string } = {},
  ): void {
    const revision = rest.revision ?? (this.facts.states ?? 0) + (rest.whole ? 0 : 1)
    const groups = Object.entries(states).map(([state, names]) => ({
      state: state as StateGroup['state'],
      since: this.#clock.now(),
      label: 'live' as const,
      ...(reason !== undefined && { reason }),
      instruments: names.map(name => ({ name })),
    }))
    const { name: feed, epoch } = this
    const report: StateReport = { version: 1, feed, epoch, revision, whole: false, groups, gone: [], ...rest }
    this.publish(statesTopic(feed), formatStates(report))
    this.facts = { ...this.facts, states: Math.max(revision, this.facts.states ?? 0) }
  }

  status(): void {
    const now = this.#clock.now()
    const status: FeedStatus = {
      version: 1,
      feed: this.name,
      broker: this.#broker,
      label: 'simulated',
      modes: [...this.#modes],
      epoch: this.epoch,
      state: this.#state,
      since: now,
      at: now,
      ticks: 0,
      wanted: 0,
      confirmed: 0,
      rejected: [],
      lanes: Object.fromEntries([...this.lanes].map(([proxy, { sequence }]) => [proxy, sequence])),
      ...this.facts,
    }
    this.#bus.publish(statusTopic(this.name), formatControl(status))
  }

  /** The record of a topic's last value. */
  record(topic: string, { snapshot = false } = {}): Told {
    const parts = parseTopic(topic)
    const tick = this.#values.get(`${parts.exchange}:${parts.symbol}`)
    if (!tick) throw new Error(`${topic} has no value`)
    const { symbolAt, dataSymbolAt, symbolLength, ...template } = frameTemplate(parts, this.#broker)
    const frame = Buffer.from(formatFrame({ ...template, symbolAt, dataSymbolAt, symbolLength }, tick))
    const body = Buffer.alloc(TICK_HEADER_BYTES + frame.length)
    const sequence = this.#sequences.get(topic) ?? 0
    const place = { symbolAt, dataSymbolAt, symbolLength }
    const { epoch } = this
    writeTickHeader(body, 0, {
      ...place,
      snapshot,
      position: false,
      kept: false,
      epoch,
      sequence,
      receivedAt: this.#clock.micros() - this.ageMs * 1000,
    })
    frame.copy(body, TICK_HEADER_BYTES)
    return { topic, body }
  }

  /** One lane message. */
  send(proxy: string, records: readonly Told[]): void {
    const lane = this.lanes.get(proxy)
    if (!lane) throw new Error(`no lane for ${proxy}`)
    const sentAt = this.#clock.micros() - this.lagMs * 1000
    const sequence = ++lane.sequence
    const head = Buffer.alloc(LANE_HEADER_BYTES)
    writeLaneHeader(head, { records: records.length, epoch: this.epoch, sequence, sentAt })
    this.publish(laneTopic(this.name, proxy), Buffer.concat([head, ...records.map(packRecord)]))
  }

  /** Anything at all. */
  publish(topic: string, body: Buffer): void {
    this.#bus.publish(topic, body)
  }

  async close(): Promise<void> {
    this.#stop()
    await this.#bus.close()
  }

  #receive(set: SubscriptionSet): void {
    this.sets.push(set)
    const before = this.lanes.get(set.proxy)
    const topics = new Set(set.topics)
    this.lanes.set(set.proxy, { topics, resync: set.resync, sequence: before?.sequence ?? 0 })
    const isResync = before !== undefined && before.resync !== set.resync
    const due = set.topics.filter(topic => (isResync || !before?.topics.has(topic)) && this.#hasValue(topic))
    if (due.length > 0)
      this.send(
        set.proxy,
        due.map(topic => this.record(topic, { snapshot: true })),
      )
  }

  #wants(topic: string): boolean {
    return [...this.lanes.values()].some(({ topics }) => topics.has(topic))
  }

  #topicsOf(exchange: string, symbol: string): Set<string> {
    const topics = [...this.lanes.values()].flatMap(lane => [...lane.topics])
    return new Set(topics.filter(topic => isOf(topic, exchange, symbol)))
  }

  #hasValue(topic: string): boolean {
    const { exchange, symbol } = parseTopic(topic)
    return this.#values.has(`${exchange}:${symbol}`)
  }
}

function isOf(topic: string, exchange: string, symbol: string): boolean {
  const parts = parseTopic(topic)
  return parts.exchange === exchange && parts.symbol === symbol
}

function packRecord({ topic, body }: Told): Buffer {
  const head = Buffer.alloc(RECORD_HEADER_BYTES)
  head.writeUInt16LE(topic.length, 0)
  head.writeUInt32LE(body.length, 2)
  return Buffer.concat([head, Buffer.from(topic, 'latin1'), body])
}

/** A plausible tick of a share: every field set, five levels a side, timestamps of November 2026. */
export const tickOf = (ltp: number, rest: Partial<Tick> = {}): Tick => ({
  ltp,
  timestamp: 1_795_220_416_120,
  lastTradeTime: 1_795_220_416_000,
  open: 2870,
  high: 2899.9,
  low: 2861.05,
  previousClose: 2868.4,
  volume: 4_312_980,
  lastQuantity: 12,
  averagePrice: 2881.74,
  openInterest: 0,
  totalBuyQuantity: 312_400,
  totalSellQuantity: 298_100,
  upperCircuit: 3155.2,
  lowerCircuit: 2581.6,
  book: {
    buy: [1, 2, 3, 4, 5].map(level => ({ price: ltp - level, quantity: 40 * level, orders: level })),
    sell: [1, 2, 3, 4, 5].map(level => ({ price: ltp + level, quantity: 15 * level, orders: level })),
  },
  ...rest,
})

import type { Past } from '../../../adapters/runtime/board.ts'
import { createCatalogue, type Find, indexInstruments } from '../../../adapters/runtime/catalogue.ts'
import { openOutlet } from '../../../adapters/runtime/outlet.ts'
import type { Bus, BusMessage, Demand } from '../../../bus/bus.ts'
import { readLaneHeader, readRecords } from '../../../bus/lane.ts'
import { readTick, type TickHeader } from '../../../bus/message.ts'
import { ManualClock, systemClock } from '../../../shared/clock.ts'
import { type FeedStatus, formatControl, parseFeedStatus, type SubscriptionSet } from '../../../shared/control.ts'
import { TickwireError } from '../../../shared/errors.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'
import type { TopicMode } from '../../../shared/market/mode.ts'
import type { Tick } from '../../../shared/market/tick.ts'
import { parseStates, type StateReport } from '../../../shared/states.ts'
import { keptLog } from '../../support/log.ts'

export const FEED = 'TESTFEED'

/** A bus with nobody on it: keeps what is published, says what the test tells it to say. */
export class FakeBus implements Bus {
  readonly messages: { readonly topic: string; readonly body: Buffer }[] = []
  readonly subscribed = new Set<string>()
  #receive: ((message: BusMessage) => void) | undefined
  #listen: Demand | undefined
  /** Says that the connection was lost, or is there. */
  connect: (connected: boolean) => void = () => {}

  publish(topic: string, body: Buffer): void {
    this.messages.push({ topic, body: Buffer.from(body) })
  }

  subscribe(topic: string): void {
    this.subscribed.add(topic)
  }

  unsubscribe(topic: string): void {
    this.subscribed.delete(topic)
  }

  subscribePrefix(): void {}
  unsubscribePrefix(): void {}

  onMessage(receive: (message: BusMessage) => void): void {
    this.#receive = receive
  }

  onDemand(listen: Demand): void {
    this.#listen = listen
  }

  onConnection(listen: (connected: boolean) => void): void {
    this.connect = listen
  }

  counts() {
    return { published: this.messages.length, received: 0, malformed: 0 }
  }

  connected(): boolean {
    return true
  }

  async close(): Promise<void> {}

  arrive(topic: string, body: Buffer): void {
    this.#receive?.({ topic, body, plain: false })
  }

  demand(filter: string, wanted = true): void {
    this.#listen?.(filter, wanted)
  }

  /** What a proxy says it wants. */
  want(proxy: string, revision: number, topics: string[], more: Partial<SubscriptionSet> = {}): void {
    const set = { version: 1, feed: FEED, proxy, revision, resync: 0, topics, ...more } as const
    this.arrive(`CONTROL_${set.feed}`, formatControl(set))
  }

  /** Every value a proxy's lane carried so far, in order. */
  lane(proxy: string): LaneRecord[] {
    return this.records(proxy).flatMap(({ body, ...record }) =>
      record.header.position ? [] : [{ ...record, ...readRecord(body) }],
    )
  }

  /** What it carried instead of values, in order. */
  positions(proxy: string): RawRecord[] {
    return this.records(proxy).filter(({ header }) => header.position)
  }

  /** Both, in order. */
  records(proxy: string): RawRecord[] {
    const records: RawRecord[] = []
    for (const { body: message } of this.messages.filter(({ topic }) => topic === `LANE_${FEED}_${proxy}`)) {
      const { sequence: laneSequence, records: count } = readLaneHeader(message)
      readRecords(message, count, (topic, body) => {
        records.push({ laneSequence, topic, header: readTick(body).header, body })
      })
    }
    return records
  }

  /** What went out as messages of its own, in order. */
  direct(topic: string): TickRecord[] {
    return this.messages.filter(message => message.topic === topic).map(({ body }) => readRecord(body))
  }

  reports(): StateReport[] {
    return this.messages.filter(({ topic }) => topic === `STATES_${FEED}`).map(({ body }) => parseStates(body))
  }

  statuses(): FeedStatus[] {
    return this.messages.filter(({ topic }) => topic === `STATUS_${FEED}`).map(({ body }) => parseFeedStatus(body))
  }
}

export interface TickRecord {
  readonly header: TickHeader
  readonly frame: { readonly symbol: string; readonly mode: number; readonly data: { readonly ltp: number } }
}

interface RawRecord {
  readonly laneSequence: number
  readonly topic: string
  readonly header: TickHeader
  readonly body: Buffer
}

export interface LaneRecord extends TickRecord {
  readonly laneSequence: number
  readonly topic: string
}

function readRecord(body: Buffer): TickRecord {
  const { header, frame } = readTick(body)
  return { header, frame: JSON.parse(frame.toString('utf8')) }
}

/** As a session that expired will say; no code of today does. */
export class LoginNeeded extends TickwireError {
  constructor() {
    super('SOURCE_FAILED', 'the session is over')
  }

  override get retry() {
    return 'after-login' as const
  }
}

export const equity = (symbol: string, more: Partial<Instrument> = {}): Instrument => ({
  exchange: 'NSE',
  symbol,
  token: symbol,
  brokerSymbol: `${symbol}-EQ`,
  name: symbol,
  kind: 'EQ',
  tickSize: 0.05,
  lotSize: 1,
  ...more,
})

export const RELIANCE = equity('RELIANCE')
export const TCS = equity('TCS')
export const NIFTY = equity('NIFTY', { exchange: 'NSE_INDEX', kind: 'INDEX' })

export const topicOf = (symbol: string, mode = 'LTP'): string => `${FEED}_NSE_${symbol}_${mode}`

/** A publisher of three instruments on a fake bus; `find` for a list that changes. */
export function rig({
  instruments = [RELIANCE, TCS, NIFTY],
  find = indexInstruments('testbroker', instruments),
  modes = ['LTP', 'QUOTE', 'DEPTH'],
  lingerMs = 0,
  past,
}: {
  instruments?: readonly Instrument[]
  find?: Find
  modes?: readonly TopicMode[]
  lingerMs?: number
  past?: (clock: ManualClock) => Past
} = {}) {
  const clock = new ManualClock()
  const bus = new FakeBus()
  const { log, lines } = keptLog()
  const catalogue = createCatalogue({
    feed: FEED,
    broker: 'testbroker',
    modes,
    find,
  })
  const epoch = clock.now()
  const parts = {
    catalogue,
    label: 'simulated',
    bus,
    clock,
    log,
    lingerMs,
    ...(past && { past: past(clock) }),
  } as const
  const { publisher, audience, pulse, status, states } = openOutlet(parts)
  // Who tests the status makes one.
  status.close()
  bus.messages.splice(0)
  const look = () => pulse.look()
  const offer = (instrument: Instrument, ltp: number, more: Partial<Tick> = {}) =>
    publisher.offer({ instrument, tick: { ltp, timestamp: clock.now(), ...more }, receivedAt: clock.micros() })
  return { clock, bus, log, lines, catalogue, epoch, pulse, look, audience, publisher, states, offer }
}

/** The prices of some records, in order. */
export const ltps = (records: readonly TickRecord[]) => records.map(({ frame }) => frame.data.ltp)

export const sequences = (records: readonly TickRecord[]) => records.map(({ header }) => header.sequence)

/** Lets everything run that is ready to run. */
export const settle = (): Promise<void> => new Promise(resolve => void systemClock.soon(resolve))

/** Moves time in small steps, letting promises run in between. */
export async function pass(clock: ManualClock, ms: number, step = 1): Promise<void> {
  for (let passed = 0; passed < ms; passed += step) {
    clock.advance(step)
    await settle()
  }
}

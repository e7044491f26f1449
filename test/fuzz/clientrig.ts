import { pino } from 'pino'
import { Client } from '../../proxy/client.ts'
import { Hub } from '../../proxy/fanout/hub.ts'
import type { FeedView } from '../../proxy/feeds.ts'
import { LocalRegistry } from '../../proxy/limits/local.ts'
import { EVERYTHING } from '../../proxy/reading.ts'
import type { Rooms } from '../../proxy/rooms.ts'
import { Shelf } from '../../proxy/shelf.ts'
import { Workshop } from '../../proxy/worklist.ts'
import { ManualClock } from '../../shared/clock.ts'
import { loadConfig } from '../../shared/config.ts'
import { Inbox } from '../proxy/fanout/inbox.ts'
import { equity } from '../support/proxy.ts'
import { ROOMY } from '../support/roomy.ts'

export const GOOD_KEY = 'good-key'
const FEED = { name: 'FEED', broker: 'testbroker', state: 'live', external: false, modes: ['LTP', 'QUOTE', 'DEPTH'] }
const LIMITS = { ...loadConfig({}, {}).proxy, ...ROOMY, maxSymbolsPerMessage: 50 }

export interface ClientRig {
  readonly client: Client
  readonly hub: Hub
  /** What it was answered. */
  readonly said: readonly string[]
  /** Lets it do what it has begun. */
  settle(): void
}

/** One client of the proxy with everything it needs, without a socket: nothing comes to it but answers. */
export function openClient(): ClientRig {
  const clock = new ManualClock()
  const hub = new Hub({ demand: { want: () => {}, drop: () => {}, resync: () => {} }, clock, resumeBytes: 0 })
  const inbox = new Inbox()
  let isBusy = false
  const rooms: Rooms = {
    clock,
    log: pino({ enabled: false }),
    access: {
      authenticate: key => (key === GOOD_KEY ? { userId: 'alice', keyId: '1', ticket: false } : undefined),
      mayStay: () => true,
      allows: () => true,
      mayUse: () => true,
      mayHear: () => true,
      permits: () => true,
      reading: () => EVERYTHING,
      quotaOf: () => undefined,
    },
    hub,
    shelf: new Shelf(hub),
    orders: { join: () => () => {} },
    states: { greet: () => {} },
    workshop: new Workshop(clock),
    instruments: {
      has: () => true,
      find: (_feed, _exchange, symbol) => (symbol === 'NONE' ? undefined : equity(symbol)),
      findTwin: () => undefined,
    },
    failover: { outlook: () => ({}), *reroute() {} } as unknown as Rooms['failover'],
    registry: new LocalRegistry(LIMITS, clock),
    audit: { record: () => {} },
    brokers: () => ['testbroker'],
    feedsOf: () => [FEED as unknown as FeedView],
  }
  const client = new Client(rooms, LIMITS, inbox.outbox, {
    address: '192.0.2.1',
    seat: 1,
    close: () => {},
    fail: error => {
      throw error
    },
    busy: busy => {
      isBusy = busy
    },
  })
  return {
    client,
    hub,
    said: inbox.said,
    settle() {
      for (let turn = 0; isBusy && turn < 10_000; turn++) clock.advance(0)
      if (isBusy) throw new Error('it does not come to an end')
    },
  }
}

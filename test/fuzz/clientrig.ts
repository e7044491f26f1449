import { pino } from 'pino'
import { Client, type Rooms } from '../../proxy/client.ts'
import { Hub } from '../../proxy/fanout/hub.ts'
import type { FeedView } from '../../proxy/feeds.ts'
import { Shelf } from '../../proxy/shelf.ts'
import { Workshop } from '../../proxy/worklist.ts'
import { ManualClock } from '../../shared/clock.ts'
import { Inbox } from '../proxy/fanout/inbox.ts'
import { equity } from '../support/proxy.ts'

export const GOOD_KEY = 'good-key'
const FEED = { name: 'FEED', broker: 'testbroker', state: 'live', external: false, modes: ['LTP', 'QUOTE', 'DEPTH'] }
const LIMITS = { authDeadlineMs: 15_000, refusalDelayMs: 3000, maxSymbolsPerMessage: 50 }

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
    brokers: () => ['testbroker'],
    feedsOf: () => [FEED as unknown as FeedView],
  }
  const client = new Client(rooms, LIMITS, inbox.outbox, {
    close: () => {},
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

import { pino } from 'pino'
import { Client } from '../../proxy/client.ts'
import { Hub } from '../../proxy/fanout/hub.ts'
import type { FeedView } from '../../proxy/feeds.ts'
import { LocalRegistry } from '../../proxy/limits/local.ts'
import { EVERYTHING } from '../../proxy/reading.ts'
import type { Rooms } from '../../proxy/rooms.ts'
import { Shelf } from '../../proxy/shelf.ts'
import { Workshop } from '../../proxy/worklist.ts'
import type { AuditEvent } from '../../shared/audit.ts'
import { ManualClock } from '../../shared/clock.ts'
import { loadConfig } from '../../shared/config.ts'
import type { Quota } from '../../shared/grant.ts'
import { equity } from '../support/proxy.ts'
import { Inbox } from './fanout/inbox.ts'

const FEED = { name: 'FEED', broker: 'testbroker', state: 'live', external: false, modes: ['LTP', 'QUOTE'] } as const
const USERS: Record<string, string> = { good: 'alice', narrow: 'alice', other: 'bob' }
const KEYS: Record<string, string> = { narrow: '2', other: '3' }
const LIMITS = { ...loadConfig({}, {}).proxy, authDeadlineMs: 15_000 }

/** One client of the proxy with all it needs but a socket, and what may be turned while it is there. */
export class ClientStage {
  readonly clock = new ManualClock()
  readonly hub: Hub
  readonly client: Client
  readonly rooms: Rooms
  readonly said: readonly string[]
  readonly door: string[] = []
  /** Of the client's user. */
  feeds: readonly unknown[] = [FEED]
  /** Whose the feed is. */
  owner = 'alice'
  /** Whether keys read order updates now. */
  allowed = true
  /** How many subscriptions there were each time other sources were looked for. */
  readonly looked: number[] = []
  /** Symbols that no key may read any more. */
  barred: readonly string[] = []
  /** Of each key. */
  quota: Quota | undefined
  readonly audited: AuditEvent[] = []
  /** Users whose order updates somebody gets. */
  heard: readonly string[] = []

  constructor() {
    const { clock } = this
    const inbox = new Inbox()
    this.said = inbox.said
    this.hub = new Hub({ demand: { want: () => {}, drop: () => {}, resync: () => {} }, clock, resumeBytes: 0 })
    const rooms = {
      clock,
      log: pino({ enabled: false }),
      access: {
        authenticate: (key: string) =>
          key === 'bad' ? undefined : { userId: USERS[key] ?? '', keyId: KEYS[key] ?? '1', ticket: false },
        mayStay: () => true,
        allows: () => this.allowed,
        mayUse: ({ keyId }: { keyId: string }) => keyId === '1',
        mayHear: (userId: string) => userId === this.owner,
        permits: (_: unknown, __: string, symbol: string) => !this.barred.includes(symbol),
        reading: () => ({ ...EVERYTHING, grant: this.barred.join() }),
        quotaOf: () => this.quota,
      },
      hub: this.hub,
      shelf: new Shelf(this.hub),
      orders: {
        join: (userId: string) => {
          this.heard = [...this.heard, userId]
          return () => {
            this.heard = this.heard.filter(one => one !== userId)
          }
        },
      },
      states: { greet: () => {} },
      workshop: new Workshop(clock, { turnMs: 3, sliceMs: 1 }),
      instruments: {
        has: () => true,
        find: (_: string, __: string, symbol: string) => {
          // Looking it up takes a millisecond.
          clock.freeze(1)
          return equity(symbol)
        },
        findTwin: () => undefined,
      },
      failover: {
        outlook: () => ({}),
        reroute: () => this.#lookAround(),
      },
      registry: new LocalRegistry(LIMITS, clock),
      audit: { record: (event: AuditEvent) => void this.audited.push(event) },
      brokers: () => ['testbroker'],
      feedsOf: () => this.feeds as readonly FeedView[],
    }
    this.rooms = rooms as unknown as Rooms
    this.client = new Client(rooms, LIMITS, inbox.outbox, {
      address: '192.0.2.1',
      seat: 1,
      close: (code, reason) => this.door.push(`${code} ${reason}`),
      fail: error => this.door.push(`failed: ${String(error)}`),
      busy: busy => this.door.push(busy ? 'busy' : 'free'),
    })
  }

  *#lookAround() {
    this.looked.push(this.client.subscriptions)
    yield
  }

  send(message: object): void {
    this.client.receive(JSON.stringify(message))
  }

  types(): string[] {
    return this.said.map(text => JSON.parse(text)).map(({ type, code }) => type ?? code)
  }
}

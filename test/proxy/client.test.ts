import { pino } from 'pino'
import { beforeEach, describe, expect, it } from 'vitest'
import { Client } from '../../proxy/client.ts'
import { Hub } from '../../proxy/fanout/hub.ts'
import type { FeedView } from '../../proxy/feeds.ts'
import { LocalRegistry } from '../../proxy/limits/local.ts'
import { EVERYTHING } from '../../proxy/reading.ts'
import { Shelf } from '../../proxy/shelf.ts'
import { Workshop } from '../../proxy/worklist.ts'
import type { AuditEvent } from '../../shared/audit.ts'
import { ManualClock } from '../../shared/clock.ts'
import { loadConfig } from '../../shared/config.ts'
import { formatTopic } from '../../shared/market/topic.ts'
import { equity } from '../support/proxy.ts'
import { Inbox } from './fanout/inbox.ts'

const FEED = { name: 'FEED', broker: 'testbroker', state: 'live', external: false, modes: ['LTP'] } as const
const USERS: Record<string, string> = { good: 'alice', narrow: 'alice', other: 'bob' }
const LIMITS = { ...loadConfig({}, {}).proxy, authDeadlineMs: 15_000 }

let clock: ManualClock
let hub: Hub
let client: Client
let said: string[]
let door: string[]
/** Of the client's user. */
let feeds: readonly unknown[]
/** Whose the feed is. */
let owner: string
/** Whether keys read order updates now. */
let allowed: boolean
/** How many subscriptions there were each time other sources were looked for. */
let looked: number[]
/** Symbols that no key may read any more. */
let barred: string[]
let audited: AuditEvent[]
/** Users whose order updates somebody gets. */
let heard: string[]

beforeEach(() => {
  clock = new ManualClock()
  hub = new Hub({ demand: { want: () => {}, drop: () => {}, resync: () => {} }, clock, resumeBytes: 0 })
  const inbox = new Inbox()
  said = inbox.said
  door = []
  feeds = [FEED]
  owner = 'alice'
  allowed = true
  barred = []
  heard = []
  audited = []
  looked = []
  const rooms = {
    clock,
    log: pino({ enabled: false }),
    access: {
      authenticate: (key: string) =>
        key === 'bad' ? undefined : { userId: USERS[key] ?? '', keyId: key === 'narrow' ? '2' : '1', ticket: false },
      mayStay: () => true,
      allows: () => allowed,
      mayUse: ({ keyId }: { keyId: string }) => keyId === '1',
      mayHear: (userId: string) => userId === owner,
      permits: (_: unknown, __: string, symbol: string) => !barred.includes(symbol),
      reading: () => EVERYTHING,
      quotaOf: () => undefined,
    },
    hub,
    shelf: new Shelf(hub),
    orders: {
      join(userId: string) {
        heard.push(userId)
        return () => {
          heard = heard.filter(one => one !== userId)
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
      reroute: function* () {
        looked.push(client.subscriptions)
        yield
      },
    },
    registry: new LocalRegistry(LIMITS, clock),
    audit: { record: (event: AuditEvent) => void audited.push(event) },
    brokers: () => ['testbroker'],
    feedsOf: () => feeds as readonly FeedView[],
  }
  client = new Client(rooms, LIMITS, inbox.outbox, {
    address: '192.0.2.1',
    seat: 1,
    close: (code, reason) => door.push(`${code} ${reason}`),
    busy: busy => door.push(busy ? 'busy' : 'free'),
  })
})

const send = (message: object) => client.receive(JSON.stringify(message))
const types = () => said.map(text => JSON.parse(text)).map(({ type, code }) => type ?? code)

describe('a client that asks for much at once', () => {
  const symbols = Array.from({ length: 10 }, (_, nth) => `NSE:S${nth}`)

  beforeEach(() => {
    send({ action: 'authenticate', api_key: 'good' })
    send({ action: 'subscribe', symbols, mode: 1 })
    send({ action: 'ping' })
  })

  it('gets its answers in order, and leaves turns to others in between', () => {
    expect([types(), door]).toEqual([['auth'], ['busy']])
    clock.advance(0)
    clock.advance(0)
    expect(types()).toEqual(['auth'])
    clock.advance(0)
    expect(types()).toEqual(['auth', 'subscribe', 'pong'])
    expect(door).toEqual(['busy', 'free'])
  })

  it('looks for other sources when it has them, if its feed failed meanwhile', () => {
    clock.advance(0)
    client.reroute()
    expect(looked).toEqual([])
    for (let turn = 0; turn < 9; turn++) clock.advance(0)
    expect(looked).toEqual([10])
  })

  it('and shows another key meanwhile keeps nothing that this one may not have', () => {
    const settle = () => {
      for (let turn = 0; turn < 9; turn++) clock.advance(0)
    }
    settle()
    send({ action: 'subscribe', symbols, mode: 1 })
    send({ action: 'authenticate', api_key: 'narrow' })
    client.reroute()
    expect(client.subscriptions).toBe(10)
    settle()
    expect([types().slice(3), client.subscriptions]).toEqual([['subscribe', 'auth'], 0])
  })

  it('gets no tick before the answer to its wish', () => {
    const parts = { feed: 'FEED', exchange: 'NSE', symbol: 'S0', mode: 'LTP' } as const
    const header = {
      snapshot: false,
      position: false,
      kept: false,
      symbolAt: 0,
      dataSymbolAt: 0,
      symbolLength: 0,
      epoch: 1,
      sequence: 1,
      receivedAt: 1,
    }
    const tick = () => {
      const channel = hub.find(formatTopic(parts))
      return channel !== undefined && hub.deliver(channel, header, Buffer.from('{"type":"tick"}'))
    }
    clock.advance(0)
    expect(tick()).toBe(false)
    for (let turn = 0; turn < 5; turn++) clock.advance(0)
    expect(tick()).toBe(true)
    expect(types()).toEqual(['auth', 'subscribe', 'pong', 'tick'])
  })

  it('holds nothing of a feed that went to another user while it waited', () => {
    feeds = []
    for (let turn = 0; turn < 5; turn++) clock.advance(0)
    expect(JSON.parse(said[1] ?? '').subscriptions[0]).toMatchObject({
      status: 'error',
      message: expect.stringContaining('just gone'),
    })
    expect([client.subscriptions, hub.size]).toEqual([0, 0])
  })

  it('holds nothing when it is gone before the end', () => {
    client.close()
    for (let turn = 0; turn < 5; turn++) clock.advance(0)
    expect([client.subscriptions, hub.size]).toEqual([0, 0])
  })
})

describe('a client with a refused key', () => {
  it('is closed on time, however often it tries', () => {
    for (let second = 0; second < 3; second++) {
      send({ action: 'authenticate', api_key: 'bad' })
      clock.advance(1000)
    }
    expect(door).toEqual(['4401 authentication failed'])
  })

  it('stays when a good key follows', () => {
    send({ action: 'authenticate', api_key: 'bad' })
    send({ action: 'authenticate', api_key: 'good' })
    clock.advance(60_000)
    expect(door).toEqual([])
    send({ action: 'authenticate', api_key: 'bad' })
    clock.advance(3000)
    expect(door).toEqual(['4401 authentication failed'])
  })
})

it('tells the audit who got in, who did not, and when an address is locked', () => {
  send({ action: 'authenticate', api_key: 'good' })
  for (let nth = 0; nth < 5; nth++) send({ action: 'authenticate', api_key: 'bad' })
  expect(audited.map(({ action, actor, result }) => [action, actor, result])).toEqual([
    ['auth.accepted', 'key:1', 'ok'],
    ...Array(5).fill(['auth.refused', 'stranger', 'refused']),
    ['auth.locked', 'stranger', 'refused'],
  ])
  expect(new Set(audited.map(({ address }) => address))).toEqual(new Set(['192.0.2.1']))
  expect(door.at(-1)).toBe('4429 too many refused keys')
})

it('tells the audit of what was in the way of a client', () => {
  send({ action: 'authenticate', api_key: 'good' })
  for (let nth = 0; nth < 200; nth++) send({ action: 'ping' })
  clock.advance(4000)
  expect(audited.at(-1)).toMatchObject({ action: 'limit.reached', actor: 'key:1', subject: 'messages_per_second' })
  expect(door.at(-1)).toBe('4029 too many messages')
})

it('lets go of what belongs to another user by now', () => {
  send({ action: 'authenticate', api_key: 'good' })
  send({ action: 'subscribe', symbols: ['NSE:TCS'], mode: 1 })
  client.evict()
  expect(client.subscriptions).toBe(1)
  owner = 'bob'
  client.evict()
  expect([client.subscriptions, hub.size]).toEqual([0, 0])
})

it('is told that its key reads less than before, and loses that only', () => {
  send({ action: 'authenticate', api_key: 'good' })
  send({ action: 'subscribe', symbols: ['NSE:TCS', 'NSE:SBIN'], mode: 1 })
  const settle = () => {
    for (let turn = 0; turn < 9; turn++) clock.advance(0)
  }
  settle()
  client.reroute()
  settle()
  expect([client.subscriptions, types()]).toEqual([2, ['auth', 'subscribe']])
  barred = ['TCS']
  client.reroute()
  settle()
  expect(client.subscriptions).toBe(1)
  expect(JSON.parse(said.at(-1) ?? '')).toEqual({
    status: 'error',
    code: 'NOT_PERMITTED',
    message: 'This key reads less than before: 1 subscription has ended',
  })
})

describe('order updates', () => {
  const last = () => JSON.parse(said.at(-1) ?? '')
  const REFUSAL = {
    status: 'error',
    code: 'NOT_PERMITTED',
    message: 'This key does not read order updates; allow it with: tickwire key allow 1 orders',
  }

  beforeEach(() => send({ action: 'authenticate', api_key: 'good' }))

  it('are heard once, however often they are asked for, until they are not wanted', () => {
    for (let time = 0; time < 2; time++) send({ action: 'subscribe_orders' })
    expect([heard, client.hearsOrders, types()]).toEqual([
      ['alice'],
      true,
      ['auth', 'subscribe_orders', 'subscribe_orders'],
    ])
    for (let time = 0; time < 2; time++) send({ action: 'unsubscribe_orders' })
    expect([heard, client.hearsOrders, last().status]).toEqual([[], false, 'success'])
  })

  it('are refused to a key that does not read them, with the step that helps, and all else goes on', () => {
    allowed = false
    send({ action: 'subscribe_orders', request_id: 7 })
    expect(last()).toEqual({ ...REFUSAL, request_id: 7 })
    expect([heard, door]).toEqual([[], []])
    send({ action: 'unsubscribe_orders' })
    send({ action: 'subscribe', symbols: ['NSE:TCS'], mode: 1 })
    expect(types().slice(2)).toEqual(['unsubscribe_orders', 'subscribe'])
    allowed = true
    send({ action: 'subscribe_orders' })
    expect(heard).toEqual(['alice'])
  })

  it('end when the key reads them no more, and the client is told', () => {
    send({ action: 'subscribe_orders' })
    client.recheck()
    expect(heard).toEqual(['alice'])
    allowed = false
    for (let time = 0; time < 3; time++) client.recheck()
    expect([heard, last(), said.length, door]).toEqual([[], REFUSAL, 3, []])
  })

  it('stay when all symbols are let go', () => {
    send({ action: 'subscribe_orders' })
    send({ action: 'unsubscribe_all' })
    expect(heard).toEqual(['alice'])
  })

  it('end with the client, and when it shows the key of another user or of less', () => {
    send({ action: 'subscribe_orders' })
    send({ action: 'authenticate', api_key: 'good' })
    expect(heard).toEqual(['alice'])
    send({ action: 'authenticate', api_key: 'other' })
    expect(heard).toEqual([])
    send({ action: 'subscribe_orders' })
    allowed = false
    send({ action: 'authenticate', api_key: 'other' })
    expect(heard).toEqual([])
    allowed = true
    send({ action: 'subscribe_orders' })
    client.close()
    expect([heard, client.hearsOrders]).toEqual([[], false])
  })
})

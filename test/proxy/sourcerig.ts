import type { TickHeader } from '../../bus/message.ts'
import type { Health } from '../../proxy/choice.ts'
import { Failover } from '../../proxy/failover.ts'
import type { Channel } from '../../proxy/fanout/channel.ts'
import { Hub } from '../../proxy/fanout/hub.ts'
import type { Features } from '../../proxy/features.ts'
import type { FeedView } from '../../proxy/feeds.ts'
import { Holdings } from '../../proxy/holdings.ts'
import { route } from '../../proxy/routing.ts'
import { ManualClock } from '../../shared/clock.ts'
import { equity } from '../support/proxy.ts'
import { tickOf } from './fanout/frames.ts'
import { Inbox } from './fanout/inbox.ts'

const SYMBOLS = ['TCS', 'INFY']
export const FAILBACK_MS = 30_000

export let clock: ManualClock
export let states: Map<string, FeedView['state']>
/** Of single instruments of a feed; else they are as the feed is. */
export let single: Map<string, Health>
export let failover: Failover
export let hub: Hub
let holdings: Holdings
/** Feeds whose prices are made up. */
export let pretended: Set<string>
export let inbox: Inbox
export let looks: number

const views = (): FeedView[] =>
  [...states].map(
    ([name, state]) =>
      ({
        name,
        broker: name.toLowerCase(),
        state,
        label: pretended.has(name) ? 'simulated' : 'live',
      }) as unknown as FeedView,
  )
const instruments = {
  has: () => true,
  find: (_: string, __: string, symbol: string) => (SYMBOLS.includes(symbol) ? equity(symbol) : undefined),
  findTwin: (_: string, { symbol }: { symbol: string }) => equity(symbol),
}

/** One client that holds all of it of three feeds, the first in front. */
export function begin(features: Partial<Features> = {}): void {
  clock = new ManualClock()
  states = new Map([
    ['ONE', 'live'],
    ['TWO', 'live'],
    ['THREE', 'live'],
  ])
  single = new Map()
  pretended = new Set()
  inbox = new Inbox({ source: true, ...features })
  looks = 0
  const demand = { want: () => undefined, drop: () => undefined, resync: () => undefined }
  hub = new Hub({ demand, clock, resumeBytes: 0 })
  holdings = new Holdings(hub, inbox.outbox)
  failover = new Failover({
    clock,
    hub,
    instruments,
    shelf: { open: () => () => true },
    feeds: { views },
    healthOf: ({ name, state }, _, symbol) =>
      state === 'live' ? (single.get(`${name} ${symbol}`) ?? 'good') : state === 'down' ? 'bad' : 'doubtful',
    failbackMs: FAILBACK_MS,
    isWarm: false,
    onDue: () => {
      looks++
      for (const _ of failover.reroute(holdings, views()));
    },
    onSettled: before => holdings.endGuards(before),
  })
  const symbols = SYMBOLS.map(symbol => ({ form: 'item' as const, symbol, exchange: 'NSE' }))
  const routes = symbols.map(one =>
    route({ ...one, mode: 'LTP', depth: 5 }, views(), instruments, () => true, failover.outlook(undefined)),
  )
  holdings.subscribe(symbols, { mode: 'LTP' }, routes)
  clock.advance(1000)
}

export function enter(feed: string, state: FeedView['state']): void {
  states.set(feed, state)
  failover.look()
  clock.advance(0)
}

/** Who serves a symbol now. */
export const at = (symbol = 'TCS') => holdings.sourceOf({ form: 'item', symbol, exchange: 'NSE' }, 'LTP')?.feed

/** A record of the bus. */
export function say(feed: string, ltp: number, record: Partial<TickHeader> & { sequence: number }): void {
  const { header, payload } = tickOf('TCS', ltp, record)
  hub.deliver(hub.find(`${feed}_NSE_TCS_LTP`) as Channel, header, payload)
}

/** Of the same second as all others. */
export const tick = (feed: string, ltp: number, sequence = 1): void => say(feed, ltp, { sequence })

export const prices = () => inbox.said.filter(text => !text.startsWith('{'))

/** The sources told, of one symbol. */
export const path = (symbol = 'TCS') =>
  inbox.said
    .filter(text => text.startsWith('{'))
    .map(text => JSON.parse(text))
    .filter(one => one.type === 'source' && one.symbol === symbol)
    .map(({ feed }) => feed)

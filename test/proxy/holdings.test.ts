import { beforeEach, describe, expect, it } from 'vitest'
import { Hub } from '../../proxy/fanout/hub.ts'
import type { FeedView } from '../../proxy/feeds.ts'
import { Holdings } from '../../proxy/holdings.ts'
import { parseMessage } from '../../proxy/protocol.ts'
import { refused, route } from '../../proxy/routing.ts'
import { ManualClock } from '../../shared/clock.ts'
import type { TopicMode } from '../../shared/market/mode.ts'
import { equity } from '../support/proxy.ts'
import { Inbox } from './fanout/inbox.ts'

const TCS = { symbol: 'TCS', exchange: 'NSE' }
const MODES: readonly TopicMode[] = ['LTP', 'QUOTE', 'DEPTH', 'BOOK20']

let wanted: Set<string>
let holdings: Holdings

const feeds = [
  { name: 'FEED', broker: 'testbroker', state: 'live', external: false, modes: MODES },
] as unknown as FeedView[]
const instruments = {
  has: () => true,
  find: (_: string, exchange: string, symbol: string) =>
    exchange === 'NSE' && symbol.startsWith('TCS') ? equity('TCS') : undefined,
  findTwin: () => undefined,
}

beforeEach(() => {
  wanted = new Set()
  const demand = {
    want: (_: string, topic: string) => void wanted.add(topic),
    drop: (_: string, topic: string) => void wanted.delete(topic),
    resync: () => {},
  }
  const hub = new Hub({ demand, clock: new ManualClock(), resumeBytes: 0 })
  holdings = new Holdings(hub, new Inbox().outbox)
})

/** Works it through without a pause. */
function finish<T>(work: Generator<undefined, T>): T {
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
  }
}

/** Says it as a client would; gives what is new or what was answered. */
function say(message: object): unknown {
  const parsed = parseMessage(JSON.stringify(message), { authenticated: true, maxSymbols: 100 })
  if (parsed.kind !== 'request') throw new Error(JSON.stringify(parsed))
  const { request } = parsed
  if (request.action === 'subscribe') {
    const { symbols, mode, depth } = request
    const routes = symbols.map(({ exchange, symbol, problem }) =>
      problem === undefined
        ? route({ exchange, symbol, mode, depth }, feeds, instruments, () => true)
        : refused(problem, ''),
    )
    return holdings.subscribe(symbols, { mode, depth }, routes).fresh.map(({ hold }) => hold.variant.served.topic)
  }
  if (request.action === 'unsubscribe') return finish(holdings.unsubscribe({ ...request, feeds, instruments }))
  return holdings.releaseAll()
}

const hold = (...modes: number[]) => {
  for (const mode of modes) say({ action: 'subscribe', ...TCS, mode })
}
/** Modes of what is still wanted of the feed. */
const left = () => [...wanted].map(topic => topic.split('_').at(-1)).join(' ')

describe('unsubscribe takes the mode', () => {
  it.each([
    ['of the item', [1, 2, 3], { symbols: [{ ...TCS, mode: 1 }] }, 'QUOTE DEPTH'],
    [
      'of the item before the one on top',
      [1, 2, 3],
      { symbols: [{ ...TCS, mode: 'Depth' }], mode: 'LTP' },
      'LTP QUOTE',
    ],
    ['on top of a batch', [1, 2, 3], { symbols: [TCS], mode: 'LTP' }, 'QUOTE DEPTH'],
    ['on top of the single form', [1, 2, 3], { ...TCS, mode: 3 }, 'LTP QUOTE'],
    ['Quote when there is none and Quote is held', [1, 2, 3], TCS, 'LTP DEPTH'],
    ['Quote when there is none in a batch', [1, 2, 3], { symbols: ['NSE:TCS'] }, 'LTP DEPTH'],
    ['all when there is none and Quote is not held', [1, 3], TCS, ''],
    ['all when there is none in a batch', [1, 3], { symbols: [TCS] }, ''],
    ['named, even when that is not held', [1, 3], { ...TCS, mode: 2 }, 'LTP DEPTH'],
    ['nowhere when it is bad', [1, 2, 3], { symbols: [{ ...TCS, mode: 4 }] }, 'LTP QUOTE DEPTH'],
  ])('%s', (_, modes, fields, rest) => {
    hold(...modes)
    say({ action: 'unsubscribe', ...fields })
    expect(left()).toBe(rest)
    expect(holdings.size).toBe(rest.split(' ').filter(Boolean).length)
  })
})

describe('what a client holds', () => {
  it('is fresh once', () => {
    expect(say({ action: 'subscribe', ...TCS })).toEqual(['FEED_NSE_TCS_QUOTE'])
    expect(say({ action: 'subscribe', symbols: [TCS, TCS] })).toEqual([])
    expect(holdings.size).toBe(1)
  })

  it('is kept apart by spelling', () => {
    say({ action: 'subscribe', symbols: ['NSE:TCS', 'NSE:TCS-EQ'] })
    say({ action: 'unsubscribe', ...TCS })
    expect(holdings.size).toBe(1)
    expect(left()).toBe('QUOTE')
    expect(holdings.releaseAll()).toEqual([{ symbol: 'TCS-EQ', exchange: 'NSE', broker: 'testbroker' }])
    expect(wanted.size).toBe(0)
  })

  it.each([
    ['by its common symbol', 'TCS-EQ', 'TCS'],
    ['by its broker’s spelling', 'TCS', 'TCS-EQ'],
    ['by its plain symbol, though it was held with a depth', 'TCS:20', 'TCS'],
    ['with another depth', 'TCS', 'TCS:20'],
  ])('is let go %s', (_, held, named) => {
    say({ action: 'subscribe', symbol: held, exchange: 'NSE', mode: 3 })
    say({ action: 'unsubscribe', symbol: named, exchange: 'NSE', mode: 3 })
    expect([left(), holdings.size]).toEqual(['', 0])
  })

  it('moves to another depth when that is asked for', () => {
    hold(3)
    expect(say({ action: 'subscribe', ...TCS, mode: 3, depth: 20 })).toEqual(['FEED_NSE_TCS_BOOK20'])
    expect([left(), holdings.size]).toEqual(['BOOK20', 1])
    say({ action: 'unsubscribe', ...TCS, mode: 3 })
    expect([left(), holdings.size]).toEqual(['', 0])
  })

  it('is not touched by what failed', () => {
    hold(1)
    const results = say({ action: 'subscribe', symbols: ['NSE:NIL', 'BSE:TCS', 'nonsense'], mode: 1 })
    expect(results).toEqual([])
    expect([left(), holdings.size]).toEqual(['LTP', 1])
  })

  it('is let go all at once, one result for each mode', () => {
    hold(1, 2, 3)
    expect(say({ action: 'unsubscribe_all' })).toHaveLength(3)
    expect([left(), holdings.size]).toEqual(['', 0])
    expect(say({ action: 'unsubscribe_all' })).toEqual([])
  })
})

import { describe, expect, it } from 'vitest'
import type { FeedView } from '../../proxy/feeds.ts'
import { type Instruments, routeAgain, route as routeIn } from '../../proxy/routing.ts'
import type { TopicMode } from '../../shared/market/mode.ts'
import { equity } from '../support/proxy.ts'

const MODES: readonly TopicMode[] = ['LTP', 'QUOTE', 'DEPTH']

const feed = (name: string, rest: Partial<FeedView> = {}): FeedView => ({
  name,
  broker: name.toLowerCase(),
  userId: 'alice',
  external: false,
  state: 'live',
  reason: undefined,
  since: 0,
  silent: false,
  returns: 0,
  lastTickAt: undefined,
  label: 'live',
  modes: MODES,
  books: undefined,
  status: undefined,
  ...rest,
})

/** Which symbols each feed lists, all of NSE. A feed not named has no list. */
const lists = (symbols: Record<string, string[]>): Instruments => ({
  has: name => name in symbols,
  find(name, exchange, symbol) {
    const found = symbols[name]?.find(one => symbol === one || symbol === `${one}-EQ`)
    return found !== undefined && exchange === 'NSE' ? equity(found) : undefined
  },
  findTwin: (name, { symbol }) => (symbols[name]?.includes(symbol) ? equity(symbol) : undefined),
})

const wish = (symbol: string, rest: { mode?: 'LTP' | 'QUOTE' | 'DEPTH'; depth?: number; exchange?: string } = {}) => ({
  exchange: 'NSE',
  symbol,
  mode: 'QUOTE' as const,
  depth: 5,
  ...rest,
})

/** With room for every book. */
const route = (one: ReturnType<typeof wish>, feeds: readonly FeedView[], instruments: Instruments) =>
  routeIn(one, feeds, instruments, () => true)

const BOTH = lists({ ONE: ['TCS', 'SBIN'], TWO: ['TCS', 'INFY'], EXT: ['ODD'] })

describe('a wish leads', () => {
  it.each([
    ['to the first feed that lists the instrument', 'TCS', [feed('ONE'), feed('TWO')], 'ONE'],
    ['to the other when only it does', 'INFY', [feed('ONE'), feed('TWO')], 'TWO'],
    ['past a feed that is down', 'TCS', [feed('ONE', { state: 'down' }), feed('TWO')], 'TWO'],
    ['not past one that is quiet', 'TCS', [feed('ONE', { state: 'quiet' }), feed('TWO')], 'ONE'],
    ['to a feed that is down when no other knows it', 'SBIN', [feed('ONE', { state: 'parked' }), feed('TWO')], 'ONE'],
    ['past simulated prices', 'TCS', [feed('ONE', { label: 'simulated' }), feed('TWO')], 'TWO'],
    [
      'not to simulated prices, though the real ones are missing',
      'TCS',
      [feed('ONE', { label: 'simulated' }), feed('TWO', { state: 'auth_required' })],
      'TWO',
    ],
    ['to simulated prices when there are no others', 'SBIN', [feed('ONE', { label: 'simulated' }), feed('TWO')], 'ONE'],
    ['to a foreign publisher that lists it', 'ODD', [feed('ONE'), feed('EXT', { external: true })], 'EXT'],
  ])('%s', (_, symbol, feeds, name) => {
    expect(route(wish(symbol), feeds, BOTH)).toMatchObject({
      ok: true,
      broker: name.toLowerCase(),
      parts: { feed: name },
    })
  })

  it.each([
    ['a broker’s spelling', 'TCS-EQ', 'QUOTE', MODES, 'TCS', 'QUOTE', 5],
    ['a suffix', 'TCS:20', 'DEPTH', MODES, 'TCS', 'DEPTH', 5],
    ['both', 'TCS-EQ:50', 'DEPTH', [...MODES, 'BOOK50' as const], 'TCS', 'BOOK50', 50],
    [
      'a depth between two books',
      'TCS:40',
      'DEPTH',
      [...MODES, 'BOOK20' as const, 'BOOK50' as const],
      'TCS',
      'BOOK20',
      20,
    ],
  ] as const)('from %s to the topic of the common symbol', (_, symbol, mode, modes, common, topicMode, depth) => {
    const found = route(wish(symbol, { mode }), [feed('ONE', { modes })], BOTH)
    expect(found).toMatchObject({
      ok: true,
      topic: `ONE_NSE_${common}_${topicMode}`,
      parts: { feed: 'ONE', exchange: 'NSE', symbol: common, mode: topicMode },
      broker: 'one',
      depth,
    })
  })

  it('anywhere its mode may be offered, while the feed has not said', () => {
    const unheard = feed('ONE', { modes: undefined, state: 'starting' })
    expect(route(wish('TCS', { mode: 'DEPTH', depth: 50 }), [unheard], BOTH)).toMatchObject({ ok: true, depth: 5 })
  })

  it.each([
    ['an unknown symbol', wish('NIL'), 'Symbol NIL not found for exchange NSE'],
    ['an exchange that is none', wish('TCS', { exchange: 'nse' }), 'Unknown exchange nse; use one of NSE, BSE'],
    ['an empty symbol', wish(''), 'Symbol must be 1 to 64 printable ASCII characters'],
    [
      'a suffix outside depth',
      wish('TCS:20'),
      'Symbol TCS:20 not found for exchange NSE; levels behind a symbol belong to mode 3, Depth',
    ],
  ])('nowhere for %s', (_, nowhere, message) => {
    const found = route(nowhere, [feed('ONE')], BOTH)
    expect(found).toMatchObject({ ok: false, broker: 'one', message: expect.stringContaining(message) })
  })

  it('nowhere for a symbol that its foreign publisher does not list', () => {
    expect(route(wish('TCS'), [feed('EXT', { external: true })], BOTH)).toMatchObject({ ok: false })
  })

  it('for the depth of an index to its prices, with no level', () => {
    const nifty = { ...equity('NIFTY'), kind: 'INDEX' as const }
    const index: Instruments = { has: () => true, find: () => nifty, findTwin: () => nifty }
    const found = route(wish('NIFTY', { mode: 'DEPTH', depth: 20 }), [feed('ONE')], index)
    expect(found).toMatchObject({ ok: true, depth: 0, parts: { mode: 'DEPTH' } })
  })

  it('nowhere yet while a list is not loaded', () => {
    const message = 'The instrument list of NEW is not loaded yet; try again in a few seconds'
    const unlisted = ['NEW']
    expect(route(wish('TCS'), [feed('NEW')], BOTH)).toEqual({ ok: false, broker: 'new', message, unlisted })
    const found = route(wish('NOBODY'), [feed('ONE'), feed('NEW')], BOTH)
    expect(found).toEqual({ ok: false, broker: 'one', message, unlisted })
  })

  it('nowhere for a mode that is not offered', () => {
    const found = route(wish('TCS', { mode: 'DEPTH' }), [feed('ONE', { modes: ['LTP'] })], BOTH)
    expect(found).toEqual({ ok: false, broker: 'one', message: 'Depth is not offered by one' })
  })
})

describe('the depth asked for is answered with', () => {
  const ALL: readonly TopicMode[] = [...MODES, 'BOOK20', 'BOOK30', 'BOOK50']
  const SOME: readonly TopicMode[] = [...MODES, 'BOOK20', 'BOOK50']
  const depthOf = (depth: number, rest: Partial<FeedView>, hasRoom = true) => {
    const found = routeIn(wish('TCS', { mode: 'DEPTH', depth }), [feed('ONE', rest)], BOTH, () => hasRoom)
    return found.ok && [found.depth, found.parts.mode]
  }

  it.each([
    ['five levels, when that is what is asked', 5, ALL, {}, 5, 'DEPTH'],
    ['five levels, when fewer are asked', 1, ALL, {}, 5, 'DEPTH'],
    ['five levels, below the shallowest book', 19, ALL, {}, 5, 'DEPTH'],
    ['the book asked for', 20, ALL, {}, 20, 'BOOK20'],
    ['the deepest book, above all of them', 100, ALL, {}, 50, 'BOOK50'],
    ['the next lower one that is offered', 30, SOME, {}, 20, 'BOOK20'],
    ['a book that this exchange has', 50, SOME, { BOOK50: ['NFO', 'NSE'] }, 50, 'BOOK50'],
    ['the next lower one that it has', 50, SOME, { BOOK50: ['NFO'], BOOK20: ['NSE'] }, 20, 'BOOK20'],
    ['a book that is not named, for it is of all exchanges', 20, SOME, { BOOK50: ['NFO'] }, 20, 'BOOK20'],
    ['five levels, when this exchange has no more', 50, SOME, { BOOK20: [], BOOK50: ['NFO'] }, 5, 'DEPTH'],
    ['five levels, when a book is named but not offered', 50, MODES, { BOOK50: ['NSE'] }, 5, 'DEPTH'],
  ] as const)('%s', (_, depth, modes, books, levels, mode) => {
    expect(depthOf(depth, { modes, books })).toEqual([levels, mode])
  })

  it('the deepest book among the feeds that are up, the first one’s where all have the same', () => {
    const deep: readonly TopicMode[] = [...MODES, 'BOOK50']
    const [one, two] = [feed('ONE'), feed('TWO', { modes: deep })]
    const asked = (depth: number, feeds: readonly FeedView[]) => {
      const found = route(wish('TCS', { mode: 'DEPTH', depth }), feeds, BOTH)
      return found.ok ? [found.broker, found.depth] : found.message
    }
    expect(asked(50, [one, two])).toEqual(['two', 50])
    expect(asked(5, [one, two])).toEqual(['one', 5])
    expect(asked(50, [one, { ...two, state: 'down' }])).toEqual(['one', 5])
    expect(asked(50, [{ ...one, modes: deep }, two])).toEqual(['one', 50])
  })

  it('five levels when the account has no room for one more book', () => {
    expect(depthOf(50, { modes: ALL }, false)).toEqual([5, 'DEPTH'])
  })

  it('five levels for modes without a book, and no room is asked for', () => {
    const never = () => expect.unreachable()
    for (const mode of ['LTP', 'QUOTE'] as const) {
      const found = routeIn(wish('TCS', { mode, depth: 50 }), [feed('ONE', { modes: ALL })], BOTH, never)
      expect(found).toMatchObject({ ok: true, depth: 5, parts: { mode } })
    }
  })
})

describe('what is held', () => {
  const held = { feed: 'ONE', instrument: equity('TCS'), mode: 'QUOTE', depth: 5 } as const
  const leadsTo = (...feeds: FeedView[]) => routeAgain(held, feeds, BOTH, () => true, {})?.parts.feed
  const simulated = feed('ONE', { label: 'simulated' })

  it('leaves simulated prices for real ones, and not for a feed of which nobody knows yet what it has', () => {
    expect(leadsTo(simulated, feed('TWO'))).toBe('TWO')
    expect(leadsTo(simulated, feed('TWO', { label: undefined, state: 'starting' }))).toBe('ONE')
    expect(leadsTo(simulated, feed('TWO', { label: undefined, external: true }))).toBe('TWO')
  })
})

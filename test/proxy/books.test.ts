import { afterEach, describe, expect, it } from 'vitest'
import type { FeedStatus } from '../../shared/control.ts'
import type { TopicMode } from '../../shared/market/mode.ts'
import type { Tick } from '../../shared/market/tick.ts'
import { until } from '../support/bus.ts'
import type { Frame, TestClient } from '../support/client.ts'
import { OPTION, type ProxyRig, startRig } from '../support/proxy.ts'
import { tickOf } from '../support/proxyfeed.ts'

const MODES: readonly TopicMode[] = ['LTP', 'QUOTE', 'DEPTH', 'BOOK20', 'BOOK50']

let rig: ProxyRig

/** With a feed that says this of its deep books. */
async function start(facts: Partial<FeedStatus> = {}, symbols: readonly string[] = []): Promise<void> {
  rig = await startRig({ modes: MODES, symbols })
  rig.feed.facts = facts
  rig.feed.status()
}

afterEach(() => rig.close())

/** A tick with a book of so many levels on each side. */
function deepTick(ltp: number, levels: number): Tick {
  const side = (step: number) =>
    Array.from({ length: levels }, (_, at) => ({ price: ltp + step * (at + 1), quantity: at + 1, orders: 1 }))
  return tickOf(ltp, { book: { buy: side(-1), sell: side(1) } })
}

interface Depth {
  readonly ltp: number
  readonly depth: { readonly buy: readonly unknown[]; readonly sell: readonly unknown[] }
  readonly depth_level: number
}
const depthOf = ({ mode, data }: Frame): readonly unknown[] => {
  const { depth, depth_level, ltp } = data as Depth
  return [mode, ltp, depth.buy.length, depth.sell.length, depth_level]
}
const framesOf = (client: TestClient, symbol: string) => client.ticks.filter(frame => frame.symbol === symbol)

/** Asks for Depth; gives symbol and depth of every item of the answer. */
async function depths(client: TestClient, wish: object): Promise<readonly unknown[]> {
  const reply = await client.ask({ action: 'subscribe', exchange: 'NSE', mode: 3, ...wish })
  const items = reply.subscriptions as readonly { symbol: string; depth: number }[]
  return items.map(({ symbol, depth }) => `${symbol} ${depth}`)
}

describe('a deep book', () => {
  it.each([
    ['depth', { symbol: 'TCS', depth: 20 }, ['TCS 20']],
    ['depth_level', { symbol: 'TCS', depth_level: 50 }, ['TCS 50']],
    ['a suffix', { symbol: 'TCS:20' }, ['TCS:20 20']],
    ['a suffix, whatever depth says', { symbol: 'TCS:50', depth: 5 }, ['TCS:50 50']],
    ['a suffix of another spelling', { symbol: 'TCS-EQ:20' }, ['TCS-EQ:20 20']],
    ['a text item', { symbols: 'NSE:TCS:20,NSE:RELIANCE' }, ['TCS:20 20', 'RELIANCE 5']],
    ['text items', { symbols: ['NSE:TCS:50', 'NSE:RELIANCE:20'] }, ['TCS:50 50', 'RELIANCE:20 20']],
    ['more than there is', { symbol: 'TCS', depth: 100 }, ['TCS 50']],
    ['more than there is, as a suffix', { symbol: 'TCS:100' }, ['TCS:100 50']],
    ['a depth between two books', { symbol: 'TCS:40' }, ['TCS:40 20']],
  ])('is asked for by %s, and answered with what will be delivered', async (_, wish, answer) => {
    await start()
    expect(await depths(await rig.enter(), wish)).toEqual(answer)
  })

  it('comes with as many levels as were answered, whatever the source gives', async () => {
    await start()
    const clients = await Promise.all([5, 20, 50].map(async depth => ({ depth, client: await rig.enter() })))
    for (const { depth, client } of clients) {
      await depths(client, { symbol: 'TCS', depth })
      await rig.feed.wanted(`NSE_TCS_${depth === 5 ? 'DEPTH' : `BOOK${depth}`}`)
    }
    rig.feed.tick('NSE', 'TCS', deepTick(100, 50))
    rig.feed.tick('NSE', 'TCS', deepTick(101, 7))
    for (const { depth, client } of clients) {
      await until('both ticks', () => client.ticks.length === 2)
      const most = Math.min(depth, 7)
      expect(client.ticks.map(depthOf)).toEqual([
        [3, 100, depth, depth, depth],
        [3, 101, most, most, most],
      ])
    }
  })

  it('is there only on the exchanges that have it', async () => {
    await start({ books: { BOOK20: ['NSE', 'NFO'], BOOK50: ['NFO'] } })
    const client = await rig.enter()
    expect(await depths(client, { symbol: 'TCS', depth: 50 })).toEqual(['TCS 20'])
    expect(await depths(client, { symbol: OPTION, exchange: 'NFO', depth: 50 })).toEqual([`${OPTION} 50`])
    expect(await depths(client, { symbol: 'NIFTY', exchange: 'NSE_INDEX', depth: 50 })).toEqual(['NIFTY 0'])
  })

  it('is promised no more often than the account may have one, also within one message', async () => {
    const many = ['A', 'B', 'C', 'D']
    const using = (used: number) => ({ limits: { instruments: { used: 9, limit: 1000 }, books: { used, limit: 3 } } })
    await start(using(1), many)
    const [one, two] = [await rig.enter(), await rig.enter()]
    const symbols = many.map(symbol => `NSE:${symbol}:50`)
    expect(await depths(one, { symbols })).toEqual(['A:50 50', 'B:50 50', 'C:50 5', 'D:50 5'])
    rig.feed.facts = using(3)
    rig.feed.status()
    expect(await depths(two, { symbols: 'NSE:B:50,NSE:C:20' })).toEqual(['B:50 50', 'C:20 5'])
    for (const topic of ['A_BOOK50', 'B_BOOK50', 'C_DEPTH', 'D_DEPTH']) await rig.feed.wanted(`NSE_${topic}`)
    expect(rig.feed.sets.at(-1)?.topics).toHaveLength(4)
  })
})

describe('a client that holds a symbol in Depth and with a suffix', () => {
  it('gets each under the symbol as it wrote it, and letting one go leaves the other', async () => {
    await start()
    const client = await rig.enter()
    await depths(client, { symbol: 'RELIANCE' })
    await depths(client, { symbol: 'RELIANCE:20' })
    for (const mode of ['DEPTH', 'BOOK20']) await rig.feed.wanted(`NSE_RELIANCE_${mode}`)
    rig.feed.tick('NSE', 'RELIANCE', deepTick(100, 50))
    await until('both frames', () => client.ticks.length === 2)
    expect(framesOf(client, 'RELIANCE').map(depthOf)).toEqual([[3, 100, 5, 5, 5]])
    expect(framesOf(client, 'RELIANCE:20').map(depthOf)).toEqual([[3, 100, 20, 20, 20]])
    expect(framesOf(client, 'RELIANCE:20')[0]?.data).toMatchObject({ symbol: 'RELIANCE:20', mode: 3 })

    await client.ask({ action: 'unsubscribe', symbol: 'RELIANCE', exchange: 'NSE', mode: 3 })
    await rig.feed.unwanted('NSE_RELIANCE_DEPTH')
    rig.feed.tick('NSE', 'RELIANCE', deepTick(101, 50))
    await until('the deep one', () => client.ticks.length === 3)
    expect(client.ticks.at(-1)).toMatchObject({ symbol: 'RELIANCE:20' })

    await depths(client, { symbol: 'RELIANCE' })
    await until('the last value', () => client.ticks.length === 4)
    await client.ask({ action: 'unsubscribe', symbols: ['NSE:RELIANCE:20'], mode: 'Depth' })
    await rig.feed.unwanted('NSE_RELIANCE_BOOK20')
    rig.feed.tick('NSE', 'RELIANCE', deepTick(102, 50))
    await until('the plain one', () => client.ticks.length === 5)
    expect(client.ticks.slice(3).map(({ symbol }) => symbol)).toEqual(['RELIANCE', 'RELIANCE'])
    expect((await rig.status()).clients.subscriptions).toBe(1)
  })

  it('gets five levels under both where there is no deeper book, and each is let go by itself', async () => {
    await start({ books: { BOOK20: [], BOOK50: [] } })
    const client = await rig.enter()
    expect(await depths(client, { symbols: 'NSE:TCS,NSE:TCS:20' })).toEqual(['TCS 5', 'TCS:20 5'])
    await rig.feed.wanted('NSE_TCS_DEPTH')
    rig.feed.tick('NSE', 'TCS', deepTick(100, 50))
    await until('both frames', () => client.ticks.length === 2)
    expect(client.ticks.map(depthOf)).toEqual([
      [3, 100, 5, 5, 5],
      [3, 100, 5, 5, 5],
    ])
    expect(new Set(client.ticks.map(({ symbol }) => symbol))).toEqual(new Set(['TCS', 'TCS:20']))
    await client.ask({ action: 'unsubscribe', symbol: 'TCS:20', exchange: 'NSE', mode: 3 })
    rig.feed.tick('NSE', 'TCS', deepTick(101, 50))
    await until('one more', () => client.ticks.length === 3)
    await client.settled()
    expect(client.ticks.slice(2).map(({ symbol }) => symbol)).toEqual(['TCS'])
  })
})

describe('a polled value', () => {
  it('says so at the end of its data, also under another spelling, and to who chose that field', async () => {
    await start()
    const client = await rig.enter()
    await client.ask({ action: 'subscribe', symbols: 'NSE:TCS-EQ', mode: 'LTP' })
    await client.ask({ action: 'subscribe', symbols: 'NSE:TCS', mode: 'Quote', fields: ['polled', 'ltp'] })
    await client.ask({ action: 'subscribe', symbols: 'NSE:TCS', mode: 'Depth', fields: ['ltp'] })
    for (const mode of ['LTP', 'QUOTE', 'DEPTH']) await rig.feed.wanted(`NSE_TCS_${mode}`)
    rig.feed.tick('NSE', 'TCS', tickOf(7, { isPolled: true }))
    rig.feed.tick('NSE', 'TCS', tickOf(8))
    await until('all frames', () => client.ticks.length === 6)
    const told = client.ticks.slice(0, 3).map(({ data }) => Object.keys(data as object).slice(3))
    expect(told).toEqual([['ltp', 'ltt', 'timestamp', 'polled'], ['ltp', 'polled'], ['ltp']])
    expect(client.ticks[0]?.data).toMatchObject({ symbol: 'TCS-EQ', polled: true })
    expect(client.ticks.slice(3).some(({ text }) => text.includes('polled'))).toBe(false)
  })
})

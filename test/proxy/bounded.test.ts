import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Grant } from '../../shared/grant.ts'
import type { TestClient } from '../support/client.ts'
import { holds } from '../support/holds.ts'
import { OPTION, type ProxyRig, startRig } from '../support/proxy.ts'
import { tickOf } from '../support/proxyfeed.ts'

let rig: ProxyRig

beforeAll(async () => {
  rig = await startRig()
})

afterAll(() => rig.close())

const makeKey = (bounds: Grant) => {
  const { key, record } = rig.store.keys.create({ userId: 'alice', label: 'bound', bounds, now: 1 })
  return { key: key.reveal(), id: record.id }
}

async function enter(key: string): Promise<TestClient> {
  const client = await rig.connect()
  onTestFinished(() => client.close())
  expect(await client.ask({ action: 'authenticate', api_key: key })).toMatchObject({ status: 'success' })
  return client
}

interface Item {
  readonly symbol: string
  readonly status: string
  readonly message?: string
}

/** What becomes of each symbol. */
async function ask(client: TestClient, symbols: string, mode = 'LTP'): Promise<readonly Item[]> {
  const reply = await client.ask({ action: 'subscribe', symbols, mode })
  return reply.subscriptions as readonly Item[]
}

describe('a bound key', () => {
  it.each<[string, Grant]>([
    ['symbols', { symbols: ['REL*'] }],
    ['exchanges', { exchanges: ['NFO'] }],
    ['both', { exchanges: ['BSE'], symbols: ['TCS'] }],
  ])('is told of what its %s leave out exactly what it is told of what does not exist', async (_, bounds) => {
    const client = await enter(makeKey(bounds).key)
    const wide = await enter(rig.keys.alice)
    const asked = { action: 'subscribe', mode: 'Quote', request_id: 7 }
    for (const form of [{ symbol: 'TCS', exchange: 'NSE' }, { symbols: 'NSE:TCS' }, { symbols: 'NSE:TCS-EQ' }]) {
      const named = JSON.stringify(form)
      const bogus = (text: string) => text.replaceAll('TCS-EQ', 'XYZ-EQ').replaceAll('TCS', 'XYZ')
      const refused = await client.ask({ ...asked, ...form })
      expect(bogus(refused.text)).toBe((await client.ask({ ...asked, ...JSON.parse(bogus(named)) })).text)
      expect(await wide.ask({ ...asked, ...form })).toMatchObject({ status: 'success' })
    }
  })

  it('gets what it may, in any spelling, and the rest of a message fails by itself', async () => {
    const client = await enter(makeKey({ exchanges: ['NSE', 'NFO'], symbols: ['NIFTY*', 'M?M'] }).key)
    const items = await ask(client, `NFO:${OPTION},NSE:M&M,NSE:M&M-EQ,NSE:TCS,NSE_INDEX:NIFTY`)
    expect(items.map(({ status }) => status)).toEqual(['success', 'success', 'success', 'error', 'error'])
    expect(items[4]?.message).toBe('Symbol NIFTY not found for exchange NSE_INDEX')
  })

  it('of some modes is told which, of what it may read only', async () => {
    const client = await enter(makeKey({ modes: ['LTP', 'QUOTE'], symbols: ['TCS'] }).key)
    expect((await ask(client, 'NSE:TCS', 'LTP'))[0]).toMatchObject({ status: 'success' })
    const deep = await ask(client, 'NSE:TCS,NSE:RELIANCE,NSE:TCS:20', 'Depth')
    expect(deep.map(({ message }) => message)).toEqual([
      'This key reads LTP and Quote only',
      'Symbol RELIANCE not found for exchange NSE',
      'This key reads LTP and Quote only',
    ])
  })

  it('loses within a second what it is bound not to read any more, keeps the rest, and is told', async () => {
    const { key, id } = makeKey({})
    const client = await enter(key)
    await ask(client, 'NSE:TCS,NSE:RELIANCE', 'LTP')
    await ask(client, 'NSE:RELIANCE', 'Quote')
    const from = performance.now()
    rig.store.keys.alter(id, { bounds: () => ({ symbols: ['RELIANCE'], modes: ['LTP'] }) })
    await holds(() => expect(client.replies.at(-1)).toMatchObject({ code: 'NOT_PERMITTED' }))
    expect(performance.now() - from).toBeLessThan(1000)
    expect(client.replies.at(-1)?.message).toBe('This key reads less than before: 2 subscriptions have ended')
    const seen = client.ticks.length
    // Somebody else gets both.
    const wide = await enter(rig.keys.alice)
    await ask(wide, 'NSE:TCS,NSE:RELIANCE', 'LTP')
    for (const symbol of ['TCS', 'RELIANCE']) await rig.feed.wanted(`NSE_${symbol}_LTP`)
    rig.feed.tick('NSE', 'TCS', tickOf(11))
    rig.feed.tick('NSE', 'RELIANCE', tickOf(12))
    await holds(() => expect(wide.ticks).toHaveLength(2))
    await holds(() => expect(client.ticks.length).toBeGreaterThan(seen))
    await client.settled()
    expect(client.ticks.slice(seen).map(({ symbol, mode }) => [symbol, mode])).toEqual([['RELIANCE', 1]])
    rig.store.keys.alter(id, { bounds: () => ({}) })
    expect((await ask(client, 'NSE:TCS', 'Depth'))[0]).toMatchObject({ status: 'success' })
  })

  it('of fewer symbols than before keeps the first ones, on each connection, and is told within a second', async () => {
    const { key, id } = makeKey({})
    const [one, other] = [await enter(key), await enter(key)]
    await ask(one, 'NSE:TCS,NSE:RELIANCE,NSE:M&M')
    await ask(other, 'NSE:TCS,NSE:RELIANCE,NSE:M&M')
    const told = () =>
      [one, other].flatMap(({ replies }) => replies.filter(({ code }) => code === 'LIMIT_REACHED')).map(detailsOf)
    const from = performance.now()
    rig.store.keys.alter(id, { bounds: () => ({ quota: { subscriptions: 4 } }) })
    // Whoever comes first gives way first, as far as the other leaves it no room.
    await holds(() => expect(told()).toEqual([{ limit: 'symbols_per_key', max: 4, used: 6 }]))
    expect(performance.now() - from).toBeLessThan(1000)
    const headers = { authorization: `Bearer ${key}` }
    const { keys } = (await (await fetch(`http://127.0.0.1:${rig.port}/status`, { headers })).json()) as StatusBody
    expect(keys).toMatchObject([{ id, connections: 2, subscriptions: 4 }])
    const clients = [one, other]
    for (const client of clients) await client.settled()
    const seen = clients.map(({ ticks }) => ticks.length)
    const heard = () => clients.map(({ ticks }, nth) => ticks.slice(seen[nth]).map(({ symbol }) => symbol))
    await rig.feed.wanted('NSE_M&M_LTP')
    for (const symbol of ['M&M', 'RELIANCE', 'TCS']) rig.feed.tick('NSE', symbol, tickOf(11))
    await holds(() => expect(heard()).toEqual(expect.arrayContaining([['M&M', 'RELIANCE', 'TCS'], ['TCS']])))
  })

  it('sees in the status what it may read, and its own use', async () => {
    rig.feed.report({ live: ['NSE:RELIANCE'], suspect: ['NSE:TCS', 'NFO:X'] })
    const { key, id } = makeKey({ exchanges: ['NFO'] })
    const client = await enter(key)
    await ask(client, `NFO:${OPTION}`)
    const status = async (text: string) => {
      const headers = { authorization: `Bearer ${text}` }
      return (await (await fetch(`http://127.0.0.1:${rig.port}/status`, { headers })).json()) as StatusBody
    }
    await holds(async () =>
      expect((await status(rig.keys.alice)).feeds[0]?.instruments.counts).toMatchObject({ suspect: 2 }),
    )
    const { feeds, keys } = await status(key)
    expect(feeds[0]?.instruments.list.map(({ symbol }) => symbol)).toEqual(['X', OPTION])
    expect(keys).toEqual([{ id, connections: 1, subscriptions: 1, messages: 2 }])
    const local = rig.store.keys.mintTicket({ userId: 'alice', ttlMs: 60_000, now: Date.now() }).reveal()
    expect((await status(local)).keys.map(one => one.id)).toContain(id)
  })
})

const detailsOf = ({ limit, max, used }: Record<string, unknown>) => ({ limit, max, used })

interface StatusBody {
  readonly keys: readonly { readonly id: string }[]
  readonly feeds: readonly { readonly instruments: { counts: object; list: { symbol: string }[] } }[]
}

describe('a key with a list of addresses', () => {
  const HERE = { addresses: ['127.0.0.0/8', '::1'] }
  const ELSEWHERE = { addresses: ['192.0.2.0/24'] }

  it('is a wrong key anywhere else, for sockets and for requests', async () => {
    const { key } = makeKey(ELSEWHERE)
    const client = await rig.connect()
    onTestFinished(() => client.close())
    const refused = await client.ask({ action: 'authenticate', api_key: key })
    expect(refused.text).toBe((await client.ask({ action: 'authenticate', api_key: 'f'.repeat(64) })).text)
    const headers = { authorization: `Bearer ${key}` }
    expect((await fetch(`http://127.0.0.1:${rig.port}/status`, { headers })).status).toBe(401)
    await enter(makeKey(HERE).key)
  })

  it('loses its connections within a second when the list changes', async () => {
    const { key, id } = makeKey(HERE)
    const client = await enter(key)
    const from = performance.now()
    rig.store.keys.alter(id, { bounds: () => ELSEWHERE })
    expect(await client.closed).toEqual({ code: 4403, reason: 'key revoked or expired' })
    expect(performance.now() - from).toBeLessThan(1000)
  })
})

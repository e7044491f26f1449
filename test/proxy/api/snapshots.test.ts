import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Grant } from '../../../shared/grant.ts'
import { holds } from '../../support/holds.ts'
import { askApi } from '../../support/near.ts'
import { type ProxyRig, startRig } from '../../support/proxy.ts'
import { tickOf } from '../../support/proxyfeed.ts'

const MANY = Array.from({ length: 2500 }, (_, nth) => `NUMBERED${String(nth).padStart(12, '0')}`)

let rig: ProxyRig

beforeAll(async () => {
  rig = await startRig({ symbols: MANY, proxy: { requestsBurst: 1000 } })
  rig.feed.set('NSE', 'RELIANCE', tickOf(2885.3))
  rig.feed.set('NSE_INDEX', 'NIFTY', { ltp: 24_800, timestamp: 1_795_220_416_120 })
})

afterAll(() => rig.close())

const makeKey = (bounds: Grant) => {
  const { key, record } = rig.store.keys.create({ userId: 'alice', label: 'bound', bounds, now: 1 })
  return { key: key.reveal(), id: record.id }
}

const ask = (query: string, key = rig.keys.alice) => askApi(rig, `/api/v1/snapshot?${query}`, { key })

describe('a snapshot over HTTP', () => {
  it('gives what the WebSocket gives, with its age, how it stands, and who serves it', async () => {
    const { status, body } = await ask('symbols=NSE:RELIANCE,NSE_INDEX:NIFTY&mode=quote')
    expect(status).toBe(200)
    expect(body.snapshots.map(({ symbol }: { symbol: string }) => symbol)).toEqual(['RELIANCE', 'NIFTY'])
    const client = await rig.enter()
    onTestFinished(() => client.close())
    await client.ask({ action: 'subscribe', symbols: 'NSE:RELIANCE', mode: 'Quote' })
    const frame = await client.tick('the last value', ({ symbol }) => symbol === 'RELIANCE')
    const { symbol: _, exchange: __, mode: ___, ...data } = frame.data as Record<string, unknown>
    const [one] = body.snapshots
    expect(one).toEqual({
      symbol: 'RELIANCE',
      exchange: 'NSE',
      data,
      receivedAt: expect.any(Number),
      ageMs: expect.any(Number),
      state: 'live',
      label: 'simulated',
      since: expect.any(Number),
      source: { feed: 'TESTFEED', broker: 'testbroker' },
    })
    expect(body.now - one.receivedAt).toBeGreaterThanOrEqual(one.ageMs)
  })

  it('is answered under the spelling it was asked for, in the mode it was asked for', async () => {
    const { body } = await ask('symbols=NSE:RELIANCE-EQ&mode=1')
    const [{ symbol, data }] = body.snapshots
    expect([symbol, data]).toEqual([
      'RELIANCE-EQ',
      { ltp: 2885.3, ltt: expect.any(Number), timestamp: expect.any(Number) },
    ])
  })

  it('tells the levels a book really has, none for an index', async () => {
    const { body } = await ask('symbols=NSE:RELIANCE,NSE_INDEX:NIFTY&mode=depth&depth=20')
    expect(body.snapshots.map(({ depth }: { depth: number }) => depth)).toEqual([5, 0])
    expect(body.snapshots[0].data.depth.buy).toHaveLength(5)
  })

  it('waits for the first value of what nobody has asked for before', async () => {
    const asked = ask('symbols=NSE:TCS&mode=ltp')
    await rig.feed.wanted('NSE_TCS_LTP')
    rig.feed.tick('NSE', 'TCS', tickOf(3162.9))
    const { body } = await asked
    expect(body.snapshots[0].data.ltp).toBe(3162.9)
  })

  it('of what is in no list says so with a code, of what is no name of anything without', async () => {
    const { body } = await ask('symbols=NSE:NOSUCH,NOWHERE:TCS')
    expect(body.snapshots).toEqual([
      { symbol: 'NOSUCH', exchange: 'NSE', error: expect.stringContaining('not found'), code: 'NOT_FOUND' },
      { symbol: 'TCS', exchange: 'NOWHERE', error: expect.stringContaining('Unknown exchange') },
    ])
  })

  it('of what has no value says how it stands, without data', async () => {
    const { body } = await ask('symbols=NSE:M%26M&mode=ltp')
    expect(body.snapshots[0]).toMatchObject({ symbol: 'M&M', state: 'live', source: { feed: 'TESTFEED' } })
    expect(body.snapshots[0]).not.toHaveProperty('data')
    expect(body.snapshots[0]).not.toHaveProperty('ageMs')
  })

  it('gives a value that is not of now as such, with how its instrument stands and why', async () => {
    await ask('symbols=NSE:RELIANCE&mode=ltp')
    rig.feed.facts = { reason: 'the broker closed the connection' }
    rig.feed.enter('down')
    const [one] = await holds(async () => {
      const { body } = await ask('symbols=NSE:RELIANCE&mode=ltp')
      expect(body.snapshots[0].state).toBe('down')
      return body.snapshots
    })
    expect(one).toMatchObject({ stale: true, data: { ltp: 2885.3 }, reason: 'the broker closed the connection' })
    expect(one.ageMs).toBeGreaterThanOrEqual(0)
    rig.feed.facts = {}
    rig.feed.enter('live')
    await holds(async () => {
      rig.feed.tick('NSE', 'RELIANCE', tickOf(2886))
      const { body } = await ask('symbols=NSE:RELIANCE&mode=ltp')
      expect(body.snapshots[0]).toMatchObject({ state: 'live', data: { ltp: 2886 } })
      expect(body.snapshots[0]).not.toHaveProperty('stale')
    })
  })

  it('of thousands of instruments comes in one answer', async () => {
    for (const symbol of MANY) rig.feed.set('NSE', symbol, tickOf(100))
    const symbols = MANY.slice(0, 2300).map(symbol => `NSE:${symbol}`)
    // What is late is not waited for, and there with the next.
    await holds(async () => {
      const { status, body } = await askApi(rig, '/api/v1/snapshot', { body: { symbols, mode: 'ltp' } })
      expect(status).toBe(200)
      const withValue = body.snapshots.filter(({ data }: { data?: { ltp: number } }) => data?.ltp === 100)
      expect(withValue).toHaveLength(symbols.length)
      expect(body.snapshots[7].symbol).toBe(MANY[7])
    })
  })

  it('of more than a request may name is refused with the limit, and so is a body that is too long', async () => {
    const many = askApi(rig, '/api/v1/snapshot', { body: { symbols: Array.from({ length: 3001 }, () => 'NSE:TCS') } })
    const { status, body } = await many
    expect([status, body.error]).toEqual([
      413,
      'more than 3000 symbols in one request (proxy.max_symbols_per_message); send several',
    ])
    const long = await askApi(rig, '/api/v1/snapshot', { body: { symbols: ['NSE:TCS'], rest: 'x'.repeat(70_000) } })
    expect([long.status, long.body.error]).toEqual([413, expect.stringContaining('65536')])
  })

  it.each([
    ['no symbols', 'symbols=', 400, 'no symbols'],
    ['a mode there is not', 'symbols=NSE:TCS&mode=fast', 400, 'Invalid mode fast'],
    ['a depth that is none', 'symbols=NSE:TCS&mode=depth&depth=many', 400, 'depth'],
  ])('of %s is refused', async (_, query, status, word) => {
    const answer = await ask(query)
    expect([answer.status, answer.body.error]).toEqual([status, expect.stringContaining(word)])
  })

  it('is for keys only', async () => {
    expect((await ask('symbols=NSE:RELIANCE', '')).status).toBe(401)
    expect((await ask('symbols=NSE:RELIANCE', rig.keys.bob)).body).toMatchObject({ code: 'BROKER_ERROR' })
  })
})

describe('a bound key that asks for a snapshot', () => {
  it('is told of what it may not read exactly what it is told of what does not exist', async () => {
    const { key } = makeKey({ symbols: ['REL*'] })
    const bare = (body: { snapshots: unknown }) => JSON.stringify(body.snapshots)
    const hidden = await ask('symbols=NSE:TCS,NSE:TCS-EQ&mode=depth', key)
    const missing = await ask('symbols=NSE:XYZ,NSE:XYZ-EQ&mode=depth', key)
    expect(bare(hidden.body).replaceAll('TCS', 'XYZ')).toBe(bare(missing.body))
    expect((await ask('symbols=NSE:RELIANCE', key)).body.snapshots[0].data.ltp).toBe(2886)
  })

  it('counts what it asks for as its symbols, on connections and over HTTP, and what it asked for before makes room', async () => {
    const { key } = makeKey({ quota: { subscriptions: 2 } })
    const client = await rig.connect()
    onTestFinished(() => client.close())
    await client.ask({ action: 'authenticate', api_key: key })
    await client.ask({ action: 'subscribe', symbols: `NSE:${MANY[0]}`, mode: 'LTP' })
    const { body } = await ask(`symbols=NSE:${MANY[1]},NSE:${MANY[2]}&mode=ltp`, key)
    expect(body.snapshots[0].data.ltp).toBe(100)
    expect(body.snapshots[1]).toEqual({
      symbol: MANY[2],
      exchange: 'NSE',
      error: expect.stringContaining('2 of 2 symbols are held by this key'),
      code: 'LIMIT_REACHED',
    })
    const next = await ask(`symbols=NSE:${MANY[3]}&mode=ltp`, key)
    expect(next.body.snapshots[0].data.ltp).toBe(100)
    const reply = await client.ask({ action: 'subscribe', symbols: `NSE:${MANY[4]}`, mode: 'LTP' })
    expect(reply).toMatchObject({ subscriptions: [{ status: 'error' }] })
  })

  it('lets go within a second when it is revoked, and when it is bound more narrowly', async () => {
    const { key, id } = makeKey({})
    const [kept, lost] = MANY.slice(2400) as [string, string]
    await ask(`symbols=NSE:${kept},NSE:${lost}&mode=ltp`, key)
    await rig.feed.wanted(`NSE_${lost}_LTP`)
    rig.store.keys.alter(id, { bounds: () => ({ symbols: [kept] }) })
    const narrowedAt = performance.now()
    await rig.feed.unwanted(`NSE_${lost}_LTP`)
    expect(performance.now() - narrowedAt).toBeLessThan(1000)
    await rig.feed.wanted(`NSE_${kept}_LTP`)
    rig.store.keys.revoke(id, 2)
    const revokedAt = performance.now()
    await rig.feed.unwanted(`NSE_${kept}_LTP`)
    expect(performance.now() - revokedAt).toBeLessThan(1000)
    expect((await ask(`symbols=NSE:${kept}`, key)).status).toBe(401)
  })
})

import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { holds } from '../../support/holds.ts'
import { askApi } from '../../support/near.ts'
import { type ProxyRig, startRig } from '../../support/proxy.ts'
import { tickOf } from '../../support/proxyfeed.ts'

let rig: ProxyRig
let admin: string

beforeAll(async () => {
  rig = await startRig()
  for (const symbol of ['RELIANCE', 'TCS']) rig.feed.set('NSE', symbol, tickOf(100))
  const parts = { userId: 'bob', label: 'operator', scopes: ['admin'], now: 1 } as const
  admin = rig.store.keys.create({ ...parts, scopes: [...parts.scopes] }).key.reveal()
  await askApi(rig, '/api/v1/snapshot?symbols=NSE:RELIANCE,NSE:TCS&mode=ltp')
  await askApi(rig, '/api/v1/snapshot?symbols=NSE:TCS&mode=quote')
})

afterAll(() => rig.close())

const figures = async (key: string) => (await askApi(rig, '/api/v1/cache/figures', { key })).body

interface Entry {
  readonly symbol: string
  readonly mode: string
}

const search = async (query: string, key = rig.keys.alice) => {
  const { body } = await askApi(rig, `/api/v1/cache?${query}`, { key })
  return { ...body, names: body.entries?.map(({ symbol, mode }: Entry) => `${symbol} ${mode}`) }
}

describe('the last values over HTTP', () => {
  it('are found by a part of the symbol, by feed, exchange and mode, page by page', async () => {
    expect(await search('')).toMatchObject({ total: 3, page: 1, pages: 1 })
    expect((await search('q=lian')).names).toEqual(['RELIANCE LTP'])
    expect((await search('mode=quote')).names).toEqual(['TCS QUOTE'])
    expect((await search('exchange=NFO')).total).toBe(0)
    expect((await search('feed=TESTFEED&size=2&page=2')).names).toEqual(['TCS QUOTE'])
    const [entry] = (await search('q=RELIANCE')).entries
    expect(entry).toMatchObject({ feed: 'TESTFEED', exchange: 'NSE', data: { ltp: 100 }, bytes: expect.any(Number) })
    expect(entry.bytes).toBeGreaterThan(50)
  })

  it('are shown to who may have them: of the own feeds, within the bounds of the key, and all to who may administer', async () => {
    expect((await search('', rig.keys.bob)).total).toBe(0)
    const bound = rig.store.keys.create({ userId: 'alice', label: 'b', bounds: { symbols: ['TCS'] }, now: 1 })
    expect((await search('', bound.key.reveal())).names).toEqual(['TCS LTP', 'TCS QUOTE'])
    expect((await search('', admin)).total).toBe(3)
  })

  it('are shown to who may administer within the bounds of the key', async () => {
    const bounds = { symbols: ['RELIANCE'] }
    const bound = rig.store.keys.create({ userId: 'bob', label: 'b', scopes: ['admin'], bounds, now: 1 }).key.reveal()
    expect((await search('', bound)).names).toEqual(['RELIANCE LTP'])
    expect((await figures(bound)).topics).toBe(1)
  })

  it('of a feed that is shared are not shown, for they tell what its user looks at', async () => {
    rig.store.shares.add('TESTFEED', 'bob', 1)
    onTestFinished(() => void rig.store.shares.remove('TESTFEED', 'bob'))
    await holds(async () => {
      const { body } = await askApi(rig, '/api/v1/snapshot?symbols=NSE:TCS&mode=ltp', { key: rig.keys.bob })
      expect(body.snapshots[0].data).toMatchObject({ ltp: 100 })
    })
    expect((await search('', rig.keys.bob)).total).toBe(0)
    expect((await figures(rig.keys.bob)).topics).toBe(0)
    expect((await search('')).total).toBe(3)
  })

  it('have figures of what may be seen, and those of the whole process for who may administer', async () => {
    const own = await figures(rig.keys.alice)
    expect([own.topics, own.values]).toEqual([3, 3])
    for (const name of ['recordedBytes', 'expired']) expect(own).not.toHaveProperty(name)
    expect(await figures(admin)).toMatchObject({
      topics: 3,
      values: 3,
      stale: 0,
      bytes: expect.any(Number),
      oldestAgeMs: expect.any(Number),
      recordedBytes: 0,
      expired: 0,
      limits: { maxAgeSeconds: 0, maxBytes: 0, recordedBytes: rig.config.proxy.resumeBytes },
    })
  })

  it('are forgotten by who may administer only, and said again by their feed', async () => {
    expect(await askApi(rig, '/api/v1/cache', { method: 'DELETE' })).toMatchObject({ status: 403 })
    rig.feed.set('NSE', 'RELIANCE', tickOf(200))
    const cleared = await askApi(rig, '/api/v1/cache?symbol=RELIANCE', { method: 'DELETE', key: admin })
    expect(cleared).toMatchObject({ status: 200, body: { cleared: 1 } })
    await holds(async () => expect((await search('q=RELIANCE')).entries[0]).toMatchObject({ data: { ltp: 200 } }))
    expect((await search('q=TCS&mode=ltp')).entries[0]).toMatchObject({ data: { ltp: 100 } })
  })
})

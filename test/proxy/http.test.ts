import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answer } from '../../proxy/http.ts'
import { systemClock } from '../../shared/clock.ts'
import { type ProxyRig, startRig } from '../support/proxy.ts'

let rig: ProxyRig

beforeAll(async () => {
  rig = await startRig()
})

afterAll(() => rig.close())

const get = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${rig.port}${path}`, init)
const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } })

describe('plain HTTP on the same port', () => {
  it.each(['/', '/ws', '/?x=1', '/nowhere'])('%s is told to upgrade', async path => {
    const response = await get(path)
    expect(response.status).toBe(426)
    expect(response.headers.get('upgrade')).toBe('websocket')
    expect(await response.text()).toMatch(/^This is a WebSocket server.*\n$/)
  })

  it('tells that it is alive and ready, without a key', async () => {
    expect(await (await get('/livez')).text()).toBe('alive\n')
    expect(await (await get('/readyz?verbose')).text()).toBe('ready\n')
  })

  it('is not ready while the bus is away', async () => {
    const facts = { missing: async () => 'the bus is not connected', status: async () => undefined }
    const { status, body } = await answer({ method: 'GET', url: '/readyz', headers: {} }, facts)
    expect([status, body]).toEqual([503, 'not ready: the bus is not connected\n'])
  })

  it('answers HEAD without a body and refuses other methods', async () => {
    const head = await get('/livez', { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect((await get('/livez', { method: 'POST', body: 'x' })).status).toBe(405)
  })

  it.each([
    ['no key', undefined],
    ['an unknown key', bearer('f'.repeat(64))],
    ['another scheme', { headers: { authorization: 'Basic abc' } }],
  ])('/status tells nothing with %s', async (_, init) => {
    const response = await get('/status', init)
    expect(response.status).toBe(401)
    expect(Object.keys((await response.json()) as object)).toEqual(['error'])
  })

  it('/status tells the counters, and the feeds of the key’s user only', async () => {
    const client = await rig.enter()
    await client.ask({ action: 'subscribe', symbol: 'TCS', exchange: 'NSE' })
    const response = await get('/status', bearer(rig.keys.alice))
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.headers.get('cache-control')).toBe('no-store')
    const status = await response.json()
    expect(status).toMatchObject({
      proxy: { busConnected: true, topics: 1 },
      clients: { clients: 1, authenticated: 1, subscriptions: 1, slowClosed: 0 },
      feeds: [{ name: 'TESTFEED', broker: 'testbroker', state: 'live', status: { epoch: rig.feed.epoch } }],
    })
    expect(JSON.stringify(status)).not.toContain(rig.keys.alice)
    const bobs = (await (await get('/status', bearer(rig.keys.bob))).json()) as { feeds: unknown[] }
    expect(bobs.feeds).toEqual([])
    client.close()
  })

  it('/status tells all feeds to a local ticket, whoever’s it is: its holder runs this system', async () => {
    const ticket = rig.store.keys.mintTicket({ userId: 'bob', ttlMs: 60_000, now: systemClock.now() })
    const status = (await (await get('/status', bearer(ticket.reveal()))).json()) as { feeds: { name: string }[] }
    expect(status.feeds.map(feed => feed.name)).toContain('TESTFEED')
  })
})

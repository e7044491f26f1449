import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { addHealth, type Health } from '../../proxy/api/health.ts'
import { Server } from '../../proxy/server.ts'
import { systemClock } from '../../shared/clock.ts'
import { bareApi } from '../support/api.ts'
import { holds } from '../support/holds.ts'
import { type ProxyRig, startRig } from '../support/proxy.ts'

let rig: ProxyRig

beforeAll(async () => {
  rig = await startRig()
})

afterAll(() => rig.close())

/** What these two say of a proxy that stands so. */
async function ask(url: '/livez' | '/readyz', health: Partial<Health>) {
  const api = await bareApi()
  addHealth(api, { lagMs: () => 0, missing: async () => undefined, ...health })
  const { statusCode, body } = await api.inject(url)
  return [statusCode, body]
}
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

  it('counts nothing for who has no key, however often he asks', async () => {
    const counted = vi.spyOn(Server.prototype, 'clientList')
    for (const path of ['/livez', '/readyz', '/health', '/api/system/health']) expect((await get(path)).ok).toBe(true)
    expect(counted).not.toHaveBeenCalled()
    await get('/status', bearer(rig.keys.alice))
    expect(counted).toHaveBeenCalledOnce()
    counted.mockRestore()
  })

  it.each(['/livez', '/status', '/nowhere'])('answers one request of a connection, and closes it: %s', async path => {
    const socket = connect(rig.port, '127.0.0.1')
    const request = `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`
    const handshake = request.replace('Host', 'Connection: Upgrade\r\nUpgrade: foo\r\nHost')
    socket.write(request.repeat(100))
    const heard = await text(socket)
    expect(heard.match(/^HTTP\/1\.1 /gm)).toHaveLength(1)
    expect(heard).toMatch(/^connection: .*close\r$/im)
    const mixed = connect(rig.port, '127.0.0.1').on('error', () => {})
    mixed.write(request + handshake)
    expect((await text(mixed).catch(() => '')).match(/^HTTP\/1\.1 /gm)?.length ?? 0).toBeLessThan(2)
  })

  it('answers who offers HTTP/2 as if he had not, with a body in one piece with the head, or behind it', async () => {
    const h2c = 'Host: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n'
    const plain = connect(rig.port, '127.0.0.1')
    plain.write(`GET /livez HTTP/1.1\r\n${h2c}\r\n${'GET /livez HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(9)}`)
    const heard = await text(plain)
    expect(heard).toMatch(/^HTTP\/1\.1 200 OK\r\n.*connection: close\r\n.*alive\n$/s)
    expect(heard.match(/HTTP\/1\.1 /g)).toHaveLength(1)
    const body = JSON.stringify({ apikey: rig.keys.alice, symbol: 'NOSUCH', exchange: 'NSE' })
    const head = `POST /api/v1/quotes HTTP/1.1\r\n${h2c}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`
    const answers: string[] = []
    for (const pieces of [[head + body], [head, body.slice(0, 9), body.slice(9)]]) {
      const socket = connect(rig.port, '127.0.0.1')
      for (const piece of pieces) await new Promise<void>(resolve => socket.write(piece, () => setImmediate(resolve)))
      answers.push((await text(socket)).replace(/^date: .*$/im, ''))
    }
    expect(answers[0]).toMatch(/NOSUCH/)
    expect(answers[1]).toBe(answers[0])
  })

  it('is not ready while the bus is away', async () => {
    const missing = async () => 'the bus is not connected'
    expect(await ask('/readyz', { missing })).toEqual([503, 'not ready: the bus is not connected\n'])
  })

  it('is alive until its event loop stood still for more than 10 s', async () => {
    expect(await ask('/livez', { lagMs: () => 10_000 })).toEqual([200, 'alive\n'])
    const heldUp = [503, 'held up: its event loop stood still for 12 s\n']
    expect(await ask('/livez', { lagMs: () => 12_300 })).toEqual(heldUp)
  })

  it('is ready though every broker is dead', async () => {
    rig.feed.enter('down')
    expect((await get('/readyz')).status).toBe(200)
    rig.feed.enter('live')
  })

  it('answers HEAD without a body and refuses other methods', async () => {
    const head = await get('/livez', { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    const post = await get('/livez', { method: 'POST', body: 'x' })
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    expect(await post.json()).toEqual({ error: 'only GET and HEAD are served here', code: 'METHOD_NOT_ALLOWED' })
  })

  it('says what there is below /api/ when something else is asked for', async () => {
    const response = await get('/api/v2/status')
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ error: 'nothing is at /api/v2/status; there is GET /api/v1/status' })
  })

  it.each([
    ['no key', undefined],
    ['an unknown key', bearer('f'.repeat(64))],
    ['another scheme', { headers: { authorization: 'Basic abc' } }],
  ])('/status tells nothing with %s', async (_, init) => {
    const response = await get('/status', init)
    expect(response.status).toBe(401)
    expect(Object.keys((await response.json()) as object)).toEqual(['error', 'code'])
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

  describe('about instruments', () => {
    const ask = async (query = '', key = rig.keys.alice) => {
      const response = await get(`/api/v1/status${query}`, bearer(key))
      return { status: response.status, body: (await response.json()) as { error?: string; feeds: Feed[] } }
    }
    interface Feed {
      readonly name: string
      readonly instruments: { counts: object; list: { symbol: string; state: string; ageMs?: number }[]; more: number }
    }
    const first = async (query?: string) => (await ask(query)).body.feeds[0]?.instruments
    const names = Array.from({ length: 210 }, (_, nth) => `NSE:S${nth}`)

    beforeAll(async () => {
      rig.feed.facts = { states: 0 }
      rig.feed.status()
      rig.feed.report({ live: ['NSE:TCS'], quiet: ['NSE:SBIN'], refused: ['NSE:BOGUS'], suspect: names })
      await holds(async () => expect((await first())?.counts).toMatchObject({ live: 1 }))
    })

    it('counts them by how they stand, and lists 200 of those in trouble, the worst first', async () => {
      const { counts, list, more } = (await first()) ?? {}
      expect(counts).toEqual({ live: 1, quiet: 1, suspect: 210, refused: 1 })
      expect([list?.length, more]).toEqual([200, 11])
      expect(list?.[0]).toMatchObject({ exchange: 'NSE', symbol: 'BOGUS', state: 'refused', label: 'live' })
      expect(list?.[1]).toMatchObject({ symbol: 'S0', state: 'suspect' })
    })

    it('lists all, or one by its name, when asked', async () => {
      expect((await first('?instruments=all'))?.list).toHaveLength(213)
      for (const symbol of ['TCS', 'NSE:TCS'])
        expect((await first(`?feed=TESTFEED&symbol=${symbol}`))?.list).toMatchObject([{ symbol: 'TCS', state: 'live' }])
      expect((await first('?symbol=BSE:TCS'))?.list).toEqual([])
    })

    it('says what it does not understand, and tells nobody of the feeds of others', async () => {
      expect(await ask('?feed=CAROL')).toMatchObject({
        status: 404,
        body: { error: 'no feed CAROL; there is TESTFEED' },
      })
      expect(await ask('?feed=TESTFEED', rig.keys.bob)).toMatchObject({ status: 404 })
      expect(await ask('?instruments=some')).toMatchObject({ status: 400 })
      expect((await get('/api/v1/status?instruments=some')).status).toBe(401)
    })

    it('tells everything that is held as down when the feed is', async () => {
      rig.feed.enter('down')
      await holds(async () => expect((await first())?.counts).toEqual({ down: 213 }))
      rig.feed.enter('live')
    })
  })
})

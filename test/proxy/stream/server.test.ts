import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../../support/bus.ts'
import { EventReader } from '../../support/events.ts'
import { holds } from '../../support/holds.ts'
import { type ProxyRig, startRig } from '../../support/proxy.ts'
import { tickOf } from '../../support/proxyfeed.ts'

const RELIANCE = 'symbols=NSE:RELIANCE&mode=ltp'

let rig: ProxyRig

beforeEach(async () => {
  rig = await startRig()
})

afterEach(() => rig.close())

const read = (query: string, key = rig.keys.alice) => EventReader.open(rig.port, query, { key })
const readWithout = (query: string) => EventReader.open(rig.port, query)
const said = ({ text }: EventReader) => JSON.parse(text) as { error: string; code: string }

async function ticket(): Promise<string> {
  const headers = { authorization: `Bearer ${rig.keys.alice}` }
  const answer = await fetch(`http://127.0.0.1:${rig.port}/api/v1/tickets`, { method: 'POST', headers })
  return ((await answer.json()) as { ticket: string }).ticket
}

describe('events over HTTP', () => {
  it('are the messages a WebSocket is sent, byte for byte, behind the same replies', async () => {
    const client = await rig.enter()
    await client.ask({ action: 'subscribe', symbols: 'NSE:RELIANCE,NSE:NOSUCH', mode: 'ltp' })
    const reader = await read('symbols=NSE:RELIANCE,NSE:NOSUCH&mode=ltp')
    await reader.frame('its replies', ({ type }) => type === 'subscribe')
    for (const ltp of [2885.3, 2885.35]) rig.feed.tick('NSE', 'RELIANCE', tickOf(ltp))
    await client.tick('the second', ({ data }) => (data as { ltp: number }).ltp === 2885.35)
    await until('as many events', () => reader.frames.length === client.frames.length)
    expect(reader.frames.map(({ text }) => text)).toEqual(client.frames.map(({ text }) => text))
    expect(reader.text).toBe(`retry: 3000\n\n${client.frames.map(({ text }) => `data: ${text}\n\n`).join('')}`)
    expect(reader.frames.map(({ type }) => type)).toEqual(['auth', 'subscribe', 'market_data', 'market_data'])
  })

  it('come with what every answer carries, neither chunked nor kept anywhere', async () => {
    const { status, headers } = await read(RELIANCE)
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      connection: 'close',
    })
    expect(headers['transfer-encoding']).toBeUndefined()
    expect(headers['content-length']).toBeUndefined()
  })

  it('may be of several messages, with features, fields and pace as over a WebSocket', async () => {
    const message = (value: object) => `message=${encodeURIComponent(JSON.stringify(value))}`
    const depth = message({
      action: 'subscribe',
      symbols: [{ symbol: 'TCS', exchange: 'NSE' }],
      mode: 'Depth',
      depth: 5,
    })
    const orders = message({ action: 'subscribe_orders', request_id: 7 })
    const pace = 'interval_ms=250&fields=ltp,volume&broker=testbroker&depth=5'
    const reader = await read(`symbols=NSE:RELIANCE&mode=quote&${pace}&${depth}&${orders}&features=seq,count`)
    await reader.frame('the last reply', ({ type }) => type === 'subscribe_orders')
    const [auth, quote, book, hearing] = reader.frames
    expect(auth).toMatchObject({ type: 'auth', features: ['seq', 'count'] })
    expect(quote?.subscriptions).toMatchObject([
      { symbol: 'RELIANCE', mode: 'Quote', policy: 'latest', interval_ms: 250, fields: ['ltp', 'volume'] },
    ])
    expect(book?.subscriptions).toMatchObject([{ symbol: 'TCS', mode: 'Depth', depth: 5 }])
    expect(hearing).toMatchObject({ status: 'success', request_id: 7 })
    await rig.feed.wanted('NSE_RELIANCE_QUOTE')
    rig.feed.tick('NSE', 'RELIANCE', tickOf(2885.3))
    expect(await reader.frame('a tick', ({ mode }) => mode === 2)).toMatchObject({ seq: 1, count: 1 })
    expect((await rig.status()).clients).toMatchObject({
      clients: 1,
      authenticated: 1,
      subscriptions: 2,
      orderSubscriptions: 1,
    })
  })

  it('go on whatever is sent behind the request, which nobody reads', async () => {
    const socket = connect(rig.port, '127.0.0.1')
    let heard = ''
    socket.on('data', chunk => {
      heard += String(chunk)
    })
    socket.write(
      `GET /api/v1/stream?${RELIANCE} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${rig.keys.alice}\r\n\r\n`,
    )
    await rig.feed.wanted('NSE_RELIANCE_LTP')
    const sent = new Promise(resolve => socket.write('GET /livez HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(100), resolve))
    await sent
    rig.feed.tick('NSE', 'RELIANCE', tickOf(2885.3))
    await until('the tick', () => heard.includes('"ltp":2885.3'))
    expect(heard).not.toContain('alive')
    expect(heard.split('HTTP/1.1 ')).toHaveLength(2)
    socket.destroy()
  })

  it('end with their reader, who then holds nothing any more', async () => {
    const reader = await read(RELIANCE)
    await rig.feed.wanted('NSE_RELIANCE_LTP')
    reader.close()
    await rig.feed.unwanted('NSE_RELIANCE_LTP')
    await holds(async () => expect((await rig.status()).clients).toMatchObject({ clients: 0, subscriptions: 0 }))
  })
})

describe('who may read events', () => {
  it('is who has a key, or a ticket in the address, once', async () => {
    const once = await ticket()
    const reader = await readWithout(`${RELIANCE}&ticket=${once}`)
    expect(reader.status).toBe(200)
    await reader.frame('the replies', ({ type }) => type === 'subscribe')
    const again = await readWithout(`${RELIANCE}&ticket=${once}`)
    await again.ended
    expect([again.status, said(again).code]).toEqual([401, 'AUTHENTICATION_ERROR'])
    expect((await readWithout(RELIANCE)).status).toBe(401)
    expect((await read(RELIANCE, 'wrong')).status).toBe(401)
  })

  it('is nobody with a key in the address, whatever it is called there', async () => {
    for (const name of ['apikey', 'key'])
      expect((await readWithout(`${RELIANCE}&${name}=${rig.keys.alice}`)).status).toBe(400)
    expect((await readWithout(`${RELIANCE}&ticket=${rig.keys.alice}`)).status).toBe(400)
    const elsewhere = { path: '/api/v1/status' }
    expect((await EventReader.open(rig.port, `ticket=${await ticket()}`, elsewhere)).status).toBe(400)
  })

  it('is a page with a session, until that ends', async () => {
    const url = `http://127.0.0.1:${rig.port}/api/v1/session`
    const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } })
    const started = await fetch(url, { method: 'POST', ...bearer(rig.keys.alice) })
    const { session } = (await started.json()) as { session: string }
    const reader = await read(RELIANCE, session)
    await reader.frame('the replies', ({ type }) => type === 'subscribe')
    expect((await fetch(url, { method: 'DELETE', ...bearer(session) })).status).toBe(204)
    await reader.ended
    expect(reader.named).toMatchObject([{ name: 'close', data: { code: 4403 } }])
  })

  it('is told why he has no broker, and which limit is reached', async () => {
    const none = await read(RELIANCE, rig.keys.bob)
    await none.ended
    expect([none.status, said(none)]).toEqual([
      503,
      { error: 'No broker configuration found for user', code: 'BROKER_ERROR' },
    ])
    await rig.close()
    rig = await startRig({ proxy: { connectionsPerKey: 1 } })
    const first = await read(RELIANCE)
    await first.frame('the replies', ({ type }) => type === 'subscribe')
    const second = await read(RELIANCE)
    await second.ended
    expect([second.status, second.headers['retry-after'], said(second).code]).toEqual([429, '5', 'LIMIT_REACHED'])
    expect(said(second).error).toContain('connections_per_key')
    await holds(async () => expect((await rig.status()).clients).toMatchObject({ clients: 1 }))
  })

  it('is thrown out when the key is revoked, and told so', async () => {
    const reader = await read(RELIANCE)
    await reader.frame('the replies', ({ type }) => type === 'subscribe')
    const mine = rig.store.keys.list().find(({ userId, label }) => userId === 'alice' && label === 'test')
    rig.store.keys.revoke(mine?.id ?? '', 2)
    await reader.ended
    expect(reader.named).toEqual([{ name: 'close', data: { code: 4403, reason: 'key revoked or expired' } }])
    await rig.feed.unwanted('NSE_RELIANCE_LTP')
  })
})

describe('a request that cannot be understood', () => {
  const message = (text: string) => `message=${encodeURIComponent(text)}`
  it.each<[query: string, error: string, code: string]>([
    ['', 'name what to read: symbols=NSE:RELIANCE,NSE:TCS', 'INVALID_PARAMETERS'],
    ['simbols=NSE:TCS', 'simbols', 'INVALID_PARAMETERS'],
    ['mode=ltp', 'mode needs symbols beside it', 'INVALID_PARAMETERS'],
    ['symbols=NSE:TCS&mode=9', 'Invalid mode 9; expected 1 (LTP)', 'INVALID_MODE'],
    ['symbols=NSE:TCS&depth=deep', 'depth=deep is not understood: give a number of levels', 'INVALID_PARAMETERS'],
    ['symbols=NSE:TCS&interval_ms=70000', 'Invalid interval_ms 70000', 'INVALID_PARAMETERS'],
    ['symbols=NSE:TCS&fields=vol', 'Unknown field vol; did you mean volume?', 'INVALID_PARAMETERS'],
    [message('{'), 'Invalid JSON', 'INVALID_JSON'],
    [message('ping'), 'a stream says subscribe and subscribe_orders only', 'INVALID_PARAMETERS'],
    [message('{"action":"unsubscribe_all"}'), 'a stream says subscribe and subscribe_orders', 'INVALID_PARAMETERS'],
    [message('{"action":"dance"}'), 'Invalid action: dance', 'INVALID_ACTION'],
    [`${message('{"action":"subscribe_orders"}')}&`.repeat(21), '21 messages are more than 20', 'INVALID_PARAMETERS'],
  ])('is answered 400, naming it: %s', async (query, error, code) => {
    const reader = await read(query)
    await reader.ended
    expect([reader.status, said(reader).code]).toEqual([400, code])
    expect(said(reader).error).toContain(error)
  })

  it('is one that only asks for the head, or sends something', async () => {
    for (const method of ['HEAD', 'POST'])
      expect((await EventReader.open(rig.port, RELIANCE, { key: rig.keys.alice, method })).status).toBe(405)
  })
})

describe('a reader that does not keep up', () => {
  it('delays nobody, is folded, told so and cut off, and all its ticks are accounted for', async () => {
    await rig.close()
    rig = await startRig({ proxy: { queueSoftBytes: 65_536, queueHardBytes: 131_072, stallMs: 1500 } })
    const [client, stuck] = [await rig.enter(), await read('symbols=NSE:TCS&mode=depth&features=slow')]
    await stuck.frame('the replies', ({ type }) => type === 'subscribe')
    stuck.pause()
    await client.ask({ action: 'subscribe', symbol: 'TCS', exchange: 'NSE', mode: 3 })
    await rig.feed.wanted('NSE_TCS_DEPTH')
    const counts = async () => (await rig.status()).clients
    let sent = 0
    for (let isStuck = false; !isStuck; isStuck = ((await counts()).folded ?? 0) > 0) {
      for (const end = sent + 100; sent < end; ) rig.feed.tick('NSE', 'TCS', tickOf(++sent))
      await until('the other one has them', () => client.ticks.length === sent)
    }
    await holds(async () => expect((await counts()).slowClosed).toBe(1))
    stuck.resume()
    await stuck.ended
    expect(stuck.frames.at(-1)).toMatchObject({ type: 'slow', state: 'closing' })
    expect(stuck.named).toMatchObject([{ name: 'close', data: { code: 4008 } }])
    const { delivered = 0, folded = 0, abandoned = 0, clients } = await counts()
    expect([clients, delivered + folded + abandoned]).toEqual([1, 2 * sent])
  })
})

describe('a proxy that is told to end', () => {
  it('says so to who reads events, too, and when to come back', async () => {
    const reader = await read(`${RELIANCE}&features=shutdown`)
    await reader.frame('the replies', ({ type }) => type === 'subscribe')
    await rig.stop('restart')
    await reader.ended
    expect(reader.frames.at(-1)).toMatchObject({ type: 'server_shutdown', reason: 'restart' })
    expect(reader.named).toEqual([{ name: 'close', data: { code: 1012, reason: 'the server goes' } }])
  })
})

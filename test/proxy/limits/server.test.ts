import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { systemClock } from '../../../shared/clock.ts'
import { until } from '../../support/bus.ts'
import type { TestClient } from '../../support/client.ts'
import { EventReader } from '../../support/events.ts'
import { type ProxyRig, type RigOptions, startRig } from '../../support/proxy.ts'
import { tickOf } from '../../support/proxyfeed.ts'
import { documentOf } from '../conversation.ts'

let rig: ProxyRig

/** A proxy with the limits of the product, and these. */
const start = async (proxy: RigOptions['proxy'] = {}, rest: RigOptions = {}) => {
  rig = await startRig({ ...rest, isGuarded: true, proxy })
}

afterEach(() => rig.close())

const since = (from: number) => systemClock.monotonic() - from
const authenticate = () => ({ action: 'authenticate', api_key: rig.keys.alice })
const enterAll = async (count: number) => {
  const all: TestClient[] = []
  for (let nth = 0; nth < count; nth++) all.push(await rig.enter())
  return all
}

describe('the sixth connection of a key', () => {
  it('is told who has the five, closed after a while, and let in when one of them goes before', async () => {
    await start({ refusalDelayMs: 1000 })
    const five = await enterAll(5)
    const [late, patient] = [await rig.connect(), await rig.connect()]
    const from = systemClock.monotonic()
    const { text } = await late.ask({ ...authenticate(), request_id: 6 })
    const refusal = JSON.parse(text)
    expect(refusal).toMatchObject({
      code: 'LIMIT_REACHED',
      limit: 'connections_per_key',
      max: 5,
      used: 5,
      request_id: 6,
    })
    expect(refusal.held_by).toMatchObject([{ label: 'test', address: '127.0.0.1', connections: 5 }])
    expect(rig.keys.alice).toContain(`tw_live_${refusal.held_by[0].key}_`)
    await patient.ask(authenticate())
    expect(await late.closed).toEqual({ code: 4429, reason: 'limit reached: connections_per_key' })
    expect(since(from)).toBeGreaterThan(950)
    expect(five.every(({ isOpen }) => isOpen)).toBe(true)
  })

  it('is let in when one of the five goes before it is closed', async () => {
    await start({ refusalDelayMs: 10_000 })
    const [first] = await enterAll(5)
    const patient = await rig.connect()
    expect(await patient.ask(authenticate())).toMatchObject({ code: 'LIMIT_REACHED' })
    first?.close()
    while ((await patient.ask(authenticate())).status !== 'success') await patient.settled()
    expect(patient.isOpen).toBe(true)
  })

  it('is refused in the words that are printed', async () => {
    await start()
    await enterAll(5)
    const [, printed = ''] = /```json refusal\n([\s\S]*?)```/.exec(documentOf('README.md')) ?? []
    const { text } = await (await rig.connect()).ask(authenticate())
    const shape = (value: Record<string, unknown>) => [Object.keys(value), value.message, value.max, value.used]
    const [said, told] = [JSON.parse(text), JSON.parse(printed)]
    expect(shape(said)).toEqual(shape(told))
    expect(Object.keys(said.held_by[0])).toEqual(Object.keys(told.held_by[0]))
  })
})

describe('limits', () => {
  it('are told to who asked for features, with what is used, and to nobody else', async () => {
    await start()
    const [one, classic] = [await rig.enter(), await rig.connect()]
    await one.ask({ action: 'subscribe', symbols: 'NSE:TCS,NSE:RELIANCE' })
    const told = JSON.parse((await (await rig.connect()).ask({ ...authenticate(), features: [] })).text)
    expect(told.limits).toMatchObject({
      connections_per_key: { limit: 5, used: 2 },
      symbols_per_key: { limit: 5000, used: 2 },
      messages_per_second: { limit: 10, burst: 50 },
    })
    expect((await classic.ask(authenticate())).text).not.toContain('limits')
  })
})

describe('symbols', () => {
  const symbols = ['A', 'B', 'C', 'D', 'E']
  const items = (...names: string[]) => names.map(symbol => ({ symbol, exchange: 'NSE' }))
  const statuses = (text: string) =>
    JSON.parse(text).subscriptions.map((one: Record<string, unknown>) => one.limit ?? one.status)

  it('beyond the limit of the connection are refused one by one, and the others served', async () => {
    await start({ symbolsPerConnection: 3 }, { symbols })
    const client = await rig.enter()
    const subscribe = async (mode: number, ...names: string[]) =>
      (await client.ask({ action: 'subscribe', mode, symbols: items(...names) })).text
    expect(statuses(await subscribe(1, 'A', 'B'))).toEqual(['success', 'success'])
    const text = await subscribe(1, 'BOGUS', 'B', 'C', 'D', 'E')
    const over = 'symbols_per_connection'
    expect(statuses(text)).toEqual(['error', 'success', 'success', over, over])
    expect(JSON.parse(text).subscriptions[3]).toEqual({
      symbol: 'D',
      exchange: 'NSE',
      status: 'error',
      message: 'Limit reached: 3 of 3 symbols are held on this connection; the setting is proxy.symbols_per_connection',
      broker: 'testbroker',
      code: 'LIMIT_REACHED',
      limit: over,
      max: 3,
      used: 3,
    })
    expect(statuses(await subscribe(3, 'A', 'B', 'C'))).toEqual(['success', 'success', 'success'])
    await client.ask({ action: 'unsubscribe', symbols: items('A'), mode: 1 })
    expect(statuses(await subscribe(1, 'D'))).toEqual([over])
    await client.ask({ action: 'unsubscribe', symbols: items('A'), mode: 3 })
    expect(statuses(await subscribe(1, 'D'))).toEqual(['success'])
  })

  it('are shared by the connections of a key, and free again when one of them goes', async () => {
    await start({ symbolsPerKey: 4 }, { symbols })
    const [one, other] = [await rig.enter(), await rig.enter()]
    await one.ask({ action: 'subscribe', symbols: items('A', 'B', 'C') })
    const text = (await other.ask({ action: 'subscribe', symbols: items('A', 'D', 'E') })).text
    expect(statuses(text)).toEqual(['success', 'symbols_per_key', 'symbols_per_key'])
    const [, first, second] = JSON.parse(text).subscriptions
    expect(first).toMatchObject({ max: 4, used: 4, held_by: [{ connections: 2, symbols: 4 }] })
    expect(second).not.toHaveProperty('held_by')
    one.close()
    const again = async () => (await other.ask({ action: 'subscribe', symbols: items('D', 'E') })).text
    while (!(await again()).includes('"status":"success"')) await other.settled()
    expect(statuses(await again())).toEqual(['success', 'success'])
  })
})

describe('a client that talks', () => {
  it('without end is told why it goes, after three seconds, and others notice nothing', async () => {
    await start()
    const [flood, other] = [await rig.enter(), await rig.enter()]
    const from = systemClock.monotonic()
    let isOver = false
    void flood.closed.then(() => {
      isOver = true
    })
    while (!isOver) {
      for (let nth = 0; nth < 20; nth++) flood.send({ action: 'ping' })
      await new Promise(resolve => systemClock.after(20, () => resolve(undefined)))
    }
    expect(await flood.closed).toEqual({ code: 4029, reason: 'too many messages' })
    expect(since(from)).toBeGreaterThan(2900)
    expect(since(from)).toBeLessThan(6000)
    expect(flood.replies.at(-1)).toMatchObject({ code: 'LIMIT_REACHED' })
    expect(JSON.parse(flood.replies.at(-1)?.text ?? '')).toMatchObject({ limit: 'messages_per_second', max: 10 })
    // A burst of 50, and ten a second as long as it lasted.
    const most = 50 + 10 * Math.ceil(since(from) / 1000)
    expect(flood.replies.filter(({ type }) => type === 'pong').length).toBeLessThanOrEqual(most)
    expect(await other.ask({ action: 'ping' })).toMatchObject({ type: 'pong' })
  })

  it('may take hold of very many symbols one by one, and let go of them, back to back', async () => {
    const symbols = Array.from({ length: 1000 }, (_, nth) => `S${nth}`)
    await start({}, { symbols })
    const client = await rig.enter()
    for (const symbol of symbols) client.send({ action: 'subscribe', symbol, exchange: 'NSE', mode: 1 })
    for (const symbol of symbols) client.send({ action: 'unsubscribe', symbol, exchange: 'NSE', mode: 1 })
    await until('all is answered', () => client.replies.length === 2001)
    expect(client.replies.filter(({ status }) => status !== 'success')).toEqual([])
  })
})

describe('an address', () => {
  const bad = { action: 'authenticate', api_key: 'f'.repeat(64) }

  it('that shows five bad keys has the next ones closed at once, and a good one still gets in', async () => {
    await start({ refusalDelayMs: 60_000 })
    const [first, second] = [await rig.connect(), await rig.connect()]
    for (let nth = 0; nth < 4; nth++) await first.ask(bad)
    expect(first.isOpen).toBe(true)
    expect(await first.ask(bad)).toMatchObject({ code: 'AUTHENTICATION_ERROR', message: 'Invalid API key' })
    expect(await first.closed).toEqual({ code: 4429, reason: 'too many refused keys' })
    await second.ask(bad)
    expect((await second.closed).code).toBe(4429)
    const good = await rig.enter()
    await good.settled()
    expect(good.isOpen).toBe(true)
  })

  it.each([
    ['the status page', '/status', 'GET', 200],
    ['those who want tickets', '/api/v1/tickets', 'POST', 201],
  ])(
    'is locked for bad keys of %s, too, and told for how long; a good one still does',
    async (_, path, method, good) => {
      await start()
      const show = (key: string) =>
        fetch(`http://127.0.0.1:${rig.port}${path}`, { method, headers: { authorization: `Bearer ${key}` } })
      for (let nth = 0; nth < 4; nth++) expect((await show('bad')).status).toBe(401)
      const locked = await show('bad')
      expect([locked.status, locked.headers.get('connection')]).toEqual([429, 'close'])
      expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(50)
      expect((await show(rig.keys.alice)).status).toBe(good)
      const client = await rig.connect()
      await client.ask(bad)
      expect((await client.closed).code).toBe(4429)
    },
  )

  it('with as many connections as it may have is answered 429, with the time to wait and the setting', async () => {
    await start({ connectionsPerAddress: 8 })
    const sockets = Array.from({ length: 12 }, () => connect(rig.port, '127.0.0.1').on('error', () => {}))
    onTestFinished(() => {
      for (const one of sockets) one.destroy()
    })
    const heard = sockets.map(socket => {
      const state = { text: '' }
      socket.on('data', bytes => {
        state.text += String(bytes)
      })
      return state
    })
    await until('the last are refused', () => heard.filter(({ text }) => text !== '').length >= 4)
    const [refused] = heard.filter(({ text }) => text !== '')
    expect(refused?.text).toMatch(/^HTTP\/1\.1 429 Too Many Requests\r\nRetry-After: [123]\r\n/)
    expect(refused?.text).toMatch(/the setting is proxy\.connections_per_address\n$/)
  })

  it('behind a forwarder has its share of requests, too, and each is free again at its end', async () => {
    const trustedForwarders = ['127.0.0.1']
    await start({
      trustedForwarders,
      connectsPerAddressPerSecond: 0.001,
      connectsPerAddressBurst: 4,
      connectionsPerAddress: 2,
    })
    const ask = async (address: string) => {
      const headers = { 'x-forwarded-for': address }
      return (await fetch(`http://127.0.0.1:${rig.port}/livez`, { headers })).status
    }
    const statuses: number[] = []
    for (let nth = 0; nth < 6; nth++) statuses.push(await ask('203.0.113.9'))
    expect(statuses).toEqual([200, 200, 200, 200, 429, 429])
    expect(await ask('203.0.113.77')).toBe(200)
  })
})

describe('connections that say nothing, or not enough', () => {
  it('pass their places on sooner when these become few, and others keep theirs', async () => {
    await start({ maxUnauthenticated: 4, authDeadlineMs: 60_000 })
    const good = await rig.enter()
    const from = systemClock.monotonic()
    let open = 3
    for (let nth = 0; nth < 3; nth++)
      connect(rig.port, '127.0.0.1')
        .resume()
        .once('close', () => open--)
    const silent = await rig.connect()
    expect(await silent.closed).toEqual({ code: 4401, reason: 'auth timeout' })
    await until('all are gone', () => open === 0)
    // Without haste, five for who asks nothing, and sixty for who shows no key.
    expect(since(from)).toBeLessThan(4500)
    expect(good.isOpen).toBe(true)
  })

  it('are no streams of events: those go on while places are few', async () => {
    await start({ maxUnauthenticated: 2 })
    const silent = () => once(connect(rig.port, '127.0.0.1').resume(), 'close')
    const first = silent()
    const reader = await EventReader.open(rig.port, 'symbols=NSE:RELIANCE&mode=ltp', { key: rig.keys.alice })
    // It has been here for longer than an answer may take by now.
    await Promise.all([first, silent()])
    rig.feed.tick('NSE', 'RELIANCE', tickOf(2885.3))
    await until('a price', () => reader.text.includes('2885.3'))
  })

  it('are all gone within seven seconds, whether they began a request or not', async () => {
    await start({ unauthenticatedPerAddress: 1000, connectsPerAddressBurst: 1000, connectionsPerAddress: 1000 })
    const from = systemClock.monotonic()
    let open = 200
    for (let nth = 0; nth < 200; nth++) {
      const socket = connect(rig.port, '127.0.0.1')
      if (nth % 2 === 0) socket.write('GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ')
      socket.on('error', () => {})
      socket.resume()
      socket.once('close', () => open--)
    }
    await until('all are gone', () => open === 0, 9000)
    expect(since(from)).toBeLessThan(7000)
  }, 15_000)
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TestClient } from '../support/client.ts'
import { held, refusal, subscribed, unheld, unsubscribed, welcome } from '../support/clientprotocol.ts'
import { FOREIGN_KEY, feedRecord, type ProxyRig, startRig } from '../support/proxy.ts'

const TCS = { symbol: 'TCS', exchange: 'NSE' }
const NOT_AUTHENTICATED = refusal('NOT_AUTHENTICATED', 'You must authenticate first')

let rig: ProxyRig

beforeAll(async () => {
  rig = await startRig()
})

afterAll(() => rig.close())

async function answers(client: TestClient, message: unknown, reply: object): Promise<void> {
  expect((await client.ask(message)).text).toBe(JSON.stringify(reply))
}

describe('authentication', () => {
  it.each([
    ['the form of every SDK', (key: string) => ({ action: 'authenticate', api_key: key })],
    ['action auth, apikey', (key: string) => ({ action: 'auth', apikey: key })],
    ['type auth', (key: string) => ({ type: 'auth', api_key: key })],
    ['spaces around the key', (key: string) => ({ action: 'authenticate', api_key: ` ${key}\n` })],
  ])('accepts %s', async (_, message) => {
    await answers(await rig.connect(), message(rig.keys.alice), welcome())
  })

  it('accepts an imported key of 64 hex characters', async () => {
    await answers(await rig.connect(), { action: 'authenticate', api_key: FOREIGN_KEY }, welcome())
  })

  it('may be repeated on the same socket, and what was held stays held', async () => {
    const client = await rig.enter()
    await client.ask({ action: 'subscribe', ...TCS })
    await answers(client, { action: 'authenticate', api_key: rig.keys.alice, request_id: 2 }, welcome(2))
    await answers(client, { action: 'unsubscribe_all' }, unsubscribed([unheld(TCS)]))
  })

  it.each([
    ['no key', undefined, 'API key is required'],
    ['an empty key', '', 'API key is required'],
    ['a key that is no text', 7, 'API key is required'],
    ['a text that is no key', 'hello', 'Invalid API key'],
    ['an unknown key', 'f'.repeat(64), 'Invalid API key'],
  ])('refuses %s', async (_, key, message) => {
    const client = await rig.connect()
    await answers(client, { action: 'authenticate', api_key: key }, refusal('AUTHENTICATION_ERROR', message))
    expect(client.frames[0]?.text).not.toContain('success')
  })

  it('refuses a good key of a user without a feed', async () => {
    const message = { action: 'authenticate', api_key: rig.keys.bob }
    await answers(await rig.connect(), message, refusal('BROKER_ERROR', 'No broker configuration found for user'))
  })

  it('refuses a good key whose broker this installation cannot speak to', async () => {
    const message = { action: 'authenticate', api_key: rig.keys.carol }
    const reply = refusal('BROKER_ERROR', 'Unsupported broker: nobroker. No adapter available.')
    await answers(await rig.connect(), message, reply)
  })

  it('greets with a broker whose adapter was added a moment ago', async () => {
    const own = await startRig()
    own.store.feeds.add(feedRecord('OWN', { userId: 'bob', adapter: 'own', kind: 'folder', path: '/somewhere' }))
    const client = await own.connect()
    const greeting = await client.ask({ action: 'authenticate', api_key: own.keys.bob })
    expect(greeting).toMatchObject({ status: 'success', broker: 'own' })
    expect(await client.ask({ action: 'get_supported_brokers' })).toMatchObject({
      brokers: ['otherbroker', 'own', 'testbroker'],
    })
    await own.close()
  })

  it('passes over a feed whose broker may not run', async () => {
    const feeds = [feedRecord('SECOND', { adapter: 'otherbroker' })]
    const barred = await startRig({ feeds, validBrokers: ['testbroker', 'otherbroker'] })
    barred.store.feeds.remove('TESTFEED')
    barred.store.feeds.add(feedRecord('FIRST', { adapter: 'barred', createdAt: 1 }))
    const client = await barred.connect()
    const greeting = await client.ask({ action: 'authenticate', api_key: barred.keys.alice })
    expect(greeting).toMatchObject({ status: 'success', broker: 'otherbroker' })
    await barred.close()
  })

  it.each([
    { action: 'subscribe', ...TCS },
    { action: 'subscribe', ...TCS, mode: 'full' },
    { action: 'subscribe' },
    { action: 'unsubscribe', ...TCS },
    { action: 'unsubscribe' },
    { action: 'unsubscribe_all' },
    { action: 'subscribe_orders' },
    { action: 'unsubscribe_orders' },
    { action: 'get_broker_info' },
  ])('comes before %o', async message => {
    await answers(await rig.connect(), message, NOT_AUTHENTICATED)
  })

  it('is worked through before the subscribe that was sent with it', async () => {
    const client = await rig.connect()
    client.send({ action: 'authenticate', api_key: rig.keys.alice })
    await client.ask({ action: 'subscribe', ...TCS, mode: 'LTP' })
    await client.settled()
    expect(client.frames[1]?.text).toBe(JSON.stringify(subscribed([held(TCS, 'LTP')])))
  })

  it('is not needed for ping and the list of brokers', async () => {
    const client = await rig.connect()
    expect(await client.ask({ action: 'ping' })).toMatchObject({ type: 'pong' })
    const brokers = { type: 'supported_brokers', status: 'success', brokers: ['otherbroker', 'testbroker'], count: 2 }
    await answers(client, { action: 'get_supported_brokers' }, brokers)
  })

  it.each(['/', '/ws', '/ws/?token=abc', '/?x=1', '/any/where'])('works on %s', async path => {
    const client = await TestClient.open(rig.url + path)
    await answers(client, { action: 'authenticate', api_key: rig.keys.alice }, welcome())
    expect(client.frames).toHaveLength(1)
  })
})

describe('the other requests', () => {
  const orders = (what: string, message: string) => ({ type: what, status: 'success', message })
  it.each([
    ['subscribe_orders', orders('subscribe_orders', 'Subscribed to order updates')],
    ['unsubscribe_orders', orders('unsubscribe_orders', 'Unsubscribed from order updates')],
    [
      'get_broker_info',
      {
        type: 'broker_info',
        status: 'success',
        broker: 'testbroker',
        adapter_status: 'connected',
        user_id: 'alice',
      },
    ],
  ])('%s is answered', async (action, reply) => {
    const client = await rig.enter()
    await answers(client, { action }, reply)
    await answers(client, { type: action, request_id: 'o1' }, { ...reply, request_id: 'o1' })
  })

  it('ping is answered with integer milliseconds and nothing that was not said', async () => {
    const { text, ...pong } = await (await rig.connect()).ask({ action: 'ping' })
    const { server_timestamp: now } = pong
    expect(Number.isInteger(now)).toBe(true)
    expect(now).toBeGreaterThan(1.7e12)
    expect(text).toBe(JSON.stringify({ type: 'pong', status: 'success', server_timestamp: now }))
  })

  it.each([[1_795_220_416_120], ['noon'], [null], [0], [[1, { a: 2 }]]])('ping gives %j back', async stamp => {
    const message = { action: 'ping', timestamp: stamp, _pingId: stamp, request_id: stamp }
    const { text, ...pong } = await (await rig.connect()).ask(message)
    const { server_timestamp } = pong
    const echoes = { client_timestamp: stamp, _pingId: stamp, request_id: stamp }
    expect(text).toBe(JSON.stringify({ type: 'pong', status: 'success', server_timestamp, ...echoes }))
  })

  it.each([
    ['a text', 'id-1'],
    ['a number', 7.5],
    ['zero', 0],
    ['null', null],
    ['false', false],
    ['an array', [1, 'two', null]],
    ['an object', { a: { b: [] }, ['__proto__']: 1 }],
    ['an empty text', ''],
  ])('every reply and refusal echoes request_id when it is %s', async (_, request_id) => {
    const client = await rig.enter()
    for (const message of [
      { action: 'authenticate', api_key: rig.keys.alice },
      { action: 'subscribe', ...TCS },
      { action: 'subscribe', symbols: [] },
      { action: 'subscribe', ...TCS, mode: 4 },
      { action: 'unsubscribe', ...TCS },
      { action: 'unsubscribe_all' },
      { action: 'subscribe_orders' },
      { action: 'unsubscribe_orders' },
      { action: 'get_broker_info' },
      { action: 'get_supported_brokers' },
      { action: 'ping' },
      { action: 'fly' },
      { action: 'authenticate' },
    ]) {
      const { text } = await client.ask({ ...message, request_id })
      expect(text).toMatch(/^\{.*\}$/)
      expect(text.endsWith(`,"request_id":${JSON.stringify(request_id)}}`), text).toBe(true)
    }
  })

  it.each([
    'ping',
    'pong',
    ' PING\n',
    '{"action":"pong"}',
    '{"type":"pong"}',
    '{"type":"ping"}',
    '{"action":"pong","timestamp":1}',
  ])('%j is a habit and gets no answer', async habit => {
    const client = await rig.enter()
    client.send(habit)
    await client.settled()
    expect(client.frames).toHaveLength(2)
  })

  it('binary frames that hold JSON are messages too', async () => {
    const client = await rig.connect()
    await answers(client, Buffer.from(JSON.stringify({ action: 'auth', api_key: rig.keys.alice })), welcome())
  })
})

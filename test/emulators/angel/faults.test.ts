import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ManualClock } from '../../../shared/clock.ts'
import { eventually } from '../../support/system.ts'
import type { AngelTokens } from './account.ts'
import { RawClient } from './client.ts'
import { AngelEmulator } from './server.ts'

let emulator: AngelEmulator
let tokens: AngelTokens
const clients: RawClient[] = []

beforeEach(async () => {
  emulator = await AngelEmulator.start({ tickMs: 20, recorded: false, today: '2026-11-21' })
  tokens = emulator.login()
})
afterEach(async () => {
  for (const one of clients.splice(0)) one.close()
  await emulator.close()
})

async function open(): Promise<RawClient> {
  const client = RawClient.stream(emulator, tokens)
  clients.push(client)
  await eventually(() => client.isOpen || client.refused || client.broken)
  return client
}

const order = async (name: string, body?: object) => {
  const answer = await fetch(`${emulator.origin}/emulator/${name}`, {
    method: 'POST',
    ...(body && { body: JSON.stringify(body) }),
  })
  return { status: answer.status, json: (await answer.json()) as Record<string, unknown> }
}

describe('on order', () => {
  it('the morning comes: the token opens nothing any more, and its sockets end', async () => {
    const client = await open()
    await order('expireToken')
    await eventually(() => client.closed)
    expect((await open()).refused).toMatchObject({ status: 401, said: 'Invalid Header - Invalid Auth token' })
  })

  it('tokens end by the clock', async () => {
    await emulator.close()
    const clock = new ManualClock()
    emulator = await AngelEmulator.start({ tickMs: 0, tokenLifeMs: 300, clock })
    tokens = emulator.login()
    const client = await open()
    clock.advance(299)
    expect([client.isOpen, emulator.account.accessToken()]).toEqual([true, expect.any(String)])
    clock.advance(1)
    await eventually(() => client.closed)
    expect(emulator.account.accessToken()).toBeUndefined()
  })

  it('a header is said to be wrong that is not', async () => {
    await order('badHeader', { which: 'Feed Token', times: 2 })
    for (let times = 0; times < 2; times++)
      expect((await open()).refused).toMatchObject({ status: 401, said: 'Invalid Header - Invalid Feed Token' })
    expect((await open()).isOpen).toBe(true)
  })

  it('handshakes are cut without an answer, until healed', async () => {
    await order('cutHandshakes', { times: 100 })
    expect((await open()).broken).toBe('ECONNRESET')
    await order('heal')
    expect((await open()).isOpen).toBe(true)
  })

  it('another program holds the connections', async () => {
    await order('tooManyConnections', { held: 3 })
    expect((await open()).refused).toMatchObject({ status: 429, said: 'Invalid Request. Connection Limit Exceeded.' })
  })

  it('handshakes are answered with any status, and a time to wait', async () => {
    await order('refuse429', { times: 1, retryAfterS: 7 })
    expect((await open()).refused).toMatchObject({ status: 429, retryAfter: '7' })
    await order('refuse', { status: 503 })
    expect((await open()).refused).toMatchObject({ status: 503 })
  })

  it('packets are cut, bytes are stray, texts are errors', async () => {
    const client = await open()
    client.ask(1, 3, 1, ['2885'])
    await eventually(() => client.binary.length > 0)
    await order('silence')
    const before = client.binary.length
    await order('truncated', { stream: 'stream' })
    await order('strayByte', { stream: 'stream' })
    await order('garbage', { frames: 3, stream: 'stream' })
    await order('textError', { code: 'E1001', text: 'Invalid Request Payload.' })
    await eventually(() => client.binary.length >= before + 5 && client.words.length === 1)
    expect(client.binary.slice(before, before + 2).map(({ length }) => length)).toEqual([190, 1])
    expect(JSON.parse(client.words[0] ?? '')).toMatchObject({ errorCode: 'E1001' })
  })

  it('there is nothing but pongs, or nothing at all', async () => {
    const client = await open()
    client.ask(1, 1, 1, ['2885'])
    await eventually(() => client.binary.length > 1)
    await order('silence')
    // What was on its way has come before the pong.
    client.say('ping')
    await eventually(() => client.texts.length === 2)
    const ticks = client.binary.length
    client.say('ping')
    await eventually(() => client.texts.length === 3)
    expect(client.binary).toHaveLength(ticks)
    await order('mute')
    client.say('ping')
    await eventually(() => emulator.connections[0]?.requests.length === 4)
    expect(client.texts).toHaveLength(3)
    await order('heal')
    client.say('ping')
    await eventually(() => client.texts.length === 4)
  })

  it('an order of the account is told, and exactly these packets are sent', async () => {
    const orders = new RawClient(emulator.settings.orders_url, { Authorization: `Bearer ${tokens.jwtToken}` })
    clients.push(orders)
    await eventually(() => orders.words.length === 1)
    await order('order', { orderstatus: 'cancelled', tradingsymbol: 'INFY-EQ' })
    await eventually(() => orders.words.length === 2)
    expect(JSON.parse(orders.words[1] ?? '')).toMatchObject({
      'user-id': 'A123456',
      'order-status': 'AB02',
      orderData: { tradingsymbol: 'INFY-EQ' },
    })
    expect((await order('push', { packets: ['00'] })).json).toMatchObject({ reached: 0 })
  })

  it('the code of the authenticator app is told', async () => {
    expect((await order('answer')).json.answer).toMatch(/^\d{6}$/)
  })

  it('the list is another one, in which tokens have moved', async () => {
    const before = emulator.rows.find(({ fields }) => fields.symbol === 'RELIANCE-EQ')?.token
    await order('instrumentsChanged')
    const after = emulator.rows.find(({ fields }) => fields.symbol === 'RELIANCE-EQ')?.token
    expect(after).not.toBe(before)
  })
})

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ManualClock } from '../../../shared/clock.ts'
import { eventually } from '../../support/system.ts'
import type { AngelTokens } from './account.ts'
import { RawClient } from './client.ts'
import { keyOf, modeOf, packet } from './packet.ts'
import { AngelEmulator, type AngelOptions } from './server.ts'
import { AngelClient, type AngelTick } from './witness.ts'

let emulator: AngelEmulator
let tokens: AngelTokens
const clients: { close(): void }[] = []

const start = async (options: AngelOptions = {}) => {
  emulator = await AngelEmulator.start({ tickMs: 0, recorded: false, today: '2026-11-21', ...options })
  tokens = emulator.login()
}
beforeEach(() => start())
afterEach(async () => {
  for (const one of clients.splice(0)) one.close()
  await emulator.close()
})

const restart = async (options: AngelOptions) => {
  await emulator.close()
  await start(options)
}

async function open(other: Record<string, string> = {}): Promise<RawClient> {
  const client = RawClient.stream(emulator, tokens, other)
  clients.push(client)
  await eventually(() => client.isOpen || client.refused || client.broken)
  return client
}

const shown = (client: RawClient) =>
  client.binary.map(bytes => {
    const { segment, token } = keyOf(bytes)
    return `${segment}|${token} in ${modeOf(bytes)}`
  })

describe('a handshake', () => {
  it('takes the token with and without Bearer, or the address as browsers send it', async () => {
    expect((await open()).isOpen).toBe(true)
    expect((await open({ Authorization: tokens.jwtToken })).isOpen).toBe(true)
    const { userId, apiKey } = emulator.account
    const query = new URLSearchParams({ clientCode: userId, feedToken: tokens.feedToken, apiKey })
    const browser = new RawClient(`${emulator.settings.stream_url}?${query.toString()}`)
    clients.push(browser)
    await eventually(() => browser.isOpen)
  })

  it.each([
    ['Authorization', 'Bearer wrong', 'Invalid Header - Invalid Auth token'],
    ['x-client-code', 'B1', 'Invalid Header - Invalid Client Code'],
    ['x-api-key', 'wrong', 'Invalid Header - Invalid API Key'],
    ['x-feed-token', 'wrong', 'Invalid Header - Invalid Feed Token'],
  ])('with another %s is answered 401, and which header is wrong', async (name, value, said) => {
    expect((await open({ [name]: value })).refused).toMatchObject({ status: 401, said })
  })

  it('beyond three at once is answered 429 with a page', async () => {
    for (let held = 0; held < 3; held++) await open()
    const { refused } = await open()
    expect(refused).toMatchObject({ status: 429, said: 'Invalid Request. Connection Limit Exceeded.' })
    expect(refused?.body).toMatch(/^<html>/)
  })

  it('as the third within a short time is cut without an answer', async () => {
    await restart({ quickMs: 60_000 })
    await open()
    await open()
    expect(await open()).toMatchObject({ refused: undefined, broken: 'ECONNRESET' })
    expect(emulator.stream.handshakes.map(({ status }) => status)).toEqual([101, 101, undefined])
  })
})

describe('a connection', () => {
  it('is greeted with a pong, and answers each ping with one, all in text', async () => {
    const client = await open()
    await eventually(() => client.texts.length === 1)
    client.say('ping')
    await eventually(() => client.texts.length === 2)
    expect([client.texts, client.binary]).toEqual([['pong', 'pong'], []])
  })

  it('that does not ping is closed for being idle; one that pings is not', async () => {
    const clock = new ManualClock()
    await restart({ idleMs: 400, clock })
    const [idle, lively] = [await open(), await open()]
    clock.advance(300)
    lively.say('ping')
    await eventually(() => lively.texts.length === 2)
    clock.advance(200)
    await eventually(() => idle.closed)
    expect(idle.closed).toEqual({ code: 1001, reason: 'Connection Idle Timeout' })
    expect(lively.isOpen).toBe(true)
  })

  it('hears what it asked for, each instrument in each mode', async () => {
    const client = await open()
    client.ask(1, 1, 1, ['2885'])
    client.ask(1, 3, 1, ['2885', '99926000'])
    client.ask(1, 2, 13, ['1594'])
    client.ask(1, 4, 1, ['3045'])
    await eventually(() => client.binary.length === 5)
    expect(shown(client)).toEqual(['1|2885 in 1', '1|2885 in 3', '1|99926000 in 3', '13|1594 in 2', '1|3045 in 4'])
    expect(client.binary.map(bytes => bytes.length)).toEqual([51, 379, 379, 123, 443])
    expect(emulator.connections[0]?.subscriptions).toBe(5)
  })

  it('keeps a mode until that mode is unsubscribed', async () => {
    const client = await open()
    client.ask(1, 1, 1, ['2885'])
    client.ask(1, 3, 1, ['2885'])
    client.ask(0, 2, 1, ['2885', '404'])
    await eventually(() => emulator.connections[0]?.requests.length === 3)
    expect(emulator.connections[0]?.subscriptions).toBe(2)
    client.ask(0, 3, 1, ['2885'])
    await eventually(() => emulator.connections[0]?.subscriptions === 1)
    expect([...(emulator.connections[0]?.subscribed.get('1|2885') ?? [])]).toEqual([1])
  })

  it('does not count duplicates, and knows nothing of what is not listed', async () => {
    const client = await open()
    client.ask(1, 2, 1, ['2885', '2885', '404404'])
    client.ask(1, 2, 1, ['2885'])
    await eventually(() => emulator.connections[0]?.requests.length === 2)
    expect(emulator.connections[0]?.subscriptions).toBe(2)
    await eventually(() => client.binary.length > 0)
    expect(shown(client)).toEqual(['1|2885 in 2'])
  })
})

describe('a request that is refused', () => {
  const invalid = { correlationID: 'abcde12345', errorCode: 'E1001', errorMessage: 'Invalid Request Payload.' }

  it.each([
    ['numbers for texts', 1, 1, 1, [2885]],
    ['an unknown mode', 1, 5, 1, ['2885']],
    ['an unknown exchange', 1, 1, 6, ['2885']],
    ['no token', 1, 1, 1, []],
    ['a deep book of a contract', 1, 4, 2, ['52000']],
  ] as const)('for %s is told in text, by its id', async (_, action, mode, exchangeType, list) => {
    const client = await open()
    client.ask(action, mode, exchangeType, list)
    await eventually(() => client.words.length === 1)
    expect(JSON.parse(client.words[0] ?? '')).toEqual(invalid)
    expect(emulator.connections[0]?.subscriptions).toBe(0)
  })

  it('for too many leaves the earlier ones alone', async () => {
    await restart({ pairLimit: 3 })
    const client = await open()
    client.ask(1, 2, 1, ['2885', '3045'])
    client.ask(1, 3, 1, ['2885', '3045'])
    await eventually(() => client.words.length === 1)
    expect(JSON.parse(client.words[0] ?? '')).toMatchObject({ errorCode: 'E1002' })
    expect(emulator.connections[0]?.subscriptions).toBe(2)
  })

  it('is the 51st deep book', async () => {
    const client = await open()
    const books = Array.from({ length: 50 }, (_, at) => String(at + 1))
    client.ask(1, 4, 1, books)
    client.ask(1, 4, 1, ['51'])
    await eventually(() => client.words.length === 1)
    expect(JSON.parse(client.words[0] ?? '')).toMatchObject({ errorCode: 'E1002' })
    client.ask(1, 3, 1, ['51'])
    await eventually(() => emulator.connections[0]?.subscriptions === 51)
  })
})

describe("the broker's own client", () => {
  const login = () => ({
    clientcode: emulator.account.userId,
    jwttoken: tokens.jwtToken,
    apikey: emulator.account.apiKey,
    feedtype: tokens.feedToken,
  })

  it('reads ticks of every mode, and takes pongs and errors for ticks', async () => {
    await restart({ tickMs: 50 })
    const client = new AngelClient()
    clients.push(client)
    client.connect({ url: emulator.settings.stream_url, login: login(), intervalMs: 100 })
    await eventually(() => client.isOpen)
    for (const mode of [1, 2, 3, 4])
      client.fetch({ correlationID: 'abcde12345', action: 1, mode, exchangeType: 1, tokens: ['2885'] })
    client.fetch({ correlationID: 'abcde12345', action: 1, mode: 3, exchangeType: 13, tokens: ['1594'] })
    const modes = () => new Set(client.ticks.map(({ subscription_mode: mode }) => mode))
    await eventually(() => modes().size === 4 && client.heard.filter(one => one === 'pong').length > 2)
    emulator.faults.textError({ code: 'E1001' })
    emulator.faults.strayByte({ stream: 'stream' })
    await eventually(() => client.heard.some(one => typeof one === 'object' && 'bytes' in one))
    expect(client.heard.filter(one => typeof one === 'string' && one.includes('E1001'))).toHaveLength(1)
    const [snap] = client.ticks.filter(one => one.exchange_type === '13')
    expect(Number(snap?.last_traded_price) / 10_000_000).toBeCloseTo(88.6, 0)
  })

  it('reads of a packet exactly what it was given', async () => {
    const client = new AngelClient()
    clients.push(client)
    client.connect({ url: emulator.settings.stream_url, login: login() })
    await eventually(() => client.isOpen)
    client.fetch({ correlationID: 'abcde12345', action: 1, mode: 2, exchangeType: 1, tokens: ['7'] })
    await eventually(() => emulator.connections[0]?.subscriptions === 1)
    expect(emulator.push([packet({ mode: 2, segment: 1, token: '7', price: 12_345, totalBuy: 9, close: 7 })])).toBe(1)
    await eventually(() => client.ticks.length === 1)
    expect(client.ticks[0]).toMatchObject({
      token: '"7"',
      last_traded_price: '12345',
      total_buy_quantity: '9',
      close_price: '7',
    } satisfies AngelTick)
  })

  it('hears of orders on the other socket', async () => {
    const client = new AngelClient()
    clients.push(client)
    client.connect({ url: emulator.settings.orders_url, login: login(), isForOrders: true, intervalMs: 100 })
    await eventually(() => client.isOpen && client.heard.includes('pong'))
    emulator.faults.order({ orderstatus: 'rejected', text: 'No.' })
    const orders = () =>
      client.heard.flatMap(one => (typeof one === 'string' && one !== 'pong' ? [JSON.parse(one)] : []))
    await eventually(() => orders().length === 2)
    expect(orders()).toMatchObject([
      { 'order-status': 'AB00', orderData: { orderid: '' } },
      { 'order-status': 'AB03', orderData: { orderstatus: 'rejected', text: 'No.' } },
    ])
  })
})

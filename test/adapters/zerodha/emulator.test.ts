import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { Http, Signal } from '../../../adapters/contract.ts'
import { createDecoder } from '../../../adapters/zerodha/codec.ts'
import { master } from '../../../adapters/zerodha/instruments.ts'
import { login } from '../../../adapters/zerodha/login.ts'
import { session } from '../../../adapters/zerodha/session.ts'
import { type Settings, settings } from '../../../adapters/zerodha/settings.ts'
import type { Ticket } from '../../../adapters/zerodha/ticket.ts'
import { systemClock } from '../../../shared/clock.ts'
import { keyOf } from '../../emulators/kit/contract.ts'
import { KiteEmulator } from '../../emulators/kite/server.ts'
import { holds } from '../../support/holds.ts'

let emulator: KiteEmulator
let addresses: Settings
const open: WebSocket[] = []

beforeEach(async () => {
  emulator = await KiteEmulator.start({ tickMs: 0, heartbeatMs: 20, today: '2026-11-21' })
  addresses = settings.parse({
    api_url: emulator.apiUrl,
    stream_url: emulator.streamUrl,
    login_url: emulator.loginUrl,
  })
})

afterEach(async () => {
  for (const socket of open.splice(0)) socket.terminate()
  await emulator.close()
})

const http: Http = async ({ url, ...request }) => {
  const answer = await fetch(url, request)
  return { status: answer.status, headers: {}, body: new Uint8Array(await answer.arrayBuffer()) }
}

/** Through the browser's way: the address, where it leads, what is pasted of that. */
async function logIn(secret = emulator.apiSecret): Promise<Ticket> {
  const credentials = { api_key: emulator.apiKey, api_secret: secret }
  const redirected = await fetch(login.url(addresses, credentials, 'state 1&2'), { redirect: 'manual' })
  const answer = login.readAnswer(redirected.headers.get('location') ?? '')
  expect(answer.state).toBe('state 1&2')
  const granted = await login.redeem({ settings: addresses, credentials, answer, http, now: systemClock.now() })
  expect(granted.holder).toBe('AB1234')
  return granted.ticket
}

/** One connection: what was read on it, and what it was refused with. */
function dial(ticket: Ticket) {
  const { url, headers } = session.dial(addresses, ticket)
  const socket = new WebSocket(url, { headers: { ...headers } })
  open.push(socket)
  const decode = createDecoder()
  const signals: Signal[] = []
  const refusals: string[] = []
  socket.on('message', (frame: Buffer, isBinary) => {
    signals.push(...decode(isBinary ? frame : frame.toString(), systemClock.micros()))
  })
  socket.on('unexpected-response', (_request, response) => {
    refusals.push(session.classify({ kind: 'handshake', status: response.statusCode ?? 0, body: '' }).code)
  })
  socket.on('error', () => {})
  return { socket, signals, refusals }
}

const ready = (socket: WebSocket) => holds(() => expect(socket.readyState).toBe(WebSocket.OPEN))

describe('with an emulated Kite', () => {
  it('logs in, and is told when the secret is wrong or the answer was used', async () => {
    expect((await logIn()).access_token).toBe(emulator.accessToken)
    await expect(logIn('wrongsecretofnobody')).rejects.toMatchObject({ code: 'CREDENTIALS_REJECTED' })
    const answer = { code: emulator.issueRequestToken() }
    const credentials = { api_key: emulator.apiKey, api_secret: emulator.apiSecret }
    const redeem = () => login.redeem({ settings: addresses, credentials, answer, http, now: systemClock.now() })
    await redeem()
    await expect(redeem()).rejects.toMatchObject({ code: 'CREDENTIALS_REJECTED' })
  })

  it('reads its whole list', async () => {
    const [request] = master.requests(addresses, await logIn())
    if (!request) throw new Error('one list is asked for')
    const answer = await http(request)
    const skipped: string[] = []
    const list = [...master.parse([answer.body], why => skipped.push(why))]
    expect(skipped).toEqual([])
    expect(list.map(({ token }) => token).sort()).toEqual(emulator.rows.map(row => String(row.token)).sort())
    expect(list.map(({ exchange, symbol }) => `${exchange}:${symbol}`).sort()).toEqual(
      emulator.market.contracts.map(keyOf).sort(),
    )
  })

  it('is sent what it asks for, each token in its mode, until it asks no more', async () => {
    const { socket, signals } = dial(await logIn())
    await ready(socket)
    const tokens = [emulator.row('NSE:INFY').token, emulator.row('NSE:NIFTY 50').token].map(String)
    for (const frame of session.subscribe(tokens, 'DEPTH')) socket.send(frame)
    const subscribed = () => Object.fromEntries(emulator.connections[0]?.subscribed ?? [])
    await holds(() => expect(subscribed()).toEqual({ [`${tokens[0]}`]: 'full', [`${tokens[1]}`]: 'full' }))
    await holds(() => {
      const modes = signals.map(signal => signal.kind === 'tick' && `${signal.token} ${signal.tick.mode}`)
      expect(modes).toEqual(expect.arrayContaining([`${tokens[0]} DEPTH`, `${tokens[1]} DEPTH`]))
    })
    for (const frame of session.change(tokens.slice(0, 1), 'DEPTH', 'LTP')) socket.send(frame)
    for (const frame of session.unsubscribe(tokens.slice(1), 'DEPTH')) socket.send(frame)
    await holds(() => expect(subscribed()).toEqual({ [`${tokens[0]}`]: 'ltp' }))
    await holds(() => expect(signals.at(-1)).toEqual({ kind: 'heartbeat' }))
    expect(signals.filter(({ kind }) => kind === 'malformed' || kind === 'ignored')).toEqual([])
  })

  it('hears of orders', async () => {
    const { socket, signals } = dial(await logIn())
    await ready(socket)
    emulator.faults.order({ order_id: '77', status: 'UPDATE', pending_quantity: 3 })
    await holds(() => expect(signals.find(({ kind }) => kind === 'order')).toBeDefined())
    expect(signals.find(({ kind }) => kind === 'order')).toMatchObject({
      order: { orderId: '77', status: 'open', pendingQuantity: 3, symbol: 'SBIN' },
    })
  })

  it('is not heard when it quotes its tokens, and is not told so', async () => {
    const { socket, signals } = dial(await logIn())
    await ready(socket)
    const token = String(emulator.row('NSE:INFY').token)
    socket.send(JSON.stringify({ a: 'subscribe', v: [token] }))
    socket.send(JSON.stringify({ a: 'mode', v: ['full', [token]] }))
    await holds(() => expect(emulator.connections[0]?.requests.length).toBe(2))
    await holds(() => expect(signals.length).toBeGreaterThan(3))
    expect(signals.every(({ kind }) => kind === 'heartbeat')).toBe(true)
    expect(emulator.connections[0]?.subscribed.size).toBe(0)
  })

  it('knows a token that is no more from too many connections', async () => {
    const ticket = await logIn()
    for (const { socket } of [dial(ticket), dial(ticket), dial(ticket)]) await ready(socket)
    const fourth = dial(ticket)
    await holds(() => expect(fourth.refusals).toEqual(['BROKER_RATE_LIMITED']))
    emulator.login()
    const stale = dial(ticket)
    await holds(() => expect(stale.refusals).toEqual(['SESSION_EXPIRED']))
  })
})

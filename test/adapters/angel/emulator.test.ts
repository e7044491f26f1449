import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createDecoder } from '../../../adapters/angel/codec.ts'
import { master } from '../../../adapters/angel/instruments.ts'
import { login } from '../../../adapters/angel/login.ts'
import { orders } from '../../../adapters/angel/orders.ts'
import { quotes } from '../../../adapters/angel/quotes.ts'
import { session } from '../../../adapters/angel/session.ts'
import { type Settings, settings } from '../../../adapters/angel/settings.ts'
import { credentials, type Ticket } from '../../../adapters/angel/ticket.ts'
import type { Decoder, Dial, Http, Signal } from '../../../adapters/contract.ts'
import { systemClock } from '../../../shared/clock.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'
import { AngelEmulator } from '../../emulators/angel/server.ts'
import { keyOf } from '../../emulators/kit/contract.ts'
import { holds } from '../../support/holds.ts'

let emulator: AngelEmulator
let addresses: Settings
const open: WebSocket[] = []

beforeEach(async () => {
  emulator = await AngelEmulator.start({ tickMs: 0, recorded: false, today: '2026-11-21' })
  addresses = settings.parse(emulator.settings)
})

afterEach(async () => {
  for (const socket of open.splice(0)) socket.terminate()
  await emulator.close()
})

const http: Http = async ({ url, ...request }) => {
  const answer = await fetch(url, request)
  return { status: answer.status, headers: {}, body: new Uint8Array(await answer.arrayBuffer()) }
}

const owner = (more: object = {}) => {
  const { apiKey: api_key, userId: client_code, pin } = emulator.account
  return credentials.parse({ api_key, client_code, pin, ...more })
}

/** What every login call is handed. */
const around = () => ({ settings: addresses, http, now: systemClock.now() })

async function logIn(): Promise<Ticket> {
  const answer = login.readAnswer(emulator.answer())
  return (await login.redeem({ ...around(), credentials: owner(), answer })).ticket
}

/** One connection: what was read on it, and what it was refused with. */
function dial({ url, headers }: Dial, decode: Decoder) {
  const socket = new WebSocket(url, { headers: { ...headers } })
  open.push(socket)
  const signals: Signal[] = []
  const refusals: string[] = []
  socket.on('message', (frame: Buffer, isBinary) => {
    signals.push(...decode(isBinary ? frame : frame.toString(), systemClock.micros()))
  })
  socket.on('unexpected-response', (_request, { statusCode: status = 0, headers: answered }) => {
    const said = answered['x-error-message']?.toString()
    const told = said === undefined ? {} : { headers: { 'x-error-message': said } }
    refusals.push(session.classify({ kind: 'handshake', status, ...told, body: '' }).code)
  })
  socket.on('error', () => {})
  return { socket, signals, refusals }
}

const dialStream = (ticket: Ticket) => dial(session.dial(addresses, ticket), createDecoder())

const ready = (socket: WebSocket) => holds(() => expect(socket.readyState).toBe(WebSocket.OPEN))

async function list(): Promise<Instrument[]> {
  const [request] = master.requests(addresses, undefined)
  if (!request) throw new Error('one list is asked for')
  const { body } = await http(request)
  return [...master.parse([body], () => {})]
}

describe('with an emulated Angel One', () => {
  it('logs in with a typed code, with its own, and is told what was wrong', async () => {
    expect((await logIn()).jwt_token).toBe(emulator.account.accessToken())
    const withSecret = owner({ totp_secret: emulator.account.totpSecret })
    const redeem = (typed: typeof withSecret, code: string) =>
      login.redeem({ ...around(), credentials: typed, answer: { code } })
    expect((await redeem(withSecret, '')).holder).toBe('A123456')
    await expect(redeem(owner({ pin: '9999' }), emulator.answer())).rejects.toMatchObject({
      code: 'CREDENTIALS_REJECTED',
    })
    await expect(redeem(owner(), '000000')).rejects.toMatchObject({ message: expect.stringContaining('AB1050') })
  })

  it('renews what has ended, without a code, and knows when that ends, too', async () => {
    const ticket = await logIn()
    emulator.faults.expireToken()
    const renewed = await login.renew({ ...around(), credentials: owner(), ticket })
    expect(renewed?.ticket.jwt_token).toBe(emulator.account.accessToken())
    emulator.faults.endRefresh()
    const again = { ...around(), credentials: owner(), ticket: renewed?.ticket }
    await expect(login.renew(again)).rejects.toMatchObject({ code: 'SESSION_EXPIRED' })
    const withSecret = owner({ totp_secret: emulator.account.totpSecret })
    expect((await login.renew({ ...again, credentials: withSecret }))?.ticket.jwt_token).toBe(
      emulator.account.accessToken(),
    )
  })

  it('reads its whole list, except what the stream does not carry', async () => {
    const carried = emulator.market.contracts.filter(({ exchange }) => !/^(NCO|BCD|GLOBAL_INDEX)$/.test(exchange))
    const found = await list()
    expect(found.map(({ exchange, symbol }) => `${exchange}:${symbol}`).sort()).toEqual(carried.map(keyOf).sort())
    const facts = new Map(carried.map(one => [keyOf(one), one]))
    for (const { exchange, symbol, strike, tickSize, expiry } of found) {
      const contract = facts.get(`${exchange}:${symbol}`)
      expect([strike ?? 0, tickSize ?? 0, expiry ?? ''], symbol).toEqual([
        contract?.strike,
        contract?.tickSize,
        contract?.expiry,
      ])
    }
  })

  it('is sent what it asks for, in its mode, with the prices of the market', async () => {
    const { socket, signals } = dialStream(await logIn())
    await ready(socket)
    const found = await list()
    const wanted = ['NSE:INFY', 'NSE_INDEX:NIFTY', 'CDS:USDINR24NOV26FUT', 'MCX:GOLD24NOV26FUT'].map(key =>
      found.find(({ exchange, symbol }) => `${exchange}:${symbol}` === key),
    )
    const tokens = wanted.map(one => one?.token ?? '')
    for (const frame of session.subscribe(tokens, 'DEPTH')) socket.send(String(frame))
    const parts = () => signals.flatMap(signal => (signal.kind === 'part' ? [signal] : []))
    await holds(() => expect(parts().map(({ token }) => token)).toEqual(tokens))
    for (const [at, { part }] of parts().entries()) {
      const one = wanted[at]
      const contract = emulator.market.find(`${one?.exchange}:${one?.symbol}`)
      const quote = contract && emulator.market.peek(contract)
      expect([part.ltp, part.high, part.previousClose], one?.symbol).toEqual([
        quote?.ltp,
        quote?.high,
        quote?.previousClose,
      ])
      expect(part.buy?.[0]?.price).toBe(quote?.bids[0]?.price)
    }
    for (const frame of session.change(tokens.slice(0, 1), 'DEPTH', 'BOOK20')) socket.send(String(frame))
    await holds(() => expect(parts().at(-1)).toMatchObject({ source: 'book20', token: tokens[0] }))
    expect(parts().at(-1)?.part.buy).toHaveLength(20)
    for (const frame of session.unsubscribe(tokens.slice(1), 'DEPTH')) socket.send(String(frame))
    await holds(() => expect(emulator.connections[0]?.subscriptions).toBe(2))
    socket.send('ping')
    await holds(() => expect(signals.at(-1)).toEqual({ kind: 'heartbeat' }))
    expect(signals.filter(({ kind }) => !/^(part|heartbeat)$/.test(kind))).toEqual([])
  })

  it('gets quotes in the prices of the market, also of currencies', async () => {
    const ticket = await logIn()
    const found = (await list()).filter(({ kind, exchange }) => kind === 'INDEX' || exchange === 'CDS').slice(0, 20)
    const answer = await http(quotes.request(addresses, ticket, found))
    const ticks = quotes.parse(answer, found, systemClock.micros())
    expect(ticks).toHaveLength(found.length)
    for (const { instrument, tick } of ticks) {
      const contract = emulator.market.find(`${instrument.exchange}:${instrument.symbol}`)
      expect(tick.ltp, instrument.symbol).toBe(contract && emulator.market.peek(contract).ltp)
    }
  })

  it('hears of orders on their own socket', async () => {
    const { socket, signals } = dial(orders.session.dial(addresses, await logIn()), orders.createDecoder())
    await ready(socket)
    emulator.faults.order({ orderid: '77', orderstatus: 'open', filledshares: '0', unfilledshares: '1' })
    await holds(() => expect(signals.at(-1)?.kind).toBe('order'))
    expect(signals).toMatchObject([
      { kind: 'ignored', what: 'greeting of the order socket' },
      { kind: 'order', order: { orderId: '77', status: 'open', pendingQuantity: 1, symbol: 'SBIN-EQ' } },
    ])
  })

  it('knows a token that is no more, a key that is wrong, and too many connections apart', async () => {
    const ticket = await logIn()
    const first = [dialStream(ticket), dialStream(ticket), dialStream(ticket)]
    for (const { socket } of first) await ready(socket)
    const fourth = dialStream(ticket)
    const wrong = dialStream({ ...ticket, api_key: 'wrong' })
    await holds(() => expect(fourth.refusals).toEqual(['BROKER_RATE_LIMITED']))
    await holds(() => expect(wrong.refusals).toEqual(['CREDENTIALS_REJECTED']))
    emulator.faults.expireToken()
    const stale = dialStream(ticket)
    await holds(() => expect(stale.refusals).toEqual(['SESSION_EXPIRED']))
  })
})

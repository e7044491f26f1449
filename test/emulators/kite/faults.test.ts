import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventually } from '../../support/system.ts'
import { keyOf } from '../kit/contract.ts'
import { RawClient } from './client.ts'
import { KiteEmulator } from './server.ts'

const SBIN = 779_521
const TCS = 2_953_217

let emulator: KiteEmulator
const clients: RawClient[] = []

const client = (accessToken?: string): RawClient => {
  const one = new RawClient(emulator, accessToken)
  clients.push(one)
  return one
}

/** Connected, subscribed to two tokens, and past its first ticks. */
async function streaming(): Promise<RawClient> {
  const one = client()
  await eventually(() => one.isOpen)
  one.ask('subscribe', [SBIN, TCS])
  await eventually(() => one.messages.length > 2)
  return one
}

const refusedAs = async (accessToken?: string) => {
  const one = client(accessToken)
  return eventually(() => one.refused)
}

beforeEach(async () => {
  emulator = await KiteEmulator.start({ tickMs: 5, heartbeatMs: 20 })
  emulator.login()
})
afterEach(async () => {
  for (const one of clients.splice(0)) one.close()
  await emulator.close()
})

describe('a connection', () => {
  it.each([
    ['dropped', () => emulator.faults.drop(), 1006, undefined],
    ['reset', () => emulator.faults.reset(), 1006, 'ECONNRESET'],
    ['closed in good order', () => emulator.faults.closeFrame({ code: 1012, reason: 'restart' }), 1012, undefined],
  ])('is %s on order, and a new one works', async (_, act, code, broken) => {
    const one = await streaming()
    // A reset that arrives together with bytes is read as a plain end.
    emulator.faults.mute()
    const sent = emulator.connections[0]?.sent
    await eventually(() => one.binary.length === (sent?.messages ?? 0) + (sent?.heartbeats ?? 0))
    act()
    expect((await eventually(() => one.closed)).code).toBe(code)
    expect(one.broken).toBe(broken)
    await emulator.faults.heal()
    await streaming()
  })

  it('can be meant alone', async () => {
    const [one, other] = [await streaming(), await streaming()]
    emulator.faults.drop({ connection: 0 })
    await eventually(() => one.closed)
    const seen = other.messages.length
    await eventually(() => other.messages.length > seen)
  })

  it('half-open stands, says nothing, hears nothing, and does not count as one of three', async () => {
    const all = [await streaming(), await streaming(), await streaming()]
    emulator.faults.halfOpen()
    const fresh = await streaming()
    const seen = all.map(one => one.binary.length)
    const requests = emulator.connections[0]?.requests.length
    all[0]?.ping()
    all[0]?.ask('unsubscribe', [SBIN])
    const later = fresh.messages.length + 10
    await eventually(() => fresh.messages.length > later)
    expect(all.map(one => one.binary.length)).toEqual(seen)
    expect(all.map(one => one.isOpen)).toEqual([true, true, true])
    expect(all[0]?.pongs).toBe(0)
    expect(emulator.connections[0]?.requests.length).toBe(requests)
  })

  it('half-open with new ones too: handshakes wait until it is healed', async () => {
    await streaming()
    emulator.faults.halfOpen({ newToo: true })
    const waiting = client()
    await eventually(() => emulator.handshakes.at(-1)?.status === undefined)
    expect([waiting.isOpen, waiting.refused, waiting.closed]).toEqual([false, undefined, undefined])
    await emulator.faults.heal()
    await streaming()
  })
})

describe('frames', () => {
  it('of garbage come in the number ordered and break nothing else', async () => {
    const one = await streaming()
    emulator.faults.silence()
    const before = one.messages.length
    emulator.faults.garbage({ frames: 7 })
    await eventually(() => one.messages.length >= before + 7)
    expect(one.isOpen).toBe(true)
    expect(one.messages.slice(-7).some(frame => frame.length !== 96)).toBe(true)
  })

  it('truncated say two packets and hold one and a half', async () => {
    const one = await streaming()
    emulator.faults.silence()
    await eventually(() => one.heartbeats > 0)
    emulator.faults.truncated()
    const cut = await eventually(() => one.messages.find(frame => frame.readUInt16BE(0) === 2 && frame.length === 72))
    expect([cut.readUInt16BE(2), cut.readUInt16BE(48)]).toEqual([44, 44])
  })

  it('of text: error, message, order', async () => {
    const one = await streaming()
    emulator.faults.textError({ text: 'no' })
    emulator.faults.textMessage({ text: 'holiday' })
    emulator.faults.order({ status: 'CANCELLED' })
    await eventually(() => one.texts.length === 3)
    const [error, message, order] = one.texts.map(text => JSON.parse(text))
    expect([error, message]).toEqual([
      { type: 'error', data: 'no' },
      { type: 'message', data: 'holiday' },
    ])
    expect(order).toMatchObject({ type: 'order', data: { user_id: 'AB1234', status: 'CANCELLED' } })
  })
})

describe('quiet', () => {
  it('silence leaves the heartbeats and takes the ticks, also those of a new connection and pushed ones', async () => {
    const one = await streaming()
    emulator.faults.silence()
    const fresh = client()
    await eventually(() => fresh.isOpen)
    fresh.ask('subscribe', [SBIN])
    const [beats, ticks] = [one.heartbeats, emulator.connections[0]?.sent.packets]
    await eventually(() => one.heartbeats > beats + 3 && fresh.heartbeats > 3)
    expect(emulator.connections[0]?.sent.packets).toBe(ticks)
    expect(fresh.messages).toEqual([])
    await emulator.faults.heal()
    await eventually(() => fresh.messages.length > 0)
  })

  it('silence ends by itself after the seconds ordered', async () => {
    const one = await streaming()
    emulator.faults.silence({ seconds: 0.5 })
    const ticks = emulator.connections[0]?.sent.packets ?? 0
    const beats = one.heartbeats
    await eventually(() => (emulator.connections[0]?.sent.packets ?? 0) > ticks)
    expect(one.heartbeats).toBeGreaterThan(beats)
  })

  it('mute takes everything, and the sockets stay', async () => {
    const one = await streaming()
    emulator.faults.mute()
    const before = { ...emulator.connections[0]?.sent }
    one.ping()
    one.ask('mode', ['full', [SBIN]])
    await eventually(() => emulator.connections[0]?.subscribed.get(SBIN) === 'full')
    expect(emulator.connections[0]?.sent).toEqual(before)
    expect([one.isOpen, one.pongs]).toEqual([true, 0])
    await emulator.faults.heal()
    const seen = one.messages.length
    await eventually(() => one.messages.length > seen)
  })
})

describe('the door', () => {
  it('refuses with 429 as often as ordered, and says when to come back', async () => {
    emulator.faults.refuse429({ times: 2, retryAfterS: 7 })
    expect(await refusedAs()).toMatchObject({ status: 429, retryAfter: '7' })
    expect(await refusedAs()).toMatchObject({ status: 429 })
    await streaming()
  })

  it('refuses with any status', async () => {
    emulator.faults.refuse({ status: 503 })
    expect(await refusedAs()).toMatchObject({ status: 503, retryAfter: undefined })
    await streaming()
  })

  it('an expired token ends its sockets and gets 403 until there is a new login', async () => {
    const one = await streaming()
    const old = emulator.accessToken ?? ''
    emulator.faults.expireToken()
    await eventually(() => one.closed)
    expect((await refusedAs(old)).status).toBe(403)
    emulator.login()
    await streaming()
  })

  it('an expired token may leave its sockets', async () => {
    const one = await streaming()
    const old = emulator.accessToken ?? ''
    emulator.faults.expireToken({ keepSockets: true })
    expect((await refusedAs(old)).status).toBe(403)
    const seen = one.messages.length
    await eventually(() => one.messages.length > seen)
  })

  it('a login elsewhere ends the sockets of the older token, which gets 403', async () => {
    const one = await streaming()
    const old = emulator.accessToken ?? ''
    const { accessToken } = emulator.faults.loginElsewhere()
    await eventually(() => one.closed)
    expect((await refusedAs(old)).status).toBe(403)
    expect(emulator.accessToken).toBe(accessToken)
    await streaming()
  })

  it('says 429 while somebody else holds the connections', async () => {
    emulator.faults.tooManyConnections({ held: 2 })
    await streaming()
    expect((await refusedAs()).status).toBe(429)
    await emulator.faults.heal()
    await streaming()
  })

  it('opens slowly', async () => {
    const there = await streaming()
    emulator.faults.slowHandshake({ seconds: 3600 })
    const late = client()
    const seen = there.messages.length
    await eventually(() => there.messages.length > seen + 20)
    expect([late.isOpen, late.refused, late.closed]).toEqual([false, undefined, undefined])
    emulator.faults.slowHandshake({ seconds: 0.1 })
    await streaming()
  })

  it('is gone in an outage, and back at the same port', async () => {
    const one = await streaming()
    const { streamUrl } = emulator
    emulator.faults.outage()
    await eventually(() => one.closed)
    await expect(fetch(emulator.apiUrl)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
    await emulator.faults.heal()
    expect(emulator.streamUrl).toBe(streamUrl)
    await streaming()
    emulator.faults.outage({ seconds: 0.05 })
    await eventually(async () => (await fetch(`${emulator.apiUrl}/instruments/NCO`)).ok)
  })
})

describe('REST', () => {
  const list = () => fetch(`${emulator.apiUrl}/instruments`)

  it('is down, or answers with a status', async () => {
    emulator.faults.restDown()
    await expect(list()).rejects.toThrow('fetch failed')
    emulator.faults.restStatus({ status: 503 })
    const answer = await list()
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({ status: 'error', error_type: 'NetworkException' })
    await emulator.faults.heal()
    expect((await list()).status).toBe(200)
  })

  it('gives a list that ends inside a row, in a whole answer or in a transfer that breaks', async () => {
    emulator.faults.instrumentsCut()
    const lines = (await (await list()).text()).split('\n')
    expect(lines.at(-1)?.split(',').length).toBeLessThan(12)
    expect(lines.length).toBeGreaterThan(emulator.rows.length / 2)
    emulator.faults.instrumentsCut({ how: 'transfer' })
    await expect(list().then(answer => answer.text())).rejects.toThrow()
  })

  it('gives the list of another day', async () => {
    emulator.faults.silence()
    const before = new Map(emulator.rows.map(row => [keyOf(row.contract), row.token]))
    const { moved, gone } = emulator.faults.instrumentsChanged()
    expect(moved).toContain('NSE:SBIN')
    expect(gone.length).toBeGreaterThan(0)
    const after = new Map(emulator.rows.map(row => [keyOf(row.contract), row.token]))
    for (const key of moved) expect(after.get(key)).not.toBe(before.get(key))
    for (const key of gone) expect(after.has(key)).toBe(false)
    expect(new Set(after.values()).size).toBe(after.size)
    expect(await (await list()).text()).toContain(`${after.get('NSE:SBIN')},`)
  })
})

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startProxy } from '../../proxy/main.ts'
import { systemClock } from '../../shared/clock.ts'
import { TickwireError } from '../../shared/errors.ts'
import { ControlStore } from '../../shared/store/control.ts'
import { until } from '../support/bus.ts'
import { CLOSE, RawClient } from '../support/clientraw.ts'
import { identityOf } from '../support/identity.ts'
import { type ProxyRig, type RigOptions, startRig } from '../support/proxy.ts'

const BAD = { action: 'authenticate', api_key: 'f'.repeat(64) }
const DEADLINE_MS = 2000
const REFUSAL_MS = 2000

let rig: ProxyRig

const start = async (options: RigOptions = {}) => {
  rig = await startRig(options)
}

afterEach(() => rig.close())

const since = (start: number) => systemClock.monotonic() - start

describe('the auth deadline', () => {
  beforeEach(() => start({ proxy: { authDeadlineMs: DEADLINE_MS } }))

  it('closes a silent client with 4401', async () => {
    const asked = systemClock.monotonic()
    const client = await rig.connect()
    expect(await client.closed).toEqual({ code: 4401, reason: 'auth timeout' })
    expect(since(asked)).toBeGreaterThanOrEqual(DEADLINE_MS)
    expect(client.frames).toEqual([])
  })

  it('is not put off by talk that is no key, nor by a key without a feed', async () => {
    const client = await rig.connect()
    await client.ask({ action: 'ping' })
    await client.ask({ action: 'authenticate', api_key: rig.keys.bob })
    expect(await client.closed).toEqual({ code: 4401, reason: 'auth timeout' })
  })

  it('is over once a key was good', async () => {
    const [client, silent] = [await rig.enter(), await rig.connect()]
    await silent.closed
    await client.settled()
    expect(client.isOpen).toBe(true)
  })

  it('cuts off who does not answer the close', async () => {
    const client = await RawClient.open(rig.port)
    await until('it is cut', () => client.hasEnded)
    expect(client.frames.map(({ opcode }) => opcode)).toEqual([CLOSE])
  })
})

describe('a refused key', () => {
  beforeEach(() => start({ proxy: { refusalDelayMs: REFUSAL_MS } }))

  it('is told at once and closed with 4401 after a while, not before', async () => {
    const client = await rig.connect()
    const asked = systemClock.monotonic()
    expect(await client.ask(BAD)).toMatchObject({ code: 'AUTHENTICATION_ERROR' })
    expect(since(asked)).toBeLessThan(REFUSAL_MS)
    expect(client.isOpen).toBe(true)
    expect(await client.closed).toEqual({ code: 4401, reason: 'authentication failed' })
    expect(since(asked)).toBeGreaterThan(REFUSAL_MS - 20)
  })

  it('is forgiven when a good one follows in time', async () => {
    const [client, other] = [await rig.connect(), await rig.connect()]
    await client.ask(BAD)
    expect(await client.ask({ action: 'authenticate', api_key: rig.keys.alice })).toMatchObject({ status: 'success' })
    await other.ask(BAD)
    await other.closed
    await client.settled()
    expect(client.isOpen).toBe(true)
  })
})

describe('a key', () => {
  beforeEach(() => start())

  it('that is revoked by another process closes its clients with 4403 within a second, and no others', async () => {
    const { record, key } = rig.store.keys.create({ userId: 'alice', label: 'bot', now: 1 })
    const [client, other] = [await rig.connect(), await rig.enter()]
    await client.ask({ action: 'authenticate', api_key: key.reveal() })
    await client.ask({ action: 'subscribe', symbol: 'TCS', exchange: 'NSE' })
    const revoked = systemClock.monotonic()
    const second = ControlStore.open(rig.folder)
    second.keys.revoke(record.id, systemClock.now())
    second.close()
    expect(await client.closed).toEqual({ code: 4403, reason: 'key revoked or expired' })
    expect(since(revoked)).toBeLessThan(1000)
    await other.settled()
    expect(other.isOpen).toBe(true)
    await until('nothing is held for it any more', () => rig.feed.sets.at(-1)?.topics.length === 0)
    const again = await rig.connect()
    expect(await again.ask({ action: 'authenticate', api_key: key.reveal() })).toMatchObject({ status: 'error' })
  })

  it('that expires closes its clients too', async () => {
    const expiresAt = systemClock.now() + 1000
    const { key } = rig.store.keys.create({ userId: 'alice', label: 'short', now: 1, expiresAt })
    const client = await rig.connect()
    await client.ask({ action: 'authenticate', api_key: key.reveal() })
    expect((await client.closed).code).toBe(4403)
    expect(systemClock.now()).toBeGreaterThanOrEqual(expiresAt)
  })

  it('created while the proxy runs works at once', async () => {
    const { key } = rig.store.keys.create({ userId: 'alice', label: 'new', now: 1 })
    const client = await rig.connect()
    expect(await client.ask({ action: 'auth', apikey: key.reveal() })).toMatchObject({ status: 'success' })
  })

  it('that is a ticket opens a connection which outlives it', async () => {
    const [client, witness] = [await rig.connect(), await rig.connect()]
    const now = systemClock.now()
    const key = rig.store.keys.mintTicket({ userId: 'alice', ttlMs: 1000, now })
    expect(await client.ask({ action: 'auth', apikey: key.reveal() })).toMatchObject({ status: 'success' })
    const marker = rig.store.keys.create({ userId: 'alice', label: 'marker', now: 1, expiresAt: now + 1500 }).key
    await witness.ask({ action: 'auth', apikey: marker.reveal() })
    await witness.closed
    await client.settled()
    expect(client.isOpen).toBe(true)
    expect(await (await rig.connect()).ask({ action: 'auth', apikey: key.reveal() })).toMatchObject({ status: 'error' })
  })

  it('whose feed was switched off while the proxy ran is told so', async () => {
    rig.store.feeds.setEnabled('TESTFEED', false, 1)
    const refused = { code: 'BROKER_ERROR', message: 'No broker configuration found for user' }
    const client = await rig.connect()
    const enter = () => client.ask({ action: 'authenticate', api_key: rig.keys.alice })
    while ((await enter()).status === 'success') await client.settled()
    expect(await enter()).toMatchObject(refused)
  })
})

describe('a message that is too big', () => {
  beforeEach(() => start())
  const padded = (bytes: number) => JSON.stringify({ action: 'ping', pad: 'x'.repeat(bytes - 26) })

  it('closes with 1009: above 64 KiB before the key', async () => {
    const client = await rig.connect()
    await client.ask(padded(65_536))
    client.send(padded(65_537))
    expect((await client.closed).code).toBe(1009)
  })

  it('takes the longest message also in 64 pieces, which a library makes of 4 KiB each', async () => {
    const client = await rig.enter()
    client.sendInPieces(padded(262_144), 4096)
    await until('the pong', () => client.replies.length === 2)
    expect(client.replies[1]).toMatchObject({ type: 'pong' })
  })

  it('closes with 1008 when it comes in more pieces than that', async () => {
    const client = await rig.enter()
    client.sendInPieces(padded(65 * 100), 100)
    expect((await client.closed).code).toBe(1008)
  })

  it('closes with 1009: above 256 KiB after it', async () => {
    const client = await rig.enter()
    await client.ask(padded(262_144))
    client.send(padded(262_145))
    expect((await client.closed).code).toBe(1009)
  })

  it('names more symbols than one message may', async () => {
    await rig.close()
    await start({ proxy: { maxSymbolsPerMessage: 3 } })
    const client = await rig.enter()
    const names = { subscribe: Array(5).fill('NSE:A'), unsubscribe: 'NSE:A,NSE:B,NSE:C,NSE:D' }
    for (const action of ['subscribe', 'unsubscribe'] as const) {
      const reply = await client.ask({ action, symbols: names[action], request_id: 1 })
      expect(reply).toMatchObject({ code: 'INVALID_PARAMETERS', request_id: 1 })
      expect(reply.message).toBe('More than 3 symbols in one message; send several messages')
      expect(reply).toMatchObject({ limit: 'max_symbols_per_message', max: 3, used: action === 'subscribe' ? 5 : 4 })
    }
  })
})

describe('the proxy', () => {
  beforeEach(() => start())

  it('says which port is taken', async () => {
    const { config, folder, exchange, port } = rig
    const options = { folder, bus: exchange.open(), identity: identityOf('proxy'), clock: systemClock, builtin: [] }
    const taken = { ...config, proxy: { ...config.proxy, port } }
    const { log } = rig
    const failure = await startProxy({ ...options, log, config: taken }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(TickwireError)
    expect(failure).toMatchObject({ code: 'PORT_TAKEN', message: expect.stringContaining(String(port)) })
  })

  it('ends its clients without a close frame when it stops, and withdraws what it wanted', async () => {
    const [client, raw] = [await rig.enter(), await RawClient.open(rig.port)]
    await client.ask({ action: 'subscribe', symbol: 'TCS', exchange: 'NSE' })
    await rig.feed.wanted('NSE_TCS_QUOTE')
    await rig.stop()
    expect((await client.closed).code).toBe(1006)
    await until('the raw client is cut', () => raw.hasEnded)
    expect(raw.frames).toEqual([])
    await rig.feed.unwanted('NSE_TCS_QUOTE')
  })
})

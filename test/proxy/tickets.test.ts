import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Identity } from '../../proxy/access.ts'
import { Tickets } from '../../proxy/tickets.ts'
import type { AuditEvent } from '../../shared/audit.ts'
import { ManualClock } from '../../shared/clock.ts'
import { TickwireError } from '../../shared/errors.ts'
import { Secret } from '../../shared/secret.ts'
import { holds } from '../support/holds.ts'
import { type ProxyRig, startRig } from '../support/proxy.ts'

let rig: ProxyRig

beforeAll(async () => {
  rig = await startRig()
})

afterAll(() => rig.close())

const makeKey = (rest: object = {}) => {
  const { key, record } = rig.store.keys.create({ userId: 'alice', label: 'page', now: 1, ...rest })
  return { key: key.reveal(), id: record.id }
}

const post = (key: string | undefined, init: RequestInit = {}) =>
  fetch(`http://127.0.0.1:${rig.port}/api/v1/tickets`, {
    method: 'POST',
    ...init,
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
  })

const mint = async (key: string) => ((await (await post(key)).json()) as { ticket: string }).ticket

async function show(key: string) {
  const client = await rig.connect()
  onTestFinished(() => client.close())
  return { client, reply: await client.ask({ action: 'authenticate', api_key: key }) }
}

const GOOD = { type: 'auth', status: 'success' }
const WRONG = { status: 'error', code: 'AUTHENTICATION_ERROR', message: 'Invalid API key' }

describe('a ticket for a browser', () => {
  it('is given to who shows a key, and kept by nobody on the way', async () => {
    const response = await post(makeKey().key)
    expect([response.status, response.headers.get('cache-control')]).toEqual([201, 'no-store'])
    expect(await response.json()).toEqual({ ticket: expect.stringMatching(/^tw_live_\w+$/), expires_in: 60 })
  })

  it('opens one connection, and is a wrong key from then on', async () => {
    const ticket = await mint(makeKey().key)
    expect((await show(ticket)).reply).toMatchObject({ ...GOOD, user_id: 'alice' })
    expect((await show(ticket)).reply).toMatchObject(WRONG)
  })

  it('counts and reads as its key, and closes with it', async () => {
    const { key, id } = makeKey({ bounds: { symbols: ['TCS'] } })
    const { client } = await show(await mint(key))
    const { subscriptions } = await client.ask({ action: 'subscribe', symbols: 'NSE:TCS,NSE:RELIANCE', mode: 1 })
    expect((subscriptions as { status: string }[]).map(({ status }) => status)).toEqual(['success', 'error'])
    expect(await client.ask({ action: 'subscribe_orders' })).toMatchObject({ code: 'NOT_PERMITTED' })
    const headers = { authorization: `Bearer ${key}` }
    const status = await (await fetch(`http://127.0.0.1:${rig.port}/status`, { headers })).json()
    expect(status).toMatchObject({ keys: [{ id, connections: 1, subscriptions: 1 }] })
    const from = performance.now()
    rig.store.keys.revoke(id, Date.now())
    expect((await client.closed).code).toBe(4403)
    expect(performance.now() - from).toBeLessThan(1000)
  })

  it('is worth nothing once its key is not, nor at another address', async () => {
    const [revoked, bound] = [makeKey(), makeKey()]
    const tickets = [await mint(revoked.key), await mint(bound.key)]
    rig.store.keys.revoke(revoked.id, Date.now())
    rig.store.keys.alter(bound.id, { bounds: () => ({ addresses: ['192.0.2.1'] }) })
    await holds(async () => expect((await post(bound.key)).status).toBe(401))
    for (const ticket of tickets) expect((await show(ticket)).reply).toMatchObject(WRONG)
  })

  it('neither makes tickets nor shows the status, and is as good as before', async () => {
    const ticket = await mint(makeKey().key)
    expect((await post(ticket)).status).toBe(401)
    const headers = { authorization: `Bearer ${ticket}` }
    expect((await fetch(`http://127.0.0.1:${rig.port}/status`, { headers })).status).toBe(401)
    expect((await show(ticket)).reply).toMatchObject(GOOD)
    const local = rig.store.keys.mintTicket({ userId: 'alice', ttlMs: 60_000, now: Date.now() }).reveal()
    expect((await post(local)).status).toBe(401)
  })

  it('is not given without a good key, nor to another method', async () => {
    for (const key of [undefined, 'f'.repeat(64), 'x']) {
      const response = await post(key)
      expect([response.status, await response.json()]).toEqual([
        401,
        { error: expect.stringContaining('valid API key'), code: 'AUTHENTICATION_ERROR' },
      ])
    }
    const response = await fetch(`http://127.0.0.1:${rig.port}/api/v1/tickets`)
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
  })

  it('lies unused ten times at most, and the eleventh is told when to come again', async () => {
    const { key } = makeKey()
    const tickets = await Promise.all(Array.from({ length: 10 }, () => mint(key)))
    const refused = await post(key)
    expect([refused.status, await refused.json()]).toMatchObject([429, { error: '10 tickets of this key lie unused' }])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50)
    expect((await show(tickets[0] ?? '')).reply).toMatchObject(GOOD)
    expect((await post(key)).status).toBe(201)
  })

  it('comes without the body being read that was sent along', async () => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array(1024))
      },
    })
    const response = await post(makeKey().key, { body, duplex: 'half' } as RequestInit)
    expect([response.status, response.headers.get('connection')]).toEqual([201, 'close'])
  })
})

describe('the counter of tickets', () => {
  const ALICE: Identity = { userId: 'alice', keyId: '1', ticket: false }
  const record = { id: 't' } as never

  it('gives a key sixty a minute', () => {
    const clock = new ManualClock()
    const access = { mint: () => ({ ticket: new Secret('t'), record }) }
    const told: AuditEvent[] = []
    const tickets = new Tickets(access, clock, { record: event => told.push(event) })
    const given = Array.from({ length: 61 }, () => tickets.answer(ALICE))
    expect(given.filter(one => one && 'ticket' in one)).toHaveLength(60)
    expect(told).toEqual(Array(60).fill({ action: 'ticket.minted', actor: 'key:1', address: '', result: 'ok' }))
    clock.advance(20_500)
    expect(tickets.answer(ALICE)).toEqual({ status: 429, retryAfter: 40, error: 'more than 60 tickets a minute' })
    clock.advance(39_500)
    expect(tickets.answer(ALICE)).toMatchObject({ expiresIn: 60 })
  })

  it('says that nobody can have one while the database cannot be written', () => {
    const mint = () => {
      throw new TickwireError('STORE_BUSY', 'busy')
    }
    const tickets = new Tickets({ mint }, new ManualClock(), { record: () => {} })
    expect(tickets.answer(ALICE)).toMatchObject({ status: 503, retryAfter: 1 })
  })
})

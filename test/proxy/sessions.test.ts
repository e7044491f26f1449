import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { Access } from '../../proxy/access.ts'
import { Sessions } from '../../proxy/sessions.ts'
import type { AuditEvent } from '../../shared/audit.ts'
import { ManualClock, systemClock } from '../../shared/clock.ts'
import { Secret } from '../../shared/secret.ts'
import { EventReader } from '../support/events.ts'
import { holds } from '../support/holds.ts'
import { type ProxyRig, startRig } from '../support/proxy.ts'

let rig: ProxyRig

beforeAll(async () => {
  rig = await startRig()
})

afterAll(() => rig.close())

interface Session {
  readonly session: string
  readonly expiresIn: number
  readonly admin: boolean
  readonly keyId?: string
}

const makeKey = (rest: object = {}) => {
  const { key, record } = rig.store.keys.create({ userId: 'alice', label: 'page', now: 1, ...rest })
  return { key: key.reveal(), id: record.id }
}

const localTicket = () => rig.store.keys.mintTicket({ userId: 'alice', ttlMs: 60_000, now: systemClock.now() }).reveal()

async function ask(method: string, path: string, bearer?: string) {
  const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }
  const response = await fetch(`http://127.0.0.1:${rig.port}${path}`, { method, headers })
  const text = await response.text()
  return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as Session & { ticket: string } }
}

const start = (bearer?: string) => ask('POST', '/api/v1/session', bearer)
const statusOf = async (bearer: string) => (await ask('GET', '/api/v1/status', bearer)).status
const mint = async (bearer: string) => (await ask('POST', '/api/v1/tickets', bearer)).body.ticket

async function open(key: string) {
  const client = await rig.connect()
  onTestFinished(() => client.close())
  return { client, reply: await client.ask({ action: 'authenticate', api_key: key }) }
}

const show = async (key: string) => (await open(key)).reply

describe('a session of a page', () => {
  it('is given for a key, is no key, and opens connections by tickets only', async () => {
    const { key, id } = makeKey()
    const { status, body } = await start(key)
    expect(status).toBe(201)
    expect(body).toEqual({
      session: expect.stringMatching(/^tw_live_\w+$/),
      expiresIn: 43_200,
      admin: false,
      userId: 'alice',
      keyId: id,
    })
    expect(await statusOf(body.session)).toBe(200)
    expect(await show(body.session)).toMatchObject({ code: 'AUTHENTICATION_ERROR' })
    expect(await show(await mint(body.session))).toMatchObject({ status: 'success', user_id: 'alice' })
  })

  it('uses up the ticket it is given for, a local one too', async () => {
    for (const ticket of [await mint(makeKey().key), localTicket()]) {
      expect((await start(ticket)).status).toBe(201)
      expect((await start(ticket)).status).toBe(401)
      expect(await show(ticket)).toMatchObject({ code: 'AUTHENTICATION_ERROR' })
    }
  })

  it('tends the proxy when its key does, or when it comes from who can read the data folder', async () => {
    expect((await start(makeKey({ scopes: ['admin'] }).key)).body.admin).toBe(true)
    const { body } = await start(localTicket())
    expect(body).toMatchObject({ admin: true, userId: 'alice' })
    expect(body).not.toHaveProperty('keyId')
    expect(await show(await mint(body.session))).toMatchObject({ status: 'success' })
  })

  it('makes no other session', async () => {
    const { body } = await start(makeKey().key)
    expect((await start(body.session)).status).toBe(401)
    expect((await start()).status).toBe(401)
  })

  it('is not renewed by a ticket of its own, which opens a connection all the same', async () => {
    for (const bearer of [makeKey().key, localTicket()]) {
      const ticket = await mint((await start(bearer)).body.session)
      const before = rig.store.sessions.list().length
      expect(await start(ticket)).toMatchObject({
        status: 403,
        body: { error: expect.stringContaining('came from a session'), code: 'NOT_PERMITTED' },
      })
      expect(rig.store.sessions.list()).toHaveLength(before)
      expect(await show(ticket)).toMatchObject({ status: 'success' })
    }
  })

  it('ends when it is told to, and no key does', async () => {
    const { key } = makeKey()
    const { body } = await start(key)
    expect((await ask('DELETE', '/api/v1/session', key)).status).toBe(400)
    expect(await ask('DELETE', '/api/v1/session', body.session)).toEqual({ status: 204, body: undefined })
    expect(await statusOf(body.session)).toBe(401)
    expect(await statusOf(key)).toBe(200)
  })

  it('reads what its key reads, and ends with it', async () => {
    const { key, id } = makeKey({ scopes: ['admin'] })
    const { body } = await start(key)
    rig.store.keys.alter(id, { bounds: () => ({ symbols: ['TCS'] }), scopes: [] })
    await holds(async () => {
      const { body: me } = await ask('GET', '/api/v1/whoami', body.session)
      expect(me).toMatchObject({ keyId: id, scopes: [], bounds: { symbols: ['TCS'] } })
    })
    rig.store.keys.revoke(id, systemClock.now())
    await holds(async () => expect(await statusOf(body.session)).toBe(401))
  })

  it('takes along, when it ends, all that its tickets opened, and those that lie unused; its key goes on', async () => {
    const { key } = makeKey()
    for (const bearer of [key, localTicket()]) {
      const { session } = (await start(bearer)).body
      const { client } = await open(await mint(session))
      const reader = await EventReader.open(rig.port, `symbols=NSE:TCS&mode=ltp&ticket=${await mint(session)}`)
      const unused = await mint(session)
      await ask('DELETE', '/api/v1/session', session)
      expect(await client.closed).toEqual({ code: 4403, reason: 'session over' })
      await reader.ended
      expect(reader.named).toMatchObject([{ name: 'close', data: { code: 4403 } }])
      expect(await show(unused)).toMatchObject({ code: 'AUTHENTICATION_ERROR' })
    }
    expect(await show(key)).toMatchObject({ status: 'success' })
  })

  it('takes along what it opened when others push it out', async () => {
    const { key, id } = makeKey()
    const { client } = await open(await mint((await start(key)).body.session))
    const wish = { userId: 'alice', keyId: id, ticketId: undefined, ttlMs: 60_000, most: 1, now: systemClock.now() }
    rig.store.sessions.start(wish)
    expect((await client.closed).code).toBe(4403)
  })

  it('ends, with what it opened, when a command ends all sessions, also one that has no key', async () => {
    const { session } = (await start(localTicket())).body
    const { client } = await open(await mint(session))
    rig.store.sessions.endAll()
    expect((await client.closed).code).toBe(4403)
    expect(await statusOf(session)).toBe(401)
  })

  it('takes along what it opened when its hours are over', () => {
    const { key } = makeKey()
    const clock = new ManualClock()
    const access = new Access({ store: rig.store, clock, log: rig.log, validBrokers: undefined, onChange: () => {} })
    onTestFinished(() => access.close())
    const wish = { ttlMs: 3_600_000, most: 50, mayStart: () => true }
    const started = access.startSession(key, '', wish)
    if (typeof started !== 'object') throw new Error('a key starts a session')
    const minted = access.mint(started.identity, { ttlMs: 60_000, most: 10 })
    const opened = 'ticket' in minted ? access.authenticate(minted.ticket.reveal(), '') : undefined
    clock.advance(3_599_000)
    expect(opened && access.mayStay(opened)).toBe(true)
    clock.advance(1000)
    expect(opened && access.mayStay(opened)).toBe(false)
  })

  it('shares with its key, and its other sessions, the tickets that may lie unused', async () => {
    const { key } = makeKey()
    const bearers = [key, (await start(key)).body.session, (await start(key)).body.session]
    for (let nth = 0; nth < 10; nth++) await mint(bearers[nth % 3] ?? '')
    for (const bearer of bearers) expect((await ask('POST', '/api/v1/tickets', bearer)).status).toBe(429)
  })

  it('is one of fifty of its key: the oldest goes', async () => {
    const { key, id } = makeKey()
    const first = (await start(key)).body.session
    const second = (await start(key)).body.session
    const [record] = rig.store.sessions.list().filter(({ parentId }) => parentId === id)
    const wish = { userId: 'alice', keyId: id, ticketId: undefined, ttlMs: 60_000, most: 50, now: systemClock.now() }
    for (let nth = 0; nth < 49; nth++) rig.store.sessions.start(wish)
    expect(rig.store.sessions.counts(systemClock.now()).get(id)).toBe(50)
    expect(rig.store.sessions.list().some(one => one.id === record?.id)).toBe(false)
    await holds(async () => expect(await statusOf(first)).toBe(401))
    expect(await statusOf(second)).toBe(200)
  })
})

describe('the counter of sessions', () => {
  const identity = { userId: 'alice', keyId: '1', ticket: false, session: 's', address: '192.0.2.1' }
  const access = {
    startSession: (_: string, __: string, { mayStart }: { mayStart: (holder: string) => boolean }) =>
      mayStart('1') ? { session: new Secret('s'), identity } : undefined,
    endSession: () => {},
    allows: () => false,
  }

  it('gives a key sixty a minute, and the audit hears of each beginning and end', () => {
    const clock = new ManualClock()
    const told: AuditEvent[] = []
    const sessions = new Sessions(access, clock, { record: event => told.push(event) })
    for (let nth = 0; nth < 60; nth++) sessions.start('key', '')
    clock.advance(20_500)
    expect(sessions.start('key', '')).toEqual({ waitMs: 39_500 })
    const event = { actor: 'key:1', subject: 's', address: '192.0.2.1', result: 'ok' }
    expect(told).toEqual(Array(60).fill({ action: 'session.created', ...event }))
    expect(sessions.end(identity)).toBe(true)
    expect(told.at(-1)).toEqual({ action: 'session.ended', ...event })
  })
})

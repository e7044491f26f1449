import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { indianDate } from '../../../shared/market/india.ts'
import { RawClient, until } from './client.ts'
import type { Dialect } from './connection.ts'
import { FlattradeEmulator } from './server.ts'

let emulator: FlattradeEmulator
const clients: RawClient[] = []

beforeEach(async () => {
  emulator = await FlattradeEmulator.start({ tickMs: 0, today: '2026-11-21', recorded: false })
})

afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  await emulator.close()
})

/** An open socket on which nothing has been said. */
async function connect(dialect?: Dialect): Promise<RawClient> {
  const client = new RawClient(emulator, dialect)
  clients.push(client)
  await until(() => expect(client.isOpen).toBe(true))
  return client
}

async function loggedIn(): Promise<RawClient> {
  const client = await connect()
  client.login(emulator.account.accessToken() ?? emulator.account.login())
  await until(() => expect(client.of('ak')).toEqual([{ t: 'ak', uid: 'FT000000', s: 'OK' }]))
  return client
}

/** Everything that was sent before is heard by the time this is answered. */
async function fence(client: RawClient): Promise<void> {
  const before = client.of('hk').length
  client.send({ t: 'h' })
  await until(() => expect(client.of('hk').length).toBe(before + 1))
}

const isBeat = (request: unknown): boolean => JSON.stringify(request) === '{"t":"h"}'

const restart = async (options: Parameters<typeof FlattradeEmulator.start>[0]) => {
  await emulator.close()
  emulator = await FlattradeEmulator.start({ today: '2026-11-21', recorded: false, ...options })
}

describe('the login', () => {
  it('is a frame; nothing is heard before it', async () => {
    const client = await connect()
    for (const frame of [{ t: 'h' }, { t: 't', k: 'NSE|22' }, { t: 'o', actid: 'FT000000' }, '{', '[]'])
      client.send(frame)
    client.login(emulator.account.login())
    await until(() => expect(client.frames).toEqual([{ t: 'ak', uid: 'FT000000', s: 'OK' }]))
    expect(emulator.open[0]).toMatchObject({ subscriptions: 0, wantsOrders: false })
  })

  it('that is refused leaves the socket open and silent, and a right one after it is taken', async () => {
    const token = emulator.account.login()
    const client = await connect()
    client.login('another')
    await until(() => expect(client.of('ak')).toEqual([{ t: 'ak', uid: 'FT000000', s: 'NOT_OK' }]))
    client.send({ t: 't', k: 'NSE|22' })
    client.login(token, { actid: 'FT000001' })
    client.login(token, { t: 'c', susertoken: token })
    await until(() => expect(client.frames.map(({ s }) => s)).toEqual(['NOT_OK', 'NOT_OK', 'NOT_OK']))
    expect(client.isOpen).toBe(true)
    client.login(token)
    await until(() => expect(client.frames.at(-1)).toMatchObject({ s: 'OK' }))
  })

  it('of the older dialect is another frame at another address', async () => {
    const token = emulator.account.login()
    const client = await connect('noren-classic')
    client.login(token)
    client.send({ t: 'c', uid: 'FT000000', actid: 'FT000000', source: 'API', susertoken: token })
    client.send({ t: 'o', actid: 'FT000000' })
    await until(() =>
      expect(client.frames).toEqual([
        { t: 'ck', uid: 'FT000000', s: 'NOT_OK' },
        { t: 'ck', uid: 'FT000000', s: 'OK' },
        { t: 'ok' },
      ]),
    )
  })

  it('ends the connection that the user had, with a clean close', async () => {
    const [first, second] = [await loggedIn(), await loggedIn()]
    await until(() => expect(first.closed).toEqual({ code: 1000, reason: '' }))
    expect(second.isOpen).toBe(true)
    const classic = await connect('noren-classic')
    const susertoken = emulator.account.accessToken()
    classic.send({ t: 'c', uid: 'FT000000', actid: 'FT000000', source: 'API', susertoken })
    await until(() => expect(second.closed).toEqual({ code: 1000, reason: '' }))
  })

  it('is at its addresses only', async () => {
    const elsewhere = new RawClient(emulator, { url: `${emulator.classicUrl}2` })
    clients.push(elsewhere)
    await until(() => expect(elsewhere.refused?.status).toBe(404))
  })
})

describe('a subscription', () => {
  it('is answered with the whole record of each scrip', async () => {
    const client = await loggedIn()
    client.send({ t: 't', k: 'NSE|22#NSE|26000#BSE|500325' })
    await until(() =>
      expect(client.of('tk').map(({ e, tk }) => `${e}|${tk}`)).toEqual(['NSE|22', 'NSE|26000', 'BSE|500325']),
    )
    const [acc, nifty] = client.of('tk')
    expect(acc).toMatchObject({ ts: 'ACC-EQ', pp: '2', ls: '1', ti: '0.05', lp: expect.stringMatching(/^\d+\.\d{2}$/) })
    expect(Object.keys(acc ?? {})).toEqual(expect.arrayContaining(['o', 'h', 'l', 'c', 'ap', 'v', 'bp1', 'sq1', 'ft']))
    expect(Object.keys(acc ?? {})).not.toContain('bp2')
    expect(Object.keys(nifty ?? {})).not.toContain('v')
  })

  it('of depth has five levels and what belongs to them', async () => {
    const client = await loggedIn()
    const future = emulator.scrips.find(({ contract }) => contract.kind === 'FUT' && contract.exchange === 'NFO')
    client.send({ t: 'd', k: future?.key })
    await until(() => expect(client.of('dk')).toHaveLength(1))
    const codes = ['bp5', 'bq5', 'bo5', 'sp5', 'ltt', 'ltq', 'tbq', 'uc', 'oi', 'toi', '52h']
    expect(Object.keys(client.of('dk')[0] ?? {})).toEqual(expect.arrayContaining(codes))
  })

  it('of what is not known gets no answer at all', async () => {
    const client = await loggedIn()
    emulator.faults.unanswered({ keys: ['NSE|3045'] })
    client.send({ t: 't', k: 'NSE|999999#NSE|NIFTY#NOWHERE|1#NSE|3045#' })
    await fence(client)
    expect(client.frames.map(({ t }) => t)).toEqual(['ak', 'hk'])
    await emulator.faults.heal()
    client.send({ t: 't', k: 'NSE|3045' })
    await until(() => expect(client.of('tk')).toHaveLength(1))
  })

  it('beyond the limit gets none, either', async () => {
    await restart({ tickMs: 0, scripLimit: 2 })
    const client = await loggedIn()
    client.send({ t: 't', k: 'NSE|22#NSE|3045#NSE|1594' })
    await fence(client)
    expect(client.of('tk').map(({ tk }) => tk)).toEqual(['22', '3045'])
  })

  it('of the same scrip again sends its record again', async () => {
    const client = await loggedIn()
    client.send({ t: 't', k: 'NSE|22' })
    client.send({ t: 't', k: 'NSE|22' })
    await until(() => expect(client.of('tk')).toHaveLength(2))
    expect(emulator.open[0]?.subscriptions).toBe(1)
  })

  it('ends with an answer, and touchline and depth each for itself', async () => {
    const client = await loggedIn()
    client.send({ t: 't', k: 'NSE|22' })
    client.send({ t: 'd', k: 'NSE|22' })
    client.send({ t: 'u', k: 'NSE|22' })
    await until(() => expect(client.of('uk')).toEqual([{ t: 'uk', k: 'NSE|22' }]))
    expect(emulator.open[0]?.subscribed.depth.size).toBe(1)
    client.send({ t: 'ud', k: 'NSE|22' })
    await until(() => expect(client.of('udk')).toEqual([{ t: 'udk', k: 'NSE|22' }]))
    expect(emulator.open[0]?.subscriptions).toBe(0)
  })
})

describe('a moving market', () => {
  it('is told by what has changed, which leads to what there is', async () => {
    await restart({ tickMs: 10 })
    const client = await loggedIn()
    client.send({ t: 'd', k: 'NSE|22' })
    await until(() => expect(client.of('df').length).toBeGreaterThan(20))
    const { length } = client.frames
    for (const { t, ts, pp } of client.of('df')) expect([t, ts, pp]).toEqual(['df', undefined, undefined])
    const sizes = client.of('df').map(frame => Object.keys(frame).length)
    expect(Math.min(...sizes)).toBeLessThan(20)
    const state = Object.assign({}, ...client.frames.slice(0, length)) as { [code: string]: string }
    expect(Object.keys(state)).toEqual(expect.arrayContaining(['lp', 'c', 'bp5', 'so5']))
  })

  it('is silent or mute on order', async () => {
    await restart({ tickMs: 10 })
    const client = await loggedIn()
    client.send({ t: 't', k: 'NSE|22' })
    await until(() => expect(client.of('tf').length).toBeGreaterThan(2))
    emulator.faults.silence()
    await fence(client)
    const { length } = client.of('tf')
    await fence(client)
    expect(client.of('tf')).toHaveLength(length)
    emulator.faults.mute()
    client.send({ t: 'h' })
    await until(() => expect(emulator.open[0]?.requests.filter(one => isBeat(one))).toHaveLength(3))
    await emulator.faults.heal()
    await until(() => expect(client.of('tf').length).toBeGreaterThan(length))
    expect(client.of('hk')).toHaveLength(2)
  })
})

describe('orders', () => {
  it('reach those who have asked for them', async () => {
    const client = await loggedIn()
    emulator.faults.order()
    client.send({ t: 'o', actid: 'FT000000' })
    await fence(client)
    emulator.faults.order({ status: 'CANCELED' })
    await until(() => expect(client.of('om')).toHaveLength(1))
    expect(client.of('om')[0]).toMatchObject({ exch: 'NSE', status: 'CANCELED', uid: 'FT000000' })
    expect(client.of('ok')).toEqual([])
    client.send({ t: 'uo' })
    await until(() => expect(client.of('uok')).toHaveLength(1))
  })
})

describe('bad manners', () => {
  it('evict, and refuse logins on sockets that stay open', async () => {
    const client = await loggedIn()
    emulator.faults.evict()
    await until(() => expect(client.closed).toEqual({ code: 1000, reason: '' }))
    emulator.faults.refuseLogin({ times: 1 })
    const next = await connect()
    next.login(emulator.account.accessToken())
    await until(() => expect(next.frames.at(-1)).toMatchObject({ s: 'NOT_OK' }))
    expect(next.isOpen).toBe(true)
    next.login(emulator.account.accessToken())
    await until(() => expect(next.frames.at(-1)).toMatchObject({ s: 'OK' }))
  })

  it('let another program log in: the older token is good no more', async () => {
    const client = await loggedIn()
    const before = emulator.account.accessToken()
    emulator.faults.loginElsewhere()
    await until(() => expect(client.closed?.code).toBe(1000))
    const next = await connect()
    next.login(before)
    await until(() => expect(next.of('ak')).toMatchObject([{ s: 'NOT_OK' }]))
  })

  it('end the token and its sockets, or the token alone', async () => {
    const client = await loggedIn()
    emulator.faults.expireToken({ keepSockets: true })
    await fence(client)
    emulator.account.login()
    const next = await loggedIn()
    emulator.faults.expireToken()
    await until(() => expect(next.closed?.code).toBe(1006))
  })

  it('cut a record, send what is none, push what is said', async () => {
    const client = await loggedIn()
    client.send({ t: 't', k: 'NSE|22' })
    await fence(client)
    emulator.faults.truncated()
    emulator.faults.garbage({ frames: 2 })
    expect(emulator.push(['{"t":"zz"}'])).toBe(1)
    await until(() => expect(client.of('zz')).toHaveLength(1))
    expect(client.broken).toEqual([expect.stringMatching(/^\{"t":"tk"/)])
    expect(client.binary).toHaveLength(2)
  })

  it.each([
    ['closeFrame', { code: 1001 }, 1001],
    ['drop', {}, 1006],
    ['reset', {}, 1006],
  ] as const)('%s ends a connection', async (name, options, code) => {
    const client = await loggedIn()
    emulator.faults[name](options)
    await until(() => expect(client.closed?.code).toBe(code))
  })

  it('refuse handshakes, and come back after an outage', async () => {
    emulator.faults.refuse429({ retryAfterS: 3 })
    const client = new RawClient(emulator)
    clients.push(client)
    await until(() => expect(client.refused).toEqual({ status: 429, retryAfter: '3' }))
    const open = await loggedIn()
    emulator.faults.outage()
    await until(() => expect(open.closed?.code).toBe(1006))
    await emulator.faults.heal()
    await loggedIn()
  })
})

describe('what was recorded', () => {
  it('is played from its beginning, over and over', async () => {
    await restart({ tickMs: 5, recorded: true, today: indianDate(0) })
    const recorded = [...(await import('./recorded.ts')).recordedFrames().values()][0] ?? []
    const client = await loggedIn()
    client.send({ t: 't', k: 'NSE|11630' })
    const length = Math.max(4, recorded.length + 2)
    await until(() => expect(client.of('tk', 'tf').length).toBeGreaterThanOrEqual(length))
    const played = client.of('tk', 'tf').slice(0, length)
    if (recorded.length > 0) expect(played).toEqual(played.map((_, at) => recorded[at % recorded.length]))
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../../shared/clock.ts'
import { equity, feedRecord, OPTION, type ProxyRig, startRig } from '../../support/proxy.ts'

/** More than are looked at in one step, and what comes last of them. */
const MANY = Array.from({ length: 700 }, (_, nth) => `WIDE${String(nth).padStart(4, '0')}`)
const LAST = 'WIDE0699'

let rig: ProxyRig

beforeAll(async () => {
  rig = await startRig({
    symbols: ['TCSLTD'],
    feeds: [feedRecord('OTHER')],
    lists: { OTHER: [equity('TCS'), equity('INFY'), ...MANY.map(equity)] },
  })
})

afterAll(() => rig.close())

interface Found {
  readonly exchange: string
  readonly symbol: string
  readonly feeds: readonly string[]
}

async function ask(path: string, key = rig.keys.alice) {
  const headers = { authorization: `Bearer ${key}` }
  const response = await fetch(`http://127.0.0.1:${rig.port}/api/v1${path}`, { headers })
  const body = (await response.json()) as Record<string, unknown> & { instruments: Found[]; error: string }
  return { status: response.status, body }
}

const names = async (query: string, key?: string) =>
  (await ask(`/instruments?${query}`, key)).body.instruments.map(({ exchange, symbol }) => `${exchange}:${symbol}`)

describe('instruments', () => {
  it('are found by words, the best match in front, each once with the feeds that list it', async () => {
    expect((await names('q=nifty%2024800%20ce'))[0]).toBe(`NFO:${OPTION}`)
    const { body } = await ask('/instruments?q=tcs')
    expect(body.instruments).toMatchObject([
      { exchange: 'NSE', symbol: 'TCS', name: 'TCS', kind: 'EQ', lot: 1, tickSize: 0.05, feeds: ['TESTFEED', 'OTHER'] },
      { symbol: 'TCSLTD', feeds: ['TESTFEED'] },
    ])
    expect(await names('q=nifty&exchange=NSE_INDEX')).toEqual(['NSE_INDEX:NIFTY'])
    expect(await names('q=nifty&kind=CE')).toEqual([`NFO:${OPTION}`])
    expect(await names('exchange=NSE&limit=1')).toHaveLength(1)
  })

  it('tell one by its name, and where to look for what is not there', async () => {
    expect((await ask(`/instruments/NFO/${OPTION}`)).body).toMatchObject({
      expiry: '2026-11-28',
      strike: 24800,
      lot: 75,
    })
    expect((await ask('/instruments/NSE/M%26M')).body).toMatchObject({ symbol: 'M&M' })
    expect(await ask('/instruments/NSE/BOGUS')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } })
  })

  it('are those that the key may read, of the feeds it has', async () => {
    const bound = { symbols: ['TCS'], exchanges: ['NSE' as const] }
    const { key } = rig.store.keys.create({ userId: 'alice', label: 'b', bounds: bound, feeds: ['OTHER'], now: 1 })
    expect(await names('q=tcs', key.reveal())).toEqual(['NSE:TCS'])
    expect(await names('q=nifty', key.reveal())).toEqual([])
    expect((await ask('/instruments/NSE/INFY', key.reveal())).status).toBe(404)
    expect(await names('q=tcs', rig.keys.bob)).toEqual([])
  })

  it('are found by a bound key behind hundreds that it may not read', async () => {
    const bounds = { symbols: [LAST] }
    const { key } = rig.store.keys.create({ userId: 'alice', label: 'b', bounds, now: 1 })
    expect(await names('q=wide', key.reveal())).toEqual([`NSE:${LAST}`])
    expect(await names('q=wide&limit=5')).toHaveLength(5)
  })

  it('are found by the first letters of many, and the others count for nothing', async () => {
    expect(await names('q=t+t+t+x+y+z')).toContain('NSE:TCS')
    expect(await names('q=t+t+x')).toEqual([])
  })

  it.each([
    ['limit=0&q=x', 'limit=0 is not understood: must be a whole number from 1 to 100'],
    ['limit=x&q=x', 'limit=x is not understood: must be a whole number from 1 to 100'],
    ['exchange=NSEE', 'exchange=NSEE is not understood: must be one of NSE, '],
    ['', 'q: say what to look for'],
  ])('are not looked for by %j', async (query, error) => {
    expect(await ask(`/instruments?${query}`)).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining(error) },
    })
  })
})

describe('feeds', () => {
  it('are those of the key, as they stand', async () => {
    const { body } = await ask('/feeds')
    expect(body.feeds).toMatchObject([
      { name: 'TESTFEED', broker: 'testbroker', state: 'live', external: false, since: expect.any(Number) },
      { name: 'OTHER' },
    ])
    expect((await ask('/feeds', rig.keys.bob)).body.feeds).toEqual([])
  })

  it('are all of them for a local ticket', async () => {
    const ticket = rig.store.keys.mintTicket({ userId: 'bob', ttlMs: 60_000, now: systemClock.now() })
    const { body } = await ask('/feeds', ticket.reveal())
    expect((body.feeds as Found[]).length).toBeGreaterThan(1)
  })
})

describe('the calendar', () => {
  it('tells of each exchange what goes on, what comes next, and the next days that are different', async () => {
    const { body } = await ask('/calendar')
    expect(body).toMatchObject({ zone: 'Asia/Kolkata', origin: 'shipped', market: 'calendar' })
    const segments = body.segments as { exchange: string; phase?: string; until?: number; nextOpen?: number }[]
    expect(segments.map(({ exchange }) => exchange)).toEqual(expect.arrayContaining(['NSE', 'NFO', 'MCX', 'CDS']))
    expect(body.exceptions).toEqual(expect.any(Array))
  })
})

describe('the short forms', () => {
  it('tell whether it serves, without a key, and nothing else', async () => {
    for (const path of ['/health', '/api/system/health']) {
      const health = await (await fetch(`http://127.0.0.1:${rig.port}${path}`)).json()
      expect(health).toEqual({ status: 'ok', version: expect.stringMatching(/^\d/) })
    }
    expect((await fetch(`http://127.0.0.1:${rig.port}/api/status`)).status).toBe(401)
  })
})

import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ManualClock } from '../../../shared/clock.ts'
import { ROOT } from '../../support/source.ts'
import { FyersEmulator } from './server.ts'
import { claimsOf } from './token.ts'

let emulator: FyersEmulator

beforeEach(async () => {
  emulator = await FyersEmulator.start({ tickMs: 0, today: '2026-11-21', recorded: false })
})
afterEach(() => emulator.close())

const hash = (secret = emulator.account.appSecret) =>
  createHash('sha256').update(`${emulator.account.appId}:${secret}`).digest('hex')

const post = async (path: string, content: object, headers: Record<string, string> = {}) => {
  const answer = await fetch(`${emulator.apiUrl}${path}`, { method: 'POST', body: JSON.stringify(content), headers })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

const exchange = (code: string, appIdHash = hash()) =>
  post('/api/v3/validate-authcode', { grant_type: 'authorization_code', appIdHash, code })

const known = () => ({ Authorization: `${emulator.account.appId}:${emulator.account.accessToken()}` })

const get = async (path: string) => {
  const answer = await fetch(`${emulator.apiUrl}${path}`, { headers: known() })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

describe('a login', () => {
  it('leads through the browser to a token with the key of the price socket', async () => {
    const query = new URLSearchParams({
      client_id: emulator.account.appId,
      redirect_uri: 'http://127.0.0.1:8766/',
      response_type: 'code',
      state: 'a b',
    })
    const page = await fetch(`${emulator.loginUrl}?${query.toString()}`, { redirect: 'manual' })
    const back = new URL(page.headers.get('location') ?? '').searchParams
    expect([back.get('s'), back.get('state')]).toEqual(['ok', 'a b'])
    const { body } = await exchange(back.get('auth_code') ?? '')
    expect(body).toMatchObject({ s: 'ok', code: 200 })
    const claims = claimsOf(String(body.access_token))
    expect(claims).toMatchObject({ sub: 'access_token', fy_id: 'XE00001', hsm_key: expect.stringMatching(/^\w{56}$/) })
    expect(emulator.account.accessToken()).toBe(body.access_token)
  })

  it('is refused with a wrong secret, a code twice, another app or another address', async () => {
    const code = emulator.account.authCode()
    expect((await exchange(code, hash('other'))).body).toMatchObject({ s: 'error', code: -371 })
    expect((await exchange(code)).status).toBe(200)
    expect((await exchange(code)).body).toMatchObject({ s: 'error', code: -374 })
    for (const wrong of [{ client_id: 'X-100' }, { redirect_uri: 'http://127.0.0.1/' }]) {
      const right = { client_id: emulator.account.appId, redirect_uri: 'http://127.0.0.1:8766/', response_type: 'code' }
      const page = await fetch(`${emulator.loginUrl}?${new URLSearchParams({ ...right, ...wrong }).toString()}`)
      expect(page.status).toBe(400)
    }
  })

  it('is renewed by the PIN and the refresh token, which stays', async () => {
    const { body } = await exchange(emulator.account.authCode())
    const renew = (pin: string, refresh_token = String(body.refresh_token)) =>
      post('/api/v3/validate-refresh-token', { grant_type: 'refresh_token', appIdHash: hash(), refresh_token, pin })
    emulator.faults.expireToken()
    expect((await renew('9999')).body).toMatchObject({ s: 'error' })
    expect((await renew('1234', 'a.b.c')).body).toMatchObject({ s: 'error' })
    const renewed = await renew('1234')
    expect(renewed.body).toMatchObject({ s: 'ok', access_token: emulator.account.accessToken() })
    expect(renewed.body).not.toHaveProperty('refresh_token')
    emulator.faults.endRefresh()
    expect((await renew('1234')).body).toMatchObject({ s: 'error' })
  })

  it('ends in the morning in India', async () => {
    await emulator.close()
    const clock = new ManualClock(Date.parse('2026-11-23T20:00:00+05:30'))
    emulator = await FyersEmulator.start({ tickMs: 0, clock })
    const exp = claimsOf(emulator.login())?.exp ?? 0
    expect(new Date(exp * 1000).toISOString()).toBe('2026-11-24T00:30:00.000Z')
  })
})

describe('what is asked with a token', () => {
  beforeEach(() => void emulator.login())

  it('is refused without one', async () => {
    emulator.faults.expireToken()
    expect(await get('/data/quotes?symbols=NSE:TCS-EQ')).toMatchObject({ status: 401, body: { s: 'error', code: -16 } })
  })

  it('gives tokens of symbols, and names those that are none', async () => {
    const symbols = ['NSE:TCS-EQ', 'NSE:NOBODY-EQ']
    const { body } = await post('/data/symbol-token', { symbols }, known())
    expect(body).toMatchObject({ validSymbol: { 'NSE:TCS-EQ': '101000000011536' }, invalidSymbol: ['NSE:NOBODY-EQ'] })
    const many = Array.from({ length: 501 }, () => 'NSE:TCS-EQ')
    expect((await post('/data/symbol-token', { symbols: many }, known())).body).toMatchObject({ code: -351 })
  })

  it('gives quotes of fifty symbols at once, and the book of one', async () => {
    const { body } = await get('/data/quotes?symbols=NSE:TCS-EQ,NSE:NOBODY-EQ')
    expect(body.d).toMatchObject([
      { n: 'NSE:TCS-EQ', s: 'ok', v: { lp: 3100, short_name: 'TCS-EQ', fyToken: '101000000011536' } },
      { n: 'NSE:NOBODY-EQ', s: 'error' },
    ])
    const many = Array.from({ length: 51 }, () => 'NSE:TCS-EQ').join(',')
    expect((await get(`/data/quotes?symbols=${many}`)).body).toMatchObject({ code: -351 })
    const depth = await get('/data/depth?symbol=NSE:TCS-EQ&ohlcv_flag=1')
    const { 'NSE:TCS-EQ': book } = depth.body.d as Record<string, { ask: object[]; bids: object[]; ltp: number }>
    expect([book?.ask.length, book?.bids.length, book?.ltp]).toEqual([5, 5, 3100])
  })

  it('gives the address of the deep books', async () => {
    expect((await get('/indus/home/tbtws')).body).toMatchObject({ data: { socket_url: emulator.booksUrl } })
  })

  it('fails in the words of the broker on order', async () => {
    emulator.faults.restStatus({ status: 429 })
    expect(await get('/data/quotes?symbols=NSE:TCS-EQ')).toMatchObject({ status: 429, body: { code: -429 } })
    emulator.faults.restDown()
    await expect(get('/data/quotes?symbols=NSE:TCS-EQ')).rejects.toThrow()
  })
})

const fixture = join(ROOT, '../shared/fixtures/brokers/fyers/symbol-master-rows.csv')

describe('the symbol master', () => {
  const list = async (name: string) => (await fetch(`${emulator.masterUrl}/${name}.csv`)).text()

  it('has 21 columns in every row of every file, and no ticker or fytoken twice', async () => {
    const names = ['NSE_CM', 'NSE_FO', 'NSE_CD', 'NSE_COM', 'BSE_CM', 'BSE_FO', 'MCX_COM']
    const files = await Promise.all(names.map(list))
    const rows = files.flatMap(file => file.trim().split('\n')).map(line => line.split(','))
    expect(new Set(rows.map(row => row.length))).toEqual(new Set([21]))
    expect(rows).toHaveLength(emulator.listed.rows.length)
    for (const column of [0, 9]) expect(new Set(rows.map(row => row[column])).size).toBe(rows.length)
    const json = (await (await fetch(`${emulator.masterUrl}/MCX_COM_sym_master.json`)).json()) as object
    expect(json).toMatchObject({ 'MCX:CRUDEOIL26NOVFUT': { minLotSize: 1, qtyMultiplier: 100 } })
  })

  it('spells weekly options by one character, and futures of the BSE without a kind', async () => {
    const nse = await list('NSE_FO')
    expect(nse).toContain(',NSE:NIFTY26D0126050CE,')
    expect(nse).toContain(',NSE:NIFTY26NOV26100CE,')
    expect(await list('BSE_FO')).toMatch(/^\d+,SENSEX 26 Nov 26 FUT,.*,SENSEX,\d+,-1\.0,,/)
  })

  it.runIf(existsSync(fixture))('has the columns of the published rows', async () => {
    const published = readFileSync(fixture, 'utf8')
      .trim()
      .split('\n')
      .map(line => line.split(','))
    const share = (await list('NSE_CM'))
      .split('\n')
      .map(line => line.split(','))
      .find(row => row[9] === 'NSE:SBIN-EQ')
    const same = [0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 15, 16]
    expect(same.map(column => share?.[column])).toEqual(same.map(column => published[0]?.[column]))
    const [, , option] = published
    const made = (await list('NSE_FO'))
      .split('\n')
      .map(line => line.split(','))
      .find(row => row[16] === 'CE')
    // The same length of the fytoken's date, the same form of the strike, the same hour of expiry.
    expect(made?.[0]?.slice(0, 4)).toBe(option?.[0]?.slice(0, 4))
    expect(made?.[15]).toMatch(/^\d+\.\d$/)
    const hour = (seconds: string | undefined) => (Number(seconds) + 19_800) % 86_400
    expect(hour(made?.[8])).toBe(hour(option?.[8]))
  })
})

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { indianDate } from '../../../shared/market/india.ts'
import { eventually } from '../../support/system.ts'
import { RawClient } from './client.ts'
import { AngelEmulator } from './server.ts'

let emulator: AngelEmulator

beforeEach(async () => {
  emulator = await AngelEmulator.start({ tickMs: 0, recorded: false, today: '2026-11-21' })
})
afterEach(() => emulator.close())

const headers = (more: Record<string, string> = {}) => ({
  'Content-Type': 'application/json',
  'X-PrivateKey': emulator.account.apiKey,
  'X-SourceID': 'WEB',
  'X-MACAddress': '00:00:00:00:00:00',
  ...more,
})

async function post(path: string, body: object, more: Record<string, string> = {}) {
  const answer = await fetch(`${emulator.origin}${path}`, {
    method: 'POST',
    headers: headers(more),
    body: JSON.stringify(body),
  })
  const text = await answer.text()
  return { status: answer.status, text, json: text.startsWith('{') ? JSON.parse(text) : undefined }
}

const LOGIN = '/rest/auth/angelbroking/user/v1/loginByPassword'
const QUOTE = '/rest/secure/angelbroking/market/v1/quote'
const login = (other: object = {}) =>
  post(LOGIN, { clientcode: 'A123456', password: '2468', totp: emulator.answer(), ...other })

describe('the login', () => {
  it('gives three tokens for client code, PIN and code; they open both sockets', async () => {
    const { status, json } = await login()
    expect([status, json.status]).toEqual([200, true])
    const stream = RawClient.stream(emulator, json.data)
    const orders = new RawClient(emulator.settings.orders_url, { Authorization: `Bearer ${json.data.jwtToken}` })
    await eventually(() => stream.isOpen && orders.isOpen)
    for (const one of [stream, orders]) one.close()
  })

  it('says in its token when it ends: at five in the morning in India', async () => {
    const { json } = await login()
    const claims = JSON.parse(Buffer.from(json.data.jwtToken.split('.')[1], 'base64url').toString())
    expect(claims.exp * 1000).toBeGreaterThan(Date.now())
    expect(new Date(claims.exp * 1000).toISOString()).toMatch(/T23:30:00/)
    expect(indianDate(claims.exp * 1000) >= indianDate(Date.now())).toBe(true)
  })

  it.each([
    [{ password: '1111' }, 'AB1007'],
    [{ clientcode: 'B1' }, 'AB1007'],
    [{ totp: '000000' }, 'AB1050'],
    [{ totp: undefined }, 'AB1000'],
  ])('with %j fails with %s, and HTTP 200', async (other, errorcode) => {
    expect(await login(other)).toMatchObject({ status: 200, json: { status: false, errorcode, data: null } })
  })

  it.each(['X-PrivateKey', 'X-SourceID', 'X-MACAddress'])('without the header %s is refused with 400', async name => {
    expect(await post(LOGIN, {}, { [name]: '' })).toMatchObject({ status: 400, json: { errorcode: 'AB1012' } })
  })
})

describe('a refresh', () => {
  const REFRESH = '/rest/auth/angelbroking/jwt/v1/generateTokens'

  it('gives new tokens, also after the old one has ended, and only once', async () => {
    const { refreshToken } = emulator.login()
    emulator.faults.expireToken()
    const { json } = await post(REFRESH, { refreshToken })
    expect(json.data.feedToken).toMatch(/^feed\./)
    expect(emulator.account.accessToken()).toBe(json.data.jwtToken)
    expect((await post(REFRESH, { refreshToken })).json).toMatchObject({ errorcode: 'AB8050' })
  })

  it('is over on order', async () => {
    const { refreshToken } = emulator.login()
    emulator.faults.endRefresh()
    expect((await post(REFRESH, { refreshToken })).json).toMatchObject({ errorcode: 'AB8050' })
  })
})

describe('quotes', () => {
  const bearer = () => ({ Authorization: `Bearer ${emulator.login().jwtToken}` })

  it('are in rupees, with what was not found named', async () => {
    const exchangeTokens = { NSE: ['3045', '404404'], CDS: ['1594'] }
    const { json } = await post(QUOTE, { mode: 'FULL', exchangeTokens }, bearer())
    expect(json.data.fetched).toMatchObject([
      { exchange: 'NSE', tradingSymbol: 'SBIN-EQ', symbolToken: '3045', depth: { buy: expect.any(Array) } },
      { exchange: 'CDS', symbolToken: '1594' },
    ])
    expect(json.data.fetched[0].ltp).toBeCloseTo(960, -2)
    expect(json.data.fetched[0].exchFeedTime).toMatch(/^\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d$/)
    expect(json.data.unfetched).toMatchObject([{ symbolToken: '404404' }])
  })

  it('of an index have no trade', async () => {
    const { json } = await post(QUOTE, { mode: 'FULL', exchangeTokens: { NSE: ['99926000'] } }, bearer())
    expect(json.data.fetched[0]).toMatchObject({ exchTradeTime: '01-Jan-1970 05:30:00', tradeVolume: 0 })
  })

  it('without a token, or with one that has ended, fail in the other shape and HTTP 200', async () => {
    const ask = { mode: 'LTP', exchangeTokens: { NSE: ['3045'] } }
    expect(await post(QUOTE, ask)).toMatchObject({ status: 200, json: { success: false, errorCode: 'AG8003' } })
    const old = bearer()
    emulator.faults.expireToken()
    expect(await post(QUOTE, ask, old)).toMatchObject({ status: 200, json: { success: false, errorCode: 'AG8001' } })
  })

  it('of more than fifty are refused', async () => {
    const NSE = Array.from({ length: 51 }, (_, at) => String(at))
    expect((await post(QUOTE, { mode: 'LTP', exchangeTokens: { NSE } }, bearer())).json).toMatchObject({
      status: false,
    })
  })
})

describe('the gateway', () => {
  it('limits rates in plain text', async () => {
    emulator.faults.restStatus({ status: 403 })
    expect(await login()).toMatchObject({ status: 403, text: expect.stringContaining('access rate') })
  })

  it('knows no other address', async () => {
    expect((await post('/rest/secure/angelbroking/order/v1/placeOrder', {})).status).toBe(404)
  })
})

describe('the list', () => {
  const fetchList = async () => {
    const answer = await fetch(emulator.settings.master_url, { headers: { 'accept-encoding': 'identity' } })
    return answer.text()
  }

  it('is one array of texts on one line, for everybody', async () => {
    const text = await fetchList()
    expect(text).not.toContain('\n')
    const rows = JSON.parse(text) as Record<string, unknown>[]
    const of = (symbol: string) => rows.find(row => row.symbol === symbol)
    expect(of('SBIN-EQ')).toMatchObject({ token: '3045', strike: '-1.000000', exch_seg: 'NSE', tick_size: '5.000000' })
    expect(of('NIFTY 50')).toMatchObject({ token: '99926000', name: 'NIFTY', instrumenttype: 'AMXIDX' })
    expect(of('NIFTY24NOV26FUT')).toMatchObject({ expiry: '24NOV2026', instrumenttype: 'FUTIDX', exch_seg: 'NFO' })
    expect(of('USDINR26NOVFUT')).toMatchObject({ tick_size: '25000.000000', exch_seg: 'CDS', token: '1594' })
    expect(rows.some(row => row.exch_seg === 'BCD')).toBe(false)
  })

  it('is packed for who takes it so, and ends inside a row on order', async () => {
    const whole = await fetchList()
    const packed = await fetch(emulator.settings.master_url, { headers: { 'accept-encoding': 'gzip' } })
    expect(packed.headers.get('content-encoding')).toBe('gzip')
    expect(await packed.text()).toBe(whole)
    emulator.faults.instrumentsCut()
    const cut = await fetchList()
    expect([whole.startsWith(cut), () => JSON.parse(cut) as unknown]).toEqual([true, expect.any(Function)])
    expect(() => JSON.parse(cut) as unknown).toThrow(SyntaxError)
  })
})

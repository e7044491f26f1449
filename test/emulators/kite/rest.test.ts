import { createHash } from 'node:crypto'
import { get } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventually } from '../../support/system.ts'
import { RawClient } from './client.ts'
import { KiteEmulator } from './server.ts'

let emulator: KiteEmulator

beforeEach(async () => {
  emulator = await KiteEmulator.start({ tickMs: 0, today: '2026-11-21', redirectUrl: 'http://127.0.0.1:8766/back' })
})
afterEach(() => emulator.close())

const checksum = (requestToken: string, secret = emulator.apiSecret) =>
  createHash('sha256').update(`${emulator.apiKey}${requestToken}${secret}`).digest('hex')

const exchange = async (
  fields: Record<string, string>,
  headers: Record<string, string> = { 'X-Kite-Version': '3' },
) => {
  const answer = await fetch(`${emulator.apiUrl}/session/token`, {
    method: 'POST',
    headers,
    body: new URLSearchParams(fields),
  })
  const body = (await answer.json()) as { error_type?: string; data: { access_token: string; login_time: string } }
  return { status: answer.status, body }
}

const good = (requestToken = emulator.issueRequestToken()) => ({
  api_key: emulator.apiKey,
  request_token: requestToken,
  checksum: checksum(requestToken),
})

const redirectOf = async (query: string) => {
  const answer = await fetch(`${emulator.loginUrl}?${query}`, { redirect: 'manual' })
  return { status: answer.status, location: answer.headers.get('location') }
}

describe('the login', () => {
  it('sends the person back with a request token and whatever was to be carried along', async () => {
    const carried = encodeURIComponent('state=a b&x=1')
    const { status, location } = await redirectOf(`v=3&api_key=${emulator.apiKey}&redirect_params=${carried}`)
    expect(status).toBe(302)
    const back = new URL(location ?? '')
    expect(back.origin + back.pathname).toBe('http://127.0.0.1:8766/back')
    const { request_token: token = '', ...rest } = Object.fromEntries(back.searchParams)
    expect(rest).toEqual({ action: 'login', status: 'success', state: 'a b', x: '1' })
    expect((await exchange(good(token))).status).toBe(200)
  })

  it.each(['v=2&api_key=emulatedkey00001', 'v=3&api_key=other'])('refuses %s', async query => {
    expect((await redirectOf(query)).status).toBe(400)
  })

  it('exchanges a request token once, for an access token that opens the ticker', async () => {
    const fields = good()
    const { status, body } = await exchange(fields)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      status: 'success',
      data: { user_id: 'AB1234', api_key: emulator.apiKey, access_token: emulator.accessToken, refresh_token: '' },
    })
    expect(body.data.login_time).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
    const client = new RawClient(emulator, body.data.access_token)
    await eventually(() => client.isOpen)
    client.close()
    expect((await exchange(fields)).body).toMatchObject({ status: 'error', error_type: 'TokenException' })
  })

  it.each([
    ['a wrong checksum', 403, 'TokenException', () => ({ ...good(), checksum: checksum('x', 'wrong') })],
    ['an unknown request token', 403, 'TokenException', () => good('unknown')],
    ['another api_key', 403, 'TokenException', () => ({ ...good(), api_key: 'other' })],
    ['a missing checksum', 400, 'InputException', () => ({ ...good(), checksum: '' })],
  ])('refuses %s with %i %s', async (_, status, type, fields) => {
    expect(await exchange(fields())).toMatchObject({ status, body: { status: 'error', error_type: type } })
    expect(emulator.accessToken).toBeUndefined()
  })

  it('asks for the version header', async () => {
    expect(await exchange(good(), {})).toMatchObject({ status: 400, body: { error_type: 'InputException' } })
  })

  it('a newer one ends the older one and its sockets', async () => {
    const older = emulator.login()
    const client = new RawClient(emulator)
    await eventually(() => client.isOpen)
    await exchange(good())
    expect(await eventually(() => client.closed)).toMatchObject({ code: 1006 })
    const again = new RawClient(emulator, older)
    expect((await eventually(() => again.refused)).status).toBe(403)
  })

  it('ends on request', async () => {
    const token = emulator.login()
    const end = () =>
      fetch(`${emulator.apiUrl}/session/token?api_key=${emulator.apiKey}&access_token=${token}`, { method: 'DELETE' })
    expect((await end()).status).toBe(200)
    expect(emulator.accessToken).toBeUndefined()
    expect((await end()).status).toBe(403)
  })
})

describe('the list of instruments', () => {
  const list = async (path = '', headers: Record<string, string> = {}) =>
    fetch(`${emulator.apiUrl}/instruments${path}`, { headers })

  it('is packed CSV of every segment', async () => {
    const raw = await new Promise<{ encoding: string | undefined; body: Buffer }>((resolve, reject) => {
      get(`${emulator.apiUrl}/instruments`, { headers: { 'accept-encoding': 'gzip' } }, answer => {
        buffer(answer).then(body => resolve({ encoding: answer.headers['content-encoding'], body }), reject)
      })
    })
    expect(raw.encoding).toBe('gzip')
    const text = await (await list('', { 'accept-encoding': 'identity' })).text()
    expect(gunzipSync(raw.body).toString()).toBe(text)
    const lines = text.trimEnd().split('\n')
    expect(lines[0]).toBe(
      'instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,instrument_type,segment,exchange',
    )
    expect(lines.length - 1).toBe(emulator.rows.length)
    expect(lines).toContain('408065,1594,INFY,INFOSYS,0,,0,0.05,1,EQ,NSE,NSE')
    expect(lines).toContain('256265,1001,NIFTY 50,"NIFTY 50",0,,0,0,0,EQ,INDICES,NSE')
  })

  it('is also given by exchange', async () => {
    const lines = (await (await list('/NCO')).text()).trimEnd().split('\n').slice(1)
    expect(lines.length).toBeGreaterThan(0)
    for (const line of lines) expect(line).toMatch(/,NCO-FUT,NCO$/)
  })

  it('needs no login, but a login that is shown must be good', async () => {
    expect((await list()).status).toBe(200)
    expect((await list('', { authorization: `token ${emulator.apiKey}:gone` })).status).toBe(403)
    expect((await list('', { authorization: `token ${emulator.apiKey}:${emulator.login()}` })).status).toBe(200)
  })
})

it('what Kite does not know is not found, and every call is written down without its query', async () => {
  const answer = await fetch(`${emulator.apiUrl}/orders?access_token=canary`)
  expect(await answer.json()).toMatchObject({ status: 'error', error_type: 'GeneralException' })
  expect((await fetch(`${emulator.apiUrl}/instruments`, { method: 'PUT' })).status).toBe(405)
  expect(emulator.calls).toEqual([
    { method: 'GET', path: '/orders', status: 404 },
    { method: 'PUT', path: '/instruments', status: 405 },
  ])
})

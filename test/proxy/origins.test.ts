import { afterEach, describe, expect, it } from 'vitest'
import { type DoorRules, refusalOfHandshake } from '../../proxy/handshake.ts'
import { forwarders } from '../../proxy/visitor.ts'
import { TestClient } from '../support/client.ts'
import { type ProxyRig, startRig } from '../support/proxy.ts'

const RULES: DoorRules = {
  isTls: true,
  isNear: false,
  origins: ['https://dash.example', 'chrome-extension://abcdef'],
  isForwarder: forwarders(['10.0.0.0/8']).isForwarder,
}
const NEAR = { ...RULES, isNear: true }

const ask = (
  origin: string | undefined,
  rules = RULES,
  host = 'prices.example:8765',
  url = '/',
  peer = '203.0.113.9',
) =>
  refusalOfHandshake(
    { url, headers: { host, ...(origin !== undefined && { origin }) }, socket: { remoteAddress: peer } },
    rules,
  )

describe('a handshake', () => {
  it.each([
    ['without Origin, as of a bot', undefined],
    ['of a listed page', 'https://dash.example'],
    ['of a listed page, in capitals', 'HTTPS://Dash.Example'],
    ['of a listed extension', 'chrome-extension://abcdef'],
    ['of a page of the same host', 'https://prices.example'],
    ['of a page of the same host on another port', 'http://prices.example:5000'],
  ])('%s passes', (_, origin) => {
    expect(ask(origin)).toBeUndefined()
  })

  it.each([
    'https://evil.example',
    'http://dash.example',
    'https://dash.example:444',
    'https://dash.example.evil.example',
    'https://prices.example.evil.example',
    'https://evil.example/prices.example',
    'http://localhost:3000',
    'http://127.0.0.1',
    'chrome-extension://other',
    'file://',
    'null',
    '',
    'prices.example',
  ])('of %j is refused by one line that names the setting', origin => {
    const { status, reason } = ask(origin) ?? {}
    expect([status, reason?.split('\n').length]).toEqual([403, 1])
    expect(reason).toContain('proxy.origins')
  })

  it.each(['http://localhost:3000', 'https://localhost', 'http://127.0.0.1:5173', 'http://[::1]:8080'])(
    'of a page on this machine (%s) passes where only this machine can connect',
    origin => {
      expect(ask(origin, NEAR, '127.0.0.1:8765')).toBeUndefined()
      expect(ask(origin, NEAR, 'localhost:8765')).toBeUndefined()
      // A port of a container that is published on this machine.
      expect(ask(origin, RULES, '127.0.0.1:8765')).toBeUndefined()
    },
  )

  it('of a strange page is refused on this machine, too', () => {
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1.evil.example'])
      expect(ask(origin, NEAR, '127.0.0.1:8765')?.status).toBe(403)
  })

  it('of any page passes where all are let in', () => {
    const rules = { ...RULES, origins: ['*'] }
    for (const origin of ['https://evil.example', 'null', 'file://']) expect(ask(origin, rules)).toBeUndefined()
  })

  it('with a key in its address is refused', () => {
    const key = 'ab'.repeat(32)
    for (const query of ['apikey=x', 'api_key=', 'API-KEY=x', `a=1&token=${key}`, `key=${key}`])
      expect(ask(undefined, NEAR, 'h', `/ws?${query}`), query).toMatchObject({ status: 400 })
    for (const query of ['', 'x=1', 'keys=1', 'symbol=key', 'token=abc'])
      expect(ask(undefined, NEAR, 'h', `/ws?${query}`), query).toBeUndefined()
  })

  it('in the clear, beyond this machine, is for forwarders and this machine only', () => {
    const plain = { ...RULES, isTls: false }
    expect(ask(undefined, plain)).toMatchObject({ status: 403, reason: expect.stringContaining('trusted_forwarders') })
    expect(ask(undefined, plain, 'h', '/', '10.1.2.3')).toBeUndefined()
    expect(ask(undefined, plain, 'h', '/', '::ffff:10.1.2.3')).toBeUndefined()
    expect(ask(undefined, plain, 'h', '/', '127.0.0.1')).toBeUndefined()
  })
})

describe('the port', () => {
  let rig: ProxyRig
  afterEach(() => rig.close())

  const opens = (headers: Record<string, string>, path = '/') =>
    TestClient.open(`${rig.url}${path}`, { headers }).then(
      client => {
        client.close()
        return 'open'
      },
      (error: Error) => error.message,
    )

  it('lets in bots and pages of this machine, and no others', async () => {
    rig = await startRig()
    expect(await opens({})).toBe('open')
    expect(await opens({ origin: 'http://localhost:3000' })).toBe('open')
    expect(await opens({ origin: 'https://evil.example' })).toContain('403')
    expect(await opens({}, '/?api_key=secret')).toContain('400')
  })

  it('lets in the pages that are listed', async () => {
    rig = await startRig({ proxy: { origins: ['https://dash.example'] } })
    expect(await opens({ origin: 'https://dash.example' })).toBe('open')
    expect(await opens({ origin: 'https://evil.example' })).toContain('403')
  })

  it('says over HTTP what is wrong with a key in the address, without repeating it', async () => {
    rig = await startRig()
    const response = await fetch(`http://127.0.0.1:${rig.port}/api/v1/status?apikey=tw_live_secret`)
    const text = await response.text()
    expect(response.status).toBe(400)
    expect(text).toMatch(/^A key in the address .*authenticate.*\n$/)
    expect(text).not.toContain('tw_live_secret')
    // No WebSocket path reads it.
    expect(text).not.toContain('Bearer')
  })
})

import { describe, expect, it } from 'vitest'
import type { Failure } from '../../../adapters/contract.ts'
import { session } from '../../../adapters/zerodha/session.ts'
import { settings } from '../../../adapters/zerodha/settings.ts'

const defaults = settings.parse({})
const ticket = { api_key: 'keyofanapp000001', access_token: 'a+b/c=d&e f' }

describe('a session with Kite', () => {
  it('dials with both texts escaped and the version of the protocol', () => {
    expect(session.dial(defaults, ticket)).toEqual({
      url: 'wss://ws.kite.trade/?api_key=keyofanapp000001&access_token=a%2Bb%2Fc%3Dd%26e+f',
      headers: { 'X-Kite-Version': '3' },
    })
    const { url } = session.dial({ ...defaults, stream_url: 'ws://127.0.0.1:9400/ticker' }, ticket)
    expect(new URL(url).pathname).toBe('/ticker')
    expect(new URL(url).searchParams.get('access_token')).toBe(ticket.access_token)
  })

  it('begins to send tokens, and then gives them their mode', () => {
    expect(session.subscribe(['408065', '884737'], 'DEPTH')).toEqual([
      '{"a":"subscribe","v":[408065,884737]}',
      '{"a":"mode","v":["full",[408065,884737]]}',
    ])
  })

  it('changes the mode of tokens that are sent, and stops sending them', () => {
    expect(session.change(['408065'], 'DEPTH', 'LTP')).toEqual(['{"a":"mode","v":["ltp",[408065]]}'])
    expect(session.unsubscribe(['408065'], 'QUOTE')).toEqual(['{"a":"unsubscribe","v":[408065]}'])
  })

  it('asks nothing for no tokens', () => {
    expect([
      ...session.subscribe([], 'LTP'),
      ...session.change([], 'LTP', 'QUOTE'),
      ...session.unsubscribe([], 'LTP'),
    ]).toEqual([])
  })
})

const handshake = (status: number, body = ''): Failure => ({ kind: 'handshake', status, body })
const refused = (type: string, message: string) => JSON.stringify({ status: 'error', message, error_type: type })

describe('an end of the connection', () => {
  it.each([
    [403, 'SESSION_EXPIRED', 'after-login'],
    [401, 'SESSION_EXPIRED', 'after-login'],
    [400, 'CREDENTIALS_REJECTED', 'after-login'],
    [429, 'BROKER_RATE_LIMITED', 'backoff'],
    [500, 'BROKER_UNREACHABLE', 'backoff'],
    [502, 'BROKER_UNREACHABLE', 'backoff'],
    [503, 'BROKER_UNREACHABLE', 'backoff'],
    [504, 'BROKER_UNREACHABLE', 'backoff'],
    [404, 'BROKER_REFUSED', 'backoff'],
    [410, 'BROKER_REFUSED', 'backoff'],
    [200, 'BROKER_REFUSED', 'backoff'],
    [302, 'BROKER_REFUSED', 'backoff'],
  ])('by HTTP %i in place of a socket is %s', (status, code, retry) => {
    expect(session.classify(handshake(status))).toMatchObject({ code, retry })
    expect(session.classify(handshake(status)).message).toContain(`HTTP ${status}`)
  })

  it("tells Kite's own sentence, and its type decides", () => {
    const error = session.classify(handshake(403, refused('PermissionException', 'No live data for this app')))
    expect(error).toMatchObject({
      code: 'CREDENTIALS_REJECTED',
      message: 'Kite refused the connection with HTTP 403, PermissionException: No live data for this app',
    })
    const token = session.classify(handshake(403, refused('TokenException', 'Incorrect `api_key` or `access_token`.')))
    expect(token).toMatchObject({ code: 'SESSION_EXPIRED', next: 'tickwire account login zerodha' })
  })

  it('for wrong parameters is the key or the token spoilt, with Kite’s words as without', () => {
    const error = session.classify(handshake(400, refused('InputException', 'Missing `api_key`')))
    expect(error).toMatchObject({ code: 'CREDENTIALS_REJECTED', retry: 'after-login' })
  })

  it('tells nothing of a body that is not what Kite sends, and no key that one repeats', () => {
    const page = session.classify(handshake(403, '<html>access_token=abcdefghijklmnop1</html>'))
    expect(page.message).toBe('Kite refused the connection with HTTP 403')
    const echo = session.classify(handshake(403, refused('TokenException', 'token abcdefghijklmnop1\nis\u0007 spent')))
    expect(echo.message).toContain('token [redacted] is spent')
  })

  it.each(['constructor', 'toString', '__proto__'])('is not what the type %s means elsewhere', type => {
    expect(session.classify(handshake(403, refused(type, 'no')))).toMatchObject({
      code: 'SESSION_EXPIRED',
      message: 'Kite refused the connection with HTTP 403: no',
    })
  })

  it('tells no piece of a key that stands where its words are cut', () => {
    const { message } = session.classify(
      handshake(403, refused('TokenException', `${'no '.repeat(63)}abcdefghijklmnop1`)),
    )
    expect(message).not.toContain('abc')
  })

  it('by itself, or of the network, is a broker that is not reached', () => {
    expect(session.classify({ kind: 'closed', code: 1006, reason: '' })).toMatchObject({
      code: 'BROKER_UNREACHABLE',
      message: 'Kite closed the connection (1006)',
    })
    expect(session.classify({ kind: 'closed', code: 1001, reason: 'going away' }).message).toContain('1001: going away')
    expect(session.classify({ kind: 'network', reason: 'ECONNREFUSED' })).toMatchObject({
      code: 'BROKER_UNREACHABLE',
      message: 'No connection to Kite: ECONNREFUSED',
    })
  })
})

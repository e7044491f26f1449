import { describe, expect, it } from 'vitest'
import type { Failure } from '../../../adapters/contract.ts'
import { session } from '../../../adapters/flattrade/session.ts'
import { settings } from '../../../adapters/flattrade/settings.ts'

const defaults = settings.parse({})
const ticket = { user_id: 'FT000000', token: 'a+b/c=d&"e' }
const said = (frames: readonly unknown[]) => frames.map(frame => JSON.parse(String(frame)) as object)

describe('a session with Flattrade', () => {
  it("dials without a header and logs in with today's frame", () => {
    const { url, headers, hello = [] } = session.dial(defaults, ticket)
    expect([url, headers]).toEqual(['wss://piconnect.flattrade.in/PiConnectWSAPI/', undefined])
    expect(said(hello)).toEqual([
      { t: 'a', uid: 'FT000000', actid: 'FT000000', source: 'API', accesstoken: ticket.token },
    ])
    expect(url).not.toContain(ticket.token)
  })

  it('logs in with the classic frame where the settings say so', () => {
    const older = { ...defaults, dialect: 'noren-classic' as const, stream_url: 'wss://api.shoonya.com/NorenWSTP' }
    const { url, hello = [] } = session.dial(older, ticket)
    expect(url).toBe('wss://api.shoonya.com/NorenWSTP/')
    expect(said(hello)).toEqual([
      { t: 'c', uid: 'FT000000', actid: 'FT000000', source: 'API', susertoken: ticket.token },
    ])
  })

  it.each([
    ['LTP', 't', 'u'],
    ['QUOTE', 't', 'u'],
    ['DEPTH', 'd', 'ud'],
  ] as const)('asks for %s with "%s", and no more of it with "%s"', (mode, begin, end) => {
    const k = 'NSE|22#BSE|500400'
    expect(said(session.subscribe(['NSE|22', 'BSE|500400'], mode))).toEqual([{ t: begin, k }])
    expect(said(session.unsubscribe(['NSE|22', 'BSE|500400'], mode))).toEqual([{ t: end, k }])
  })

  it('asks for a fresh record where the mode changes within a kind', () => {
    expect(said(session.change(['NSE|22'], 'LTP', 'QUOTE'))).toEqual([{ t: 't', k: 'NSE|22' }])
    expect(said(session.change(['NSE|22'], 'QUOTE', 'LTP'))).toEqual([{ t: 't', k: 'NSE|22' }])
  })

  it('begins the new kind before it ends the old one', () => {
    expect(said(session.change(['NSE|22'], 'QUOTE', 'DEPTH'))).toEqual([
      { t: 'd', k: 'NSE|22' },
      { t: 'u', k: 'NSE|22' },
    ])
    expect(said(session.change(['NSE|22'], 'DEPTH', 'LTP'))).toEqual([
      { t: 't', k: 'NSE|22' },
      { t: 'ud', k: 'NSE|22' },
    ])
  })

  it('asks nothing for no tokens', () => {
    expect([
      ...session.subscribe([], 'LTP'),
      ...session.change([], 'LTP', 'DEPTH'),
      ...session.unsubscribe([], 'LTP'),
    ]).toEqual([])
  })

  it('says in text that it lives, more often than the broker and its gateways forget', () => {
    const { send, suspectMs, deadMs } = session.heartbeat
    expect(send?.frame).toBe('{"t":"h"}')
    expect(send?.everyMs).toBeLessThanOrEqual(30_000)
    expect(suspectMs).toBeGreaterThan(send?.everyMs ?? Number.POSITIVE_INFINITY)
    expect(suspectMs).toBeLessThanOrEqual(15_000)
    expect(deadMs).toBeGreaterThanOrEqual(60_000)
    expect(deadMs).toBeLessThanOrEqual(90_000)
  })

  it('leaves the broker five seconds after a clean close', () => {
    expect(session.pauses).toEqual({ afterTakenMs: 5000 })
  })
})

const handshake = (status: number, body = ''): Failure => ({ kind: 'handshake', status, body })

describe('an end of the connection', () => {
  it.each([
    [403, 'SESSION_EXPIRED', 'after-login'],
    [401, 'SESSION_EXPIRED', 'after-login'],
    [429, 'BROKER_RATE_LIMITED', 'backoff'],
    [500, 'BROKER_UNREACHABLE', 'backoff'],
    [503, 'BROKER_UNREACHABLE', 'backoff'],
    [404, 'BROKER_REFUSED', 'backoff'],
    [200, 'BROKER_REFUSED', 'backoff'],
    [302, 'BROKER_REFUSED', 'backoff'],
  ])('by HTTP %i in place of a socket is %s', (status, code, retry) => {
    expect(session.classify(handshake(status))).toMatchObject({ code, retry })
  })

  it('with the code of a clean close is another program that took the account', () => {
    expect(session.classify({ kind: 'closed', code: 1000, reason: '' })).toMatchObject({
      code: 'SESSION_TAKEN',
      retry: 'backoff',
      message: 'Flattrade ended the connection (1000): another program uses this account, it seems',
    })
  })

  it.each([1001, 1005, 1006, 1011, 1012])('with %i is a broker that is not reached', code => {
    expect(session.classify({ kind: 'closed', code, reason: 'going' })).toMatchObject({
      code: 'BROKER_UNREACHABLE',
      message: `Flattrade closed the connection (${code}: going)`,
    })
  })

  it('of the network is one, too', () => {
    expect(session.classify({ kind: 'network', reason: 'ECONNREFUSED' })).toMatchObject({
      code: 'BROKER_UNREACHABLE',
      message: 'No connection to Flattrade: ECONNREFUSED',
    })
  })

  it.each(['NOT_OK', 'Not_Ok', 'Session Expired : Invalid Session Key', 'anything'])(
    'because the login is refused with "%s" needs another login',
    reason => {
      const error = session.classify({ kind: 'refused', reason })
      expect(error).toMatchObject({ code: 'SESSION_EXPIRED', retry: 'after-login' })
      expect(error.message).toContain(reason)
      expect(error.next).toContain('dialect')
    },
  )

  it('tells no token that stands among words', () => {
    const body = '{"stat":"Not_Ok","emsg":"key 0123456789abcdef0\\nis spent"}'
    expect(session.classify(handshake(403, body)).message).toBe(
      'Flattrade refused the connection with HTTP 403: key [redacted] is spent',
    )
    expect(session.classify(handshake(403, '<html>0123456789abcdef0</html>')).message).toBe(
      'Flattrade refused the connection with HTTP 403',
    )
  })
})

import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Http, HttpRequest } from '../../../adapters/contract.ts'
import { login } from '../../../adapters/fyers/login.ts'
import { settings } from '../../../adapters/fyers/settings.ts'
import { credentials, type Ticket, ticket } from '../../../adapters/fyers/ticket.ts'
import { TickwireError } from '../../../shared/errors.ts'
import { hasRecordings, recordedJson } from './recordings.ts'

const defaults = settings.parse({})
const owner = { app_id: 'ABCD1234-100', app_secret: 'SECRETOFATEST1' }
const NOW = Date.parse('2026-11-20T03:30:00Z')
const END = Date.parse('2026-11-21T00:30:00Z')
const KEY = '0123456789abcdef0123456789abcdef0123456789abcdef01234567'

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const token = (claims: object) => `${encode({ alg: 'HS256' })}.${encode(claims)}.signature`

const code = token({ sub: 'auth_code', exp: NOW / 1000 + 300, hsm_key: 'of-no-use-yet' })
const access_token = token({ sub: 'access_token', exp: END / 1000, hsm_key: KEY, fy_id: 'XA00001' })
const refresh_token = token({ sub: 'refresh_token', exp: NOW / 1000 + 15 * 86_400 })
const granted = JSON.stringify({ s: 'ok', code: 200, message: '', access_token, refresh_token })
const hash = createHash('sha256').update(`${owner.app_id}:${owner.app_secret}`).digest('hex')

/** A broker that answers so; what it was asked, and what came of it. */
async function answered(act: (http: Http) => Promise<unknown>, status: number, body: string) {
  const asked: HttpRequest[] = []
  const outcome = await act(async request => {
    asked.push(request)
    return { status, headers: {}, body: new TextEncoder().encode(body) }
  }).catch((error: unknown) => {
    if (!(error instanceof TickwireError)) throw error
    return error
  })
  return { asked, outcome }
}

const redeem = (status: number, body: string, pasted = code) =>
  answered(
    http => login.redeem({ settings: defaults, credentials: owner, answer: { code: pasted }, http, now: NOW }),
    status,
    body,
  )

const last: Ticket = { app_id: owner.app_id, access_token: 'spent', hsm_key: 'spent', refresh_token }

const renew = (status: number, body: string, pin: string | undefined = '1234', from: Ticket | undefined = last) =>
  answered(
    http => login.renew({ settings: defaults, credentials: { ...owner, pin }, ticket: from, http, now: NOW }),
    status,
    body,
  )

const refused = (number: number, message: string) => JSON.stringify({ s: 'error', code: number, message })

describe('the address of the login', () => {
  it('carries the app, the redirect address and the state', () => {
    const url = new URL(login.url(defaults, owner, 'a b&c=d'))
    expect(`${url.origin}${url.pathname}`).toBe('https://api-t1.fyers.in/api/v3/generate-authcode')
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: 'ABCD1234-100',
      redirect_uri: 'http://127.0.0.1:8766/',
      response_type: 'code',
      state: 'a b&c=d',
    })
    expect(url.href).not.toContain(owner.app_secret)
  })
})

describe('the answer of a login', () => {
  it.each([
    `http://127.0.0.1:8766/?s=ok&code=200&auth_code=${code}&state=abc`,
    `https://example.com/fyers?state=abc&s=ok&code=200&auth_code=${code}#top`,
    `  /?s=ok&auth_code=${code}&state=abc\n`,
    `auth_code=${code}&s=ok&state=abc`,
  ])('is read from "%s"', pasted => {
    expect(login.readAnswer(pasted)).toEqual({ code, state: 'abc' })
  })

  it('is read from a code alone, and from a token of another program with and without its app', () => {
    for (const text of [code, access_token, `ABCD1234-100:${access_token}`])
      expect(login.readAnswer(` ${text} `)).toEqual({ code: text })
  })

  it('that says anything but ok is a login that did not happen', () => {
    expect(() => login.readAnswer('http://127.0.0.1:8766/?s=error&code=-1&message=cancelled&state=abc')).toThrow(
      expect.objectContaining({ code: 'CREDENTIALS_REJECTED' }),
    )
  })

  it.each(['', 'http://127.0.0.1:8766/', '/?s=ok&auth_code=', '/?s=ok&auth_code=a%20b', 'what is this?', 'two words'])(
    'without a code, as in "%s", asks for it again and repeats nothing',
    pasted => {
      expect(() => login.readAnswer(pasted)).toThrow(
        expect.objectContaining({ code: 'USAGE', message: 'That holds no auth_code' }),
      )
    },
  )
})

describe('redeeming the answer', () => {
  it('proves the secret by a hash with a colon and does not send it', async () => {
    const { asked, outcome } = await redeem(200, granted)
    expect(asked).toEqual([
      {
        method: 'POST',
        url: 'https://api-t1.fyers.in/api/v3/validate-authcode',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ grant_type: 'authorization_code', appIdHash: hash, code }),
      },
    ])
    expect(outcome).toEqual({
      ticket: { app_id: 'ABCD1234-100', access_token, hsm_key: KEY, refresh_token },
      expiresAt: END,
      holder: 'XA00001',
    })
    expect(ticket.safeParse((outcome as { ticket: unknown }).ticket).success).toBe(true)
  })

  it('does well without a refresh token, an end or a name', async () => {
    const bare = token({ hsm_key: KEY })
    const { outcome } = await redeem(200, JSON.stringify({ s: 'ok', access_token: bare }))
    expect(outcome).toEqual({ ticket: { app_id: 'ABCD1234-100', access_token: bare, hsm_key: KEY } })
  })

  it.each([
    ['without the key of the price socket', token({ sub: 'access_token', exp: END / 1000 })],
    ['that has ended', token({ sub: 'access_token', exp: NOW / 1000, hsm_key: KEY })],
    ['that is no token', 'opaque'],
    ['whose middle is no JSON', 'a.b.c'],
  ])('is fatal with a token %s', async (_what, given) => {
    const { outcome } = await redeem(200, JSON.stringify({ s: 'ok', access_token: given }))
    expect(outcome).toMatchObject({ code: 'CREDENTIALS_REJECTED', retry: 'after-login' })
    expect((outcome as Error).message).not.toContain(given)
  })

  it.each([
    [access_token, 'ABCD1234-100'],
    [`WXYZ9876-102:${access_token}`, 'WXYZ9876-102'],
  ])('takes an access token as it is, and asks nobody: %s', async (pasted, app_id) => {
    const { asked, outcome } = await redeem(500, '', pasted)
    expect(asked).toEqual([])
    expect(outcome).toMatchObject({ ticket: { app_id, access_token, hsm_key: KEY }, expiresAt: END })
  })

  it.each([
    [400, refused(-371, 'Invalid app id hash'), 'CREDENTIALS_REJECTED'],
    [200, refused(-374, 'Invalid auth code'), 'CREDENTIALS_REJECTED'],
    [200, refused(-50, 'invalid auth code'), 'CREDENTIALS_REJECTED'],
    [401, refused(-8, 'token expired'), 'CREDENTIALS_REJECTED'],
    [401, refused(-17, 'token expired'), 'CREDENTIALS_REJECTED'],
    [200, refused(-99, 'rejected'), 'BROKER_REFUSED'],
    [200, refused(-429, 'request limit reached'), 'BROKER_RATE_LIMITED'],
    [429, '', 'BROKER_RATE_LIMITED'],
    [400, '', 'CREDENTIALS_REJECTED'],
    [403, '', 'CREDENTIALS_REJECTED'],
    [503, '<html>', 'BROKER_UNREACHABLE'],
    [404, '', 'BROKER_REFUSED'],
    [200, refused(-12345, 'something new'), 'BROKER_REFUSED'],
  ])('refused with HTTP %i %s is %s', async (status, body, expected) => {
    const { outcome } = await redeem(status, body)
    expect(outcome).toMatchObject({ code: expected })
    if (!body.startsWith('{')) return
    const { code: number, message } = JSON.parse(body) as { code: number; message: string }
    expect((outcome as Error).message).toContain(`code ${number}: ${message}`)
  })

  it.each([
    [-374, 'Invalid auth code'],
    [-50, 'invalid auth code'],
    [-8, 'token expired'],
  ])('refused with code %i, says first that a code works once', async (number, said) => {
    const { outcome } = await redeem(200, refused(number, said))
    expect(outcome).toMatchObject({
      next: 'log in again, because a code works once and for a short time: tickwire account login fyers; if that is refused, too, check the app, its secret and its redirect address at myapi.fyers.in',
    })
  })

  it('renewed in vain, says nothing of a code, because there was none', async () => {
    const { outcome } = await renew(400, refused(-371, 'invalid refresh token'))
    expect(outcome).toMatchObject({
      code: 'CREDENTIALS_REJECTED',
      message: expect.stringContaining('Fyers refused the renewal of the login with HTTP 400'),
      next: expect.stringMatching(/^check the app.*tickwire account login fyers$/),
    })
  })

  it('refused because of the app itself, says to check that', async () => {
    const { outcome } = await redeem(400, refused(-371, 'Invalid app id hash'))
    expect(outcome).toMatchObject({ next: expect.stringMatching(/^check the app, its secret/) })
  })

  it.runIf(hasRecordings)('reads the refusal that the vendor documents', async () => {
    const { error } = recordedJson<{ error: object }>('documented-events.json')
    const { outcome } = await redeem(400, JSON.stringify(error))
    expect(outcome).toMatchObject({
      code: 'CREDENTIALS_REJECTED',
      message: 'Fyers refused the login with HTTP 400, code -50: Invalid auth code',
    })
  })

  it.each([
    ['', 'JSON'],
    ['[]', 'JSON'],
    ['{"s":"ok"}', 'access_token'],
    ['{"s":"fine","access_token":"x"}', 's'],
  ])('answered with %s, names what is missing', async (body, missing) => {
    const { outcome } = await redeem(200, body)
    expect(outcome).toMatchObject({
      code: 'BROKER_REFUSED',
      message: `Fyers answered the login without ${missing}`,
    })
  })

  it('tells no secret, though the broker repeats them all', async () => {
    const { outcome } = await redeem(400, refused(-371, [code, owner.app_secret, hash].join(' ')))
    for (const secret of [code, owner.app_secret, hash]) expect((outcome as Error).message).not.toContain(secret)
    expect((outcome as Error).message).toContain('[redacted] [redacted]')
  })
})

describe('renewing the login', () => {
  it('asks with the refresh token and the PIN, and keeps the refresh token that is not given anew', async () => {
    const { asked, outcome } = await renew(200, JSON.stringify({ s: 'ok', code: 200, message: '', access_token }))
    expect(asked).toMatchObject([
      {
        url: 'https://api-t1.fyers.in/api/v3/validate-refresh-token',
        body: JSON.stringify({ grant_type: 'refresh_token', appIdHash: hash, refresh_token, pin: '1234' }),
      },
    ])
    expect(outcome).toEqual({
      ticket: { app_id: 'ABCD1234-100', access_token, hsm_key: KEY, refresh_token },
      expiresAt: END,
      holder: 'XA00001',
    })
  })

  it('is nothing without a PIN or without a refresh token', async () => {
    const { refresh_token: _, ...bare } = last
    for (const result of [await renew(200, granted, ''), await renew(200, granted, '1234', bare)])
      expect(result).toEqual({ asked: [], outcome: undefined })
    const never = answered(
      http =>
        login.renew({ settings: defaults, credentials: { ...owner, pin: '1234' }, ticket: undefined, http, now: NOW }),
      200,
      granted,
    )
    expect(await never).toEqual({ asked: [], outcome: undefined })
  })

  it('refused needs a person again, and tells neither token nor PIN', async () => {
    const { outcome } = await renew(400, refused(-50, `pin 1234 does not fit ${refresh_token}`))
    expect(outcome).toMatchObject({ code: 'CREDENTIALS_REJECTED', message: expect.not.stringContaining('1234') })
    expect((outcome as Error).message).not.toContain(refresh_token)
  })
})

describe('what the owner types', () => {
  it('is asked for by names a person knows, in one order', () => {
    expect(Object.entries(credentials.shape).map(([name, field]) => [name, field.description])).toEqual([
      ['app_id', 'App id'],
      ['app_secret', 'App secret'],
      ['pin', 'PIN, which renews a login without you for about 15 days'],
    ])
  })

  it('is one word each, the PIN digits or nothing, and an app without its ending one of the usual kind', () => {
    expect(credentials.parse({ app_id: ' ABCD1234 ', app_secret: 'b\n' })).toEqual({
      app_id: 'ABCD1234-100',
      app_secret: 'b',
    })
    expect(credentials.parse({ ...owner, pin: ' 0042 ' })).toMatchObject({ pin: '0042' })
    for (const wrong of [{ app_id: '' }, { app_id: 'two words' }, { app_secret: '' }, { pin: 'abcd' }])
      expect(credentials.safeParse({ ...owner, ...wrong }).success).toBe(false)
  })
})

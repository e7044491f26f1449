import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { HttpRequest } from '../../../adapters/contract.ts'
import { login } from '../../../adapters/zerodha/login.ts'
import { settings } from '../../../adapters/zerodha/settings.ts'
import { credentials, ticket } from '../../../adapters/zerodha/ticket.ts'
import { TickwireError } from '../../../shared/errors.ts'
import { hasRecordings, recordedText } from './recordings.ts'

const defaults = settings.parse({})
const owner = { api_key: 'apikeyofatest001', api_secret: 'secretofatest0000000000000000002' }
const code = 'requesttokenofatest0000000000003'
const NOW = Date.parse('2026-11-20T11:30:00Z')
const answer = (data: object) => JSON.stringify({ status: 'success', data })
const granted = answer({ user_id: 'AB1234', access_token: 'accesstoken00004', refresh_token: '', meta: {} })

/** Redeems against a broker that answers so; gives what it was asked, and what came of it. */
async function redeem(status: number, body: string, now = NOW, typed = { ...owner, code }) {
  const asked: HttpRequest[] = []
  const http = async (request: HttpRequest) => {
    asked.push(request)
    return { status, headers: {}, body: new TextEncoder().encode(body) }
  }
  const credentials = { api_key: typed.api_key, api_secret: typed.api_secret }
  const result = login.redeem({ settings: defaults, credentials, answer: { code: typed.code }, http, now })
  const outcome = await result.catch((error: unknown) => {
    if (!(error instanceof TickwireError)) throw error
    return error
  })
  return { asked, outcome }
}

const refused = (type: string, message: string) => JSON.stringify({ status: 'error', message, error_type: type })

describe('the address of the login', () => {
  it('carries the key, and the state in what Kite hands back', () => {
    const url = new URL(login.url(defaults, owner, 'a b&c=d'))
    expect(`${url.origin}${url.pathname}`).toBe('https://kite.zerodha.com/connect/login')
    expect(url.searchParams.get('v')).toBe('3')
    expect(url.searchParams.get('api_key')).toBe(owner.api_key)
    expect(new URLSearchParams(url.searchParams.get('redirect_params') ?? '').get('state')).toBe('a b&c=d')
    expect(url.href).not.toContain(owner.api_secret)
  })
})

describe('the answer of a login', () => {
  it.each([
    `http://127.0.0.1:8766/?request_token=${code}&action=login&status=success&state=abc`,
    `https://example.com/kite?state=abc&status=success&action=login&type=login&request_token=${code}#top`,
    `  /?request_token=${code}&status=success&state=abc\n`,
    `?request_token=${code}&state=abc`,
    `request_token=${code}&status=success&state=abc`,
  ])('is read from "%s"', pasted => {
    expect(login.readAnswer(pasted)).toEqual({ code, state: 'abc' })
  })

  it('is read from a request token alone, or an address without a state', () => {
    expect(login.readAnswer(` ${code} `)).toEqual({ code })
    expect(login.readAnswer(`http://127.0.0.1/?request_token=${code}`)).toEqual({ code })
  })

  it('that says anything but success is a login that did not happen', () => {
    expect(() => login.readAnswer(`http://127.0.0.1/?request_token=${code}&status=cancelled`)).toThrow(
      expect.objectContaining({
        code: 'CREDENTIALS_REJECTED',
        message: 'Kite says that this login was not finished or not allowed',
      }),
    )
  })

  it.each([
    '',
    '   ',
    'http://127.0.0.1:8766/',
    'https://kite.zerodha.com/connect/login?v=3&api_key=apikeyofatest001',
    'http://127.0.0.1/?request_token=&status=success',
    'http://127.0.0.1/?request_token=a%20b&status=success',
    'what is this?',
    'two words',
  ])('without a request token, as in "%s", asks for it again and repeats nothing', pasted => {
    expect(() => login.readAnswer(pasted)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: 'That holds no request_token' }),
    )
  })
})

describe('redeeming the answer', () => {
  it('proves the secret by a checksum and does not send it', async () => {
    const { asked, outcome } = await redeem(200, granted)
    const checksum = createHash('sha256')
      .update(owner.api_key + code + owner.api_secret)
      .digest('hex')
    expect(asked).toEqual([
      {
        method: 'POST',
        url: 'https://api.kite.trade/session/token',
        headers: { 'X-Kite-Version': '3', 'Content-Type': 'application/x-www-form-urlencoded' },
        body: `api_key=${owner.api_key}&request_token=${code}&checksum=${checksum}`,
      },
    ])
    expect(JSON.stringify(asked)).not.toContain(owner.api_secret)
    expect(outcome).toEqual({
      ticket: { api_key: owner.api_key, access_token: 'accesstoken00004' },
      holder: 'AB1234',
      expiresAt: Date.parse('2026-11-21T00:30:00Z'),
    })
  })

  it.each([
    ['2026-11-20T00:29:59.999Z', '2026-11-20T00:30:00Z'],
    ['2026-11-20T00:30:00.000Z', '2026-11-21T00:30:00Z'],
    ['2026-12-31T20:00:00.000Z', '2027-01-01T00:30:00Z'],
  ])('at %s gives a ticket until six in the morning in India, %s', async (now, end) => {
    const { outcome } = await redeem(200, granted, Date.parse(now))
    expect(outcome).toMatchObject({ expiresAt: Date.parse(end) })
  })

  it.each(['', null, 1234])(
    'gives a ticket, too, where the account is called %j: the code works once',
    async user_id => {
      const { outcome } = await redeem(200, answer({ user_id, access_token: 'accesstoken00004' }))
      expect(outcome).toMatchObject({ ticket: { access_token: 'accesstoken00004' } })
      expect(outcome).not.toHaveProperty('holder')
    },
  )

  it('tells why Kite refused it, also where that comes with HTTP 200', async () => {
    const { outcome } = await redeem(200, refused('TokenException', 'Token is invalid or has expired.'))
    expect(outcome).toMatchObject({
      code: 'CREDENTIALS_REJECTED',
      message: expect.stringContaining('Token is invalid or has expired.'),
    })
  })

  it.runIf(hasRecordings)('reads the answer that the vendor published', async () => {
    const { outcome } = await redeem(200, recordedText('generate_session.json'))
    expect(outcome).toMatchObject({ ticket: { access_token: 'XXXXXX' }, holder: 'XX0000' })
    expect(ticket.safeParse('ticket' in outcome && outcome.ticket).success).toBe(true)
  })

  it.each([
    [403, refused('TokenException', 'Token is invalid or has expired.'), 'CREDENTIALS_REJECTED'],
    [400, refused('InputException', 'Invalid `checksum`.'), 'CREDENTIALS_REJECTED'],
    [403, '', 'CREDENTIALS_REJECTED'],
    [400, '', 'CREDENTIALS_REJECTED'],
    [403, refused('UserException', 'Account is blocked'), 'CREDENTIALS_REJECTED'],
    [429, refused('GeneralException', 'Too many requests'), 'BROKER_RATE_LIMITED'],
    [500, refused('GeneralException', 'Something went wrong'), 'BROKER_REFUSED'],
    [502, refused('DataException', 'Bad answer'), 'BROKER_UNREACHABLE'],
    [503, '<html>', 'BROKER_UNREACHABLE'],
    [404, '', 'BROKER_REFUSED'],
  ])('refused with HTTP %i %s is %s', async (status, body, expected) => {
    const { outcome } = await redeem(status, body)
    expect(outcome).toMatchObject({ code: expected })
    const said = body.startsWith('{') ? (JSON.parse(body) as { message: string }).message : ''
    expect(outcome instanceof Error && outcome.message).toContain(said)
  })

  it.each([
    ['', 'JSON'],
    ['[]', 'JSON'],
    ['{"status":"success","data":{"user_id":"AB1234"}}', 'data.access_token'],
    ['{"status":"success","data":{"access_token":""}}', 'data.access_token'],
    ['{"status":"error","data":{"access_token":"x"}}', 'status'],
  ])('answered with %s, names what is missing', async (body, missing) => {
    const { outcome } = await redeem(200, body)
    expect(outcome).toMatchObject({
      code: 'BROKER_REFUSED',
      message: `Kite answered the login without ${missing}`,
    })
  })

  it('tells no secret, though the broker repeats them all', async () => {
    const typed = { api_key: 'plainletters', api_secret: 'with-hyphens-and-more', code: 'anything.goes' }
    const checksum = createHash('sha256').update(`${typed.api_key}${typed.code}${typed.api_secret}`).digest('hex')
    const secrets = [...Object.values(typed), checksum]
    const { outcome } = await redeem(400, refused('InputException', secrets.join(' ')), NOW, typed)
    expect(outcome).toMatchObject({ message: expect.stringContaining('InputException: [redacted] [redacted]') })
    for (const secret of secrets)
      expect(outcome instanceof Error && `${outcome.message} ${outcome.stack}`).not.toContain(secret)
  })
})

describe('what the owner types', () => {
  it('is asked for by names a person knows, in one order', () => {
    expect(Object.entries(credentials.shape).map(([name, field]) => [name, field.description])).toEqual([
      ['api_key', 'API key'],
      ['api_secret', 'API secret'],
    ])
  })

  it('is one word each', () => {
    expect(credentials.parse({ api_key: ' a ', api_secret: 'b\n' })).toEqual({ api_key: 'a', api_secret: 'b' })
    const why = (api_key: string) => {
      const { error } = credentials.safeParse({ api_key, api_secret: 'b' })
      return error?.issues.map(({ message }) => message)
    }
    for (const empty of ['', ' ']) expect(why(empty)).toEqual(['must not be empty'])
    expect(why('two words')).toEqual(['must be one word'])
    expect(credentials.safeParse({ api_key: 'a' }).success).toBe(false)
  })
})

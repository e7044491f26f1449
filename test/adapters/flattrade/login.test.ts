import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { HttpRequest } from '../../../adapters/contract.ts'
import { login } from '../../../adapters/flattrade/login.ts'
import { settings } from '../../../adapters/flattrade/settings.ts'
import { credentials, ticket } from '../../../adapters/flattrade/ticket.ts'
import { TickwireError } from '../../../shared/errors.ts'

const defaults = settings.parse({})
const owner = { api_key: 'apikeyofatest001', api_secret: '2025.secretofatest000000000002' }
const code = 'requestcodeofatest00003'
const NOW = Date.parse('2026-11-20T11:30:00Z')
const granted = { stat: 'Ok', token: 'tokenofatest0004', client: 'FT000000', status: 'Ok', emsg: '' }
const refused = (emsg: string) => JSON.stringify({ stat: 'Not_Ok', token: '', client: '', emsg })

/** Redeems against a broker that answers so; gives what it was asked, and what came of it. */
async function redeem(status: number, body: string | object, now = NOW, typed = { ...owner, code }) {
  const asked: HttpRequest[] = []
  const http = async (request: HttpRequest) => {
    asked.push(request)
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    return { status, headers: {}, body: new TextEncoder().encode(text) }
  }
  const { code: answered, ...known } = typed
  const result = login.redeem({ settings: defaults, credentials: known, answer: { code: answered }, http, now })
  const outcome = await result.catch((error: unknown) => {
    if (!(error instanceof TickwireError)) throw error
    return error
  })
  return { asked, outcome }
}

describe('the address of the login', () => {
  it('carries the key and nothing else: what is put there does not come back', () => {
    expect(login.url(defaults, owner)).toBe('https://auth.flattrade.in/?app_key=apikeyofatest001')
    expect(login.url({ ...defaults, login_url: 'http://127.0.0.1:9400/auth' }, { ...owner, api_key: 'a&b' })).toBe(
      'http://127.0.0.1:9400/auth?app_key=a%26b',
    )
  })
})

describe('the answer of a login', () => {
  it.each([
    `http://127.0.0.1:8766/?code=${code}&client=FT000000`,
    `https://example.com/flattrade?client=FT000000&code=${code}#top`,
    `  /?code=${code}\n`,
    `code=${code}&client=FT000000`,
    ` ${code} `,
  ])('is read from "%s"', pasted => {
    expect(login.readAnswer(pasted)).toEqual({ code })
  })

  it('keeps a state where there is one', () => {
    expect(login.readAnswer(`?code=${code}&state=abc`)).toEqual({ code, state: 'abc' })
  })

  it.each(['', 'http://127.0.0.1:8766/', 'http://127.0.0.1/?code=', 'http://127.0.0.1/?code=a%20b', 'two words'])(
    'without a code, as in "%s", asks for it again and repeats nothing',
    pasted => {
      expect(() => login.readAnswer(pasted)).toThrow(
        expect.objectContaining({ code: 'USAGE', message: 'That holds no code' }),
      )
    },
  )
})

describe('redeeming the answer', () => {
  it('proves the secret by a hash in small letters and does not send it', async () => {
    const { asked, outcome } = await redeem(200, granted)
    const hash = createHash('sha256').update(`${owner.api_key}${code}${owner.api_secret}`).digest('hex')
    expect(asked).toEqual([
      {
        method: 'POST',
        url: 'https://authapi.flattrade.in/trade/apitoken',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ api_key: owner.api_key, request_code: code, api_secret: hash }),
      },
    ])
    expect(hash).toMatch(/^[0-9a-f]{64}$/)
    expect(JSON.stringify(asked)).not.toContain(owner.api_secret)
    expect(outcome).toEqual({
      ticket: { user_id: 'FT000000', token: 'tokenofatest0004' },
      holder: 'FT000000',
      expiresAt: Date.parse('2026-11-20T23:30:00Z'),
    })
    expect(ticket.safeParse('ticket' in outcome && outcome.ticket).success).toBe(true)
  })

  it.each([
    ['2026-11-20T23:29:59.999Z', '2026-11-20T23:30:00Z'],
    ['2026-11-20T23:30:00.000Z', '2026-11-21T23:30:00Z'],
  ])('at %s gives a ticket until five in the morning in India, %s', async (now, end) => {
    const { outcome } = await redeem(200, granted, Date.parse(now))
    expect(outcome).toMatchObject({ expiresAt: Date.parse(end) })
  })

  it('tells why Flattrade refused it, though that comes with HTTP 200', async () => {
    const { outcome } = await redeem(200, refused('Invalid API key'))
    expect(outcome).toMatchObject({
      code: 'CREDENTIALS_REJECTED',
      message: 'Flattrade refused the login: Invalid API key',
    })
  })

  it('refused, says first that a code works once, because that is what mostly is wrong', async () => {
    const { outcome } = await redeem(200, refused('Invalid request code'))
    expect(outcome).toMatchObject({
      next: 'log in again, because a code works once and for a short time: tickwire account login flattrade; if that is refused, too, check the API key and its secret in the Flattrade account',
    })
  })

  it.each([
    [200, refused('Session Expired : Invalid Session Key'), 'CREDENTIALS_REJECTED'],
    [200, '{"stat":"NOT_OK","emsg":"Error Occurred : 5 "no data""}', 'CREDENTIALS_REJECTED'],
    [401, refused('no'), 'CREDENTIALS_REJECTED'],
    [403, '', 'CREDENTIALS_REJECTED'],
    [400, '<html>', 'CREDENTIALS_REJECTED'],
    [200, refused('Request exceeds Limit 10 for user'), 'BROKER_RATE_LIMITED'],
    [429, '', 'BROKER_RATE_LIMITED'],
    [502, '<html>', 'BROKER_UNREACHABLE'],
    [404, '', 'BROKER_REFUSED'],
    [302, '', 'BROKER_REFUSED'],
  ])('refused with HTTP %i %s is %s', async (status, body, expected) => {
    const { outcome } = await redeem(status, body)
    expect(outcome).toMatchObject({ code: expected })
  })

  it.each([
    ['', 'JSON'],
    ['[]', 'JSON'],
    [{ ...granted, token: '' }, 'token'],
    [{ ...granted, client: undefined }, 'client'],
    [{ token: 'a', client: 'b' }, 'stat'],
  ])('answered with %j, names what is missing', async (body, missing) => {
    const { outcome } = await redeem(200, body)
    expect(outcome).toMatchObject({
      code: 'BROKER_REFUSED',
      message: `Flattrade answered the login without ${missing}`,
    })
  })

  it('tells no secret, though the broker repeats them all', async () => {
    const typed = { api_key: 'plainletters', api_secret: 'with-hyphens-and-more', code: 'anything.goes' }
    const hash = createHash('sha256').update(`${typed.api_key}${typed.code}${typed.api_secret}`).digest('hex')
    const secrets = [...Object.values(typed), hash]
    const { outcome } = await redeem(200, refused(secrets.join(' ')), NOW, typed)
    expect(outcome).toMatchObject({ message: expect.stringContaining('[redacted] [redacted]') })
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

  it('may be the user and the key in one, as OpenAlgo keeps them, and stays what it became', () => {
    const typed = credentials.parse({ api_key: ' FT000000:::abcdef ', api_secret: '2025.ab\n' })
    expect(typed).toEqual({ api_key: 'abcdef', api_secret: '2025.ab' })
    expect(credentials.parse(typed)).toEqual(typed)
  })

  it('is one word each', () => {
    for (const api_key of ['', ' ', 'two words'])
      expect(credentials.safeParse({ api_key, api_secret: 'b' }).success).toBe(false)
    expect(credentials.safeParse({ api_key: 'a' }).success).toBe(false)
  })
})

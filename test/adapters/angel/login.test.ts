import { describe, expect, it } from 'vitest'
import { login } from '../../../adapters/angel/login.ts'
import { settings } from '../../../adapters/angel/settings.ts'
import { credentials, type Ticket, ticket } from '../../../adapters/angel/ticket.ts'
import { totp } from '../../../adapters/angel/totp.ts'
import type { HttpRequest } from '../../../adapters/contract.ts'
import { TickwireError } from '../../../shared/errors.ts'

const defaults = settings.parse({})
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const owner = { api_key: 'keyOfApp', client_code: 'A123456', pin: '1007' }
const withSecret = { ...owner, totp_secret: SECRET }
const NOW = Date.parse('2026-11-20T03:00:00Z')
const EXPIRY = Date.parse('2026-11-20T23:30:00Z')

const jwtOf = (claims: object, name = 'sig') =>
  ['{"alg":"HS512"}', JSON.stringify(claims)]
    .map(part => Buffer.from(part).toString('base64url'))
    .concat(name)
    .join('.')

const JWT = jwtOf({ username: 'A123456', exp: EXPIRY / 1000 })
const granted = (data: object = {}) =>
  JSON.stringify({
    status: true,
    message: 'SUCCESS',
    errorcode: '',
    data: { jwtToken: JWT, refreshToken: 'refresh.1', feedToken: 'feed.1', ...data },
  })

const refused = (errorcode: string, message = 'No.') =>
  JSON.stringify({ status: false, message, errorcode, data: null })

interface Answer {
  readonly status?: number
  readonly body: string
}

/** A broker that gives these answers, one after the other. */
function broker(...answers: readonly Answer[]) {
  const asked: HttpRequest[] = []
  const http = async (request: HttpRequest) => {
    const { status = 200, body } = answers[asked.length] ?? { body: '' }
    asked.push(request)
    return { status, headers: {}, body: new TextEncoder().encode(body) }
  }
  return { asked, http, settings: defaults, now: NOW }
}

async function outcomeOf<Result>(result: Promise<Result>): Promise<Result | TickwireError> {
  return result.catch((error: unknown) => {
    if (!(error instanceof TickwireError)) throw error
    return error
  })
}

const redeem = (answer: Answer, code = '654321', typed: object = owner) => {
  const at = broker(answer)
  const result = login.redeem({ ...at, credentials: credentials.parse(typed), answer: { code } })
  return outcomeOf(result).then(outcome => ({ asked: at.asked, outcome }))
}

const TICKET: Ticket = {
  api_key: 'keyOfApp',
  client_code: 'A123456',
  jwt_token: JWT,
  feed_token: 'feed.1',
  refresh_token: 'refresh.1',
}

describe('what the owner types', () => {
  it('is asked for by names a person knows, the secret last and not at all costs', () => {
    expect(Object.entries(credentials.shape).map(([name, field]) => [name, field.description])).toEqual([
      ['api_key', 'API key of the app at smartapi.angelone.in'],
      ['client_code', 'Client code'],
      ['pin', 'PIN'],
      ['totp_secret', 'TOTP secret, only if Tickwire shall log in by itself (may be empty)'],
    ])
    expect(credentials.parse(owner)).toEqual(owner)
    expect(credentials.safeParse({ ...owner, totp_secret: '' }).success).toBe(true)
    expect(credentials.safeParse({ ...owner, totp_secret: '123456' }).success).toBe(false)
    for (const field of ['api_key', 'client_code', 'pin'])
      expect(credentials.safeParse({ ...owner, [field]: '' }).success).toBe(false)
  })

  it.each([
    ['', 'must not be empty'],
    [' ', 'must not be empty'],
    ['two words', 'must be one word'],
  ])('is told of "%s" that it %s', (pin, why) => {
    expect(credentials.safeParse({ ...owner, pin }).error?.issues.map(({ message }) => message)).toEqual([why])
  })

  it('is the code of the app at each login, unless its secret is stored', () => {
    expect(login.prompt(credentials.parse(owner))).toBe('Code of the authenticator app (six digits)')
    expect(login.prompt(credentials.parse({ ...owner, totp_secret: '' }))).toBeDefined()
    expect(login.prompt(credentials.parse(withSecret))).toBeUndefined()
  })

  it.each(['654321', ' 654 321\n', '654321 '])('is read as a code from "%s"', typed => {
    expect(login.readAnswer(typed)).toEqual({ code: '654321' })
  })

  it.each(['', '12345', '1234567', '1007', 'abcdef', '12345a'])('is no code as "%s", which is not repeated', typed => {
    expect(() => login.readAnswer(typed)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: 'That is no code of an authenticator app' }),
    )
  })
})

describe('a login', () => {
  it('sends client code, PIN and code with every header that the broker wants', async () => {
    const { asked, outcome } = await redeem({ body: granted() })
    expect(asked).toEqual([
      {
        method: 'POST',
        url: 'https://apiconnect.angelone.in/rest/auth/angelbroking/user/v1/loginByPassword',
        headers: {
          'Content-Type': 'application/json',
          Accept: 'application/json',
          'X-UserType': 'USER',
          'X-SourceID': 'WEB',
          'X-ClientLocalIP': '127.0.0.1',
          'X-ClientPublicIP': '127.0.0.1',
          'X-MACAddress': '00:00:00:00:00:00',
          'X-PrivateKey': 'keyOfApp',
        },
        body: '{"clientcode":"A123456","password":"1007","totp":"654321"}',
      },
    ])
    expect(outcome).toEqual({ ticket: TICKET, expiresAt: EXPIRY, holder: 'A123456' })
    expect(ticket.safeParse(TICKET).success).toBe(true)
  })

  it('makes its own code where the secret is stored', async () => {
    const { asked } = await redeem({ body: granted() }, '', withSecret)
    expect(JSON.parse(asked[0]?.body ?? '')).toMatchObject({ totp: totp(SECRET, NOW) })
  })

  it('takes the typed code before its own', async () => {
    const { asked } = await redeem({ body: granted() }, '111111', withSecret)
    expect(JSON.parse(asked[0]?.body ?? '')).toMatchObject({ totp: '111111' })
  })

  it('without a code asks nobody', async () => {
    const { asked, outcome } = await redeem({ body: granted() }, '')
    expect(outcome).toMatchObject({ code: 'USAGE' })
    expect(asked).toEqual([])
  })

  it('takes tokens that come with the word of the header', async () => {
    const { outcome } = await redeem({ body: granted({ jwtToken: `Bearer ${JWT}` }) })
    expect(outcome).toMatchObject({ ticket: { jwt_token: JWT }, expiresAt: EXPIRY })
  })

  it('is good without a refresh token', async () => {
    const { outcome } = await redeem({ body: granted({ refreshToken: null }) })
    expect(outcome).toMatchObject({ ticket: { feed_token: 'feed.1' } })
    expect(outcome).not.toHaveProperty('ticket.refresh_token')
  })

  it.each(['opaque', 'a.b.c', jwtOf({}), jwtOf({ exp: 'soon' }), jwtOf({ exp: -1 })])(
    'with the token %s, which does not say when it ends, ends at five in the morning in India',
    async jwtToken => {
      const { outcome } = await redeem({ body: granted({ jwtToken }) })
      expect(outcome).toMatchObject({ expiresAt: Date.parse('2026-11-20T23:30:00Z') })
    },
  )
})

describe('a refusal', () => {
  it.each([
    [200, refused('AB1050'), 'CREDENTIALS_REJECTED'],
    [200, refused('AB1007'), 'CREDENTIALS_REJECTED'],
    [400, refused('AB1012'), 'BROKER_REFUSED'],
    [200, refused('AB4018'), 'BROKER_REFUSED'],
    [200, refused('AB1004'), 'BROKER_UNREACHABLE'],
    [200, refused('AG8001'), 'SESSION_EXPIRED'],
    [200, refused(''), 'BROKER_REFUSED'],
    [200, '{"status":"false","message":"No.","errorcode":"AB1007","data":"null"}', 'CREDENTIALS_REJECTED'],
    [200, '{"success":false,"message":"No.","errorCode":"AB1007","data":""}', 'CREDENTIALS_REJECTED'],
    [200, '{"message":"No.","errorcode":"AG8003"}', 'SESSION_EXPIRED'],
    [401, '{"success":false,"message":"No.","errorCode":"AB1050"}', 'CREDENTIALS_REJECTED'],
    [403, 'Access denied because of exceeding access rate', 'BROKER_RATE_LIMITED'],
    [429, '', 'BROKER_RATE_LIMITED'],
    [403, '', 'CREDENTIALS_REJECTED'],
    [503, '<html>', 'BROKER_UNREACHABLE'],
    [404, '', 'BROKER_REFUSED'],
  ])('with HTTP %i %s is %s', async (status, body, code) => {
    const { outcome } = await redeem({ status, body })
    expect(outcome).toMatchObject({ code, message: expect.stringContaining(`the login with HTTP ${status}`) })
    expect(outcome instanceof Error && outcome.message.endsWith(': No.')).toBe(body.includes('No.'))
  })

  it('names its code, which a PIN of the same digits does not hide', async () => {
    const { outcome } = await redeem({ body: refused('AB1007', 'wrong PIN 1007 of keyOfApp, code 654321') })
    expect(outcome).toMatchObject({
      code: 'CREDENTIALS_REJECTED',
      message: 'Angel One refused the login with HTTP 200, AB1007: wrong PIN [redacted] of [redacted], code [redacted]',
    })
  })

  it('of the code says to look at the code first, which the other refusals do not', async () => {
    const next = async (code: string) => {
      const { outcome } = await redeem({ body: refused(code) })
      return outcome instanceof TickwireError ? outcome.next : undefined
    }
    expect(await next('AB1050')).toMatch(
      /^check the code of the authenticator app: it was typed too late, or is wrong; .*tickwire account login angel$/,
    )
    expect(await next('AB1007')).toMatch(/^check the API key, the client code, the PIN/)
  })

  it.each([
    ['', 'JSON'],
    ['[]', 'JSON'],
    ['{"status":true,"data":null}', 'data'],
    ['{"status":true,"data":{"jwtToken":"x"}}', 'data.feedToken'],
    ['{"status":true,"data":{"jwtToken":"","feedToken":"y"}}', 'data.jwtToken'],
  ])('that says nothing, %s, names what is missing', async (body, missing) => {
    const { outcome } = await redeem({ body })
    expect(outcome).toMatchObject({
      code: 'BROKER_REFUSED',
      message: `Angel One answered the login without ${missing}`,
    })
  })
})

describe('a renewal', () => {
  const renew = (typed: object, last: Ticket | undefined, ...answers: Answer[]) => {
    const at = broker(...answers)
    const result = login.renew({ ...at, credentials: credentials.parse(typed), ticket: last })
    return outcomeOf(result).then(outcome => ({ asked: at.asked, outcome }))
  }
  const fresh = granted({ jwtToken: jwtOf({ exp: 1_800_000_000 }), refreshToken: 'refresh.2', feedToken: 'feed.2' })

  it('gives new tokens for the refresh token, without a code', async () => {
    const { asked, outcome } = await renew(owner, TICKET, { body: fresh })
    expect(asked).toHaveLength(1)
    expect(asked[0]).toMatchObject({
      url: 'https://apiconnect.angelone.in/rest/auth/angelbroking/jwt/v1/generateTokens',
      headers: { Authorization: `Bearer ${JWT}`, 'X-PrivateKey': 'keyOfApp' },
      body: '{"refreshToken":"refresh.1"}',
    })
    expect(outcome).toMatchObject({
      ticket: { feed_token: 'feed.2', refresh_token: 'refresh.2', client_code: 'A123456' },
      expiresAt: 1_800_000_000_000,
      holder: 'A123456',
    })
  })

  it('keeps the refresh token where none comes back', async () => {
    const { outcome } = await renew(owner, TICKET, { body: granted({ refreshToken: undefined }) })
    expect(outcome).toMatchObject({ ticket: { refresh_token: 'refresh.1' } })
  })

  it.each(['AB8050', 'AB8051', 'AG8002'])('refused with %s is a whole login where the secret is stored', async code => {
    const { asked, outcome } = await renew(withSecret, TICKET, { body: refused(code) }, { body: fresh })
    expect(asked.map(({ url }) => url.split('/').at(-1))).toEqual(['generateTokens', 'loginByPassword'])
    expect(JSON.parse(asked[1]?.body ?? '')).toMatchObject({ password: '1007', totp: totp(SECRET, NOW) })
    expect(outcome).toMatchObject({ ticket: { feed_token: 'feed.2' } })
  })

  it('refused is the end of the session where it is not', async () => {
    const { asked, outcome } = await renew(owner, TICKET, { body: refused('AB8051', 'refresh.1 has ended') })
    expect(asked).toHaveLength(1)
    expect(outcome).toMatchObject({
      code: 'SESSION_EXPIRED',
      message: 'Angel One refused the renewal of the session with HTTP 200, AB8051: [redacted] has ended',
    })
  })

  it.each([
    [503, 'BROKER_UNREACHABLE'],
    [429, 'BROKER_RATE_LIMITED'],
  ])('that cannot be had now (HTTP %i) is no reason to send the PIN', async (status, code) => {
    const { asked, outcome } = await renew(withSecret, TICKET, { status, body: '' })
    expect([asked.length, outcome]).toEqual([1, expect.objectContaining({ code })])
  })

  it('before the first login, or without a refresh token, needs the secret', async () => {
    expect(await renew(owner, undefined)).toEqual({ asked: [], outcome: undefined })
    const { refresh_token: _, ...last } = TICKET
    expect(await renew(owner, last)).toEqual({ asked: [], outcome: undefined })
    for (const one of [undefined, last]) {
      const { asked, outcome } = await renew(withSecret, one, { body: fresh })
      expect([asked.length, outcome]).toEqual([1, expect.objectContaining({ holder: 'A123456' })])
    }
  })
})

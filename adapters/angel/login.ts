import { z } from 'zod'
import { TickwireError } from '../../shared/errors.ts'
import { nextIndian } from '../../shared/market/india.ts'
import { readJson } from '../../shared/words.ts'
import type { Granted, HttpAnswer, HttpRequest, Login, LoginAnswer } from '../contract.ts'
import { failed, type Purpose, refusedWith } from './errors.ts'
import { restHeaders } from './rest.ts'
import type { Settings } from './settings.ts'
import type { Credentials, Ticket } from './ticket.ts'
import { totp } from './totp.ts'

/** 05:00 in India, when users saw tokens end that do not say it themselves. */
const TOKENS_END = 5 * 60

/** Seen with and without the word that belongs into the header. */
const token = z
  .string()
  .transform(text => text.replace(/^Bearer\s+/i, ''))
  .pipe(z.string().regex(/^\S+$/))

/** `loginByPassword` and `generateTokens`: SmartAPI documentation, "User". */
const granted = z.object({
  data: z.object({
    jwtToken: token,
    feedToken: token,
    // A session is good without it, until it ends.
    refreshToken: token.optional().catch(undefined),
  }),
})

type Options = Parameters<Login<Settings, Credentials, Ticket>['redeem']>[0]

export const login = {
  prompt: ({ totp_secret }) => (totp_secret ? undefined : 'Code of the authenticator app (six digits)'),

  readAnswer,

  redeem,

  async renew({ ticket, ...options }) {
    const { settings, credentials, http, now } = options
    const again = async () =>
      codeNow(credentials, now) === undefined ? undefined : redeem({ ...options, answer: { code: '' } })
    const request = ticket && refreshRequest(settings, ticket)
    if (!ticket || !request) return again()
    const answer = await http(request)
    try {
      return readRenewed(answer, ticket, credentials, now)
    } catch (error) {
      if (!(error instanceof TickwireError) || error.retry !== 'after-login') throw error
      const fresh = await again()
      if (fresh === undefined) throw error
      return fresh
    }
  },
} satisfies Login<Settings, Credentials, Ticket>

async function redeem({ settings, credentials, answer, http, now }: Options): Promise<Granted<Ticket>> {
  const { api_key, client_code, pin } = credentials
  const code = answer.code || codeNow(credentials, now)
  if (code === undefined)
    throw new TickwireError('USAGE', 'A login needs the code of the authenticator app', { next: CODE })
  const answered = await http({
    method: 'POST',
    url: `${settings.api_url}/rest/auth/angelbroking/user/v1/loginByPassword`,
    headers: restHeaders(api_key),
    body: JSON.stringify({ clientcode: client_code, password: pin, totp: code }),
  })
  return readGranted('the login', answered, credentials, [pin, code], now)
}

/** The new tokens; the refresh token goes on where none came with them. */
function readRenewed(answer: HttpAnswer, old: Ticket, credentials: Credentials, now: number): Granted<Ticket> {
  const hidden = [old.jwt_token, old.refresh_token ?? '']
  const renewed = readGranted('the renewal of the session', answer, credentials, hidden, now)
  return old.refresh_token === undefined
    ? renewed
    : { ...renewed, ticket: { refresh_token: old.refresh_token, ...renewed.ticket } }
}

const codeNow = ({ totp_secret }: Credentials, now: number): string | undefined =>
  totp_secret ? totp(totp_secret, now) : undefined

/** New tokens for the old ones; no code is asked for. */
function refreshRequest({ api_url }: Settings, ticket: Ticket): HttpRequest | undefined {
  const { api_key, jwt_token, refresh_token } = ticket
  if (refresh_token === undefined) return undefined
  return {
    method: 'POST',
    url: `${api_url}/rest/auth/angelbroking/jwt/v1/generateTokens`,
    headers: restHeaders(api_key, jwt_token),
    body: JSON.stringify({ refreshToken: refresh_token }),
  }
}

/** `hidden`: what we sent besides the API key. */
function readGranted(
  purpose: Purpose,
  { status, body }: HttpAnswer,
  { api_key, client_code }: Credentials,
  hidden: readonly string[],
  now: number,
): Granted<Ticket> {
  const text = new TextDecoder().decode(body)
  const refused = refusedWith(purpose, { status, body: text, hidden: [api_key, ...hidden] })
  if (refused) throw refused
  const parsed = granted.safeParse(readJson(text))
  if (!parsed.success) {
    const paths = parsed.error.issues.map(({ path }) => path.join('.') || 'JSON')
    throw failed('BROKER_REFUSED', `Angel One answered ${purpose} without ${[...new Set(paths)].join(', ')}`)
  }
  const { jwtToken, feedToken, refreshToken } = parsed.data.data
  return {
    ticket: {
      api_key,
      client_code,
      jwt_token: jwtToken,
      feed_token: feedToken,
      ...(refreshToken !== undefined && { refresh_token: refreshToken }),
    },
    expiresAt: endOf(jwtToken, now),
    holder: client_code,
  }
}

const claims = z.object({ exp: z.number().positive() })

/** When the token itself says that it ends, milliseconds since 1970. */
function endOf(jwt: string, now: number): number {
  const payload = Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()
  const parsed = claims.safeParse(readJson(payload))
  return parsed.success ? parsed.data.exp * 1000 : nextIndian(now, TOKENS_END)
}

const CODE = 'type the six digits that the authenticator app shows'

/** What was typed is never repeated: it may be the PIN. */
function readAnswer(typed: string): LoginAnswer {
  const code = typed.replace(/\s/g, '')
  if (/^\d{6}$/.test(code)) return { code }
  throw new TickwireError('USAGE', 'That is no code of an authenticator app', { next: CODE })
}

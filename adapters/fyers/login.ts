import { createHash } from 'node:crypto'
import { z } from 'zod'
import { TickwireError } from '../../shared/errors.ts'
import { readJson } from '../../shared/words.ts'
import type { Granted, Http, HttpAnswer, Login, LoginAnswer } from '../contract.ts'
import { readClaims } from './claims.ts'
import { failed, type Purpose, readFailure, refusal } from './errors.ts'
import type { Settings } from './settings.ts'
import type { Credentials, Ticket } from './ticket.ts'

/** `validate-authcode` and `validate-refresh-token`: Fyers API v3 documentation, "Authentication". */
const granted = z.object({
  s: z.literal('ok'),
  access_token: z.string().regex(/^\S+$/),
  /** Lives 15 days by the documentation. A renewal gives none. */
  refresh_token: z.string().regex(/^\S+$/).optional().catch(undefined),
})

interface Asked {
  readonly settings: Settings
  readonly credentials: Credentials
  readonly http: Http
  readonly now: number
}

interface Given {
  readonly app_id: string
  readonly access_token: string
  readonly refresh_token?: string | undefined
}

export const login = {
  url({ login_url, redirect_url }, { app_id }, state) {
    const url = new URL(login_url)
    url.searchParams.set('client_id', app_id)
    url.searchParams.set('redirect_uri', redirect_url)
    url.searchParams.set('response_type', 'code')
    url.searchParams.set('state', state)
    return url.href
  },

  readAnswer,

  async redeem({ settings, credentials, answer, http, now }) {
    const pasted = readToken(answer.code, credentials)
    if (pasted) return grant(pasted, now)
    const asked = { settings, credentials, http, now }
    return await ask(asked, 'validate-authcode', 'authorization_code', { code: answer.code })
  },

  async renew({ settings, credentials, ticket, http, now }) {
    const { pin } = credentials
    const refresh_token = ticket?.refresh_token
    if (!pin || !refresh_token) return undefined
    const asked = { settings, credentials, http, now }
    return await ask(asked, 'validate-refresh-token', 'refresh_token', { refresh_token, pin })
  },
} satisfies Login<Settings, Credentials, Ticket>

/** The secret proves itself by a hash over app and secret with a colon between; it does not travel. */
async function ask(
  { settings, credentials, http, now }: Asked,
  path: string,
  grant_type: string,
  proof: Readonly<Record<string, string>>,
): Promise<Granted<Ticket>> {
  const { app_id, app_secret } = credentials
  const appIdHash = createHash('sha256').update(`${app_id}:${app_secret}`).digest('hex')
  const answered = await http({
    method: 'POST',
    url: `${settings.api_url}/api/v3/${path}`,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ grant_type, appIdHash, ...proof }),
  })
  const purpose = grant_type === 'refresh_token' ? 'the renewal of the login' : 'the login'
  const hidden = [app_secret, appIdHash, ...Object.values(proof)]
  const { access_token, refresh_token } = readGranted(purpose, answered, hidden)
  return grant({ app_id, access_token, refresh_token: refresh_token ?? proof.refresh_token }, now)
}

/** `secrets`: what we sent. A server that repeats it must not get it into a message. */
function readGranted(
  purpose: Purpose,
  { status, body }: HttpAnswer,
  secrets: readonly string[],
): z.infer<typeof granted> {
  const text = new TextDecoder().decode(body)
  const masked = secrets.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text)
  if (status !== 200 || readFailure(text)) throw refusal(purpose, { status, body: masked })
  const parsed = granted.safeParse(readJson(text))
  if (parsed.success) return parsed.data
  const paths = parsed.error.issues.map(({ path }) => path.join('.') || 'JSON')
  throw failed('BROKER_REFUSED', `Fyers answered ${purpose} without ${[...new Set(paths)].join(', ')}`)
}

/** The key of the price socket is a claim of the token, and the only way to have it. */
function grant({ app_id, access_token, refresh_token }: Given, now: number): Granted<Ticket> {
  const { hsm_key, exp, fy_id } = readClaims(access_token) ?? {}
  if (hsm_key === undefined)
    throw failed(
      'CREDENTIALS_REJECTED',
      'The access token of this login has no claim hsm_key: the app may have no market data',
    )
  const expiresAt = exp === undefined ? undefined : exp * 1000
  if (expiresAt !== undefined && expiresAt <= now)
    throw failed('CREDENTIALS_REJECTED', 'The access token of this login has ended already')
  return {
    ticket: { app_id, access_token, hsm_key, ...(refresh_token !== undefined && { refresh_token }) },
    ...(expiresAt !== undefined && { expiresAt }),
    ...(fy_id !== undefined && { holder: fy_id }),
  }
}

/** An access token that another program of the account has: as it is, or behind its app and a colon. */
function readToken(text: string, { app_id }: Credentials): Given | undefined {
  const colon = text.lastIndexOf(':')
  const access_token = text.slice(colon + 1)
  if (colon === -1 && readClaims(text)?.sub !== 'access_token') return undefined
  return { app_id: colon > 0 ? text.slice(0, colon) : app_id, access_token }
}

const PASTE = 'paste the whole address the browser was sent to after the login, or its auth_code'

/** The text itself is never repeated: it may hold a token that still works. */
function readAnswer(pasted: string): LoginAnswer {
  const text = pasted.trim()
  if (/^[\w.-]{6,4096}$/.test(text) || /^[A-Za-z0-9]+-\d+:[\w.-]{6,4096}$/.test(text)) return { code: text }
  const query = new URLSearchParams(/\?([^#\s]*)/.exec(text)?.[1] ?? (text.includes('=') ? text : ''))
  const said = query.get('s')
  if (said !== null && said !== 'ok')
    throw new TickwireError('CREDENTIALS_REJECTED', 'Fyers says that this login was not finished or not allowed', {
      next: 'log in again, and allow the app: tickwire account login fyers',
    })
  const code = query.get('auth_code')
  if (!code || !/^[\w.-]+$/.test(code)) throw new TickwireError('USAGE', 'That holds no auth_code', { next: PASTE })
  const state = query.get('state')
  return { code, ...(state === null ? {} : { state }) }
}

import { createHash } from 'node:crypto'
import { z } from 'zod'
import { TickwireError } from '../../shared/errors.ts'
import { nextIndian } from '../../shared/market/india.ts'
import { readJson } from '../../shared/words.ts'
import type { HttpAnswer, Login, LoginAnswer } from '../contract.ts'
import { failed, refusal } from './errors.ts'
import type { Settings } from './settings.ts'
import type { Credentials, Ticket } from './ticket.ts'

/** 06:00 in India, when the documentation has tokens end. The vendor's staff name other hours: a 403 decides. */
const TOKENS_END = 6 * 60

/** `POST /session/token`: Kite Connect 3 documentation, "User". There is more in it, which nobody here needs. */
const granted = z.object({
  status: z.literal('success'),
  data: z.object({
    // For people only: the answer cannot be had again, and is good without a name.
    user_id: z.string().min(1).optional().catch(undefined),
    access_token: z.string().regex(/^\S+$/),
  }),
})

/** A failure says so whatever its HTTP status. */
const refused = z.object({ status: z.literal('error'), error_type: z.string() })

export const login = {
  url({ login_url }, { api_key }, state) {
    const url = new URL(login_url)
    url.searchParams.set('v', '3')
    url.searchParams.set('api_key', api_key)
    // Kite adds what stands here to the address it sends the person back to.
    url.searchParams.set('redirect_params', new URLSearchParams({ state }).toString())
    return url.href
  },

  readAnswer,

  async redeem({ settings, credentials, answer, http, now }) {
    const { api_key, api_secret } = credentials
    const checksum = createHash('sha256').update(`${api_key}${answer.code}${api_secret}`).digest('hex')
    const answered = await http({
      method: 'POST',
      url: `${settings.api_url}/session/token`,
      headers: { 'X-Kite-Version': '3', 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ api_key, request_token: answer.code, checksum }).toString(),
    })
    const { user_id, access_token } = readGranted(answered, [api_key, api_secret, answer.code, checksum])
    return {
      ticket: { api_key, access_token },
      expiresAt: nextIndian(now, TOKENS_END),
      ...(user_id === undefined ? {} : { holder: user_id }),
    }
  },
} satisfies Login<Settings, Credentials, Ticket>

/** `secrets`: what we sent. A server that repeats it must not get it into a message. */
function readGranted({ status, body }: HttpAnswer, secrets: readonly string[]): z.infer<typeof granted>['data'] {
  const text = secrets.reduce((masked, secret) => masked.replaceAll(secret, '[redacted]'), decode(body))
  if (status !== 200 || refused.safeParse(readJson(text)).success) throw refusal('the login', { status, body: text })
  const parsed = granted.safeParse(readJson(decode(body)))
  if (parsed.success) return parsed.data.data
  const paths = parsed.error.issues.map(({ path }) => path.join('.') || 'JSON')
  throw failed('BROKER_REFUSED', `Kite answered the login without ${[...new Set(paths)].join(', ')}`)
}

const decode = (body: Uint8Array): string => new TextDecoder().decode(body)

const PASTE = 'paste the whole address the browser was sent to after the login, or its request_token'

/** The text itself is never repeated: it may hold a token that still works. */
function readAnswer(pasted: string): LoginAnswer {
  const text = pasted.trim()
  if (/^[\w-]{6,128}$/.test(text)) return { code: text }
  const query = new URLSearchParams(/\?([^#\s]*)/.exec(text)?.[1] ?? (text.includes('=') ? text : ''))
  const status = query.get('status')
  if (status !== null && status !== 'success')
    throw new TickwireError('CREDENTIALS_REJECTED', 'Kite says that this login was not finished or not allowed', {
      next: 'log in again, and allow the app: tickwire account login zerodha',
    })
  const code = query.get('request_token')
  if (!code || !/^[\w-]+$/.test(code)) throw new TickwireError('USAGE', 'That holds no request_token', { next: PASTE })
  const state = query.get('state')
  return { code, ...(state === null ? {} : { state }) }
}

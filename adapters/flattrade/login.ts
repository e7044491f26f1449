import { createHash } from 'node:crypto'
import { z } from 'zod'
import { TickwireError } from '../../shared/errors.ts'
import { nextIndian } from '../../shared/market/india.ts'
import { readJson } from '../../shared/words.ts'
import type { HttpAnswer, Login, LoginAnswer } from '../contract.ts'
import { failed, isRefusal, refusal } from './errors.ts'
import type { Settings } from './settings.ts'
import type { Credentials, Ticket } from './ticket.ts'

/** 05:00 in India, when every token ends (Flattrade Pi documentation, "Token"). */
const TOKENS_END = 5 * 60

/** `POST /trade/apitoken`: Flattrade Pi documentation, "Generate token". */
const granted = z.object({
  stat: z.string().regex(/^\s*ok\s*$/i),
  token: z.string().regex(/^\S+$/),
  client: z.string().regex(/^\S+$/),
})

export const login = {
  url({ login_url }, { api_key }) {
    // What else is put here does not come back: the address that the person returns to is registered.
    const url = new URL(login_url)
    url.searchParams.set('app_key', api_key)
    return url.href
  },

  readAnswer,

  async redeem({ settings, credentials, answer, http, now }) {
    const { api_key, api_secret } = credentials
    const hash = createHash('sha256').update(`${api_key}${answer.code}${api_secret}`).digest('hex')
    const answered = await http({
      method: 'POST',
      url: settings.redeem_url,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ api_key, request_code: answer.code, api_secret: hash }),
    })
    const { client, token } = readGranted(answered, [api_key, api_secret, answer.code, hash])
    return { ticket: { user_id: client, token }, expiresAt: nextIndian(now, TOKENS_END), holder: client }
  },
} satisfies Login<Settings, Credentials, Ticket>

/** `secrets`: what we sent. A server that repeats it must not get it into a message. */
function readGranted({ status, body }: HttpAnswer, secrets: readonly string[]): z.infer<typeof granted> {
  const text = new TextDecoder().decode(body)
  if (status !== 200 || isRefusal(text)) {
    const masked = secrets.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text)
    throw refusal('the login', { status, body: masked })
  }
  const parsed = granted.safeParse(readJson(text))
  if (parsed.success) return parsed.data
  const paths = parsed.error.issues.map(({ path }) => path.join('.') || 'JSON')
  throw failed('BROKER_REFUSED', `Flattrade answered the login without ${[...new Set(paths)].join(', ')}`)
}

const PASTE = 'paste the whole address the browser was sent to after the login, or its code'

/** The text itself is never repeated: it may hold a code that still works. */
function readAnswer(pasted: string): LoginAnswer {
  const text = pasted.trim()
  if (/^[\w.-]{6,256}$/.test(text)) return { code: text }
  const query = new URLSearchParams(/\?([^#\s]*)/.exec(text)?.[1] ?? (text.includes('=') ? text : ''))
  const code = query.get('code')
  if (!code || !/^[\w.-]+$/.test(code)) throw new TickwireError('USAGE', 'That holds no code', { next: PASTE })
  const state = query.get('state')
  return { code, ...(state === null ? {} : { state }) }
}

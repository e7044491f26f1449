import { z } from 'zod'
import { type ErrorCode, TickwireError } from '../../shared/errors.ts'
import { oneLine, readJson } from '../../shared/words.ts'

/** What was asked for when Fyers refused it. */
export type Purpose =
  | 'the login'
  | 'the renewal of the login'
  | 'the instrument list'
  | 'the connection'
  | 'the order updates'
  | 'the deep books'
  | 'the quotes'

interface Refusal {
  readonly status: number
  readonly body: string
}

/** `code` of an answer that says `"s": "error"`: Fyers API v3 documentation, "Error codes". */
const CODES: Readonly<Record<number, ErrorCode>> = {
  // The token has ended, is none, cannot be checked, is one of another kind.
  [-8]: 'SESSION_EXPIRED',
  [-15]: 'SESSION_EXPIRED',
  [-16]: 'SESSION_EXPIRED',
  [-17]: 'SESSION_EXPIRED',
  // The app, its hash, what it may do, the answer of its login: no repetition mends them.
  [-352]: 'CREDENTIALS_REJECTED',
  [-371]: 'CREDENTIALS_REJECTED',
  [-373]: 'CREDENTIALS_REJECTED',
  [-374]: 'CREDENTIALS_REJECTED',
  [-353]: 'BROKER_RATE_LIMITED',
  [-429]: 'BROKER_RATE_LIMITED',
  [-50]: 'BROKER_REFUSED',
  [-99]: 'BROKER_REFUSED',
  [-300]: 'BROKER_REFUSED',
  [-351]: 'BROKER_REFUSED',
  [-96]: 'BROKER_UNREACHABLE',
}

const LOGIN = 'tickwire account login fyers'

const APP = 'check the app, its secret and its redirect address at myapi.fyers.in'

/** Most logins that are refused bring a code that was used before, or is too old. */
const USED = `log in again, because a code works once and for a short time: ${LOGIN}; if that is refused, too, ${APP}`

/** Those where another code changes nothing: the app, its hash, what it may do. */
const OF_APP: ReadonlySet<number | undefined> = new Set([-352, -371, -373])

const NEXT: Readonly<Partial<Record<ErrorCode, string>>> = {
  SESSION_EXPIRED: LOGIN,
  CREDENTIALS_REJECTED: `${APP}; then: ${LOGIN}`,
  BROKER_RATE_LIMITED:
    'stop other programs that use the same app: it may ask 10 times a second and 200 times a minute, and is locked for the day at the third breach',
  BROKER_REFUSED: 'check the addresses where they are set, then try again; else ask api-support@fyers.in',
  BROKER_UNREACHABLE: `wait, or check this machine with: tickwire doctor; a spent token is met with silence, too: ${LOGIN}`,
}

const failure = z.object({
  s: z.literal('error'),
  code: z.number().int().optional(),
  message: z.string().optional(),
})

/** The error of an answer that is not what was asked for. Of its body only Fyers' own code and sentence are told. */
export function refusal(purpose: Purpose, { status, body }: Refusal): TickwireError {
  const { code, message } = readFailure(body) ?? {}
  const said = message ? `: ${oneLine(message)}` : ''
  const number = code === undefined ? '' : `, code ${code}`
  const text = `Fyers refused ${purpose} with HTTP ${status}${number}${said}`
  const kind = codeOf(purpose, status, code)
  if (purpose === 'the login' && kind === 'CREDENTIALS_REJECTED' && !OF_APP.has(code))
    return new TickwireError(kind, text, { next: USED })
  return failed(kind, text)
}

/** What an answer says of its failure, whatever its HTTP status; undefined when it says none. */
export const readFailure = (body: string): z.infer<typeof failure> | undefined => failure.safeParse(readJson(body)).data

/** With the next step that goes with the code. */
export function failed(code: ErrorCode, text: string): TickwireError {
  const next = NEXT[code]
  return new TickwireError(code, text, next === undefined ? {} : { next })
}

function codeOf(purpose: Purpose, status: number, code: number | undefined): ErrorCode {
  if (status === 429) return 'BROKER_RATE_LIMITED'
  const known = code === undefined ? byStatus(status) : (CODES[code] ?? byStatus(status))
  if (purpose !== 'the login' && purpose !== 'the renewal of the login') return known
  // Where a login is refused there is no session that could have expired: what was typed or pasted is wrong.
  return known === 'SESSION_EXPIRED' || code === -50 || (code === undefined && status === 400)
    ? 'CREDENTIALS_REJECTED'
    : known
}

function byStatus(status: number): ErrorCode {
  if (status === 401 || status === 403) return 'SESSION_EXPIRED'
  return status >= 500 ? 'BROKER_UNREACHABLE' : 'BROKER_REFUSED'
}

import { z } from 'zod'
import { type ErrorCode, TickwireError } from '../../shared/errors.ts'
import { oneLine, readJson } from '../../shared/words.ts'

/** What was asked for when Angel One refused it. */
export type Purpose =
  | 'the login'
  | 'the renewal of the session'
  | 'the instrument list'
  | 'the connection'
  | 'the quotes'

interface Refusal {
  readonly status: number
  readonly body: string
  /** What we sent: a server that repeats it must not get it into a message. */
  readonly hidden?: readonly string[]
}

const WRONG_CODE = 'AB1050'

/** SmartAPI documentation, "Exceptions and errors". What is not here is refused for good: no repetition mends it. */
const CODES: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ['AG8001', 'SESSION_EXPIRED'], // invalid token
  ['AG8002', 'SESSION_EXPIRED'], // token expired
  ['AG8003', 'SESSION_EXPIRED'], // token missing
  ['AB8050', 'SESSION_EXPIRED'], // invalid refresh token
  ['AB8051', 'SESSION_EXPIRED'], // refresh token expired
  ['AB1010', 'SESSION_EXPIRED'], // session expired
  ['AB1011', 'SESSION_EXPIRED'], // client is not logged in
  ['AB1000', 'CREDENTIALS_REJECTED'], // client code or PIN
  ['AB1001', 'CREDENTIALS_REJECTED'],
  ['AB1002', 'CREDENTIALS_REJECTED'], // length of the PIN
  ['AB1006', 'CREDENTIALS_REJECTED'], // client is blocked
  ['AB1007', 'CREDENTIALS_REJECTED'], // client code or PIN
  ['AB1032', 'CREDENTIALS_REJECTED'], // no such client
  [WRONG_CODE, 'CREDENTIALS_REJECTED'], // the code of the authenticator app
  ['AB1004', 'BROKER_UNREACHABLE'], // "try after some time"
  ['AB2001', 'BROKER_UNREACHABLE'], // the same
])

const LOGIN = 'tickwire account login angel'

const NEXT: Readonly<Partial<Record<ErrorCode, string>>> = {
  SESSION_EXPIRED: LOGIN,
  CREDENTIALS_REJECTED: `check the API key, the client code, the PIN and the clock of this machine; then: ${LOGIN}`,
  BROKER_RATE_LIMITED:
    'stop other programs that use the same client code: it may have 3 connections, one login a second',
  BROKER_REFUSED:
    'check the addresses among the settings where they are set, then try again; else ask at smartapi.angelone.in',
  BROKER_UNREACHABLE: 'wait, or check this machine with: tickwire doctor',
}

/** The usual reason first: a code is good for half a minute. */
const NEXT_CODE = `check the code of the authenticator app: it was typed too late, or is wrong; then the TOTP secret where it is stored, and the clock of this machine; then: ${LOGIN}`

const said = z.string().catch('')

/** Both shapes of a failed answer; `status` was seen as a text. */
const failure = z.looseObject({
  status: z.union([z.boolean(), z.stringbool()]).optional().catch(undefined),
  success: z.union([z.boolean(), z.stringbool()]).optional().catch(undefined),
  message: said,
  errorcode: said,
  errorCode: said,
})

/**
 * The error of an answer that is a refusal, whatever its status: HTTP 200 is no proof. `undefined` for one that is none.
 */
export function refusedWith(purpose: Purpose, refusal: Refusal): TickwireError | undefined {
  const { isRefusal } = readBody(refusal.body)
  return refusal.status === 200 && !isRefusal ? undefined : toError(purpose, refusal)
}

/** The error of an answer that is not what was asked for. Of its body only the vendor's own sentence is told. */
export function toError(purpose: Purpose, { status, body, hidden = [] }: Refusal): TickwireError {
  const { message, code: theirs } = readBody(body)
  const code = codeOf(purpose, status, theirs, body)
  const shown = hidden.reduce((text, secret) => (secret ? text.replaceAll(secret, '[redacted]') : text), message)
  const sentence = shown ? `: ${oneLine(shown)}` : ''
  const kind = /^A[BG]\d{4}$/.test(theirs) ? `, ${theirs}` : ''
  const text = `Angel One refused ${purpose} with HTTP ${status}${kind}${sentence}`
  return theirs === WRONG_CODE ? new TickwireError(code, text, { next: NEXT_CODE }) : failed(code, text)
}

/** With the next step that goes with the code. */
export function failed(code: ErrorCode, text: string): TickwireError {
  const next = NEXT[code]
  return new TickwireError(code, text, next === undefined ? {} : { next })
}

function codeOf(purpose: Purpose, status: number, theirs: string, body: string): ErrorCode {
  // The rate limit answers 403, too, in plain text.
  if (status === 429 || (status === 403 && /access rate/i.test(body))) return 'BROKER_RATE_LIMITED'
  const known = CODES.get(theirs)
  if (known !== undefined) return known
  if (status === 401 || status === 403) return purpose === 'the login' ? 'CREDENTIALS_REJECTED' : 'SESSION_EXPIRED'
  return status >= 500 ? 'BROKER_UNREACHABLE' : 'BROKER_REFUSED'
}

function readBody(body: string): { isRefusal: boolean; message: string; code: string } {
  const parsed = failure.safeParse(readJson(body))
  if (!parsed.success) return { isRefusal: false, message: '', code: '' }
  const { status, success, message, errorcode, errorCode } = parsed.data
  const code = errorcode || errorCode
  return { isRefusal: status === false || success === false || CODES.has(code), message, code }
}

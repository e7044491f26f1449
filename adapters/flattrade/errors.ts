import { type ErrorCode, TickwireError } from '../../shared/errors.ts'
import { oneLine } from '../../shared/words.ts'

/** What was asked for when Flattrade refused it. */
export type Purpose = 'the login' | 'the instrument list' | 'the connection' | 'the quotes'

interface Refusal {
  readonly status: number
  readonly body: string
}

const LOGIN = 'tickwire account login flattrade'

const NEXT: Readonly<Partial<Record<ErrorCode, string>>> = {
  SESSION_EXPIRED: `${LOGIN}; if the login is new, check the setting dialect`,
  CREDENTIALS_REJECTED: `log in again, because a code works once and for a short time: ${LOGIN}; if that is refused, too, check the API key and its secret in the Flattrade account`,
  SESSION_TAKEN: 'stop the other program: the account may have one connection, and each new one ends the one before',
  BROKER_RATE_LIMITED: 'stop other programs that use this account, or wait a minute',
  BROKER_REFUSED: 'check the addresses among the settings of the feed where they are set, then try again',
  BROKER_UNREACHABLE: 'wait, or check this machine with: tickwire doctor',
}

/** What Flattrade writes in `emsg` (PiConnect documentation, and texts that users have shown). The first one counts. */
const WORDS: readonly (readonly [RegExp, ErrorCode])[] = [
  [/session expired|invalid session key/i, 'SESSION_EXPIRED'],
  [/exceeds limit|too many requests/i, 'BROKER_RATE_LIMITED'],
]

/** The error of an answer that is not what was asked for. Of its body only Flattrade's own sentence is told. */
export function refusal(purpose: Purpose, { status, body }: Refusal): TickwireError {
  const said = messageOf(body)
  const how = status === 200 ? '' : ` with HTTP ${status}`
  const text = `Flattrade refused ${purpose}${how}${said === '' ? '' : `: ${oneLine(said)}`}`
  return failed(codeOf(purpose, status, said), text)
}

/** With the next step that goes with the code. */
export function failed(code: ErrorCode, text: string): TickwireError {
  const next = NEXT[code]
  return new TickwireError(code, text, next === undefined ? {} : { next })
}

function codeOf(purpose: Purpose, status: number, said: string): ErrorCode {
  if (status === 429) return 'BROKER_RATE_LIMITED'
  if (status >= 500) return 'BROKER_UNREACHABLE'
  const known = WORDS.find(([pattern]) => pattern.test(said))?.[1]
  // Where a login is refused there is no session that could have expired: what was typed or pasted is wrong.
  if (purpose === 'the login')
    return known === 'BROKER_RATE_LIMITED' ? known : isAnswer(status) ? 'CREDENTIALS_REJECTED' : 'BROKER_REFUSED'
  // Nobody logs in for the list: its 403 is how the store says that there is no such file.
  if (purpose === 'the instrument list') return 'BROKER_REFUSED'
  return known ?? (status === 401 || status === 403 ? 'SESSION_EXPIRED' : 'BROKER_REFUSED')
}

/** Refusals come with HTTP 200; these are how gateways before it say the same. */
const isAnswer = (status: number): boolean => [200, 400, 401, 403].includes(status)

/** True for the body of a refusal, also where it is no JSON: some hold quotes that nobody escaped. */
export const isRefusal = (body: string): boolean => /"stat"\s*:\s*"not_ok"/i.test(body)

/** Where the body is no JSON: up to the last quote before a comma or the end, because there are bare ones within. */
const BARE = /"emsg"\s*:\s*"(.*?)"\s*(?:,\s*"\w+"\s*:|\})/is

function messageOf(body: string): string {
  try {
    const content: unknown = JSON.parse(body)
    const said = typeof content === 'object' && content !== null && 'emsg' in content ? content.emsg : ''
    return typeof said === 'string' ? said : ''
  } catch {
    return BARE.exec(body)?.[1] ?? ''
  }
}

import { z } from 'zod'
import { type ErrorCode, TickwireError } from '../../shared/errors.ts'
import { oneLine, readJson } from '../../shared/words.ts'

/** What was asked for when Kite refused it. */
export type Purpose = 'the login' | 'the instrument list' | 'the connection' | 'the quotes'

interface Refusal {
  readonly status: number
  readonly body: string
}

/** `error_type` of a failed answer: Kite Connect 3 documentation, "Exceptions and errors". */
const TYPES: Readonly<Record<string, ErrorCode>> = {
  TokenException: 'SESSION_EXPIRED',
  // What the account or the app may not do, no repetition mends: a person has to.
  PermissionException: 'CREDENTIALS_REJECTED',
  UserException: 'CREDENTIALS_REJECTED',
  InputException: 'BROKER_REFUSED',
  OrderException: 'BROKER_REFUSED',
  MarginException: 'BROKER_REFUSED',
  HoldingException: 'BROKER_REFUSED',
  GeneralException: 'BROKER_REFUSED',
  DataException: 'BROKER_UNREACHABLE',
  NetworkException: 'BROKER_UNREACHABLE',
}

/** The socket takes nothing but the key and the token: wrong parameters are one of them spoilt. */
const SOCKET_TYPES: Readonly<Record<string, ErrorCode>> = { ...TYPES, InputException: 'CREDENTIALS_REJECTED' }

/** Where a login is refused there is no session that could have expired: what was typed or pasted is wrong. */
const LOGIN_TYPES: Readonly<Record<string, ErrorCode>> = { ...SOCKET_TYPES, TokenException: 'CREDENTIALS_REJECTED' }

const TYPES_OF: Readonly<Record<Purpose, Readonly<Record<string, ErrorCode>>>> = {
  'the login': LOGIN_TYPES,
  'the instrument list': TYPES,
  'the connection': SOCKET_TYPES,
  'the quotes': TYPES,
}

const LOGIN = 'tickwire account login zerodha'

const NEXT: Readonly<Partial<Record<ErrorCode, string>>> = {
  SESSION_EXPIRED: LOGIN,
  CREDENTIALS_REJECTED: `check the app, its key and its secret at developers.kite.trade; then: ${LOGIN}`,
  BROKER_RATE_LIMITED:
    'stop other programs that use the same API key: it may have 3 connections, and few requests a second',
  BROKER_REFUSED: 'check api_url, stream_url and login_url where they are set, then try again; else ask at kite.trade',
  BROKER_UNREACHABLE: 'wait, or check this machine with: tickwire doctor',
}

const failure = z.object({ message: z.string().optional(), error_type: z.string().optional() })

/** The error of an answer that is not what was asked for. Of its body only Kite's own sentence is told. */
export function refusal(purpose: Purpose, { status, body }: Refusal): TickwireError {
  const { message, error_type: type } = readBody(body)
  const code = codeOf(purpose, status, type)
  const said = message ? `: ${oneLine(message)}` : ''
  const kind = type !== undefined && Object.hasOwn(TYPES, type) ? `, ${type}` : ''
  return failed(code, `Kite refused ${purpose} with HTTP ${status}${kind}${said}`)
}

/** With the next step that goes with the code. */
export function failed(code: ErrorCode, text: string): TickwireError {
  const next = NEXT[code]
  return new TickwireError(code, text, next === undefined ? {} : { next })
}

function codeOf(purpose: Purpose, status: number, type: string | undefined): ErrorCode {
  if (status === 429) return 'BROKER_RATE_LIMITED'
  const types = TYPES_OF[purpose]
  const known = type !== undefined && Object.hasOwn(types, type) ? types[type] : undefined
  if (known !== undefined) return known
  if (status === 403 || status === 401) return purpose === 'the login' ? 'CREDENTIALS_REJECTED' : 'SESSION_EXPIRED'
  if (status === 400 && TYPES_OF[purpose] !== TYPES) return 'CREDENTIALS_REJECTED'
  return status >= 500 ? 'BROKER_UNREACHABLE' : 'BROKER_REFUSED'
}

const readBody = (body: string): z.infer<typeof failure> => failure.safeParse(readJson(body)).data ?? {}

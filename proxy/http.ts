import type { IncomingMessage } from 'node:http'
import type { CensusWish } from './census.ts'
import type { TicketAnswer } from './tickets.ts'

/** What of the status is asked for; `feed`: only this one. */
export interface StatusWish extends CensusWish {
  readonly feed?: string | undefined
}

/** What the HTTP side can tell; all of it read at the moment of asking. */
export interface Facts {
  /** Milliseconds for which the event loop has been held up. */
  lagMs(): number
  /** What is missing for it to serve clients; `undefined` when nothing is. */
  missing(): Promise<string | undefined>
  /** The status as one user may see it, a text that says what is wrong with the wish, or `undefined` for a bad key. */
  status(key: string, wish: StatusWish): Promise<object | string | undefined>
  ticket(key: string): TicketAnswer
  /** A key was not good: whether its address shows too many of them, and how long it has to wait. */
  badKey(): Promise<{ readonly isLocked?: boolean; readonly waitMs?: number }>
}

export interface Answer {
  readonly status: number
  readonly type: string
  /** Headers beyond the type. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

const json = (status: number, value: object): Answer => ({
  status,
  type: 'application/json',
  body: `${JSON.stringify(value)}\n`,
})

const text = (status: number, body: string): Answer => ({
  status,
  type: 'text/plain; charset=utf-8',
  body: `${body}\n`,
})

const UPGRADE = 'This is a WebSocket server: connect with ws:// and send {"action":"authenticate","api_key":"…"}'
/** A process that is held up for longer serves nobody. */
const LAG_LIMIT_MS = 10_000
const SHOWN = 64
const TICKETS = '/api/v1/tickets'

/**
 * Answers a plain HTTP request: liveness, readiness, status and tickets by key. Below `/api/` everything else is an error;
 * anywhere else the caller is told to upgrade. No body is read.
 */
export async function answer(
  request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  facts: Facts,
): Promise<Answer> {
  const { method, url = '/', headers } = request
  const [path = '/', query = ''] = url.split('?', 2)
  if (path === TICKETS)
    return method === 'POST' ? await ticketFor(headers.authorization, facts) : notThis('only POST is', 'POST')
  if (method !== 'GET' && method !== 'HEAD') return notThis('only GET and HEAD are', 'GET, HEAD')
  switch (path) {
    case '/livez': {
      const lag = facts.lagMs()
      if (lag <= LAG_LIMIT_MS) return text(200, 'alive')
      return text(503, `held up: its event loop stood still for ${Math.round(lag / 1000)} s`)
    }
    case '/readyz': {
      const missing = await facts.missing()
      return missing === undefined ? text(200, 'ready') : text(503, `not ready: ${missing}`)
    }
    case '/api/v1/status':
    case '/status':
      return await statusFor(headers.authorization, new URLSearchParams(query), facts)
    default:
      if (path.startsWith('/api/'))
        return json(404, { error: `nothing is at ${path.slice(0, SHOWN)}; there is GET /api/v1/status` })
      return { ...text(426, UPGRADE), headers: { upgrade: 'websocket', connection: 'upgrade, close' } }
  }
}

async function statusFor(authorization = '', query: URLSearchParams, facts: Facts): Promise<Answer> {
  const which = query.get('instruments') ?? 'troubled'
  const key = bearer(authorization)
  // Who has no key is told of nothing else.
  if (key === undefined) return noKey()
  const isKnown = which === 'all' || which === 'troubled'
  const wish = { feed: query.get('feed') ?? undefined, symbol: query.get('symbol') ?? undefined }
  const status = await facts.status(key, { which: isKnown ? which : 'troubled', ...wish })
  if (status === undefined) return await badKey(facts)
  if (!isKnown)
    return json(400, {
      error: `instruments=${which.slice(0, SHOWN)} is not understood; use instruments=all or leave it out`,
    })
  return typeof status === 'string' ? json(404, { error: status }) : json(200, status)
}

async function ticketFor(authorization: string | undefined, facts: Facts): Promise<Answer> {
  const key = bearer(authorization)
  if (key === undefined) return noKey()
  const found = facts.ticket(key)
  if (!found) return await badKey(facts)
  if ('ticket' in found) {
    const { ticket, expiresIn } = found
    return json(201, { ticket: ticket.reveal(), expires_in: expiresIn })
  }
  const { status, retryAfter, error } = found
  return { ...json(status, { error }), headers: { 'retry-after': String(retryAfter) } }
}

/** From an address that shows too many it is told to wait. A good key from there is good all the while. */
async function badKey(facts: Facts): Promise<Answer> {
  const { isLocked, waitMs = 0 } = await facts.badKey()
  if (!isLocked) return noKey()
  const headers = { 'retry-after': String(Math.max(1, Math.ceil(waitMs / 1000))) }
  return { ...json(429, { error: 'too many bad keys from this address: wait, and send a valid API key' }), headers }
}

const bearer = (authorization = ''): string | undefined => /^Bearer (\S+)$/i.exec(authorization)?.[1]

const notThis = (what: string, allow: string): Answer => ({
  ...json(405, { error: `${what} served here` }),
  headers: { allow },
})

const noKey = (): Answer => json(401, { error: 'send a valid API key as "Authorization: Bearer KEY"' })

import type { TickwireError } from '../../shared/errors.ts'
import type { TopicMode } from '../../shared/market/mode.ts'
import { oneLine } from '../../shared/words.ts'
import type { Failure, Session } from '../contract.ts'
import { failed, toError } from './errors.ts'
import type { PacketMode } from './packet.ts'
import { type Action, formatRequest } from './request.ts'
import type { Settings } from './settings.ts'
import type { Ticket } from './ticket.ts'

/** A deep book comes without prices and quantities of the day: those are a subscription of their own. */
const BOOK: readonly PacketMode[] = [3, 4]

const MODES: Readonly<Record<TopicMode, readonly PacketMode[]>> = {
  LTP: [1],
  QUOTE: [2],
  DEPTH: [3],
  BOOK20: BOOK,
  BOOK30: BOOK,
  BOOK50: BOOK,
}

const requests = (action: Action, modes: readonly PacketMode[], tokens: readonly string[]): readonly string[] =>
  tokens.length === 0 ? [] : modes.map(mode => formatRequest(action, mode, tokens))

/** What both sockets have in common: text `ping` is answered with text `pong`, and nothing else comes by itself. */
export const heartbeat = {
  // The documentation asks for one in 30 s, the vendor's own clients send one in 10 s; the server gives up after 120 s.
  send: { everyMs: 10_000, frame: 'ping' },
  // One answer is half an interval late; two are missing, and the second has had its time.
  suspectMs: 14_000,
  deadMs: 25_000,
} as const

/** A subscription is a token in a mode: another mode ends the first one only when that is asked for. */
export const session: Session<Settings, Ticket> = {
  dial: ({ stream_url }, { api_key, client_code, jwt_token, feed_token }) => ({
    url: stream_url,
    headers: {
      Authorization: `Bearer ${jwt_token}`,
      'x-api-key': api_key,
      'x-client-code': client_code,
      'x-feed-token': feed_token,
    },
  }),

  subscribe: (tokens, mode) => requests('subscribe', MODES[mode], tokens),

  // What ends goes first: the broker counts.
  change: (tokens, from, to) => [
    ...requests(
      'unsubscribe',
      MODES[from].filter(mode => !MODES[to].includes(mode)),
      tokens,
    ),
    ...requests(
      'subscribe',
      MODES[to].filter(mode => !MODES[from].includes(mode)),
      tokens,
    ),
  ],

  unsubscribe: (tokens, mode) => requests('unsubscribe', MODES[mode], tokens),

  heartbeat,

  classify,

  /**
   * Places are freed late: who dials at once again finds his own old connection in the way. A third within about a second
   * is cut without a word, whose ever it is.
   */
  pauses: { betweenMs: 700, afterEndMs: 1000, limitedMs: 2000 },
}

/** Which of the headers is not right, in the vendor's words; the last of the two a new login does not mend. */
const HEADERS = /invalid (auth token|feed token|client code|api key)/i

/** What an end of a socket means, or its failure to begin. */
export function classify(failure: Failure): TickwireError {
  switch (failure.kind) {
    case 'handshake':
      return refusedHandshake(failure)
    case 'closed': {
      const reason = oneLine(failure.reason)
      const why = `${failure.code}${reason ? `: ${reason}` : ''}`
      return failed('BROKER_UNREACHABLE', `Angel One closed the connection (${why})`)
    }
    case 'network':
      return cutHandshake(failure.reason)
    case 'refused':
      return failed('SESSION_EXPIRED', `Angel One ended the session: ${oneLine(failure.reason)}`)
  }
}

function refusedHandshake({ status, headers, body }: Extract<Failure, { kind: 'handshake' }>): TickwireError {
  const said = headers?.['x-error-message']
  if (status !== 401 || said === undefined) return withWords(toError('the connection', { status, body }), said)
  const header = HEADERS.exec(said)?.[1]?.toLowerCase()
  const isForPerson = header === 'client code' || header === 'api key'
  const code = isForPerson ? 'CREDENTIALS_REJECTED' : 'SESSION_EXPIRED'
  return failed(code, `Angel One refused the connection with HTTP 401: ${oneLine(said)}`)
}

const withWords = (error: TickwireError, said: string | undefined): TickwireError =>
  said === undefined ? error : failed(error.code, `${error.message}: ${oneLine(said)}`)

/**
 * A third connection within a short time is cut before any answer, which says nothing of the tokens: like an open refusal
 * for too many it is waited out.
 */
function cutHandshake(reason: string): TickwireError {
  if (reason === 'ECONNRESET' || reason === 'EPIPE')
    return failed(
      'BROKER_RATE_LIMITED',
      `Angel One cut the connection without an answer (${reason}), as it does when several are opened in quick succession`,
    )
  return failed('BROKER_UNREACHABLE', `No connection to Angel One: ${oneLine(reason)}`)
}

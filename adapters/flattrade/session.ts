import type { TickwireError } from '../../shared/errors.ts'
import type { TopicMode } from '../../shared/market/mode.ts'
import { oneLine } from '../../shared/words.ts'
import type { Failure, Session } from '../contract.ts'
import { failed, refusal } from './errors.ts'
import type { Settings } from './settings.ts'
import type { Ticket } from './ticket.ts'

/** Two subscriptions that know nothing of each other; depth holds every field of touchline. */
type Kind = 'touchline' | 'depth'

const kindOf = (mode: TopicMode): Kind => (mode === 'LTP' || mode === 'QUOTE' ? 'touchline' : 'depth')

const BEGIN: Readonly<Record<Kind, string>> = { touchline: 't', depth: 'd' }
const END: Readonly<Record<Kind, string>> = { touchline: 'u', depth: 'ud' }

/** PiConnect documentation, WebSocket: tokens with their exchange, `NSE|22#BSE|500400`. */
const request = (type: string, tokens: readonly string[]): string => JSON.stringify({ t: type, k: tokens.join('#') })

export const session: Session<Settings, Ticket> = {
  dial({ stream_url, dialect }, { user_id, token }) {
    const who = { uid: user_id, actid: user_id, source: 'API' }
    const hello =
      dialect === 'flattrade' ? { t: 'a', ...who, accesstoken: token } : { t: 'c', ...who, susertoken: token }
    return { url: `${stream_url}/`, hello: [JSON.stringify(hello)] }
  },

  subscribe: (tokens, mode) => (tokens.length === 0 ? [] : [request(BEGIN[kindOf(mode)], tokens)]),

  change(tokens, from, to) {
    if (tokens.length === 0) return []
    const begin = request(BEGIN[kindOf(to)], tokens)
    // Within a kind the server has nothing to change. Asked again it sends the whole record once more, which mends what
    // may have been missed. Between kinds the new one begins before the old one ends.
    return kindOf(from) === kindOf(to) ? [begin] : [begin, request(END[kindOf(from)], tokens)]
  },

  unsubscribe: (tokens, mode) => (tokens.length === 0 ? [] : [request(END[kindOf(mode)], tokens)]),

  /**
   * Each is answered, so that a line on which nobody is any more is told 15 s after its last byte. The documentation asks
   * for one about every 30 s and the vendor's clients send one every 3 s; without any, a quiet connection is closed.
   */
  heartbeat: { send: { everyMs: 10_000, frame: '{"t":"h"}' }, suspectMs: 14_000, deadMs: 60_000 },

  classify,

  /** Whoever dials at once after a clean close may be refused, as others saw. */
  pauses: { afterTakenMs: 5000 },
}

function classify(failure: Failure): TickwireError {
  switch (failure.kind) {
    case 'handshake':
      return refusal('the connection', failure)
    case 'closed':
      return ended(failure.code, oneLine(failure.reason))
    case 'network':
      return failed('BROKER_UNREACHABLE', `No connection to Flattrade: ${oneLine(failure.reason)}`)
    case 'refused':
      // Whatever the word: the same token will not be taken a second time.
      return failed('SESSION_EXPIRED', `Flattrade does not take the login: ${oneLine(failure.reason)}`)
  }
}

/** The account has one connection: a second one ends the first with the code of a clean close, and no reason. */
function ended(code: number, reason: string): TickwireError {
  const said = `${code}${reason ? `: ${reason}` : ''}`
  return code === 1000
    ? failed('SESSION_TAKEN', `Flattrade ended the connection (${said}): another program uses this account, it seems`)
    : failed('BROKER_UNREACHABLE', `Flattrade closed the connection (${said})`)
}

import type { TickwireError } from '../../shared/errors.ts'
import type { TopicMode } from '../../shared/market/mode.ts'
import { oneLine } from '../../shared/words.ts'
import type { Failure, Session } from '../contract.ts'
import { failed, refusal } from './errors.ts'
import type { Settings } from './settings.ts'
import type { Ticket } from './ticket.ts'

/** A token has one mode on a connection. Full is the deepest there is: five levels. */
const MODES: Readonly<Record<TopicMode, 'ltp' | 'quote' | 'full'>> = {
  LTP: 'ltp',
  QUOTE: 'quote',
  DEPTH: 'full',
  BOOK20: 'full',
  BOOK30: 'full',
  BOOK50: 'full',
}

/**
 * Requests are JSON text, and nothing is acknowledged (Kite Connect 3 documentation, WebSocket streaming). Tokens are
 * numbers: Kite ignores a text without a word.
 */
const request = (action: 'subscribe' | 'unsubscribe', tokens: readonly string[]): string =>
  JSON.stringify({ a: action, v: tokens.map(Number) })

const modeRequest = (tokens: readonly string[], mode: TopicMode): string =>
  JSON.stringify({ a: 'mode', v: [MODES[mode], tokens.map(Number)] })

export const session: Session<Settings, Ticket> = {
  dial({ stream_url }, { api_key, access_token }) {
    const url = new URL(stream_url)
    url.searchParams.set('api_key', api_key)
    url.searchParams.set('access_token', access_token)
    return { url: url.href, headers: { 'X-Kite-Version': '3' } }
  },

  // Whether a mode alone subscribes, the vendor has answered both ways.
  subscribe: (tokens, mode) => (tokens.length === 0 ? [] : [request('subscribe', tokens), modeRequest(tokens, mode)]),

  change: (tokens, _from, to) => (tokens.length === 0 ? [] : [modeRequest(tokens, to)]),

  unsubscribe: tokens => (tokens.length === 0 ? [] : [request('unsubscribe', tokens)]),

  /** One byte about every two seconds while there is nothing else; nothing is expected of us. */
  heartbeat: { suspectMs: 4000, deadMs: 10_000 },

  classify,
}

function classify(failure: Failure): TickwireError {
  switch (failure.kind) {
    case 'handshake':
      return refusal('the connection', failure)
    case 'closed': {
      const reason = oneLine(failure.reason)
      return failed('BROKER_UNREACHABLE', `Kite closed the connection (${failure.code}${reason ? `: ${reason}` : ''})`)
    }
    case 'network':
      return failed('BROKER_UNREACHABLE', `No connection to Kite: ${oneLine(failure.reason)}`)
    case 'refused':
      return failed('BROKER_REFUSED', `Kite ended the session: ${oneLine(failure.reason)}`)
  }
}

import type { TickwireError } from '../../shared/errors.ts'
import { oneLine } from '../../shared/words.ts'
import type { Failure, Limits, Session } from '../contract.ts'
import { begin, change, end } from './channels.ts'
import { failed, refusal } from './errors.ts'
import { authenticate, PING } from './frames.ts'
import type { Settings } from './settings.ts'
import type { Ticket } from './ticket.ts'

/** Any text will do; the vendor's libraries give their own names. */
const SOURCE = 'Tickwire'

/**
 * Of one app: three connections (by one document only) of 5,000 topics each, and a book is a topic besides the price
 * (Fyers API v3 documentation, "WebSocket"; the vendor's libraries for the message).
 */
export const limits: Limits = {
  connections: 3,
  instrumentsPerConnection: 5000,
  weights: { DEPTH: 2 },
  instrumentsPerMessage: 1500,
  messagePauseMs: 250,
}

export const session: Session<Settings, Ticket> = {
  // No header: with an Authorization, whatever stands in it, the server takes the connection and never says a word.
  dial: ({ stream_url }, { hsm_key }) => ({ url: stream_url, hello: [authenticate(hsm_key, SOURCE)] }),

  subscribe: begin,
  change,
  unsubscribe: end,

  /**
   * Nothing answers a ping of Fyers', and a closed market says nothing for days. What the vendor's ping is good for is to
   * keep the way open; whether somebody is there, WebSocket pings show, where the server answers those.
   */
  heartbeat: { send: { everyMs: 10_000, frame: PING }, probeMs: 2500, suspectMs: 4000, deadMs: 10_000 },

  classify: classifyFor('the connection'),
}

/** What an end means, of a socket that `purpose` names. */
export function classifyFor(purpose: 'the connection' | 'the order updates'): (failure: Failure) => TickwireError {
  return failure => {
    switch (failure.kind) {
      case 'handshake':
        return refusal(purpose, failure)
      case 'closed': {
        const reason = oneLine(failure.reason)
        const said = reason ? `: ${reason}` : ''
        return failed('BROKER_UNREACHABLE', `Fyers closed ${purpose} (${failure.code}${said})`)
      }
      case 'network':
        return failed('BROKER_UNREACHABLE', `No way to Fyers for ${purpose}: ${oneLine(failure.reason)}`)
      case 'refused':
        return failed('SESSION_EXPIRED', `Fyers refused ${purpose}: ${oneLine(failure.reason)}`)
    }
  }
}

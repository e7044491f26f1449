import { TickwireError } from '../../shared/errors.ts'
import { oneLine } from '../../shared/words.ts'
import type { Failure, Session, Sibling } from '../contract.ts'
import { failed, refusal } from './errors.ts'
import type { Settings } from './settings.ts'
import { createTbtDecoder } from './tbtdecoder.ts'
import { tickerOf } from './ticker.ts'
import { authorization, type Ticket } from './ticket.ts'

/** Channels are switched on and off as a whole; one is enough. The vendor's clients write the number as a text. */
const CHANNEL = '1'

const subscription = (tickers: readonly string[], subs: 1 | -1): string =>
  JSON.stringify({ type: 1, data: { subs, symbols: tickers, mode: 'depth', channel: CHANNEL } })

/** A channel begins paused: without this, nothing comes. */
const RESUME = JSON.stringify({ type: 2, data: { resumeChannels: [CHANNEL], pauseChannels: [] } })

/** Frames of requests: Fyers API v3 documentation, "TBT websocket". Instruments are named by ticker: `NSE:SBIN-EQ`. */
const session: Session<Settings, Ticket> = {
  // Other than the socket of prices, this one wants the header.
  dial: ({ books_url }, ticket) => ({ url: books_url, headers: { Authorization: authorization(ticket) } }),

  // To resume what runs is no harm, and which subscription is a connection's first, is not known here.
  subscribe: tickers => (tickers.length === 0 ? [] : [subscription(tickers, 1), RESUME]),

  // There is one mode.
  change: () => [],

  unsubscribe: tickers => (tickers.length === 0 ? [] : [subscription(tickers, -1)]),

  /** The documentation asks for 30 s, the vendor's clients send every second or every ten. */
  heartbeat: { send: { everyMs: 10_000, frame: 'ping' }, suspectMs: 25_000, deadMs: 35_000 },

  classify,
}

/** The entitlement is missing, most likely. */
const NEXT = 'look at myapi.fyers.in whether the account has the 50-level market depth; books of five levels go on'

/**
 * The 50-level socket (TBT). It needs an entitlement that is paid for: without it the socket opens and stays silent but
 * for pongs. It has NSE shares and NSE derivatives, five of them on each of three connections (Fyers API v3 documentation).
 */
export const books: Sibling<Settings, Ticket> = {
  name: 'books',
  ifSilent: NEXT,
  limits: {
    connections: 3,
    instrumentsPerConnection: 5,
    instrumentsPerMode: { BOOK50: 15 },
    instrumentsPerMessage: 5,
    messagePauseMs: 500,
  },
  session,
  carries({ exchange }, mode) {
    const isDeep = mode === 'BOOK20' || mode === 'BOOK30' || mode === 'BOOK50'
    return isDeep && (exchange === 'NSE' || exchange === 'NFO') ? 'BOOK50' : undefined
  },
  tokenOf: tickerOf,
  createDecoder: () =>
    createTbtDecoder(ticker => [...session.unsubscribe([ticker], 'BOOK50'), ...session.subscribe([ticker], 'BOOK50')]),
}

function classify(failure: Failure): TickwireError {
  switch (failure.kind) {
    case 'handshake': {
      const error = refusal('the deep books', failure)
      // The login is good for the other sockets: this one is sold apart.
      return failure.status === 403 ? new TickwireError('CREDENTIALS_REJECTED', error.message, { next: NEXT }) : error
    }
    case 'closed': {
      const reason = oneLine(failure.reason)
      const text = `Fyers closed the socket of deep books (${failure.code}${reason ? `: ${reason}` : ''})`
      return failed('BROKER_UNREACHABLE', text)
    }
    case 'network':
      return failed('BROKER_UNREACHABLE', `No connection to the deep books of Fyers: ${oneLine(failure.reason)}`)
    case 'refused':
      return failed('BROKER_REFUSED', `Fyers ended the session of deep books: ${oneLine(failure.reason)}`)
  }
}

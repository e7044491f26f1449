import type { TickwireError } from '../shared/errors.ts'
import type { Instrument } from '../shared/market/instrument.ts'
import type { TopicMode } from '../shared/market/mode.ts'
import type { OrderUpdate } from '../shared/market/order.ts'
import type { Tick, TickPart } from '../shared/market/tick.ts'

/** A kind of socket, and what is spoken on it. */
export interface Stream<Settings, Ticket> {
  readonly limits: Limits
  readonly session: Session<Settings, Ticket>
  /**
   * The mode this stream is asked for when a client wants `mode` of an instrument; `undefined` when it has no part in
   * it. Without it the stream carries every mode as it is.
   */
  carries?(instrument: Instrument, mode: TopicMode): TopicMode | undefined
  /** What this stream calls an instrument, where that is not its token: the tokens of its session and of its signals. */
  tokenOf?(instrument: Instrument): string
  /** One per connection; what it remembers dies with it. */
  createDecoder(): Decoder
}

/** A socket besides the main one. Its failures leave the main one alone: they cost what only it brings. */
export interface Sibling<Settings, Ticket> extends Stream<Settings, Ticket> {
  /** One word for a person: `books`, `orders`. */
  readonly name: string
  /** Kept open while there is a login, also with nothing subscribed: order updates need no instrument. */
  readonly isAlwaysOpen?: boolean
  /** The next step for a person when the broker opens it and never sends what it is asked for: where it is sold apart. */
  readonly ifSilent?: string
}

/** What the broker allows one account on one kind of socket. */
export interface Limits {
  readonly connections: number
  readonly instrumentsPerConnection: number
  /** How many of those an instrument takes in a mode, where that is not 1. */
  readonly weights?: Readonly<Partial<Record<TopicMode, number>>>
  /** The most instruments of the whole account in one mode; further ones get the next lower mode. */
  readonly instrumentsPerMode?: Readonly<Partial<Record<TopicMode, number>>>
  readonly instrumentsPerMessage: number
  /** Least time between two messages that change subscriptions on one connection, milliseconds. */
  readonly messagePauseMs: number
}

/** A frame as the socket carries it: text or binary. */
export type Frame = string | Uint8Array

export interface Session<Settings, Ticket> {
  /** Where to connect, with whatever proves who we are: the address is as secret as the ticket. */
  dial(settings: Settings, ticket: Ticket): Dial
  /** Frames that begin sending these tokens, which are not subscribed yet. At most `instrumentsPerMessage` of them. */
  subscribe(tokens: readonly string[], mode: TopicMode): readonly Frame[]
  /** Frames that give subscribed tokens another mode. */
  change(tokens: readonly string[], from: TopicMode, to: TopicMode): readonly Frame[]
  unsubscribe(tokens: readonly string[], mode: TopicMode): readonly Frame[]
  readonly heartbeat: Heartbeat
  /** What an end of the connection, or its failure to begin, means. */
  classify(failure: Failure): TickwireError
  /** Where the broker needs more time than the usual pauses (up to 1, 2, 4 s, and a minute after "too many"). */
  readonly pauses?: Pauses
}

/** Least times before the next dial, milliseconds. */
export interface Pauses {
  /** After any dial of another connection of the account: several at once are a storm to some brokers. */
  readonly betweenMs?: number
  /** After any end of a connection. */
  readonly afterEndMs?: number
  /** After SESSION_TAKEN, where that is more. */
  readonly afterTakenMs?: number
  /** After BROKER_RATE_LIMITED without a Retry-After; doubled each time, up to a minute. */
  readonly limitedMs?: number
}

export interface Dial {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent once the socket is open; then the session is ready at the decoder's `ready`. Without it, when it is open. */
  readonly hello?: readonly Frame[]
  /** Time for the handshake, and again for the answer to `hello`, milliseconds; 7,000 and 10,000 when left out. */
  readonly patienceMs?: number
}

export interface Heartbeat {
  /** What we send, and how often. */
  readonly send?: { readonly everyMs: number; readonly frame: Frame }
  /**
   * Where the broker promises no answer to what we send, and may be silent for days: a WebSocket ping this often,
   * milliseconds. The two limits count once it has answered one, which servers that keep to the standard do.
   */
  readonly probeMs?: number
  /** Without a byte from the broker for this long the feed is suspect, milliseconds. */
  readonly suspectMs: number
  /** Without a byte for this long the connection is given up. */
  readonly deadMs: number
}

export type Failure =
  /** The broker answered the handshake with something else than a socket. */
  | {
      readonly kind: 'handshake'
      readonly status: number
      /** Names in lower case. */
      readonly headers?: Readonly<Record<string, string>>
      readonly body: string
      readonly retryAfterMs?: number
    }
  /** The socket was closed; 1006 when without a word. */
  | { readonly kind: 'closed'; readonly code: number; readonly reason: string }
  /** The network failed; `reason` is the system's word for it (`ECONNREFUSED`). */
  | { readonly kind: 'network'; readonly reason: string }
  /** What the decoder called `refused`. */
  | { readonly kind: 'refused'; readonly reason: string }

/** What one frame said, in the order it said it. `receivedAt` in microseconds. Never throws. */
export type Decoder = (frame: Frame, receivedAt: number) => readonly Signal[]

export type Signal =
  /** `token` as in the instrument list. Whole: nothing of an earlier one counts any more. */
  | { readonly kind: 'tick'; readonly token: string; readonly tick: Tick }
  /**
   * Of a broker that sends only what has changed, or in several messages what belongs to one moment: a part of what is
   * known of an instrument. `source` names the kind of message, as in `sources` of the adapter; `isWhole`: it says all
   * that its source knows, and nothing before it counts any more.
   */
  | {
      readonly kind: 'part'
      readonly token: string
      readonly source: string
      readonly isWhole: boolean
      readonly part: TickPart
    }
  /** What a source said of an instrument counts no more: something of it was lost, and a whole part will come. */
  | { readonly kind: 'stale'; readonly token: string; readonly source: string }
  /** Something became of an order of the account. */
  | { readonly kind: 'order'; readonly order: OrderUpdate }
  /** The connection lives; nothing is known of the market. */
  | { readonly kind: 'heartbeat' }
  /** The broker accepted the `hello`. */
  | { readonly kind: 'ready' }
  /** The broker does not take the `hello`, or ends the session, and leaves the socket open: it is closed from here. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The broker wants to be answered. */
  | { readonly kind: 'reply'; readonly frame: Frame }
  /** The broker refuses some tokens. */
  | { readonly kind: 'rejected'; readonly tokens: readonly string[]; readonly reason: string }
  /** The broker's own words for a person. */
  | { readonly kind: 'notice'; readonly text: string; readonly level: 'error' | 'message' }
  /** Understood and of no use here: counted under `what`. */
  | { readonly kind: 'ignored'; readonly what: string }
  /** Not understood, or cut: what could be read of the frame stands before it. */
  | { readonly kind: 'malformed'; readonly what: string }

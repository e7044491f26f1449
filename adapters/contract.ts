import type { z } from 'zod'
import type { Clock } from '../shared/clock.ts'
import type { FeedLabel } from '../shared/control.ts'
import type { TickwireError } from '../shared/errors.ts'
import type { CalendarData } from '../shared/market/calendar/schema.ts'
import type { Exchange } from '../shared/market/exchange.ts'
import type { Instrument } from '../shared/market/instrument.ts'
import type { BookMode, TopicMode } from '../shared/market/mode.ts'
import type { Tick } from '../shared/market/tick.ts'
import type { Limits, Sibling, Stream } from './stream.ts'

export type * from './stream.ts'

/** One change of one instrument, as the source saw it. */
export interface Update {
  readonly instrument: Instrument
  readonly tick: Tick
  /** Microseconds since 1970. */
  readonly receivedAt: number
  /** A change on top of what was said before: it was not overtaken, though it tells an earlier time. */
  readonly isChange?: boolean
}

interface AdapterBase<Settings> {
  /** Folder name and broker name: lower case, `[a-z0-9-]{1,32}`. */
  readonly name: string
  /** One line for a person. */
  readonly title: string
  readonly label: FeedLabel
  readonly modes: readonly TopicMode[]
  /** Shape of what `adapter add --set` and the configuration may say; every field with a default. */
  readonly settings: z.ZodType<Settings>
  /** When the exchanges it names trade, where the feed is of none of India: the same data as `calendar.json`. */
  readonly calendar?: CalendarData
}

/** An adapter that makes its ticks itself (simulator, replayer, poller): it needs no session and no socket. */
export interface SourceAdapter<Settings = unknown> extends AdapterBase<Settings> {
  /** Everything it can serve. Pure: same settings, same list. */
  instruments(settings: Settings): readonly Instrument[]
  /**
   * The last known value of every instrument first, as one batch, then what happens, in batches of one turn.
   * Ends when `signal` aborts.
   */
  source(settings: Settings, clock: Clock, signal: AbortSignal): AsyncIterable<readonly Update[]>
}

/** Settings of every adapter with a session. */
export interface SessionSettings {
  /** Whether silence counts as a fault in market hours only, or around the clock (a replay, a mock session). */
  readonly expect_ticks: 'calendar' | 'always'
  /** Where prices come from. An address of this machine is no broker's: what comes from there is labelled simulated. */
  readonly stream_url?: string
  /** Seconds between two rounds of REST quotes while no socket can be had; 0: none. For adapters with `quotes`. */
  readonly poll_seconds?: number
  /** Seconds until the broker hears that nobody wants an instrument any more; 0: at once. */
  readonly linger_seconds?: number
}

/**
 * An adapter that speaks to a broker: it says what the broker's login, lists and frames mean, and the runtime opens the
 * sockets, waits, retries, splits and publishes. Nothing here does I/O except through the `Http` it is handed.
 */
export interface SessionAdapter<Settings = unknown, Credentials = unknown, Ticket = unknown>
  extends AdapterBase<Settings>,
    Stream<Settings, Ticket> {
  /**
   * What the account's owner types once: a flat object of texts, asked for in this order, each field with a `describe`
   * that names it for a person; optional fields may be left empty. Sealed at rest.
   */
  readonly credentials: z.ZodType<Credentials>
  /** What a login gives and a session needs, as JSON. Sealed at rest. */
  readonly ticket: z.ZodType<Ticket>
  readonly login: Login<Settings, Credentials, Ticket>
  readonly master: Master<Settings, Ticket>
  /** In place of `limits`, where a setting says how much the account may have: of brokers that publish no figure. */
  limitsOf?(settings: Settings): Limits
  /** Further kinds of sockets that the account has: deep books, order updates. */
  readonly siblings?: readonly Sibling<Settings, Ticket>[]
  /**
   * Which exchanges have books deeper than five levels; a mode that is offered and not named here is for all of them.
   */
  readonly books?: Readonly<Partial<Record<BookMode, readonly Exchange[]>>>
  /**
   * For adapters whose decoders give parts: which sources make up a mode, the one that counts most last. Of a mode that
   * is not named, and of a source that is not named for it, parts are not published.
   */
  readonly sources?: Readonly<Partial<Record<TopicMode, readonly string[]>>>
  /** Quotes on request, where the broker has them: for what has not ticked yet, and while no socket can be had. */
  readonly quotes?: Quotes<Settings, Ticket>
}

export type Adapter = SourceAdapter | SessionAdapter

/**
 * A login in a browser: the broker sends the person back to a registered address with an answer to redeem. Or, without
 * `url`, one in which the person types what the credentials do not hold.
 */
export interface Login<Settings, Credentials, Ticket> {
  /** Where the person logs in. `state` comes back with the answer, where the broker can carry it. */
  url?(settings: Settings, credentials: Credentials, state: string): string
  /** Without `url`: what to ask the person for (`Code of the authenticator app`); nothing when the credentials do. */
  prompt?(credentials: Credentials): string | undefined
  /**
   * What the address the person was sent back to, or what he pasted of it or typed, holds. Throws CREDENTIALS_REJECTED,
   * USAGE.
   */
  readAnswer(pasted: string): LoginAnswer
  /** Exchanges the answer for a ticket. Rejects with CREDENTIALS_REJECTED, BROKER_UNREACHABLE, … */
  redeem(options: {
    settings: Settings
    credentials: Credentials
    /** Its code is empty where nothing had to be asked. */
    answer: LoginAnswer
    http: Http
    /** Milliseconds since 1970. */
    now: number
  }): Promise<Granted<Ticket>>
  /**
   * A new ticket without a person: for the last one (a refresh token), or from the credentials alone (a stored TOTP
   * secret). `undefined` when this account holds neither. Rejects like `redeem`. Called when the broker has refused the
   * last ticket, and before the first one, each time once.
   */
  renew?(options: {
    settings: Settings
    credentials: Credentials
    ticket: Ticket | undefined
    http: Http
    now: number
  }): Promise<Granted<Ticket> | undefined>
}

export interface LoginAnswer {
  /** Single use; as secret as a password while it lives. */
  readonly code: string
  /** As it was given to `url`; absent when the answer does not carry it. */
  readonly state?: string
}

export interface Granted<Ticket> {
  readonly ticket: Ticket
  /** When the broker says it ends, milliseconds since 1970; the broker's own refusal is what counts. */
  readonly expiresAt?: number
  /** The broker's name of the account (client id), for people. */
  readonly holder?: string
}

/** The broker's list of what can be asked for, which is valid for one trading day. */
export interface Master<Settings, Ticket> {
  /** The files to fetch, in this order. The ticket is there once somebody has logged in. */
  requests(settings: Settings, ticket: Ticket | undefined): readonly HttpRequest[]
  /**
   * Reads what the requests gave, in their order. Lazy: the caller takes it in pieces. Rows that cannot be served are
   * left out and told to `skipped`, one line each. Throws INSTRUMENTS_MALFORMED for a body that is no such list.
   */
  parse(bodies: readonly Uint8Array[], skipped: (why: string) => void): Iterable<Instrument>
  /** The error of an answer that is not 200. */
  classify(answer: HttpAnswer): TickwireError
}

/** Quotes by request. */
export interface Quotes<Settings, Ticket> {
  readonly instrumentsPerRequest: number
  /** Least time between two requests, milliseconds. */
  readonly pauseMs: number
  /** The deepest mode its answers say everything of. */
  readonly mode: TopicMode
  /** At most `instrumentsPerRequest` of them. */
  request(settings: Settings, ticket: Ticket, instruments: readonly Instrument[]): HttpRequest
  /**
   * What the answer says of those instruments; those it does not speak of are left out. Throws the error of an answer that
   * is a refusal, whatever its status. `receivedAt` in microseconds.
   */
  parse(
    answer: HttpAnswer,
    instruments: readonly Instrument[],
    receivedAt: number,
  ): readonly { readonly instrument: Instrument; readonly tick: Tick }[]
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** Form or JSON text; the content type is among the headers. */
  readonly body?: string
}

export interface HttpAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Unpacked. */
  readonly body: Uint8Array
}

/** Resolves with whatever was answered; rejects with BROKER_UNREACHABLE when nothing was. */
export type Http = (request: HttpRequest) => Promise<HttpAnswer>

/** Keeps the settings type together inside one adapter while the registry sees `Adapter`. */
export const defineAdapter = <Settings>(adapter: SourceAdapter<Settings>): SourceAdapter => adapter as SourceAdapter

/** The same for an adapter with a session. */
export const defineSession = <Settings extends SessionSettings, Credentials, Ticket>(
  adapter: SessionAdapter<Settings, Credentials, Ticket>,
): SessionAdapter => adapter as unknown as SessionAdapter

export const isSession = (adapter: Adapter): adapter is SessionAdapter => 'session' in adapter

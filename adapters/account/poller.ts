import type { Cancel, Clock } from '../../shared/clock.ts'
import type { FeedState } from '../../shared/control.ts'
import { TickwireError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { Exchange } from '../../shared/market/exchange.ts'
import type { Instrument } from '../../shared/market/instrument.ts'
import { textsOf } from '../../shared/redaction.ts'
import type { Http, HttpAnswer, Quotes, SessionAdapter, SessionSettings, Update } from '../contract.ts'
import { guard, guardPromise } from '../redaction.ts'
import { backoff, rateLimitPause } from '../runtime/session/backoff.ts'
import type { Grant } from '../runtime/session/tickets.ts'
import { Wishes } from './wishes.ts'

type Quote = ReturnType<Quotes<unknown, unknown>['parse']>[number]

/** How the account's session stands. */
interface PolledSession {
  state(): FeedState
  /** Connections that are open. */
  open(): number
  /** Whether there is a list of instruments that may be served. */
  isListed(): boolean
  ticket(): Grant | undefined
  /** Whether the market of an exchange may trade now: also when nobody knows. */
  mayTrade(exchange: Exchange): boolean
  /** What somebody wants, without what the account may not have. */
  wanted(): ReadonlyMap<Instrument, unknown>
  /** The broker takes the ticket no more: another one may be had without a person. */
  refused(): void
  /** When the last value of an instrument was received, microseconds; nothing when it has none. */
  receivedAt(instrument: Instrument): number | undefined
}

interface PollerParts {
  readonly adapter: Pick<SessionAdapter, 'name'>
  readonly quotes: Quotes<unknown, unknown>
  readonly settings: SessionSettings
  readonly session: PolledSession
  readonly offer: (update: Update) => void
  /** Forgets all last values. */
  readonly forget: () => void
  /** One line for a person while prices are polled; nothing when they are not. */
  readonly tell: (text: string | undefined) => void
  readonly http: Http
  /** In [0, 1). */
  readonly random: () => number
  readonly clock: Clock
  readonly log: Log
}

const LOOK_MS = 500
/** A socket that is away for less is waited for. */
const DARK_MS = 5000
const POLL_SECONDS = 30
const LEAST_PAUSE_MS = 1000
/** It is for the socket to say that the login is over. */
const UNAUTHORISED_PAUSE_MS = 60_000
const FLOWING: ReadonlySet<FeedState> = new Set(['live', 'quiet'])

/**
 * Asks for quotes by request, for two things only: a first value of what has not ticked within about two seconds, once for
 * each wish; and the values of everything that is wanted, round after round, while no connection can be had. One request
 * at a time, as far apart as the broker likes; a refusal lengthens the pause and does nothing else. What came by socket
 * meanwhile counts more.
 */
export class Poller {
  readonly #parts: PollerParts
  readonly #wishes = new Wishes()
  readonly #stop: Cancel
  #stopPause: Cancel = () => {}
  #closed = false
  #asking = false
  /** When the next request may go out, monotonic milliseconds. */
  #nextAt = Number.NEGATIVE_INFINITY
  #failures = 0
  #failingSince = 0
  #problem: string | undefined
  /** Since when ticks may come by themselves. */
  #flowingSince: number | undefined
  /** Since when no connection is open. */
  #darkSince: number | undefined
  /** The connections of before were open. */
  #wasOpen = false
  #wanted: ReadonlyMap<Instrument, unknown> = new Map()
  /** When a request was answered last; never again old once its values are forgotten. */
  #answeredAt = Number.POSITIVE_INFINITY
  /** When the next round may begin. */
  #roundAt = Number.NEGATIVE_INFINITY
  /** The rest of this round. */
  #round: Instrument[] = []
  /** When the values that came from here were received, microseconds. */
  readonly #offered = new WeakMap<Instrument, number>()

  constructor(parts: PollerParts) {
    this.#parts = parts
    this.#stop = parts.clock.every(LOOK_MS, () => this.#look())
  }

  close(): void {
    this.#closed = true
    this.#stop()
    this.#stopPause()
  }

  #look(): void {
    const now = this.#parts.clock.monotonic()
    const isDark = this.#follow(now)
    if (isDark) this.#forgetOld(now)
    if (this.#closed || this.#asking || now < this.#nextAt) return
    const grant = this.#parts.session.ticket()
    const batch = isDark ? this.#nextOfRound(now) : this.#nextUnticked(now, this.#flowingSince)
    if (grant && batch.length > 0) void this.#request(batch, grant, isDark)
  }

  /** What was polled and cannot be polled again is of the past. */
  #forgetOld(now: number): void {
    if (this.#failures === 0 || now - this.#answeredAt < this.#roundMs()) return
    this.#answeredAt = Number.POSITIVE_INFINITY
    this.#parts.forget()
  }

  /** True while the socket's place has to be taken. */
  #follow(now: number): boolean {
    const { session, settings, tell } = this.#parts
    const state = session.state()
    const isOpen = session.open() > 0
    this.#wanted = session.wanted()
    this.#wishes.follow(this.#wanted, now)
    if (!FLOWING.has(state)) this.#flowingSince = undefined
    else this.#flowingSince ??= now
    if (isOpen || state === 'auth_required' || !session.isListed()) this.#darkSince = undefined
    else this.#darkSince ??= now
    // Its values were forgotten with it.
    if (this.#wasOpen && !isOpen) this.#wishes.renew()
    this.#wasOpen = isOpen
    const { poll_seconds = POLL_SECONDS } = settings
    const isDark = poll_seconds > 0 && this.#darkSince !== undefined && now - this.#darkSince >= DARK_MS
    if (!isDark) {
      this.#round = []
      this.#roundAt = Number.NEGATIVE_INFINITY
      tell(undefined)
    }
    return isDark
  }

  #nextOfRound(now: number): Instrument[] {
    const { quotes } = this.#parts
    if (this.#round.length === 0 && now >= this.#roundAt) {
      this.#round = [...this.#wanted.keys()].filter(one => this.#mayHaveMoved(one))
      this.#roundAt = now + this.#roundMs()
    }
    const batch: Instrument[] = []
    while (batch.length < quotes.instrumentsPerRequest) {
      const instrument = this.#round.shift()
      if (!instrument) break
      if (this.#wanted.has(instrument) && !this.#ticks(instrument)) batch.push(instrument)
    }
    // Who comes between two rounds does not wait for the next one.
    return batch.length > 0 ? batch : this.#nextUnticked(now, this.#darkSince)
  }

  /** Another kind of socket may still say something of it. */
  #ticks(instrument: Instrument): boolean {
    const { session, clock } = this.#parts
    const at = session.receivedAt(instrument)
    return at !== undefined && at !== this.#offered.get(instrument) && clock.micros() - at < DARK_MS * 1000
  }

  /** Brokers count requests by the day too: a closed market is asked for what it has not said yet. */
  #mayHaveMoved(instrument: Instrument): boolean {
    const { session } = this.#parts
    return session.mayTrade(instrument.exchange) || session.receivedAt(instrument) === undefined
  }

  #nextUnticked(now: number, flowingSince: number | undefined): Instrument[] {
    const { session, quotes } = this.#parts
    if (flowingSince === undefined) return []
    return this.#wishes.due({
      now,
      flowingSince,
      most: quotes.instrumentsPerRequest,
      isKnown: instrument => session.receivedAt(instrument) !== undefined,
    })
  }

  /** The broker's pauses may make it longer than it is set to. */
  #roundMs(): number {
    const { quotes, settings } = this.#parts
    const requests = Math.ceil(this.#wanted.size / quotes.instrumentsPerRequest)
    return Math.max((settings.poll_seconds ?? POLL_SECONDS) * 1000, requests * quotes.pauseMs)
  }

  async #request(batch: readonly Instrument[], grant: Grant, isDark: boolean): Promise<void> {
    const { clock, quotes } = this.#parts
    const askedAt = clock.micros()
    this.#asking = true
    this.#nextAt = clock.monotonic() + quotes.pauseMs
    let answer: HttpAnswer | undefined
    try {
      answer = await this.#ask(batch, grant)
      const said = this.#read(answer, batch, grant)
      this.#wishes.answered(batch)
      this.#worked(isDark)
      this.#offer(said, askedAt)
    } catch (error) {
      if (!(error instanceof TickwireError)) throw error
      this.#failed(error, batch, retryAfterOf(answer), isDark)
    } finally {
      this.#asking = false
    }
    if (!this.#closed) this.#stopPause = clock.after(Math.max(this.#nextAt - clock.monotonic(), 0), () => this.#look())
  }

  #ask(batch: readonly Instrument[], { ticket }: Grant): Promise<HttpAnswer> {
    const { adapter, quotes, settings, http } = this.#parts
    const call = { adapter, what: 'quotes.request', hidden: textsOf(ticket) }
    return guardPromise(call, async () => await http(quotes.request(settings, ticket, batch)))
  }

  #read(answer: HttpAnswer, batch: readonly Instrument[], { ticket }: Grant) {
    const { adapter, quotes, clock } = this.#parts
    const call = { adapter, what: 'quotes.parse', hidden: textsOf(ticket) }
    return guard(call, () => quotes.parse(answer, batch, clock.micros()))
  }

  #offer(said: readonly Quote[], askedAt: number): void {
    const { session, offer, quotes, clock } = this.#parts
    if (this.#closed || session.state() === 'auth_required' || !session.isListed()) return
    const wanted = session.wanted()
    const receivedAt = clock.micros()
    for (const { instrument, tick } of said) {
      const knownAt = session.receivedAt(instrument) ?? Number.NEGATIVE_INFINITY
      if (!wanted.has(instrument) || knownAt >= askedAt) continue
      this.#offered.set(instrument, receivedAt)
      offer({ instrument, tick: { mode: quotes.mode, ...tick, isPolled: true }, receivedAt })
    }
  }

  #worked(isDark: boolean): void {
    const { log, tell } = this.#parts
    if (this.#problem !== undefined) log.info('quotes can be had again')
    this.#problem = undefined
    this.#failures = 0
    this.#answeredAt = this.#parts.clock.monotonic()
    if (isDark) tell(`prices are polled, every ${Math.ceil(this.#roundMs() / 1000)} s`)
  }

  #failed(error: TickwireError, batch: readonly Instrument[], retryAfterMs: number | undefined, isDark: boolean): void {
    const { clock, random, log, tell } = this.#parts
    const now = clock.monotonic()
    if (this.#failures++ === 0) this.#failingSince = now
    const isHeard = error.code !== 'BROKER_UNREACHABLE' && error.code !== 'BROKER_RATE_LIMITED'
    if (isHeard) this.#wishes.refused(batch)
    this.#nextAt = Math.max(this.#nextAt, now + this.#pauseAfter(error, now, random(), retryAfterMs))
    const problem = `${error.code}: ${error.message.replace(/\.$/, '')}`
    if (problem !== this.#problem) log.warn({ err: error }, 'quotes cannot be had; tried again')
    this.#problem = problem
    if (!isDark) return
    tell(`prices cannot be polled: ${problem}`)
    // No socket can say so now.
    if (error.retry === 'after-login') this.#parts.session.refused()
  }

  #pauseAfter({ code, retry }: TickwireError, now: number, random: number, retryAfterMs: number | undefined): number {
    if (code === 'BROKER_RATE_LIMITED') return rateLimitPause(retryAfterMs, random)
    if (retry === 'after-login') return UNAUTHORISED_PAUSE_MS
    return LEAST_PAUSE_MS + backoff(this.#failures, now - this.#failingSince, random)
  }
}

/** Whole seconds, as HTTP has it; the other form, a date, is rare. */
function retryAfterOf(answer: HttpAnswer | undefined): number | undefined {
  const text = answer?.headers['retry-after'] ?? ''
  return /^\d{1,6}$/.test(text) ? Number(text) * 1000 : undefined
}

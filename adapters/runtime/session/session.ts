import { type Cancel, type Clock, pause } from '../../../shared/clock.ts'
import type { TickwireError } from '../../../shared/errors.ts'
import type { Log } from '../../../shared/log.ts'
import type { Exchange } from '../../../shared/market/exchange.ts'
import type { OrderUpdate } from '../../../shared/market/order.ts'
import type { SessionAdapter } from '../../contract.ts'
import type { Audience } from '../audience.ts'
import type { Publisher } from '../publisher.ts'
import type { Gap } from '../pulse.ts'
import type { StatusReporter } from '../status.ts'
import type { Union } from '../union.ts'
import type { LinkCapture } from './link.ts'
import { Refusals } from './refusals.ts'
import { type Silence, SilenceWatch } from './silence.ts'
import type { OpenSocket } from './socket.ts'
import { judgeLinks, type Standing } from './standing.ts'
import { LOGIN_OVER, Streams } from './streams.ts'
import type { Grant, Tickets } from './tickets.ts'
import type { Traffic } from './traffic.ts'

export interface SessionParts {
  /** Name of the feed. */
  readonly account: string
  readonly adapter: SessionAdapter
  /** As the adapter's own schema gives them. */
  readonly settings: unknown
  readonly tickets: Tickets
  readonly publisher: Publisher
  readonly audience: Audience
  readonly status: StatusReporter
  readonly traffic: Traffic
  readonly open: OpenSocket
  /** Whether the market of an exchange trades now. */
  readonly isTrading: (exchange: Exchange) => boolean
  readonly capture: LinkCapture | undefined
  /** Something became of an order of the account. */
  readonly onOrder: (order: OrderUpdate) => void
  /** In [0, 1). */
  readonly random: () => number
  readonly clock: Clock
  readonly log: Log
}

const REFUSAL_PAUSE_MS = 500
const LOOK_MS = 1000
/** The broker's clock may be a little behind ours. */
const ENDED_MS = 1000
/** A market that is silent for another reason must not cost a new connection every second. */
const RECONNECT_PAUSE_MS = 60_000

/**
 * The life of one account's session: takes the ticket of the last login, keeps connected with it, and says how that stands.
 * A ticket the broker refuses is tried no more than three times; then the feed waits for the next login, and goes on with
 * it by itself.
 */
export class SessionFeed {
  readonly #parts: SessionParts
  readonly #streams: Streams
  readonly #silence: SilenceWatch
  readonly #stopLook: Cancel
  readonly #stop = new AbortController()
  #hasWishes = false
  #grant: Grant | undefined
  /** When the ticket at hand will be over, milliseconds since 1970; nothing once it is, or when nobody knows. */
  #endsAt: number | undefined
  readonly #refusals = new Refusals()
  /** The last one, until a connection is open. */
  #refusal: TickwireError | undefined
  #reconnectedAt = Number.NEGATIVE_INFINITY
  /** The last reconnection was for silence, and no tick has come since: being open again is no news. */
  #isMute = false
  #note: string | undefined
  /** Why there is no list of instruments to serve. */
  #unlisted: Standing | undefined = { state: 'starting', reason: 'reading the list of instruments' }

  constructor(parts: SessionParts) {
    this.#parts = parts
    const { clock, tickets, audience, publisher, onOrder } = parts
    this.#silence = new SilenceWatch(clock.monotonic())
    this.#streams = new Streams({
      ...parts,
      session: () => this.#grant,
      listener: {
        changed: () => this.#tell(),
        spoke: instrument => {
          this.#isMute = false
          this.#silence.ticked(instrument, clock.monotonic())
        },
        ticked: (instrument, tick, receivedAt, isChange) => {
          if (tick) publisher.offer({ instrument, tick, receivedAt, isChange })
        },
        ordered: onOrder,
        lost: instruments => publisher.forget(instruments),
        opened: () => this.#opened(),
        refused: error => void this.#refused(error),
      },
    })
    this.#stopLook = clock.every(LOOK_MS, () => this.#look())
    tickets.listen(() => this.#takeTicket())
    audience.listen(() => this.#follow())
    this.#takeTicket()
    this.#follow()
  }

  /** How much of what the account may have is used: of the main connections first. */
  usages(): ReturnType<Streams['usages']> {
    return this.#streams.usages()
  }

  /** Of deep books nothing may be promised now, whatever the adapter offers. */
  get lacksBooks(): boolean {
    return this.#streams.lacksBooks
  }

  /** Open now, and needed for what is wanted. */
  connections(): { readonly open: number; readonly needed: number } {
    const needed = this.#streams.views().filter(({ state }) => state !== 'idle')
    return { open: needed.filter(({ state }) => state === 'open').length, needed: needed.length }
  }

  /** When the broker says the session ends, milliseconds since 1970. */
  get expiresAt(): number | undefined {
    return this.#grant?.expiresAt
  }

  /** What a person should know though all is well; nothing when there is nothing. */
  setNote(note: string | undefined): void {
    this.#note = note
    this.#tell()
  }

  /** What keeps the feed from serving its list of instruments; nothing when it is there. Until then nothing is asked for. */
  setUnlisted(standing: Standing | undefined): void {
    const isChange = (standing === undefined) !== (this.#unlisted === undefined)
    this.#unlisted = standing
    if (isChange) this.#follow()
    else this.#tell()
  }

  /** The process saw nothing for a while: what is in the sockets is of the past. */
  missed({ ms }: Gap): void {
    this.#parts.log.warn({ ms }, 'the process stood still; all connections are made anew')
    this.#streams.restart()
  }

  close(): void {
    this.#stop.abort()
    this.#stopLook()
    this.#streams.stop()
    this.#parts.status.enter('down', 'stopped')
  }

  /** A login, another one, or the end of one: what the account holds now counts at once. */
  #takeTicket(): void {
    const { tickets, clock, log } = this.#parts
    this.#grant = tickets.current()
    const { expiresAt = 0 } = this.#grant ?? {}
    this.#endsAt = expiresAt > clock.now() ? expiresAt : undefined
    this.#refusals.reset()
    this.#refusal = undefined
    this.#streams.stop()
    if (this.#grant) {
      log.info('there is a login; connecting')
      this.#streams.start()
    }
    this.#tell()
  }

  #follow(): void {
    // By tokens of a list that cannot be served any more, prices would go to the wrong names.
    const union: Union = this.#unlisted ? new Map() : this.#parts.audience.instruments()
    const now = this.#parts.clock.monotonic()
    if (!this.#hasWishes) this.#silence.restarted(now)
    this.#hasWishes = union.size > 0
    const wasFull = this.#excess().reason !== undefined
    if (this.#streams.carry(union)) this.#silence.asked(now)
    const { reason } = this.#excess()
    if (reason && !wasFull) this.#parts.log.warn(reason)
    this.#tell()
  }

  #opened(): void {
    const { open, needed } = this.connections()
    // A broker that takes one connection and refuses the next has not taken the ticket.
    const now = this.#parts.clock.monotonic()
    if (open === needed) this.#refusals.opened(now)
    this.#refusal = undefined
    if (this.#isMute) return
    if (open === 1) this.#silence.restarted(now)
    else this.#silence.asked(now)
  }

  /** Somebody may have logged in a moment ago: the ticket is read again before the broker is asked again. */
  async #refused(error: TickwireError): Promise<void> {
    const { tickets, log, clock } = this.#parts
    const { signal } = this.#stop
    const refused = this.#grant
    this.#refusal = error
    this.#refusals.refused(clock.monotonic(), error.message === LOGIN_OVER)
    this.#streams.stop()
    log.warn({ err: error, refusals: this.#refusals.count }, 'the broker refused the session')
    this.#tell()
    tickets.look()
    if (this.#refusals.areEnough) return
    await pause(clock, REFUSAL_PAUSE_MS, signal)
    if (!signal.aborted && this.#grant === refused) this.#streams.start()
  }

  #look(): void {
    const now = this.#parts.clock.monotonic()
    this.#askWhetherOver()
    const isDue = now - this.#reconnectedAt >= RECONNECT_PAUSE_MS
    if (isDue && this.#judgeSilence() === 'suspect') {
      this.#reconnectedAt = now
      this.#isMute = true
      this.#parts.log.warn('no tick for long while the market trades; all connections are made anew')
      this.#streams.restart()
    }
    this.#tell()
  }

  /** A socket may outlive its ticket and bring nothing from then on: once, the broker is asked whether it still takes it. */
  #askWhetherOver(): void {
    const { clock, log } = this.#parts
    if (this.#endsAt === undefined || clock.now() < this.#endsAt + ENDED_MS) return
    this.#endsAt = undefined
    // A connection that is being made asks just that, but another may wait for long.
    if (!this.#streams.isOpen) return
    log.info('the time of the login is over; all connections are made anew')
    this.#streams.restart()
  }

  #judgeSilence(): Silence {
    const { clock, isTrading, audience } = this.#parts
    // A connection that is not there is silent for a reason that is known, and waits as long as it has to.
    if (!this.#hasWishes || judgeLinks(this.#streams.views()).state !== 'live') return 'none'
    return this.#silence.judge(clock.monotonic(), () => {
      const wanted = [...audience.instruments().keys()]
      const trading = new Set([...new Set(wanted.map(({ exchange }) => exchange))].filter(isTrading))
      return new Set(wanted.filter(({ exchange }) => trading.has(exchange)))
    })
  }

  #tell(): void {
    if (this.#stop.signal.aborted) return
    const { state, reason } = this.#standing()
    const { status, log, publisher } = this.#parts
    if (state !== status.state) log.info({ state, reason }, `the feed is ${state}`)
    // What is polled while it is so is of the present again.
    if (state !== status.state && isLost(state)) publisher.forget()
    status.enter(state, reason)
  }

  /** The subscriptions were accepted long ago: only here can a person see that some get nothing. */
  #excess(): Pick<Standing, 'reason'> {
    const [{ limit, refused }] = this.#streams.usages()
    const more = refused.length === 1 ? '1 more is wanted and has' : `${refused.length} more are wanted and have`
    const reason = `SUBSCRIPTION_LIMIT: the broker allows ${limit} instruments at a time; ${more} no prices`
    return refused.length > 0 ? { reason } : {}
  }

  #standing(): Standing {
    if (!this.#grant) return this.#unauthorised('SESSION_EXPIRED: nobody has logged in to this account')
    if (this.#refusal) {
      const reason = `${this.#refusal.code}: ${this.#refusal.message}`
      return this.#refusals.areEnough ? this.#unauthorised(reason) : { state: 'down', reason }
    }
    if (this.#unlisted) return this.#unlisted
    const standing = judgeLinks(this.#streams.views())
    if (standing.state !== 'live') return standing
    const silence = this.#judgeSilence()
    const first =
      silence === 'none' ? { state: 'live' as const, reason: this.#excess().reason ?? this.#note } : SILENCE[silence]
    const notes = [...(first.reason === undefined ? [] : [first.reason]), ...this.#streams.troubles()]
    return { state: first.state, ...(notes.length > 0 && { reason: notes.join('; ') }) }
  }

  #unauthorised(reason: string): Standing {
    const next = `tickwire account login ${this.#parts.account}`
    return { state: 'auth_required', reason: `${reason.replace(/\.$/, '')}; next: ${next}` }
  }
}

const isLost = (state: Standing['state']): boolean => state === 'down' || state === 'auth_required'

const SILENCE: Readonly<Record<Exclude<Silence, 'none'>, Standing>> = {
  quiet: { state: 'quiet', reason: 'no tick for 25 s: the market is closed, or has little to say' },
  suspect: { state: 'suspect', reason: 'no tick for 25 s while the market trades' },
}

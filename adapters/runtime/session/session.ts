import { type Cancel, pause } from '../../../shared/clock.ts'
import type { TickwireError } from '../../../shared/errors.ts'
import type { Gap } from '../pulse.ts'
import type { Condition } from '../states.ts'
import type { Union } from '../union.ts'
import { Ending } from './ending.ts'
import type { SessionParts } from './parts.ts'
import { Refusals } from './refusals.ts'
import { carryWithRoom } from './room.ts'
import { judgeLinks, type Standing } from './standing.ts'
import { LOGIN_OVER, Streams } from './streams.ts'
import type { Grant } from './tickets.ts'
import { sentenceOf } from './unanswered.ts'
import { Watch } from './watch.ts'

const REFUSAL_PAUSE_MS = 500
const LOOK_MS = 1000

/**
 * The life of one account's session: takes the ticket of the last login, keeps connected with it, and says how that stands.
 * A ticket the broker refuses is tried no more than three times; then the feed waits for the next login, and goes on with
 * it by itself.
 */
export class SessionFeed {
  readonly #parts: SessionParts
  readonly #streams: Streams
  readonly #watch: Watch
  readonly #stopLook: Cancel
  readonly #stop = new AbortController()
  #grant: Grant | undefined
  readonly #ending: Ending
  readonly #refusals = new Refusals()
  /** The last one, until a connection is open. */
  #refusal: TickwireError | undefined
  #note: string | undefined
  /** Why there is no list of instruments to serve. */
  #unlisted: Standing | undefined = { state: 'starting', reason: 'reading the list of instruments' }

  constructor(parts: SessionParts) {
    this.#parts = parts
    const { clock, tickets, audience, publisher, onOrder } = parts
    this.#ending = new Ending(clock)
    this.#streams = new Streams({
      ...parts,
      session: () => this.#grant,
      listener: {
        changed: () => {
          this.#watch.changed()
          this.#tell()
        },
        told: () => this.#watch.changed(),
        rejected: (instruments, reason) => this.#watch.refuse(instruments, reason),
        ticked: (instrument, tick, receivedAt, isChange, proves) => {
          // What cannot be a price is no sign of life either.
          const isUsable = tick === undefined || publisher.offer({ instrument, tick, receivedAt, isChange })
          if (proves && isUsable) this.#watch.said(instrument, tick)
        },
        ordered: onOrder,
        lost: (instruments, dark) => {
          publisher.forget(instruments)
          this.#watch.lost(dark)
        },
        opened: () => this.#opened(),
        refused: error => void this.#refused(error),
      },
    })
    this.#watch = new Watch({
      ...parts,
      sockets: this.#streams.sockets,
      excess: () => this.#streams.usages()[0].refused,
      rejected: () => audience.rejected(),
      block: () => this.#block(),
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

  /** How much is known of ticks and of connections: it does not grow while as much is wanted. */
  get watched(): Watch['size'] {
    return this.#watch.size
  }

  /** Open now, and needed for what is wanted. */
  connections(): { readonly open: number; readonly needed: number } {
    const needed = this.#streams.views().filter(({ state }) => state !== 'idle')
    return { open: needed.filter(({ state }) => state === 'open').length, needed: needed.length }
  }

  /** When the broker says the session ends, milliseconds since 1970; nothing where it takes it no more. */
  get expiresAt(): number | undefined {
    return this.#refusals.areEnough ? undefined : this.#grant?.expiresAt
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
    this.#watch.close()
    this.#parts.status.enter('down', 'stopped')
  }

  /** A login, another one, or the end of one: what the account holds now counts at once. */
  #takeTicket(): void {
    const { tickets, log, breaker } = this.#parts
    breaker.reset()
    this.#grant = tickets.current()
    this.#ending.take(this.#grant)
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
    const { audience } = this.#parts
    const union: Union = this.#unlisted ? new Map() : audience.carried()
    const wasFull = this.#excess().reason !== undefined
    carryWithRoom(this.#streams, audience, union)
    this.#watch.follow(audience.instruments())
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
    this.#watch.opened()
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
    const { adapter, publisher, status } = this.#parts
    this.#askWhetherOver()
    this.#watch.look()
    // Asked for a quote, a broker says the last price of a closed market too.
    const late = this.#watch.late(one => adapter.quotes !== undefined && publisher.receivedAt(one) === undefined)
    status.remark('answers', sentenceOf(late))
    this.#tell()
  }

  /** A socket may outlive its ticket and bring nothing from then on: once, the broker is asked whether it still takes it. */
  #askWhetherOver(): void {
    // A connection that is being made asks just that, but another may wait for long.
    if (!this.#ending.isReached() || !this.#streams.isOpen) return
    this.#parts.log.info('the time of the login is over; all connections are made anew')
    this.#streams.restart()
  }

  /** What keeps every instrument from ticking, whatever its connection does. */
  #block(): Condition | undefined {
    if (this.#grant && !this.#refusal && !this.#unlisted) return undefined
    const { state, reason } = this.#standing()
    return { state: state === 'starting' ? 'accepted' : 'down', ...(reason !== undefined && { reason }) }
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
    const first = this.#watch.silence() ?? { state: 'live' as const, reason: this.#excess().reason ?? this.#note }
    const notes = [...(first.reason === undefined ? [] : [first.reason]), ...this.#streams.troubles()]
    return { state: first.state, ...(notes.length > 0 && { reason: notes.join('; ') }) }
  }

  #unauthorised(reason: string): Standing {
    const next = `tickwire account login ${this.#parts.account}`
    return { state: 'auth_required', reason: `${reason.replace(/\.$/, '')}; next: ${next}` }
  }
}

const isLost = (state: Standing['state']): boolean => state === 'down' || state === 'auth_required'

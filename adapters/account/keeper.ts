import type { Cancel, Clock } from '../../shared/clock.ts'
import { TickwireError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import { listIsOfToday } from '../../shared/market/validity.ts'
import { backoff, rateLimitPause } from '../runtime/session/backoff.ts'
import type { Standing } from '../runtime/session/standing.ts'

interface KeeperParts {
  /** When the stored list was fetched, milliseconds since 1970; nothing when there is none. */
  readonly writtenAt: () => number | undefined
  /** Another one after another login; nothing without. */
  readonly login: () => string | undefined
  /** Fetches the list and stores it. Rejects with a TickwireError. */
  readonly sync: () => Promise<unknown>
  /** The list was replaced, here or by another process, or a day is over: true when that changes anything. */
  readonly look: () => boolean
  readonly listener: {
    /** What was found in the list may be another. */
    changed(): void
    /** What keeps the feed from serving; nothing when there is a list to serve. */
    unlisted(standing: Standing | undefined): void
    /** What a person should know of a list that is served all the same; nothing when it is that of today. */
    aged(note: string | undefined): void
  }
  /** In [0, 1). */
  readonly random: () => number
  readonly clock: Clock
  readonly log: Log
}

const LOOK_MS = 1000
/** All accounts of all users want the new list at the same minute. */
const SPREAD_MS = 120_000
/** A long weekend. Contracts that are over are left out by their date; what else changed in longer nobody knows. */
const OLDEST_LIST_MS = 4 * 86_400_000

/**
 * Keeps a feed's list of instruments that of today: fetches it when there is none or an older one, tries again when that
 * fails, and notices when somebody else has replaced it.
 */
export class ListKeeper {
  readonly #parts: KeeperParts
  readonly #stop: Cancel
  #tryAt: number
  #failures = 0
  #failingSince = 0
  #problem: string | undefined
  /** The login of the last try, and whether that was refused for want of another. */
  #login: string | undefined
  #wantsLogin = false
  #syncing = false
  #closed = false

  constructor(parts: KeeperParts) {
    this.#parts = parts
    const { clock } = parts
    this.#tryAt = clock.monotonic()
    this.#stop = clock.every(LOOK_MS, () => this.look())
    this.look()
  }

  /** Happens by itself every second. */
  look(): void {
    const { clock, look, listener, random } = this.#parts
    if (look()) listener.changed()
    const writtenAt = this.#parts.writtenAt()
    const isOfToday = writtenAt !== undefined && listIsOfToday(writtenAt, clock.now())
    this.#tell(writtenAt, isOfToday)
    const now = clock.monotonic()
    if (isOfToday) {
      // When the day of this list ends, not everybody at once.
      this.#tryAt = now + random() * SPREAD_MS
      this.#failures = 0
      this.#problem = undefined
    }
    if (this.#wantsLogin && this.#parts.login() !== this.#login) this.#tryAt = now
    if (!isOfToday && now >= this.#tryAt && !this.#syncing) void this.#sync()
  }

  close(): void {
    this.#closed = true
    this.#stop()
  }

  async #sync(): Promise<void> {
    const { sync, clock, log, random } = this.#parts
    this.#syncing = true
    this.#wantsLogin = false
    this.#login = this.#parts.login()
    try {
      await sync()
    } catch (error) {
      if (!(error instanceof TickwireError)) throw error
      this.#wantsLogin = error.retry === 'after-login'
      if (this.#failures++ === 0) this.#failingSince = clock.monotonic()
      const pauseMs =
        error.code === 'BROKER_RATE_LIMITED'
          ? rateLimitPause(undefined, random())
          : backoff(this.#failures, clock.monotonic() - this.#failingSince, random())
      this.#tryAt = clock.monotonic() + pauseMs
      const problem = `${error.code}: ${error.message}`
      if (problem !== this.#problem) log.warn({ err: error }, 'the list of instruments cannot be fetched; tried again')
      this.#problem = problem
    } finally {
      this.#syncing = false
    }
    if (!this.#closed) this.look()
  }

  #tell(writtenAt: number | undefined, isOfToday: boolean): void {
    const { clock, listener } = this.#parts
    const isUsable = writtenAt !== undefined && clock.now() - writtenAt < OLDEST_LIST_MS
    const isAged = isUsable && this.#problem !== undefined && !isOfToday
    listener.aged(isAged ? `the list of instruments is of an earlier day; that of today: ${this.#problem}` : undefined)
    if (isUsable) listener.unlisted(undefined)
    else if (this.#problem === undefined)
      listener.unlisted({ state: 'starting', reason: 'fetching the list of instruments' })
    else listener.unlisted({ state: 'down', reason: `no list of instruments: ${this.#problem}` })
  }
}

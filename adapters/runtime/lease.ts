import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { type Bus, statusTopic } from '../../bus/bus.ts'
import type { Clock } from '../../shared/clock.ts'
import { type FeedStatus, parseFeedStatus } from '../../shared/control.ts'
import { TickwireError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'

/** Longer than a name of a machine needs to be told from others; all of it stays a name on the bus. */
const HOST_LENGTH = 18
/** A second word after so long proves that the other lives: what waited on the bus comes all at once. */
const PROOF_MS = 250
/** Two that began at the same moment are told apart by their epoch alone. */
const SAME_AGE_MS = 1000

interface LeaseParts {
  readonly feed: string
  readonly epoch: number
  readonly bus: Bus
  /** Hears of each newer epoch, before the lease is given up. */
  readonly note: (epoch: number) => void
  readonly clock: Clock
  readonly log: Log
}

/**
 * The right of one process to publish a feed. It has no keeper: each process hears what is said of its feed on the bus,
 * and the one with the older epoch gives up, which proxies ignore by then. Owner of its own name and age.
 */
export class Lease {
  /** `HOST-PID-XXXX`: tells this process from all others, to machines and to people. */
  readonly instance = `${hostname()
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '-')
    .slice(0, HOST_LENGTH)}-${process.pid}-${randomBytes(2).toString('hex').toUpperCase()}`
  /**
   * Rejects once: with FEED_TAKEN when a younger process publishes the feed, with CLOCK_BEHIND when an older one has a
   * newer epoch, so that a start with an epoch above that one helps.
   */
  readonly lost: Promise<never>
  readonly #parts: LeaseParts
  readonly #bornAt: number
  #lose: ((error: TickwireError) => void) | undefined
  /** The newer one heard of, and when first. */
  #rival: { readonly instance: string | undefined; readonly at: number } | undefined

  constructor(parts: LeaseParts) {
    this.#parts = parts
    this.#bornAt = parts.clock.monotonic()
    this.lost = new Promise((_, reject) => {
      this.#lose = reject
    })
    // Whoever runs without a lease needs no handler.
    this.lost.catch(() => {})
    parts.bus.subscribe(statusTopic(parts.feed))
  }

  /** Since this process began, milliseconds by no clock that can be set. */
  get aliveMs(): number {
    return Math.floor(this.#parts.clock.monotonic() - this.#bornAt)
  }

  /** Takes what came from the bus besides subscription sets. */
  hear(topic: string, body: Buffer): void {
    if (topic !== statusTopic(this.#parts.feed)) return
    const status = read(body)
    if (status && status.instance !== this.instance && this.#isNewer(status)) this.#meet(status)
  }

  close(): void {
    this.#lose = undefined
    this.#parts.bus.unsubscribe(statusTopic(this.#parts.feed))
  }

  #isNewer({ epoch, instance = '' }: FeedStatus): boolean {
    return epoch > this.#parts.epoch || (epoch === this.#parts.epoch && instance > this.instance)
  }

  #meet(status: FeedStatus): void {
    const { clock, note, log } = this.#parts
    const { instance, epoch, aliveMs = 0 } = status
    const now = clock.monotonic()
    const rival = this.#rival
    if (!rival || rival.instance !== instance) {
      this.#rival = { instance, at: now }
      return
    }
    const lose = this.#lose
    if (!lose || now - rival.at < PROOF_MS) return
    this.#lose = undefined
    note(epoch)
    const isElder = aliveMs > this.aliveMs + SAME_AGE_MS
    const error = isElder ? this.#behind(status) : this.#taken(status)
    log.warn({ err: error, other: instance, epoch }, 'another process publishes this feed')
    lose(error)
  }

  #taken({ instance = 'of an older version' }: FeedStatus): TickwireError {
    const { feed } = this.#parts
    return new TickwireError('FEED_TAKEN', `Feed ${feed} is published by process ${instance}, which began later`, {
      next: `stop that one, or leave this one parked; tickwire adapter enable ${feed} takes the feed back`,
    })
  }

  #behind({ instance = 'of an older version' }: FeedStatus): TickwireError {
    const { feed } = this.#parts
    const what = `the clock of this machine is behind that of process ${instance}, which publishes feed ${feed}, too`
    return new TickwireError('CLOCK_BEHIND', what, { next: `start it again: it takes the feed; and set the clock` })
  }
}

/** What is no status is counted and told by the proxies, which hear it, too. */
function read(body: Buffer): FeedStatus | undefined {
  try {
    return parseFeedStatus(body)
  } catch (error) {
    if (error instanceof TickwireError) return undefined
    throw error
  }
}

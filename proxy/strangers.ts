import type { Fault } from '../bus/guard.ts'
import type { Audit } from '../shared/audit.ts'
import type { Clock } from '../shared/clock.ts'
import type { Log } from '../shared/log.ts'
import { NAME } from '../shared/market/topic.ts'
import type { FeedEvent } from './feeds.ts'

export interface StrangerCounts {
  /** Messages of who is not what he says he is: dropped. */
  strangers: number
}

interface StrangersParts {
  readonly audit: Audit | undefined
  readonly clock: Clock
  readonly log: Log
  /** Whether a feed of this name is registered; without it, all are. */
  readonly isRegistered?: (name: string) => boolean
}

/** What people read; each is told apart from the others, since the remedy differs. */
const WORDS: Readonly<Record<Fault, string>> = {
  unsigned: 'without the signature of its feed',
  unregistered: 'of a feed that is not registered, or has no key yet',
  forged: 'with a signature or stamp that is not of its feed',
  repeated: 'that had been sent before',
  untimely: 'of a process whose clock is more than 30 s from ours',
  unmet: 'of a process that has not said who it is',
  oversized: 'larger than any of a feed',
  unread: 'unread, after too many forged ones',
}

const REPORT_PAUSE_MS = 10_000
/** What a stranger calls himself must not fill the memory. */
const MOST_NAMES = 100
const EVENTS_KEPT = 20
const OTHERS = 'others'

/** Counts what the guard of the bus dropped, and says so: in the log, to the audit, and to who asks for the status. */
export class Strangers {
  readonly counts: StrangerCounts = { strangers: 0 }
  readonly #parts: StrangersParts
  /** Dropped since the last report, by name and fault. */
  readonly #untold = new Map<string, { name: string; fault: Fault; count: number }>()
  readonly #events: FeedEvent[] = []
  #told = Number.NEGATIVE_INFINITY
  #stop: (() => void) | undefined

  constructor(parts: StrangersParts) {
    this.#parts = parts
  }

  /** `name`: of the feed whose message it pretended to be. */
  drop(name: string, fault: Fault): void {
    this.counts.strangers++
    // Who is not registered may call himself what he likes: a record for each name would fill the audit.
    const isTold = NAME.test(name) && (this.#parts.isRegistered?.(name) ?? true)
    const known = isTold ? name : OTHERS
    const key = `${fault} ${known}`
    const entry = this.#untold.get(key)
    if (entry) entry.count++
    else if (this.#untold.size < MOST_NAMES) this.#untold.set(key, { name: known, fault, count: 1 })
    this.#report()
  }

  /** The latest reports, oldest first. */
  events(): readonly FeedEvent[] {
    return this.#events
  }

  close(): void {
    this.#stop?.()
  }

  /** At once, and then again after a pause: a rogue writes thousands a second. */
  #report(): void {
    if (this.#stop) return
    const { clock } = this.#parts
    const early = this.#told + REPORT_PAUSE_MS - clock.monotonic()
    if (early > 0) {
      this.#stop = clock.after(early, () => {
        this.#stop = undefined
        this.#report()
      })
      return
    }
    this.#told = clock.monotonic()
    for (const dropped of this.#untold.values()) this.#tell(dropped)
    this.#untold.clear()
  }

  #tell({ name, fault, count }: { name: string; fault: Fault; count: number }): void {
    const { audit, clock, log } = this.#parts
    const text = `dropped ${count} bus ${count === 1 ? 'message' : 'messages'} ${WORDS[fault]}`
    log.warn({ feed: name, fault, count }, `${name}: ${text}`)
    audit?.record({ action: 'bus.writer_dropped', actor: 'stranger', subject: name, result: 'refused', reason: text })
    this.#events.push({ at: clock.now(), name, text })
    if (this.#events.length > EVENTS_KEPT) this.#events.shift()
  }
}

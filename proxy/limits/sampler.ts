import type { Audit, AuditEvent } from '../../shared/audit.ts'
import type { Clock } from '../../shared/clock.ts'
import { networkOf } from './network.ts'

/** Under a flood the audit would hold nothing else: of what comes from a network, one in this time is told, and how many it stands for. */
const PAUSE_MS = 1000
/** A flood may have many networks: then they are told all together. */
const MOST_NAMES = 1000
/** What clients cause all together, a second. */
const MOST_RECORDS = 200

const SAMPLED: ReadonlySet<string> = new Set(['auth.accepted', 'auth.refused', 'limit.reached', 'subscribe.refused'])

/** Tells the audit; of what clients and strangers can cause as often as they like, a sample. */
export class Sampler implements Audit {
  readonly #audit: Audit
  /** How many of each kind were left out since the last one was told. */
  readonly #counts = new Map<string, number>()
  readonly #clock: Clock
  /** All that was turned away, told or not: by the limit that was reached, or `bad_key`. */
  readonly refusals: Record<string, number> = {}
  /** Told in this second, and what was too much. */
  #told = 0
  #left = 0

  constructor(audit: Audit, clock: Clock) {
    this.#audit = audit
    this.#clock = clock
  }

  record(event: AuditEvent): void {
    const refused = refusalOf(event)
    if (refused !== undefined) this.refusals[refused] = (this.refusals[refused] ?? 0) + 1
    if (!SAMPLED.has(event.action)) {
      this.#tell(event)
      return
    }
    const name = this.#nameOf(event)
    const held = this.#counts.get(name)
    if (held !== undefined) {
      this.#counts.set(name, held + 1)
      return
    }
    this.#counts.set(name, 0)
    this.#tell(event)
    this.#watch(event, name)
  }

  /** Two keys behind one address are two; an IPv6 customer, who has 2^64 addresses, is one. */
  #nameOf({ action, actor, address }: AuditEvent): string {
    if (this.#counts.size >= MOST_NAMES) return `${action} many`
    const who = action === 'auth.accepted' ? actor : ''
    return `${action} ${who} ${address === undefined ? '' : networkOf(address)}`
  }

  #watch(event: AuditEvent, name: string): void {
    this.#clock.after(PAUSE_MS, () => {
      const held = this.#counts.get(name) ?? 0
      if (held === 0) {
        this.#counts.delete(name)
        return
      }
      this.#counts.set(name, 0)
      const reason = `${event.reason ?? event.action}; ${held} times in the second before`
      this.#tell({ ...event, reason })
      this.#watch(event, name)
    })
  }

  #tell(event: AuditEvent): void {
    if (this.#told >= MOST_RECORDS) {
      this.#left++
      return
    }
    if (this.#told++ === 0) this.#clock.after(PAUSE_MS, () => this.#begin())
    this.#audit.record(event)
  }

  /** Another second; what was too much in the last one is told in one record. */
  #begin(): void {
    const left = this.#left
    this.#told = 0
    this.#left = 0
    if (left === 0) return
    const reason = `${left} more in the second before than the ${MOST_RECORDS} that are told one by one`
    this.#tell({ action: 'audit.lost', actor: 'stranger', result: 'ok', reason })
  }
}

function refusalOf({ action, subject }: AuditEvent): string | undefined {
  if (action === 'auth.refused') return 'bad_key'
  return action === 'limit.reached' || action === 'subscribe.refused' ? subject : undefined
}

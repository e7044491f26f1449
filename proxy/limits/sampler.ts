import type { Audit, AuditEvent } from '../../shared/audit.ts'
import type { Clock } from '../../shared/clock.ts'

/** Under a flood the audit would hold nothing else: of what comes from an address, one in this time is told, and how many it stands for. */
const PAUSE_MS = 1000
/** A flood may have many addresses: then they are told all together. */
const MOST_ADDRESSES = 1000

const SAMPLED: ReadonlySet<string> = new Set(['auth.refused', 'limit.reached', 'subscribe.refused'])

/** Tells the audit; of what strangers can cause as often as they like, a sample. */
export class Sampler implements Audit {
  readonly #audit: Audit
  /** How many of each kind were left out since the last one was told. */
  readonly #counts = new Map<string, number>()
  readonly #clock: Clock

  constructor(audit: Audit, clock: Clock) {
    this.#audit = audit
    this.#clock = clock
  }

  record(event: AuditEvent): void {
    if (!SAMPLED.has(event.action)) {
      this.#audit.record(event)
      return
    }
    const address = this.#counts.size < MOST_ADDRESSES ? event.address : 'many'
    const name = `${event.action} ${address}`
    const held = this.#counts.get(name)
    if (held !== undefined) {
      this.#counts.set(name, held + 1)
      return
    }
    this.#counts.set(name, 0)
    this.#audit.record(event)
    this.#watch(event, name)
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
      this.#audit.record({ ...event, reason })
      this.#watch(event, name)
    })
  }
}

import { type Bus, statesTopic } from '../../bus/bus.ts'
import type { Cancel, Clock } from '../../shared/clock.ts'
import type { FeedLabel } from '../../shared/control.ts'
import type { ErrorCode } from '../../shared/errors.ts'
import type { Instrument } from '../../shared/market/instrument.ts'
import { excerpt } from '../../shared/redaction.ts'
import { formatStates, type InstrumentState, type StateGroup, type StateReport } from '../../shared/states.ts'
import type { Publisher } from './publisher.ts'

/** How one instrument stands. */
export interface Condition {
  readonly state: InstrumentState
  /** Of `refused`. */
  readonly code?: ErrorCode
  /** One line for a person; a broker's words may be in it, and what is secret in those is masked on the way out. */
  readonly reason?: string
}

interface StatesParts {
  readonly feed: string
  /** When this run of the publisher began, milliseconds. */
  readonly epoch: number
  readonly label: FeedLabel
  readonly publisher: Pick<Publisher, 'receivedAt' | 'hasTicked'>
  readonly bus: Bus
  readonly clock: Clock
}

interface Entry {
  readonly name: string
  /** Nothing when the list has none of this name. */
  instrument: Instrument | undefined
  condition: Condition
  label: FeedLabel
  /** Milliseconds since 1970. */
  since: number
}

/** What changes within this time goes out as one report. */
const PAUSE_MS = 50
const LONGEST_REASON = 300

/** Owner of the state of every wanted instrument of the feed: says on the bus what changes, and all of it when asked. */
export class States {
  readonly #parts: StatesParts
  readonly #entries = new Map<string, Entry>()
  readonly #changed = new Set<Entry>()
  readonly #gone = new Set<string>()
  #revision = 0
  #isAsked = false
  #cancel: Cancel | undefined

  constructor(parts: StatesParts) {
    this.#parts = parts
  }

  /** How many changes were sent. */
  get revision(): number {
    return this.#revision
  }

  /** How many instruments have a state. */
  get size(): number {
    return this.#entries.size
  }

  /** `name`: `EXCHANGE:SYMBOL`. Nothing happens where it is known to stand so. */
  put(name: string, instrument: Instrument | undefined, condition: Condition): void {
    const label = this.#labelOf(instrument)
    const entry = this.#entries.get(name)
    if (!entry) {
      const fresh = { name, instrument, condition, label, since: this.#parts.clock.now() }
      this.#entries.set(name, fresh)
      this.#gone.delete(name)
      this.#changed.add(fresh)
    } else {
      entry.instrument = instrument
      if (isSame(entry.condition, condition) && entry.label === label) return
      if (entry.condition.state !== condition.state) entry.since = this.#parts.clock.now()
      entry.condition = condition
      entry.label = label
      this.#changed.add(entry)
    }
    this.#schedule()
  }

  /** Nobody wants the others any more. */
  keep(isWanted: (name: string) => boolean): void {
    for (const [name, entry] of this.#entries) {
      if (isWanted(name)) continue
      this.#entries.delete(name)
      this.#changed.delete(entry)
      this.#gone.add(name)
      this.#schedule()
    }
  }

  /** Somebody does not know how all stand: they are told again, after what has changed. */
  repeat(): void {
    this.#isAsked = true
    this.#schedule()
  }

  /** Says what is still to be said, and no more after it. */
  close(): void {
    if (!this.#cancel) return
    this.#cancel()
    this.#send()
  }

  #schedule(): void {
    this.#cancel ??= this.#parts.clock.after(PAUSE_MS, () => this.#send())
  }

  #send(): void {
    this.#cancel = undefined
    if (this.#changed.size > 0 || this.#gone.size > 0) {
      this.#revision++
      this.#publish(this.#changed, [...this.#gone], false)
      this.#changed.clear()
      this.#gone.clear()
    }
    if (this.#isAsked) this.#publish(this.#entries.values(), [], true)
    this.#isAsked = false
  }

  #publish(entries: Iterable<Entry>, gone: string[], whole: boolean): void {
    const { bus, feed, epoch } = this.#parts
    const report: StateReport = {
      version: 1,
      feed,
      epoch,
      revision: this.#revision,
      whole,
      groups: this.#group(entries),
      gone,
    }
    bus.publish(statesTopic(feed), formatStates(report))
  }

  #group(entries: Iterable<Entry>): StateGroup[] {
    const groups = new Map<string, StateGroup>()
    for (const { name, instrument, condition, label, since } of entries) {
      const { state, code, reason } = condition
      const key = `${state} ${label} ${since} ${code} ${reason}`
      let group = groups.get(key)
      if (!group) {
        const why = reason && excerpt(reason, LONGEST_REASON)
        group = { state, ...(code && { code }), ...(why && { reason: why }), since, label, instruments: [] }
        groups.set(key, group)
      }
      const receivedAt = instrument && this.#parts.publisher.receivedAt(instrument)
      group.instruments.push({ name, ...(receivedAt && { lastTickAt: Math.floor(receivedAt / 1000) }) })
    }
    return [...groups.values()]
  }

  /** What was asked for is no stream, whatever the feed is otherwise. */
  #labelOf(instrument: Instrument | undefined): FeedLabel {
    const { publisher, label } = this.#parts
    if (!instrument || publisher.receivedAt(instrument) === undefined) return label
    return publisher.hasTicked(instrument) ? label : 'polled'
  }
}

/** As reports and people name it. */
export const nameOf = ({ exchange, symbol }: Pick<Instrument, 'exchange' | 'symbol'>): string => `${exchange}:${symbol}`

const isSame = (one: Condition, other: Condition): boolean =>
  one.state === other.state && one.code === other.code && one.reason === other.reason

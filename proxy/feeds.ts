import type { Cancel, Clock } from '../shared/clock.ts'
import { type FeedLabel, type FeedState, type FeedStatus, STATUS_EXPIRY_MS } from '../shared/control.ts'
import type { TopicMode } from '../shared/market/mode.ts'
import type { FeedRecord } from '../shared/store/feeds.ts'

/** What the proxy knows of one registered feed now. Times in milliseconds since 1970. */
export interface FeedView {
  readonly name: string
  readonly broker: string
  readonly userId: string
  /** An external feed is a foreign publisher: no lanes, no status, no instrument list. */
  readonly external: boolean
  readonly state: FeedState
  readonly reason: string | undefined
  readonly since: number
  /** Declared down here, because its process stopped talking. */
  readonly silent: boolean
  readonly lastTickAt: number | undefined
  readonly label: FeedLabel | undefined
  /** `undefined` until the feed has said. */
  readonly modes: readonly TopicMode[] | undefined
  readonly status: FeedStatus | undefined
}

interface Entry {
  record: FeedRecord
  state: FeedState
  reason: string | undefined
  since: number
  silent: boolean
  lastTickAt: number | undefined
  status: FeedStatus | undefined
  heardAt: number
}

/** A foreign publisher sends no heartbeat: after so long without a tick all we know is that it is quiet. */
const EXTERNAL_QUIET_MS = 30_000
const SWEEP_MS = 250
const NO_HEARTBEAT = 'no heartbeat from its process for 2 s'

/** Owner of the last status of each registered feed. A feed that stops talking is down, whatever it said last. */
export class Feeds {
  readonly #clock: Clock
  readonly #onChange: (view: FeedView, before: FeedView) => void
  readonly #entries = new Map<string, Entry>()
  readonly #stopSweep: Cancel

  constructor(clock: Clock, onChange: (view: FeedView, before: FeedView) => void) {
    this.#clock = clock
    this.#onChange = onChange
    this.#stopSweep = clock.every(SWEEP_MS, () => this.#sweep())
  }

  /** Takes the list of the database: new feeds start out as `starting`, removed ones are forgotten. */
  register(records: readonly FeedRecord[]): void {
    const names = new Set(records.map(record => record.name))
    for (const name of this.#entries.keys()) if (!names.has(name)) this.#entries.delete(name)
    const now = this.#clock.now()
    for (const record of records) {
      const entry = this.#entries.get(record.name)
      if (entry) entry.record = record
      else
        this.#entries.set(record.name, {
          record,
          state: 'starting',
          reason: 'nothing heard yet',
          since: now,
          silent: false,
          lastTickAt: undefined,
          status: undefined,
          heardAt: this.#clock.monotonic(),
        })
    }
  }

  /**
   * Takes a status heartbeat. A status of a feed nobody registered, or of an older epoch, is ignored: `false`. Only when
   * the newest epoch has fallen silent may an older one speak: the clock was set back, or a bad message was believed.
   */
  accept(status: FeedStatus): boolean {
    const entry = this.#entries.get(status.feed)
    if (!entry || (entry.status && status.epoch < entry.status.epoch && !entry.silent)) return false
    const before = viewOf(entry)
    entry.status = status
    entry.heardAt = this.#clock.monotonic()
    entry.lastTickAt = status.lastTickAt
    entry.silent = false
    this.#move(entry, before, status)
    return true
  }

  /** Notes a tick of a foreign publisher, the only sign of life it gives. */
  tickSeen(feed: string): void {
    const entry = this.#entries.get(feed)
    if (!entry) return
    entry.lastTickAt = this.#clock.now()
    entry.heardAt = this.#clock.monotonic()
    if (entry.state !== 'live') this.#move(entry, viewOf(entry), { state: 'live', since: entry.lastTickAt })
  }

  view(name: string): FeedView | undefined {
    const entry = this.#entries.get(name)
    return entry && viewOf(entry)
  }

  views(): readonly FeedView[] {
    return [...this.#entries.values()].map(viewOf)
  }

  close(): void {
    this.#stopSweep()
    this.#entries.clear()
  }

  #sweep(): void {
    const now = this.#clock.monotonic()
    for (const entry of this.#entries.values()) {
      const silence = now - entry.heardAt
      if (entry.record.kind === 'external') {
        if (entry.state === 'live' && silence > EXTERNAL_QUIET_MS)
          this.#move(entry, viewOf(entry), { state: 'quiet', reason: 'no tick for 30 s', since: this.#clock.now() })
      } else if (entry.status && entry.state !== 'down' && silence > STATUS_EXPIRY_MS) {
        const before = viewOf(entry)
        entry.silent = true
        this.#move(entry, before, { state: 'down', reason: NO_HEARTBEAT, since: this.#clock.now() })
      }
    }
  }

  #move(
    entry: Entry,
    before: FeedView,
    { state, reason, since }: { state: FeedState; reason?: string | undefined; since: number },
  ): void {
    entry.state = state
    entry.reason = reason
    entry.since = since
    if (state !== before.state) this.#onChange(viewOf(entry), before)
  }
}

/** Whether a feed's values are the present. */
export const isUp = ({ state }: Pick<FeedView, 'state'>): boolean =>
  state === 'live' || state === 'quiet' || state === 'suspect'

const viewOf = ({ record, state, reason, since, silent, lastTickAt, status }: Entry): FeedView => ({
  name: record.name,
  broker: record.adapter,
  userId: record.userId,
  external: record.kind === 'external',
  state,
  reason,
  since,
  silent,
  lastTickAt,
  label: status?.label,
  modes: status?.modes,
  status,
})

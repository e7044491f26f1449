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
  /** How often it came back after it could give nothing, since this proxy began. */
  readonly returns: number
  readonly lastTickAt: number | undefined
  readonly label: FeedLabel | undefined
  /** `undefined` until the feed has said. */
  readonly modes: readonly TopicMode[] | undefined
  /** Which exchanges have a deep book it offers; one that is not named here is for all of them. */
  readonly books: FeedStatus['books'] | undefined
  /** What it counted, as it last said. */
  readonly status: FeedCounts | undefined
}

type FeedCounts = Pick<FeedStatus, 'epoch' | 'ticks' | 'dropped' | 'wanted' | 'confirmed'> & {
  readonly rejected: number
} & SessionFacts

/** What not every feed says; `states` only one that reports how each of its instruments stands. */
type SessionFacts = {
  readonly [Fact in 'states' | 'tokenExpiresAt' | 'rest' | 'limits' | 'connections' | 'traffic']:
    | FeedStatus[Fact]
    | undefined
}

/** A change of a feed's state, for people. */
export interface FeedEvent {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly name: string
  readonly text: string
}

interface Entry {
  record: FeedRecord
  state: FeedState
  reason: string | undefined
  since: number
  silent: boolean
  /** It could give nothing, and has not been back since. */
  hasFailed: boolean
  returns: number
  lastTickAt: number | undefined
  status: FeedStatus | undefined
  heardAt: number
  /** Since when somebody wants something of it. */
  askedAt: number | undefined
}

/** A foreign publisher sends no heartbeat: without ticks all we know is that it is quiet, and after long, suspect. */
const EXTERNAL_QUIET_MS = 2000
const EXTERNAL_SUSPECT_MS = 30_000
const SWEEP_MS = 250
/** A look this long after the one before tells of a pause of this process, not of the feeds. */
const AWAY_MS = 1000
/** After a longer one nobody may rely on what was known before, whoever is to blame. */
const LONGEST_AWAY_MS = 2500
/** A heartbeat and a little: by then the feeds that live have been heard. */
const GRACE_MS = 700
const EVENTS_KEPT = 50
const NO_HEARTBEAT = 'no heartbeat from its process for 2 s'

/** Owner of the last status of each registered feed. A feed that stops talking is down, whatever it said last. */
export class Feeds {
  readonly #clock: Clock
  readonly #onChange: (view: FeedView, before: FeedView) => void
  readonly #isAsked: (feed: string) => boolean
  readonly #entries = new Map<string, Entry>()
  readonly #events: FeedEvent[] = []
  readonly #stopSweep: Cancel
  #sweptAt: number

  constructor({ clock, onChange, isAsked }: FeedsParts) {
    this.#clock = clock
    this.#onChange = onChange
    this.#isAsked = isAsked
    this.#sweptAt = clock.monotonic()
    this.#stopSweep = clock.every(SWEEP_MS, () => this.sweep())
  }

  /** Takes the list of the database. New feeds have not been heard of yet, removed ones are forgotten. */
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
          // Of a foreign publisher nothing is heard before somebody asks.
          state: record.kind === 'external' ? 'quiet' : 'starting',
          reason: 'nothing heard yet',
          since: now,
          silent: false,
          hasFailed: false,
          returns: 0,
          lastTickAt: undefined,
          status: undefined,
          heardAt: this.#clock.monotonic(),
          askedAt: undefined,
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

  /**
   * Looks who has fallen silent. Happens by itself; whoever is about to rely on a state after this process may have
   * stood still looks again.
   */
  sweep(): void {
    const now = this.#clock.monotonic()
    const awayMs = now - this.#sweptAt
    this.#sweptAt = now
    const wasAway = awayMs > AWAY_MS && awayMs <= LONGEST_AWAY_MS
    for (const entry of this.#entries.values()) {
      // What they said meanwhile waits to be read.
      if (wasAway && entry.status) entry.heardAt = Math.max(entry.heardAt, now - STATUS_EXPIRY_MS + GRACE_MS)
      if (entry.record.kind === 'external') this.#watchTicks(entry, now)
      else if (entry.status && !entry.silent && now - entry.heardAt > STATUS_EXPIRY_MS) this.#fellSilent(entry, awayMs)
    }
  }

  view(name: string): FeedView | undefined {
    const entry = this.#entries.get(name)
    return entry && viewOf(entry)
  }

  views(): readonly FeedView[] {
    return [...this.#entries.values()].map(viewOf)
  }

  /** Whether some feed ought to be heard twice a second. */
  get speaking(): boolean {
    for (const { status, silent } of this.#entries.values()) if (status && !silent) return true
    return false
  }

  /** What became of these feeds lately, oldest first. */
  events(names: ReadonlySet<string>): readonly FeedEvent[] {
    return this.#events.filter(event => names.has(event.name))
  }

  close(): void {
    this.#stopSweep()
    this.#entries.clear()
  }

  #fellSilent(entry: Entry, awayMs: number): void {
    const before = viewOf(entry)
    entry.silent = true
    // One that said itself that it goes down has given the better reason.
    if (entry.state === 'down') return
    // Else every feed would be blamed for what happened here.
    const reason = awayMs > LONGEST_AWAY_MS ? `the proxy stood still for ${Math.round(awayMs / 1000)} s` : NO_HEARTBEAT
    this.#move(entry, before, { state: 'down', reason, since: this.#clock.now() })
  }

  /** Only what somebody wants comes through the bus: the silence of a feed that nobody asks says nothing. */
  #watchTicks(entry: Entry, now: number): void {
    if (!this.#isAsked(entry.record.name)) entry.askedAt = undefined
    else entry.askedAt ??= now
    const { state, heardAt, askedAt } = entry
    const enter = (state: FeedState, reason: string) =>
      this.#move(entry, viewOf(entry), { state, reason, since: this.#clock.now() })
    if (askedAt === undefined) {
      if (state === 'suspect') enter('quiet', 'nobody asks it for anything')
    } else if (now - Math.max(heardAt, askedAt) > EXTERNAL_SUSPECT_MS) {
      if (state !== 'suspect') enter('suspect', 'no tick for 30 s; has its program ended?')
      return
    }
    if (state === 'live' && now - heardAt > EXTERNAL_QUIET_MS) enter('quiet', 'no tick for 2 s')
  }

  #move(
    entry: Entry,
    before: FeedView,
    { state, reason, since }: { state: FeedState; reason?: string | undefined; since: number },
  ): void {
    entry.state = state
    entry.reason = reason
    entry.since = since
    if (state === before.state) return
    if (entry.hasFailed && isUp(entry)) entry.returns++
    // A new process that begins says nothing of whether the one before failed.
    if (state !== 'starting') entry.hasFailed = !isUp(entry)
    const view = viewOf(entry)
    if (!isIdle(view, before)) this.#note(view)
    this.#onChange(view, before)
  }

  #note({ name, state, reason }: FeedView): void {
    this.#events.push({
      at: this.#clock.now(),
      name,
      text: reason === undefined ? `is ${state}` : `is ${state}: ${reason}`,
    })
    if (this.#events.length > EVENTS_KEPT) this.#events.shift()
  }
}

/** Whether a feed works, as far as we know. */
export const isUp = ({ state }: Pick<FeedView, 'state'>): boolean =>
  state === 'live' || state === 'quiet' || state === 'suspect'

/** Whether a feed's last values are the present. A foreign publisher that is quiet may as well be dead. */
export const isPresent = ({ state, external }: Pick<FeedView, 'state' | 'external'>): boolean =>
  external ? state === 'live' : isUp({ state })

/** A foreign publisher with little to say is live and quiet in turn, all day: no news. */
const isIdle = (view: FeedView, before: FeedView): boolean =>
  view.external && [view, before].every(({ state }) => state === 'live' || state === 'quiet')

/** How loud a change is told: what somebody ought to look at is a warning. */
export const levelOf = (view: FeedView, before: FeedView): 'debug' | 'info' | 'warn' =>
  isIdle(view, before) ? 'debug' : ALARMING.has(view.state) ? 'warn' : 'info'

const ALARMING: ReadonlySet<FeedState> = new Set(['suspect', 'down', 'auth_required', 'parked'])

export interface FeedsParts {
  readonly clock: Clock
  readonly onChange: (view: FeedView, before: FeedView) => void
  /** Whether somebody wants something of a feed now. */
  readonly isAsked: (feed: string) => boolean
}

const viewOf = ({ record, state, reason, since, silent, returns, lastTickAt, status }: Entry): FeedView => ({
  name: record.name,
  broker: record.adapter,
  userId: record.userId,
  external: record.kind === 'external',
  state,
  reason,
  since,
  silent,
  returns,
  lastTickAt,
  label: status?.label,
  modes: record.modes ?? status?.modes,
  books: status?.books,
  status: status && countsOf(status),
})

/** Without what is of no concern to clients: the lanes of all proxies, and topics that others asked for. */
function countsOf(status: FeedStatus): FeedCounts {
  const { epoch, ticks, dropped, wanted, confirmed, rejected } = status
  const { states, tokenExpiresAt, rest, limits, connections, traffic } = status
  const session = { states, tokenExpiresAt, rest, limits, connections, traffic }
  return { epoch, ticks, dropped, wanted, confirmed, rejected: rejected.length, ...session }
}

import type { z } from 'zod'
import type { Clock } from '../shared/clock.ts'
import type { FeedLabel } from '../shared/control.ts'
import type { Instrument } from '../shared/market/instrument.ts'
import type { TopicMode } from '../shared/market/mode.ts'
import type { Tick } from '../shared/market/tick.ts'

/** One change of one instrument, as the source saw it. */
export interface Update {
  readonly instrument: Instrument
  readonly tick: Tick
  /** Microseconds since 1970. */
  readonly receivedAt: number
}

interface AdapterBase<Settings> {
  /** Folder name and broker name: lower case, `[a-z0-9-]{1,32}`. */
  readonly name: string
  /** One line for a person. */
  readonly title: string
  readonly label: FeedLabel
  readonly modes: readonly TopicMode[]
  /** Shape of what `adapter add --set` and the configuration may say; every field with a default. */
  readonly settings: z.ZodType<Settings>
}

/**
 * An adapter that makes its ticks itself (simulator, replayer, poller): it needs no session and no socket.
 * Adapters that speak to a broker over a socket get a second form with a `session`.
 */
export interface SourceAdapter<Settings = unknown> extends AdapterBase<Settings> {
  /** Everything it can serve. Pure: same settings, same list. */
  instruments(settings: Settings): readonly Instrument[]
  /**
   * The last known value of every instrument first, as one batch, then what happens, in batches of one turn.
   * Ends when `signal` aborts.
   */
  source(settings: Settings, clock: Clock, signal: AbortSignal): AsyncIterable<readonly Update[]>
}

export type Adapter = SourceAdapter

/** Keeps the settings type together inside one adapter while the registry sees `Adapter`. */
export const defineAdapter = <Settings>(adapter: SourceAdapter<Settings>): Adapter => adapter as SourceAdapter

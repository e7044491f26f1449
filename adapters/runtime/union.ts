import type { Instrument } from '../../shared/market/instrument.ts'
import { TOPIC_MODES, type TopicMode } from '../../shared/market/mode.ts'
import type { Target } from './catalogue.ts'

/** Each wanted instrument once, with the highest mode anyone wants: what a broker is asked for. */
export type Union = ReadonlyMap<Instrument, TopicMode>

export interface UnionChange {
  /** Newly wanted, or wanted in another mode than before. */
  readonly subscribe: Union
  readonly unsubscribe: readonly Instrument[]
}

const rank = new Map(TOPIC_MODES.map((mode, place) => [mode, place]))

const higher = (a: TopicMode, b: TopicMode): boolean => (rank.get(a) ?? 0) > (rank.get(b) ?? 0)

export function unionOf(targets: Iterable<Target>): Union {
  const union = new Map<Instrument, TopicMode>()
  for (const { instrument, mode } of targets) {
    const held = union.get(instrument)
    if (held === undefined || higher(mode, held)) union.set(instrument, mode)
  }
  return union
}

/** What to ask a broker for, to come from `before` to `after`. */
export function compareUnions(before: Union, after: Union): UnionChange {
  const subscribe = new Map<Instrument, TopicMode>()
  for (const [instrument, mode] of after) if (before.get(instrument) !== mode) subscribe.set(instrument, mode)
  return { subscribe, unsubscribe: [...before.keys()].filter(instrument => !after.has(instrument)) }
}

import type { Instrument } from '../../shared/market/instrument.ts'
import { TOPIC_MODES, type TopicMode } from '../../shared/market/mode.ts'
import type { Target } from './catalogue.ts'

/** Each wanted instrument once, with the highest mode anyone wants: what a broker is asked for. */
export type Union = ReadonlyMap<Instrument, TopicMode>

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

import type { Instrument } from '../../shared/market/instrument.ts'
import { coversMode, type TopicMode } from '../../shared/market/mode.ts'
import type { Target } from './catalogue.ts'

/** Each wanted instrument once, with the highest mode anyone wants: what a broker is asked for. */
export type Union = ReadonlyMap<Instrument, TopicMode>

export function unionOf(targets: Iterable<Target>): Union {
  const union = new Map<Instrument, TopicMode>()
  for (const { instrument, mode } of targets) {
    const held = union.get(instrument)
    if (held === undefined || !coversMode(held, mode)) union.set(instrument, mode)
  }
  return union
}

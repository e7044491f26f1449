import type { Instrument } from '../../../shared/market/instrument.ts'
import type { Limits } from '../../contract.ts'

/** Which connection carries which instrument. */
export interface Shards {
  /** Numbers from 0. */
  readonly places: ReadonlyMap<Instrument, number>
  /** Wanted, and more than the account may have. The later wish loses. */
  readonly refused: readonly Instrument[]
}

export const NO_SHARDS: Shards = { places: new Map(), refused: [] }

/**
 * Spreads the wanted instruments over as few connections as hold them: other programs of the same account may need the
 * rest. What has its place keeps it; what is new fills the first connection with room. Pure.
 */
export function assignShards(before: Shards, wanted: Iterable<Instrument>, limits: Limits): Shards {
  const { connections, instrumentsPerConnection } = limits
  const room = Array.from({ length: connections }, () => instrumentsPerConnection)
  const places = new Map<Instrument, number>()
  const waiting: Instrument[] = []
  for (const instrument of wanted) {
    const place = before.places.get(instrument)
    if (place === undefined) waiting.push(instrument)
    else take(place, instrument)
  }
  const refused: Instrument[] = []
  let place = 0
  for (const instrument of waiting) {
    while (place < connections && room[place] === 0) place++
    if (place === connections) refused.push(instrument)
    else take(place, instrument)
  }
  return { places, refused }

  function take(at: number, instrument: Instrument): void {
    places.set(instrument, at)
    room[at] = (room[at] ?? 0) - 1
  }
}

import type { Instrument } from '../../../shared/market/instrument.ts'
import { isBookMode, type TopicMode } from '../../../shared/market/mode.ts'
import type { Limits } from '../../contract.ts'
import type { Union } from '../union.ts'

/** Which connection carries which instrument, and in which mode. */
export interface Shards {
  /** Numbers from 0. */
  readonly places: ReadonlyMap<Instrument, number>
  /** Of everything that has a place: the mode wanted, or DEPTH where the broker gives no deeper book. */
  readonly modes: ReadonlyMap<Instrument, TopicMode>
  /** Wanted, and more than the account may have. The later wish loses. */
  readonly refused: readonly Instrument[]
  /** Have a place, and not the mode wanted. */
  readonly lowered: readonly Instrument[]
}

export const NO_SHARDS: Shards = { places: new Map(), modes: new Map(), refused: [], lowered: [] }

/**
 * Spreads the wanted instruments over as few connections as hold them: other programs of the same account may need the
 * rest. What has its place keeps it, unless its mode takes more room than there is; what is new fills the first connection
 * with room. Books deeper than five levels, of which there may be few, become five levels where they are used up. Pure.
 */
export function assignShards(before: Shards, wanted: Union, limits: Limits): Shards {
  const room = Array.from({ length: limits.connections }, () => limits.instrumentsPerConnection)
  const left = new Map<TopicMode, number>(Object.entries(limits.instrumentsPerMode ?? {}) as [TopicMode, number][])
  const places = new Map<Instrument, number>()
  const modes = new Map<Instrument, TopicMode>()
  const refused: Instrument[] = []
  const lowered: Instrument[] = []
  const weightOf = (mode: TopicMode) => limits.weights?.[mode] ?? 1
  const mayHave = (mode: TopicMode) => (left.get(mode) ?? 1) > 0

  // Who has a mode already counts before who wants another, and he before who comes now.
  const changing: [Instrument, TopicMode][] = []
  const coming: [Instrument, TopicMode][] = []
  for (const [instrument, mode] of wanted) {
    const place = before.places.get(instrument)
    if (place === undefined) coming.push([instrument, mode])
    else {
      const had = before.modes.get(instrument) ?? mode
      take(place, instrument, had)
      if (had !== mode) changing.push([instrument, mode])
    }
  }
  for (const [instrument, mode] of [...changing, ...coming]) {
    release(instrument)
    const given = settle(instrument, mode)
    if (given === undefined) refused.push(instrument)
    else if (given !== mode) lowered.push(instrument)
  }
  return { places, modes, refused, lowered }

  /** The mode it gets. */
  function settle(instrument: Instrument, mode: TopicMode): TopicMode | undefined {
    const place = placeFor(instrument, mode)
    if (place === undefined) {
      const lower = lowerMode(mode, before.modes.get(instrument))
      return lower && settle(instrument, lower)
    }
    take(place, instrument, mode)
    return mode
  }

  function placeFor(instrument: Instrument, mode: TopicMode): number | undefined {
    if (!mayHave(mode)) return undefined
    const fits = (place: number) => (room[place] ?? 0) >= weightOf(mode)
    const own = before.places.get(instrument)
    if (own !== undefined && fits(own)) return own
    const place = room.findIndex((_, place) => fits(place))
    return place < 0 ? undefined : place
  }

  function take(at: number, instrument: Instrument, mode: TopicMode): void {
    places.set(instrument, at)
    modes.set(instrument, mode)
    spend(at, mode, 1)
  }

  function release(instrument: Instrument): void {
    const [at, mode] = [places.get(instrument), modes.get(instrument)]
    if (at !== undefined && mode !== undefined) spend(at, mode, -1)
  }

  function spend(at: number, mode: TopicMode, times: 1 | -1): void {
    room[at] = (room[at] ?? 0) - times * weightOf(mode)
    const rest = left.get(mode)
    if (rest !== undefined) left.set(mode, rest - times)
  }
}

/** A deeper book becomes five levels; for anything else the mode it had before, if another, is better than nothing. */
function lowerMode(mode: TopicMode, had: TopicMode | undefined): TopicMode | undefined {
  if (isBookMode(mode)) return 'DEPTH'
  return had !== undefined && had !== mode && !isBookMode(had) ? had : undefined
}

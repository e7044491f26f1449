import { INSTRUMENT_STATES, type InstrumentState } from '../shared/states.ts'
import type { Standing } from './standing.ts'

/** Which instruments are told one by one. */
export interface CensusWish {
  /** `troubled`: those that are neither live nor quiet. */
  readonly which: 'troubled' | 'all'
  /** `SYMBOL` or `EXCHANGE:SYMBOL`, the common one: only this, however it stands. */
  readonly symbol?: string | undefined
}

interface Counted extends Omit<Standing, 'label'> {
  readonly exchange: string
  readonly symbol: string
  readonly label?: Standing['label']
  /** Milliseconds since the last tick. */
  readonly ageMs?: number | undefined
}

/** How the instruments of one feed stand, as `/status` shows it. Times in milliseconds since 1970. */
export interface Census {
  /** States that occur. */
  readonly counts: Partial<Record<InstrumentState, number>>
  readonly list: readonly Counted[]
  /** How many more there are that the list has no room for. */
  readonly more: number
}

/** So many are listed unless all are asked for. */
const LISTED = 200

/** Those in trouble first that are worst. */
const WORST_FIRST: readonly InstrumentState[] = ['down', 'refused', 'suspect', 'accepted', 'confirmed', 'quiet', 'live']

/** Counts instruments by how they stand, and lists those that are wished for; by `EXCHANGE:SYMBOL`. Pure. */
export function census(standings: ReadonlyMap<string, Standing>, { which, symbol }: CensusWish, now: number): Census {
  const counts: Partial<Record<InstrumentState, number>> = {}
  for (const state of INSTRUMENT_STATES) {
    let count = 0
    for (const one of standings.values()) if (one.state === state) count++
    if (count > 0) counts[state] = count
  }
  const isWished = (name: string, { state }: Standing) =>
    symbol === undefined
      ? which === 'all' || (state !== 'live' && state !== 'quiet')
      : name === symbol || name.slice(name.indexOf(':') + 1) === symbol
  const wished = [...standings].filter(([name, standing]) => isWished(name, standing))
  const rank = ([, { state }]: [string, Standing]) => WORST_FIRST.indexOf(state)
  wished.sort((one, other) => rank(one) - rank(other))
  const listed = which === 'all' ? wished : wished.slice(0, LISTED)
  return { counts, list: listed.map(([name, one]) => counted(name, one, now)), more: wished.length - listed.length }
}

function counted(name: string, standing: Standing, now: number): Counted {
  const at = name.indexOf(':')
  const { lastTickAt } = standing
  const ageMs = lastTickAt === undefined ? undefined : Math.max(0, now - lastTickAt)
  return { exchange: name.slice(0, at), symbol: name.slice(at + 1), ...standing, ageMs }
}

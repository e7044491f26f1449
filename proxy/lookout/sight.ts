import type { FeedLabel } from '../../shared/control.ts'
import type { InstrumentState } from '../../shared/states.ts'
import type { Tick } from '../fanout/frame.ts'
import type { Gallery } from '../fanout/gallery.ts'
import type { States } from '../states.ts'
import type { Watched } from './vigil.ts'

/** The fields of a tick as clients get them in `data` (shared/market/frame.ts), but for what says of what it is. */
export type Fields = Readonly<Record<string, unknown>>

/** Of what it is, beside its values. */
const NAMES: ReadonlySet<string> = new Set(['symbol', 'exchange', 'mode'])

/** How an instrument stands for who asks. Times in milliseconds since 1970. */
export interface Stance {
  readonly state: InstrumentState
  readonly code?: string
  readonly reason?: string
  readonly label?: FeedLabel
  readonly since?: number
  readonly source: { readonly feed: string; readonly broker: string }
}

/** The same with its last value, if there is one. */
export interface Seen extends Stance {
  readonly data?: Fields
  readonly receivedAt?: number
  readonly ageMs?: number
  /** It is not of now. */
  readonly stale?: true
}

interface Rooms {
  readonly hub: { readonly gallery: Pick<Gallery, 'look'> }
  readonly states: Pick<States, 'stateOf'>
}

export function stanceOf({ found }: Watched, { states }: Pick<Rooms, 'states'>): Stance {
  const { feed, exchange, symbol } = found.parts
  // Without a standing its feed was taken from the list just now.
  const { state = 'down', code, reason, label, since } = states.stateOf(feed, exchange, symbol) ?? {}
  return {
    state,
    ...(code !== undefined && { code }),
    ...(reason !== undefined && { reason }),
    ...(label !== undefined && { label }),
    ...(since !== undefined && { since }),
    source: { feed, broker: found.broker },
  }
}

/** Reads what there is now of what is looked at. `now`: milliseconds since 1970. */
export function see(watched: Watched, rooms: Rooms, now: number): Seen {
  const sight = rooms.hub.gallery.look(watched.channel)
  const data = sight && fieldsOf(sight.tick)
  const stance = stanceOf(watched, rooms)
  if (!sight || !data) return stance
  const receivedAt = receivedAtOf(sight.tick)
  const ageMs = Math.max(0, now - receivedAt)
  return { data, receivedAt, ageMs, ...(!sight.isOfNow && { stale: true }), ...stance }
}

/** Milliseconds since 1970. */
export const receivedAtOf = ({ header }: Tick): number => Math.floor(header.receivedAt / 1000)

/** `undefined` for a frame that is none: its publisher is broken. */
export function fieldsOf({ payload }: Tick): Fields | undefined {
  try {
    const { data } = JSON.parse(payload.toString()) as { data?: Record<string, unknown> }
    if (typeof data !== 'object' || data === null) return undefined
    return Object.fromEntries(Object.entries(data).filter(([name]) => !NAMES.has(name)))
  } catch {
    return undefined
  }
}

/** The levels there really are on the deeper side of a book; none where there is no book. */
export const levelsIn = ({ depth_level }: Fields): number => (typeof depth_level === 'number' ? depth_level : 0)

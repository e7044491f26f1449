import type { Label } from './protocol.ts'

export type FeedState = 'starting' | 'live' | 'quiet' | 'suspect' | 'down' | 'auth_required' | 'parked'

interface Used {
  readonly used: number
  readonly limit: number
}

/** One feed as GET /api/v1/feeds tells of it; what it does not know is absent. Times are milliseconds since 1970. */
export interface FeedView {
  readonly name: string
  readonly broker: string
  readonly external?: boolean
  readonly state: FeedState
  readonly reason?: string
  readonly since: number
  /** How often it came back after it could give nothing, since the proxy began. */
  readonly reconnects?: number
  readonly lastTickAt?: number
  readonly label?: Label
  /** When the broker ends its session. */
  readonly tokenExpiresAt?: number
  /** When its process began; it counts from then. */
  readonly startedAt?: number
  readonly ticks?: number
  readonly wanted?: number
  readonly confirmed?: number
  readonly rejected?: number
  readonly connections?: { readonly open: number; readonly needed: number }
  readonly limits?: { readonly instruments: Used; readonly books?: Used }
  readonly rest?: { readonly reason: string; readonly until: number }
}

export type Level = 'good' | 'news' | 'warn' | 'bad' | 'idle'

export const STATE_WORDS: Readonly<Record<FeedState, string>> = {
  starting: 'Starting',
  live: 'Live',
  quiet: 'Quiet',
  suspect: 'Stalled',
  down: 'Down',
  auth_required: 'Login needed',
  parked: 'Parked',
}

export const STATE_LEVELS: Readonly<Record<FeedState, Level>> = {
  starting: 'news',
  live: 'good',
  quiet: 'idle',
  suspect: 'warn',
  down: 'bad',
  auth_required: 'bad',
  parked: 'bad',
}

export const isBroken = ({ state }: Pick<FeedView, 'state'>): boolean => STATE_LEVELS[state] === 'bad'

/** The command that helps a feed which does not stream. A foreign publisher is started by who owns it. */
export function helpFor({ name, state, external }: FeedView): string | undefined {
  if (external) return isBroken({ state }) ? 'tickwire adapter list' : undefined
  if (state === 'auth_required') return `tickwire account login ${name}`
  if (state === 'parked' || state === 'down') return `tickwire adapter enable ${name}`
  return state === 'suspect' ? 'tickwire doctor' : undefined
}

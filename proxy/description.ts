import type { Clock } from '../shared/clock.ts'
import type { AuditState } from '../shared/store/auditqueue.ts'
import type { StatusWish } from './api/status.ts'
import { census } from './census.ts'
import type { FeedEvent, FeedView } from './feeds.ts'
import { usesOf } from './keyuse.ts'
import type { Reading } from './reading.ts'
import type { Standing } from './standing.ts'
import type { States } from './states.ts'
import type { Whole } from './whole.ts'

export interface DescriptionParts {
  /** Name of this process on the bus. */
  readonly proxy: string
  /** What became of these feeds lately. */
  readonly events: (feeds: ReadonlySet<string>) => readonly FeedEvent[]
  readonly states: Pick<States, 'all'>
  readonly clock: Clock
  /** For who runs the system. */
  readonly audit?: AuditState
  /** What the key that asks may read. */
  readonly reading: Reading
  /** Which key asks; absent: who asks may see the use of all. */
  readonly keyId?: string | undefined
  /** Of the port, if it speaks TLS. */
  readonly certificateEndsAt: number | undefined
}

const SHOWN = 32

/**
 * The body of `/status`: the proxy as a whole, and of the feeds one may see those that are wished for. A text that says
 * what is wrong with the wish. Times in milliseconds since 1970.
 */
export function describe(
  { proxy, states, clock, events, audit, reading, keyId, certificateEndsAt }: DescriptionParts,
  all: Whole,
  visible: readonly FeedView[],
  wish: StatusWish,
): object | string {
  const shown = visible.filter(({ name }) => wish.feed === undefined || name === wish.feed)
  if (shown.length === 0 && wish.feed !== undefined)
    return `no feed ${wish.feed.slice(0, SHOWN)}; there is ${visible.map(({ name }) => name).join(', ') || 'none'}`
  const now = clock.now()
  return {
    proxy: {
      id: proxy,
      startedAt: all.startedAt,
      busConnected: all.busConnected,
      topics: all.topics,
      ...(certificateEndsAt === undefined ? {} : { certificateEndsAt }),
    },
    workers: all.workers,
    clients: all.clients,
    ticks: all.ticks,
    bus: all.bus,
    ...(audit && { audit }),
    keys: usesOf(all.keys ?? {}).filter(({ id }) => keyId === undefined || id === keyId),
    feeds: shown.map(view => ({ ...view, instruments: census(visibleTo(reading, states.all(view)), wish, now) })),
    events: [...events(new Set(shown.map(feed => feed.name))), ...all.events].sort((a, b) => a.at - b.at),
    now,
  }
}

/** By `EXCHANGE:SYMBOL`. */
function visibleTo(reading: Reading, standings: Map<string, Standing>): ReadonlyMap<string, Standing> {
  if (reading.isWide) return standings
  const isVisible = (name: string) => {
    const at = name.indexOf(':')
    return reading.permits(name.slice(0, at), name.slice(at + 1))
  }
  return new Map([...standings].filter(([name]) => isVisible(name)))
}

import type { Clock } from '../shared/clock.ts'
import { census } from './census.ts'
import type { FeedEvent, FeedView } from './feeds.ts'
import type { StatusWish } from './http.ts'
import type { States } from './states.ts'
import type { Whole } from './whole.ts'

export interface DescriptionParts {
  /** Name of this process on the bus. */
  readonly proxy: string
  /** What became of these feeds lately. */
  readonly events: (feeds: ReadonlySet<string>) => readonly FeedEvent[]
  readonly states: Pick<States, 'all'>
  readonly clock: Clock
  /** Of the port, if it speaks TLS. */
  readonly certificateEndsAt: number | undefined
}

const SHOWN = 32

/**
 * The body of `/status`: the proxy as a whole, and of the feeds one may see those that are wished for. A text that says
 * what is wrong with the wish. Times in milliseconds since 1970.
 */
export function describe(
  { proxy, states, clock, events, certificateEndsAt }: DescriptionParts,
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
    feeds: shown.map(view => ({ ...view, instruments: census(states.all(view), wish, now) })),
    events: [...events(new Set(shown.map(feed => feed.name))), ...all.events].sort((a, b) => a.at - b.at),
    now,
  }
}

import { isDeepStrictEqual } from 'node:util'
import type { AdapterPlace } from '../adapters/registry.ts'
import { TickwireError } from '../shared/errors.ts'
import { type FeedRecord, isBrokerValid } from '../shared/store/feeds.ts'
import { requireOwnProgram, type Sharing } from './trust.ts'

/** Where the code of a feed is. Throws USAGE for an external feed, which has none here. */
export function adapterPlace(feed: FeedRecord, config: Sharing): AdapterPlace {
  const { name, kind, adapter, path } = feed
  requireOwnProgram(feed, config)
  if (kind === 'builtin') return { kind, adapter }
  if (kind === 'folder' && path !== undefined) return { kind, path }
  throw new TickwireError('USAGE', `Feed ${name} is external: its own program publishes it`, {
    next: 'start that program; it connects to the bus by itself',
  })
}

/** What follows when a feed is registered or enabled. */
export const goesOn = ({ kind }: Pick<FeedRecord, 'kind'>): string =>
  kind === 'external' ? 'its program may publish now' : 'a running system starts it now'

/** What to start and what to stop so that exactly the wanted feeds run. */
export interface FeedChanges {
  readonly start: readonly FeedRecord[]
  readonly stop: readonly string[]
  /** Enabled, but of a broker that VALID_BROKERS leaves out. */
  readonly barred: readonly FeedRecord[]
}

/** `running` holds each running feed as it was registered when it was started; one that has changed is started anew. */
export function planFeeds(
  running: ReadonlyMap<string, FeedRecord>,
  registered: readonly FeedRecord[],
  validBrokers: readonly string[] | undefined,
): FeedChanges {
  const ours = registered.filter(feed => feed.enabled && feed.kind !== 'external')
  const wanted = new Map(ours.filter(feed => isBrokerValid(feed, validBrokers)).map(feed => [feed.name, feed]))
  const same = (name: string) => {
    const [before, now] = [running.get(name), wanted.get(name)]
    // The key of a feed from before is registered by its own process, at its start.
    const registered =
      before && before.publicKey === undefined && now?.publicKey ? { ...before, publicKey: now.publicKey } : before
    return isDeepStrictEqual(registered, now)
  }
  return {
    stop: [...running.keys()].filter(name => !same(name)),
    start: [...wanted.values()].filter(feed => !same(feed.name)),
    barred: ours.filter(feed => !wanted.has(feed.name)),
  }
}

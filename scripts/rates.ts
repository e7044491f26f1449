import type { ProxyStatus, ReportedFeed } from './running.ts'

/** A feed over the time between two looks at it. */
export interface FeedPace {
  readonly name: string
  readonly broker: string
  readonly state: string
  readonly reason?: string | undefined
  readonly label?: string | undefined
  readonly ticksPerSecond?: number | undefined
  readonly lastTickAgeMs?: number | undefined
  /** Of what the broker allows the account. */
  readonly subscriptions?: { readonly used: number; readonly limit?: number | undefined } | undefined
  readonly connections?: { readonly open: number; readonly needed: number } | undefined
  readonly tokenExpiresInMs?: number | undefined
}

export interface KeyPace {
  readonly id: string
  readonly connections: number
  readonly subscriptions: number
  readonly messagesPerSecond?: number | undefined
}

/** An instrument that ought to tick and does not. */
export interface Troubled {
  readonly instrument: string
  readonly feed: string
  readonly state: string
  readonly ageMs?: number | undefined
  readonly reason?: string | undefined
}

/** What a proxy did between two looks at it. */
export interface Pace {
  /** Of the later look, by the clock of the proxy: milliseconds since 1970. */
  readonly at: number
  /** Between the two. */
  readonly seconds: number
  readonly busConnected: boolean
  readonly topics: number
  readonly feeds: readonly FeedPace[]
  /** As they stand. */
  readonly clients: Readonly<Record<string, number>>
  /** Per second. */
  readonly perSecond: {
    readonly clients: Readonly<Record<string, number>>
    readonly ticks: Readonly<Record<string, number>>
    readonly bus: Readonly<Record<string, number>>
  }
  readonly keys: readonly KeyPace[]
  /** The longest silent first. */
  readonly worst: readonly Troubled[]
}

/** What of the clients is counted as it stands; all else of them only grows. */
const STANDING: ReadonlySet<string> = new Set([
  'clients',
  'authenticated',
  'subscriptions',
  'orderSubscriptions',
  'waitingBytes',
])

/** Two looks at one proxy, the earlier first. Pure. */
export function paceOf(before: ProxyStatus, after: ProxyStatus): Pace {
  const seconds = Math.max(after.now - before.now, 1) / 1000
  // Who was started again meanwhile counts from nothing.
  const isSame = after.proxy.startedAt === before.proxy.startedAt
  const rate = (was: number | undefined, is: number) => {
    const grown = was !== undefined && is >= was ? is - was : is
    return Math.round((grown / seconds) * 10) / 10
  }
  const rates = (was: Record<string, number>, is: Record<string, number>) =>
    Object.fromEntries(Object.entries(is).map(([name, count]) => [name, rate(isSame ? was[name] : 0, count)]))
  const known = new Map(before.feeds.map(feed => [feed.name, feed]))
  const split = Object.entries(after.clients)
  return {
    at: after.now,
    seconds,
    busConnected: after.proxy.busConnected,
    topics: after.proxy.topics,
    feeds: after.feeds.map(feed => feedPace(feed, known.get(feed.name), after.now, rate)),
    clients: Object.fromEntries(split.filter(([name]) => STANDING.has(name))),
    perSecond: {
      clients: rates(before.clients, Object.fromEntries(split.filter(([name]) => !STANDING.has(name)))),
      ticks: rates(before.ticks, after.ticks),
      bus: rates(before.bus, after.bus),
    },
    keys: after.keys.map(({ id, connections, subscriptions, messages }) => {
      const was = before.keys.find(key => key.id === id)
      return { id, connections, subscriptions, messagesPerSecond: rate(was?.messages, messages) }
    }),
    worst: after.feeds.flatMap(worstOf).sort((one, other) => (other.ageMs ?? 0) - (one.ageMs ?? 0)),
  }
}

function feedPace(
  { name, broker, state, reason, label, lastTickAt, status }: ReportedFeed,
  before: ReportedFeed | undefined,
  now: number,
  rate: (was: number | undefined, is: number) => number,
): FeedPace {
  const { instruments } = status?.limits ?? {}
  const wanted = status && { used: status.wanted }
  return {
    name,
    broker,
    state,
    reason,
    label,
    ticksPerSecond: status && rate(before?.status?.ticks, status.ticks),
    lastTickAgeMs: lastTickAt === undefined ? undefined : now - lastTickAt,
    subscriptions: instruments ?? wanted,
    connections: status?.connections,
    tokenExpiresInMs: status?.tokenExpiresAt === undefined ? undefined : status.tokenExpiresAt - now,
  }
}

const worstOf = ({ name, instruments }: ReportedFeed): Troubled[] =>
  (instruments?.list ?? [])
    .filter(({ state }) => state === 'suspect' || state === 'down' || state === 'refused')
    .map(({ exchange, symbol, state, ageMs, code, reason }) => ({
      instrument: `${exchange}:${symbol}`,
      feed: name,
      state,
      ageMs,
      reason: [code, reason].filter(Boolean).join(': ') || undefined,
    }))

import { type FeedView, isBroken, type Level } from './feedview.ts'
import { momentOf, spanOf } from './ist.ts'
import type { PollState } from './polling.ts'
import type { Label } from './protocol.ts'
import type { Link } from './stream.ts'

export interface Pill {
  readonly level: Level
  readonly word: string
  readonly detail?: string
}

interface Situation {
  readonly link: Link
  readonly polling: PollState | undefined
  /** Those somebody looks at; `undefined`: not known yet. */
  readonly feeds: readonly FeedView[] | undefined
  /** When that was answered, milliseconds since 1970, and why the last question was not. */
  readonly feedsAt: number | undefined
  readonly feedsTrouble: string | undefined
  /** When a closed market opens, milliseconds since 1970. */
  readonly opensAt: number | undefined
  readonly isClosed: boolean
  readonly now: number
}

/** How feeds stood longer ago than this says nothing of now. */
const FEEDS_OLD_MS = 30_000

/** How the prices on the page are, in words. */
export function pillOf(situation: Situation): Pill {
  const { link, polling, now } = situation
  if (link.phase === 'open') return standingOf(situation)
  if (polling)
    return polling.trouble && (polling.lastAt === undefined || now - polling.lastAt > 10_000)
      ? { level: 'bad', word: 'Down', detail: polling.trouble }
      : { level: 'warn', word: 'Snapshots only', detail: 'every 2 s: WebSockets are blocked here' }
  if (link.phase === 'off') return { level: 'idle', word: 'Signed out' }
  const isFirst = link.lostAt === undefined && link.attempt <= 1 && link.phase === 'connecting'
  if (isFirst) return { level: 'news', word: 'Connecting' }
  const since = link.lostAt === undefined ? '' : `for ${spanOf(now - link.lostAt)}`
  return { level: 'bad', word: 'Down', ...(since && { detail: since }) }
}

function standingOf({ feeds, feedsAt, feedsTrouble, opensAt, isClosed, now }: Situation): Pill {
  const isOld = feedsAt !== undefined && now - feedsAt > FEEDS_OLD_MS
  if (isOld || (!feeds && feedsTrouble))
    return { level: 'warn', word: 'Feeds not known', ...(feedsTrouble && { detail: feedsTrouble }) }
  if (!feeds) return { level: 'news', word: 'Connecting' }
  if (feeds.length === 0) return { level: 'bad', word: 'Down', detail: 'no feed: tickwire adapter list' }
  const working = feeds.filter(feed => !isBroken(feed))
  const [broken] = feeds.filter(isBroken)
  if (working.length === 0)
    return { level: 'bad', word: 'Down', detail: `${broken?.name}: ${broken?.reason ?? 'the feed does not run'}` }
  if (working.every(({ state }) => state === 'starting')) return { level: 'news', word: 'Connecting' }
  if (working.every(({ state }) => state === 'suspect' || state === 'starting'))
    return { level: 'warn', word: 'Stalled', ...(working[0]?.reason && { detail: working[0].reason }) }
  const troubled = feeds.length - working.length + working.filter(({ state }) => state === 'suspect').length
  const rest = troubled > 0 ? `${troubled} of ${feeds.length} feeds fail` : undefined
  if (working.every(({ state }) => state === 'quiet')) return quiet(opensAt, isClosed, now, rest)
  const pill = LABELLED[labelOf(working)]
  return rest ? { ...pill, level: 'warn', detail: rest } : pill
}

const quiet = (opensAt: number | undefined, isClosed: boolean, now: number, rest: string | undefined): Pill => {
  const closed = opensAt === undefined ? 'market closed' : `market closed until ${momentOf(opensAt, now)}`
  const detail = [isClosed ? closed : undefined, rest].filter(Boolean).join('; ')
  return { level: rest ? 'warn' : 'idle', word: 'Quiet', ...(detail && { detail }) }
}

const LABELLED: Readonly<Record<Label, Pill>> = {
  live: { level: 'good', word: 'Live' },
  delayed: { level: 'warn', word: 'Delayed' },
  simulated: { level: 'news', word: 'Simulated' },
  replay: { level: 'news', word: 'Replay' },
  polled: { level: 'warn', word: 'Snapshots only', detail: 'the broker is asked now and then' },
}

/** The one that promises least. */
const LEAST: readonly Label[] = ['simulated', 'replay', 'delayed', 'polled', 'live']

const labelOf = (feeds: readonly FeedView[]): Label =>
  LEAST.find(label => feeds.some(feed => feed.state !== 'quiet' && feed.label === label)) ?? 'live'

const RIBBONS: Partial<Record<Label, string>> = {
  simulated: 'Simulated prices: no market is behind them',
  replay: 'Replay: prices of another time',
  delayed: 'Delayed prices: minutes behind the market',
}

/** What has to be said of prices wherever one looks. */
export const ribbonsOf = (labels: Iterable<Label | undefined>): { label: Label; text: string }[] =>
  [...new Set(labels)].flatMap(label => {
    const text = label && RIBBONS[label]
    return text ? [{ label, text }] : []
  })

/** For styles: whether what is shown is of now. Nothing before the first connection. */
export function dataLink(link: Link, polling: PollState | undefined): 'live' | 'lost' | 'polling' | undefined {
  if (link.phase === 'open') return 'live'
  if (polling) return polling.trouble ? 'lost' : 'polling'
  if (link.phase === 'off') return undefined
  return link.phase === 'waiting' || link.lostAt !== undefined ? 'lost' : undefined
}

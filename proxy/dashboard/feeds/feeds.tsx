import { useEffect, useMemo } from 'preact/hooks'
import { feedFacts, now, serverTime } from '../desk.ts'
import { type FeedView, helpFor, STATE_LEVELS, STATE_WORDS } from '../feedview.ts'
import { leftOf, spanOf } from '../ist.ts'
import { formatCount, MISSING } from '../watch/format.ts'
import { Paces } from './pace.ts'
import './feeds.css'

const PACE_MS = 2000

/** How each feed stands, and what helps one that does not stream. */
export function Feeds() {
  useEffect(() => feedFacts.watch(PACE_MS), [])
  const paces = useMemo(() => new Paces(), [])
  const feeds = feedFacts.value.value?.feeds
  const at = feedFacts.at.value
  if (feeds && at !== undefined) paces.take(feeds, at)
  const trouble = feedFacts.trouble.value
  return (
    <>
      {trouble && (
        <p class="empty" data-level="bad">
          <span class="word">Not known: {trouble}</span>
          {at !== undefined && `; what follows is ${spanOf(now.value - at)} old`}
        </p>
      )}
      {feeds?.length === 0 && (
        <p class="empty">
          There is no feed. What can be added: <code>tickwire adapter list</code>
        </p>
      )}
      <div class="feeds">
        {feeds?.map(feed => (
          <Feed key={feed.name} feed={feed} pace={paces.of(feed.name)} />
        ))}
      </div>
    </>
  )
}

function Feed({ feed, pace }: { readonly feed: FeedView; readonly pace: number | undefined }) {
  const level = STATE_LEVELS[feed.state]
  const help = helpFor(feed)
  return (
    <article class="feed" data-level={level}>
      <div class="feed-head">
        <h3>{feed.name}</h3>
        <span class="word">{STATE_WORDS[feed.state]}</span>
        <span class="muted">for {spanOf(serverTime.value - feed.since)}</span>
        <span class="feed-label">
          {feed.broker}
          {feed.label && `, ${feed.label}`}
        </span>
      </div>
      {feed.reason && <p>{feed.reason}</p>}
      {help && (
        <p class="feed-next">
          <span class="muted">Next: </span>
          <code>{help}</code>
        </p>
      )}
      <dl class="feed-figures">
        {figuresOf(feed, pace, serverTime.value).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </article>
  )
}

function figuresOf(feed: FeedView, pace: number | undefined, at: number): [name: string, value: string][] {
  const { lastTickAt, limits, connections, tokenExpiresAt, rest, wanted, confirmed } = feed
  const figures: [string, string | undefined][] = [
    ['Ticks/s', pace === undefined ? MISSING : formatCount(pace)],
    ['Last tick', lastTickAt === undefined ? MISSING : `${spanOf(at - lastTickAt)} ago`],
    ['Confirmed', wanted === undefined ? undefined : `${formatCount(confirmed)} of ${formatCount(wanted)}`],
    ['Refused', feed.rejected === undefined ? undefined : formatCount(feed.rejected)],
    ['Broker limit', limits && usedWords(limits.instruments)],
    ['Deep books', limits?.books && usedWords(limits.books)],
    ['Connections', connections && `${connections.open} of ${connections.needed}`],
    ['Reconnects', feed.reconnects === undefined ? undefined : formatCount(feed.reconnects)],
    ['Token ends in', tokenExpiresAt === undefined ? undefined : tokenWords(tokenExpiresAt - at)],
    ['Rests for', rest && leftOf(rest.until - at)],
  ]
  return figures.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
}

const usedWords = ({ used, limit }: { readonly used: number; readonly limit: number }): string =>
  `${formatCount(used)} of ${formatCount(limit)}`

const tokenWords = (ms: number): string => (ms > 0 ? leftOf(ms) : 'has ended')

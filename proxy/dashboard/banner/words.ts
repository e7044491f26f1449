import type { Level } from '../feedview.ts'
import type { PollState } from '../polling.ts'
import type { Link } from '../stream.ts'

interface BannerText {
  readonly level: Level
  readonly text: string
}

/** What is over before anybody could have read of it moves nothing on the page. */
const GRACE_MS = 1000

/** `undefined`: all is well, or the first try is under way. */
export function bannerOf(link: Link, polling: PollState | undefined, now: number): BannerText | undefined {
  if (link.phase === 'open' || link.phase === 'off') return undefined
  if (link.lostAt !== undefined && now - link.lostAt < GRACE_MS) return undefined
  if (polling)
    return polling.trouble
      ? { level: 'bad', text: `Prices stand still: WebSockets are blocked here, and ${polling.trouble}` }
      : { level: 'warn', text: 'Snapshots every 2 s: WebSockets are blocked here' }
  if (link.phase === 'connecting' && link.lostAt === undefined && link.attempt <= 1) return undefined
  const why = 'why' in link ? link.why : link.lastWhy
  const first = link.lostAt === undefined ? 'Not connected' : 'Connection lost, prices stand still'
  return { level: 'bad', text: why ? `${first}: ${why}` : first }
}

import type { Audit } from '../../shared/audit.ts'
import type { Cancel, Clock } from '../../shared/clock.ts'
import type { FeedState } from '../../shared/control.ts'

interface WatchParts {
  readonly feed: string
  readonly state: () => FeedState
  readonly audit: Audit
  readonly clock: Clock
}

const LOOK_MS = 250

/** Tells the audit each time the broker wants another login, and when prices come again after that. */
export function watchLogin({ feed, state, audit, clock }: WatchParts): Cancel {
  let isNeeded = false
  return clock.every(LOOK_MS, () => {
    const now = state()
    const hasBegun = !isNeeded && now === 'auth_required'
    const isOver = isNeeded && (now === 'live' || now === 'quiet')
    if (!hasBegun && !isOver) return
    isNeeded = hasBegun
    const result = hasBegun ? 'refused' : 'ok'
    audit.record({ action: 'feed.state', actor: `feed:${feed}`, subject: feed, result, reason: `is ${now}` })
  })
}

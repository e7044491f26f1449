import type { AuditEvent } from '../../shared/audit.ts'
import { TickwireError } from '../../shared/errors.ts'
import { changeStore, OPERATOR } from '../audited.ts'
import type { Globals } from '../globals.ts'
import { openInvocation } from '../invocation.ts'

const RESTRICTED =
  "Exchange data may not be passed on without a licence: SEBI's circular of 24 May 2024 on sharing real-time price data, and the terms of the exchange and of the broker, restrict it, also within a family or a team."

/** `tickwire adapter share NAME --with USER --i-am-licensed`. Throws USAGE without that word, FEED_UNKNOWN, NOT_FOUND. */
export async function shareFeed(
  globals: Globals,
  name: string,
  { with: user, iAmLicensed = false }: { readonly with: string; readonly iAmLicensed?: boolean },
): Promise<void> {
  const feed = name.toUpperCase()
  if (!iAmLicensed)
    throw new TickwireError('USAGE', `Feed ${feed} is not shared. ${RESTRICTED}`, {
      next: `only if you have that right: tickwire adapter share ${feed} --with ${user} --i-am-licensed`,
    })
  const invocation = openInvocation(globals)
  const { clock, terminal } = invocation
  const isNew = await changeStore(
    invocation,
    store => store.shares.add(feed, user, clock.now()),
    () => [eventOf('feed.shared', feed, user, 'the operator said to be licensed')],
  )
  terminal.say(RESTRICTED)
  const what = isNew ? 'may read' : 'could read already'
  terminal.say(
    `User ${user} ${what} the prices of feed ${feed}, behind the feeds of their own; never its orders. ` +
      `To end it: tickwire adapter unshare ${feed} --with ${user}`,
  )
}

/** `tickwire adapter unshare NAME --with USER`. Throws FEED_UNKNOWN. */
export async function unshareFeed(
  globals: Globals,
  name: string,
  { with: user }: { readonly with: string },
): Promise<void> {
  const feed = name.toUpperCase()
  const invocation = openInvocation(globals)
  const was = await changeStore(
    invocation,
    store => store.shares.remove(feed, user),
    removed => (removed ? [eventOf('feed.unshared', feed, user)] : []),
    { isUrgent: true },
  )
  invocation.terminal.say(
    was
      ? `User ${user} reads nothing of feed ${feed} any more; what they hold of it ends within a second.`
      : `Feed ${feed} was not shared with ${user}.`,
  )
}

const eventOf = (action: 'feed.shared' | 'feed.unshared', feed: string, user: string, reason?: string): AuditEvent => ({
  action,
  actor: OPERATOR,
  subject: feed,
  result: 'ok',
  reason: reason === undefined ? `with user ${user}` : `with user ${user}; ${reason}`,
})

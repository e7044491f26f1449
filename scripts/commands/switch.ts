import { TickwireError } from '../../shared/errors.ts'
import type { FeedRecord } from '../../shared/store/feeds.ts'
import { changeStore, OPERATOR } from '../audited.ts'
import { readUp } from '../facts.ts'
import type { Globals } from '../globals.ts'
import { type Invocation, openInvocation, withExistingStore } from '../invocation.ts'
import { goesOn } from '../roster.ts'
import { withStates } from '../running.ts'

/** Here a feed goes on by itself: to start it afresh would only break its prices off. */
const WELL = new Set(['starting', 'running', 'live', 'quiet', 'suspect'])

/** `tickwire adapter disable NAME`. The same again changes nothing. Throws FEED_UNKNOWN. */
export async function disableFeed(globals: Globals, name: string): Promise<void> {
  const invocation = openInvocation(globals)
  const { kind, enabled } = await findFeed(invocation, name)
  if (enabled) await setEnabled(invocation, name, false)
  const then = kind === 'external' ? 'what its program publishes reaches nobody' : 'a running system stops it now'
  invocation.terminal.say(enabled ? `Feed ${name} is disabled; ${then}.` : `Feed ${name} was disabled already.`)
}

/**
 * `tickwire adapter enable NAME`: starts a feed that was disabled, and afresh one that was parked or is down. Changes
 * nothing for one that does well. Throws FEED_UNKNOWN.
 */
export async function enableFeed(globals: Globals, name: string): Promise<void> {
  const invocation = openInvocation(globals)
  const { terminal } = invocation
  const feed = await findFeed(invocation, name)
  const state = feed.enabled ? await stateOf(invocation, feed) : undefined
  if (state !== undefined && WELL.has(state)) {
    terminal.say(`Feed ${name} is enabled already; it is ${state}.`)
    return
  }
  await setEnabled(invocation, name, true)
  const was = feed.enabled && state !== undefined ? ` It was ${state}.` : ''
  terminal.say(`Feed ${name} is enabled; ${goesOn(feed)}.${was}`)
}

/** Of an enabled feed, as the proxy says; where that says nothing, the state of its process, as `up` says. */
async function stateOf(invocation: Invocation, feed: FeedRecord): Promise<string | undefined> {
  const [row] = await withStates(invocation, [feed])
  if (row?.state !== undefined) return row.state
  const children = readUp(invocation.folder)?.children
  return children?.find(({ kind, name }) => kind === 'adapter' && name === feed.name)?.state
}

async function findFeed(invocation: Invocation, name: string): Promise<FeedRecord> {
  const feed = await withExistingStore(invocation, store => store.feeds.get(name))
  if (feed) return feed
  throw new TickwireError('FEED_UNKNOWN', `There is no feed ${JSON.stringify(name)}`, { next: 'tickwire adapter list' })
}

function setEnabled(invocation: Invocation, name: string, on: boolean): Promise<void> {
  return changeStore(
    invocation,
    store => store.feeds.setEnabled(name, on, invocation.clock.now()),
    () => [
      { action: 'feed.changed', actor: OPERATOR, subject: name, result: 'ok', reason: on ? 'enabled' : 'disabled' },
    ],
  )
}

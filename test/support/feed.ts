import { systemClock } from '../../shared/clock.ts'
import { eventually, type System } from './system.ts'

/** How one feed stands, as the proxy says. */
export interface FeedSaid {
  readonly name: string
  readonly state: string
  readonly label?: string
  readonly reason?: string
  readonly status?: { readonly ticks: number; readonly wanted: number; readonly confirmed: number }
}

/** What became of a feed: `is down: no byte for 10 s`. */
interface FeedEvent {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly name: string
  readonly text: string
}

/** How a feed stands now, as the proxy tells its clients. */
export const feedOf = async (system: System, feed: string): Promise<FeedSaid> => (await look(system, feed)).now

async function look(system: System, feed: string) {
  const headers = { authorization: `Bearer ${system.key}` }
  const answer = await fetch(`${system.url().replace('ws', 'http')}/status`, { headers })
  const { feeds, events } = (await answer.json()) as { feeds: FeedSaid[]; events: FeedEvent[] }
  const now = feeds.find(({ name }) => name === feed)
  if (!now) throw new Error(`the proxy knows no ${feed}`)
  return { now, events: events.filter(({ name }) => name === feed) }
}

/**
 * Waits until a feed is in one of these states, or was since this was asked for: after a cut it may be back sooner than
 * anybody looks again. Gives what it said of it.
 */
export function enters(system: System, feed: string, states: readonly string[]): Promise<FeedSaid> {
  const from = systemClock.now()
  return eventually(async () => {
    const { now, events } = await look(system, feed)
    if (states.includes(now.state)) return now
    const since = events.flatMap(({ at, name, text }) => (at >= from ? saidIn(name, text) : []))
    return since.find(({ state }) => states.includes(state))
  }, 30_000)
}

function saidIn(name: string, text: string): FeedSaid[] {
  const [, state, reason] = /^is (\w+)(?:: (.*))?$/.exec(text) ?? []
  return state === undefined ? [] : [{ name, state, ...(reason !== undefined && { reason }) }]
}

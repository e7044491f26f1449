import { eventually, type System } from './system.ts'

/** How one feed stands, as the proxy says. */
export interface FeedSaid {
  readonly name: string
  readonly state: string
  readonly reason?: string
  readonly status?: { readonly ticks: number; readonly wanted: number; readonly confirmed: number }
}

/** How a feed stands now, as the proxy tells its clients. */
export async function feedOf(system: System, feed: string): Promise<FeedSaid> {
  const headers = { authorization: `Bearer ${system.key}` }
  const answer = await fetch(`${system.url().replace('ws', 'http')}/status`, { headers })
  const { feeds } = (await answer.json()) as { feeds: FeedSaid[] }
  const found = feeds.find(({ name }) => name === feed)
  if (!found) throw new Error(`the proxy knows no ${feed}`)
  return found
}

/** Waits until a feed is in one of these states, and gives what it says. */
export const enters = (system: System, feed: string, states: readonly string[]): Promise<FeedSaid> =>
  eventually(async () => {
    const said = await feedOf(system, feed)
    return states.includes(said.state) && said
  }, 30_000)

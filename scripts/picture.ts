import type { FeedState } from '../shared/control.ts'
import type { Happening, UpFacts } from './facts.ts'

/** How a feed stands by what became of its process. */
interface Standing {
  readonly state: FeedState
  /** Milliseconds since 1970. */
  readonly since: number
  readonly reason: string
}

/**
 * Rows of feeds, each with state, since and reason as `up` knows them where it knows better: the proxy only hears that
 * a process is silent, its supervisor knows that it died, why, and whether it comes back. Without `up`, the rows as
 * they are. Pure.
 */
export const withProcesses = <Row extends { readonly name: string }>(
  rows: readonly Row[],
  up: UpFacts | undefined,
): (Row & Partial<Standing>)[] => rows.map(row => ({ ...row, ...standing(row.name, up) }))

/** What happened, as the supervisor and the proxy saw it, oldest first. Pure. */
export const mergeEvents = (...sources: readonly (readonly Happening[])[]): Happening[] =>
  sources.flat().sort((one, other) => one.at - other.at)

function standing(feed: string, up: UpFacts | undefined): Standing | undefined {
  const child = up?.children.find(({ kind, name }) => kind === 'adapter' && name === feed)
  if (child?.state !== 'parked' && child?.state !== 'restarting') return undefined
  const state = child.state === 'parked' ? 'parked' : 'down'
  return { state, since: child.since, reason: child.lastExit?.reason ?? `its process is ${child.state}` }
}

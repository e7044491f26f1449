import type { Mode } from '../shared/market/mode.ts'
import type { Failover } from './failover.ts'
import type { FeedView } from './feeds.ts'
import type { Holdings } from './holdings.ts'
import { modeRefusal, type Reading, within } from './reading.ts'
import { type HasRoom, type Instruments, type Route, refused, route } from './routing.ts'
import type { Shelf } from './shelf.ts'
import type { SymbolRequest } from './symbols.ts'

/** What is asked when a client subscribes. */
interface Rooms {
  readonly instruments: Instruments
  readonly shelf: Pick<Shelf, 'open'>
  readonly failover: Pick<Failover, 'outlook'>
}

interface Subscription {
  readonly symbols: readonly SymbolRequest[]
  readonly mode: Mode
  readonly depth: number
}

/** Takes no book from anybody. */
const NO_ROOM: HasRoom = () => false

/**
 * Where everything leads that a message names, with pauses. What is held stays where it is while that is healthy. What the
 * key may not read is looked for like everything else, and is in no list.
 */
export function* lookUp(
  { symbols, mode, depth }: Subscription,
  feeds: readonly FeedView[],
  holdings: Pick<Holdings, 'sourceOf'>,
  { instruments, shelf, failover }: Rooms,
  reading: Reading,
): Generator<undefined, readonly Route[]> {
  const { modes } = reading
  const isRefused = modes !== undefined && !modes.includes(mode)
  const known = within(instruments, reading)
  const hasRoom = isRefused ? NO_ROOM : shelf.open()
  const routes: Route[] = []
  for (const request of symbols) {
    const { symbol, exchange, problem } = request
    const held = holdings.sourceOf(request, mode)
    const wish = { exchange, symbol, mode, depth, broker: request.broker ?? held?.broker }
    const outlook = failover.outlook(held?.feed)
    const found = problem === undefined ? route(wish, feeds, known, hasRoom, outlook) : undefined
    if (isRefused && found?.ok) routes.push(refused(modeRefusal(modes), found.broker))
    else routes.push(found ?? refused(problem ?? '', feeds[0]?.broker ?? ''))
    yield
  }
  return routes
}

/** Time has passed since: a feed may have gone, or belong to another user. What the key lost meanwhile goes in its turn. */
export function stillThere(routes: readonly Route[], feeds: readonly FeedView[]): readonly Route[] {
  const names = new Set(feeds.map(feed => feed.name))
  return routes.map(one =>
    one.ok && !names.has(one.parts.feed) ? refused(`Feed ${one.parts.feed} has just gone; try again`, one.broker) : one,
  )
}

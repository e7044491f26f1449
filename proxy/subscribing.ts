import type { Identity } from './access.ts'
import type { Fresh, Holdings } from './holdings.ts'
import type { Ration } from './limits/ration.ts'
import { lookUpListed } from './listing.ts'
import { lookUp, stillThere } from './lookup.ts'
import type { Request } from './protocol.ts'
import type { SubscribeResult } from './replies.ts'
import type { Rooms } from './rooms.ts'
import type { Rest } from './worklist.ts'

interface Parts {
  readonly holdings: Holdings
  readonly ration: Ration
  readonly rooms: Rooms
}

interface Taken {
  readonly results: readonly SubscribeResult[]
  readonly fresh: readonly Fresh[]
  /** The one its client is greeted with. */
  readonly broker: string
}

/** Looks everything up that a message names, with pauses; takes hold of it in one go at the end, as far as there is room. */
export function* takeHold(
  request: Extract<Request, { action: 'subscribe' }>,
  identity: Identity,
  { holdings, ration, rooms }: Parts,
): Generator<Rest | undefined, Taken> {
  const feedsOf = () => rooms.feedsOf(identity)
  const look = () => lookUp(request, feedsOf(), holdings, rooms, rooms.access.reading(identity))
  const looked = yield* lookUpListed(look, feedsOf, rooms)
  const granted = yield* ration.grant(request.symbols, looked)
  const feeds = feedsOf()
  const taken = holdings.subscribe(request.symbols, request, stillThere(granted, feeds))
  ration.settle()
  return { ...taken, broker: feeds[0]?.broker ?? '' }
}

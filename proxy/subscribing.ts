import type { Identity } from './access.ts'
import type { Hold } from './fanout/hold.ts'
import type { Hub } from './fanout/hub.ts'
import type { Features } from './features.ts'
import type { Fresh, Holdings } from './holdings.ts'
import type { Ration } from './limits/ration.ts'
import { lookUpListed } from './listing.ts'
import { lookUp, stillThere } from './lookup.ts'
import type { Request } from './protocol.ts'
import type { SubscribeResult } from './replies.ts'
import type { Rooms } from './rooms.ts'
import type { Rest } from './worklist.ts'

/** Of each topic, to who asks for the ticks before the last one. */
const RECENT_PER_TOPIC = 50
/** Of all topics of a message together: less than makes a client slow. */
const RECENT_PER_MESSAGE = 500

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

/** Gives what comes before the first new tick of each topic: everything since a place, or the last value, and those before it. */
export function giveFirst(hub: Hub, fresh: readonly Fresh[], { recent }: Pick<Features, 'recent'>): void {
  const most = recent ? Math.min(RECENT_PER_TOPIC, Math.floor(RECENT_PER_MESSAGE / fresh.length)) : 0
  for (const { hold, resume } of fresh) {
    if (resume) hub.resume(hold, resume)
    else {
      if (most > 0) giveRecent(hub, hold, most)
      hub.snapshot(hold)
    }
  }
}

function giveRecent(hub: Hub, { variant, outbox }: Hold, most: number): void {
  for (const tick of hub.find(variant.served.topic)?.before(most) ?? []) outbox.offer(variant.recentFrame(tick))
}

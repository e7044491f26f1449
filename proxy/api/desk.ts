import type { FastifyRequest } from 'fastify'
import type { Clock } from '../../shared/clock.ts'
import { Errands } from '../lookout/errands.ts'
import type { Rest, Workshop } from '../worklist.ts'
import { identityOf } from './identity.ts'
import { HttpRefusal, retryAfter } from './refusal.ts'

/** Work in steps, as clients' messages are worked at. */
export type Steps<Result> = Generator<Rest | undefined, Result>

/** One request that is being answered. */
export interface Hand {
  /** Who asked has gone: nothing need be done any more. */
  readonly isGone: () => boolean
  /** Does it in the turns of all clients, those of one key one after the other. Rejects when who asked has gone. */
  do<Result>(work: Steps<Result>): Promise<Result>
  /** Makes something of each of them in the same way. */
  eachOf<Item, Made>(items: readonly Item[], make: (item: Item, nth: number) => Made): Promise<Made[]>
}

interface DeskRooms {
  readonly clock: Clock
  readonly workshop: Workshop
  readonly limits: { readonly maxSymbolsPerMessage: number }
}

interface Queue {
  readonly errands: Errands
  items: number
}

/** As many of the longest requests of one key are answered at a time. */
const LONGEST_AT_ONCE = 4
/** However short the longest may be. */
const ITEMS_AT_ONCE = 4000
/** What the shortest counts as. */
const LEAST_ITEMS = 20
const RETRY_MS = 1000

/** Takes requests that take a while in hand: only so much of each key at a time, and only while somebody waits for it. */
export class Desk {
  readonly #rooms: DeskRooms
  readonly #most: number
  readonly #queues = new Map<string, Queue>()

  constructor(rooms: DeskRooms) {
    this.#rooms = rooms
    this.#most = Math.max(ITEMS_AT_ONCE, LONGEST_AT_ONCE * rooms.limits.maxSymbolsPerMessage)
  }

  /** `items`: about how many symbols, ticks or entries it is about. Throws what is said to who asks for too much at once. */
  async serve<Made>(request: FastifyRequest, items: number, work: (hand: Hand) => Promise<Made>): Promise<Made> {
    const { keyId } = identityOf(request)
    const counted = Math.max(items, LEAST_ITEMS)
    const queue = this.#queues.get(keyId) ?? { errands: new Errands(this.#rooms), items: 0 }
    if (queue.items > 0 && queue.items + counted > this.#most) throw this.#tooMuch()
    this.#queues.set(keyId, queue)
    queue.items += counted
    const { socket } = request.raw
    // The door stopped it after its request, and who goes is noticed only by reading: whatever else it says is let go.
    socket.removeAllListeners('data')
    socket.on('data', () => {})
    socket.resume()
    try {
      return await work(handOf(queue.errands, () => socket.destroyed))
    } finally {
      queue.items -= counted
      if (queue.items === 0) this.#queues.delete(keyId)
    }
  }

  #tooMuch(): HttpRefusal {
    return new HttpRefusal(
      429,
      `Limit reached: requests of one key for ${this.#most} symbols, ticks or entries in all are answered at a time (${LONGEST_AT_ONCE} times proxy.max_symbols_per_message, ${ITEMS_AT_ONCE} at least); wait for their answers, or name fewer`,
      { headers: retryAfter(RETRY_MS) },
    )
  }
}

function handOf(errands: Errands, isGone: () => boolean): Hand {
  const work = async <Result>(steps: Steps<Result>): Promise<Result> => {
    const done = await errands.do(whole(steps), isGone)
    if (!done) throw gone()
    return done.result
  }
  return { isGone, do: work, eachOf: (items, make) => work(turnEach(items, make)) }
}

/** Nobody reads it. */
export const gone = (): HttpRefusal => new HttpRefusal(400, 'the connection was closed before the answer')

function* whole<Result>(steps: Steps<Result>): Steps<{ readonly result: Result }> {
  return { result: yield* steps }
}

function* turnEach<Item, Made>(items: readonly Item[], make: (item: Item, nth: number) => Made): Steps<Made[]> {
  const made: Made[] = []
  for (const item of items) {
    made.push(make(item, made.length))
    yield
  }
  return made
}
